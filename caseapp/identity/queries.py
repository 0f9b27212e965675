"""Staff, teams, and whose sign-in a token is."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from caseapp.core import clock, site
from caseapp.core.access import Actor, Role
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.identity import rules
from caseapp.identity.models import SignIn, Staff, StaffRole, Team, TeamMember


def digest_of(token: str) -> str:
    """What stands in the database for a secret token."""
    return hashlib.sha256(token.encode()).hexdigest()


def by_email(email: str, session: Session | None = None) -> Staff | None:
    """The member of staff with that email, however it is spelled."""
    return (session or db()).scalar(select(Staff).where(Staff.email == email.strip().lower()))


def get_staff(staff_id: str) -> Staff:
    """A member of staff. Raises NotFound."""
    staff = db.get(Staff, staff_id)
    if staff is None:
        raise NotFound
    return staff


def working_staff(role: Role | None = None) -> list[Staff]:
    """Who works here now, by name; with a role, only those who hold it."""
    found = select(Staff).where(Staff.left_on.is_(None)).order_by(Staff.name).options(selectinload(Staff.roles))
    if role:
        found = found.where(Staff.id.in_(select(StaffRole.staff_id).where(StaffRole.role == role)))
    return list(db.scalars(found))


def all_staff() -> list[Staff]:
    """Everyone ever on the staff, by name."""
    return list(db.scalars(select(Staff).order_by(Staff.name).options(selectinload(Staff.roles))))


@dataclass(frozen=True)
class StaffPage:
    """A page of the staff: those asked for, how many there are of them, and how many have left."""

    people: list[Staff]
    total: int
    have_left: int


SORTS = {"name": Staff.name, "email": Staff.email}


def page_of_staff(
    words: str = "", left: bool = False, sort: str = "name", down: bool = False, number: int = 1, size: int = 25
) -> StaffPage:
    """Who works here, or who has left; each word must stand in the name or the email."""
    there = Staff.left_on.is_not(None) if left else Staff.left_on.is_(None)
    found = select(Staff).where(there)
    for word in words.split()[:8]:
        found = found.where(
            or_(Staff.name.icontains(word, autoescape=True), Staff.email.icontains(word, autoescape=True))
        )
    total = db.scalar(select(func.count()).select_from(found.subquery()))
    key = SORTS.get(sort, Staff.name)
    found = found.order_by(key.desc() if down else key, Staff.id).options(selectinload(Staff.roles))
    people = list(db.scalars(found.offset((number - 1) * size).limit(size)))
    have_left = db.scalar(select(func.count()).where(Staff.left_on.is_not(None)))
    return StaffPage(people, total, have_left)


def teams() -> list[Team]:
    """All teams, by name."""
    return list(db.scalars(select(Team).order_by(Team.name)))


def get_team(team_id: str) -> Team:
    """A team. Raises NotFound."""
    team = db.get(Team, team_id)
    if team is None:
        raise NotFound
    return team


@dataclass(frozen=True)
class Membership:
    """Someone's days in a team. `state` is now, ahead or ended; `ended_on` of the row is the first day no longer."""

    row: TeamMember
    name: str
    state: str


def memberships(team: Team) -> list[Membership]:
    """Everyone who is, will be or was in a team: who is in it now first, then ahead, then ended; each by name."""
    today = site.today()
    rows = (
        select(TeamMember, Staff.name).join(Staff, Staff.id == TeamMember.staff_id).where(TeamMember.team_id == team.id)
    )
    found = [Membership(row, name, _state(row, today)) for row, name in db.execute(rows)]
    order = {"now": 0, "ahead": 1, "ended": 2}
    return sorted(found, key=lambda one: (order[one.state], one.name, one.row.started_on))


def _state(row: TeamMember, today: date) -> str:
    if row.ended_on is not None and row.ended_on <= today:
        return "ended"
    return "ahead" if row.started_on > today else "now"


def get_membership(member_id: str, team: Team) -> TeamMember:
    """A membership of this team. Raises NotFound."""
    row = db.scalar(select(TeamMember).where(TeamMember.id == member_id, TeamMember.team_id == team.id))
    if row is None:
        raise NotFound
    return row


def sizes_of_teams() -> dict[str, int]:
    """By team id, how many people who work here are in it today."""
    today = site.today()
    still = or_(TeamMember.ended_on.is_(None), TeamMember.ended_on > today)
    counted = select(TeamMember.team_id, func.count()).join(Staff, Staff.id == TeamMember.staff_id)
    counted = counted.where(TeamMember.started_on <= today, still, Staff.left_on.is_(None)).group_by(TeamMember.team_id)
    return dict(db.execute(counted).all())


def actor(
    staff: Staff, session: Session | None = None, sign_in: SignIn | None = None, ends_at: datetime | None = None
) -> Actor:
    """Someone as the one who acts, with the teams of today; at a page also by which sign-in, and when that ends."""
    return Actor(
        id=staff.id,
        name=staff.name,
        roles=frozenset(row.role for row in staff.roles),
        team_ids=staff.teams_on(site.today(session)),
        credential=staff.credential,
        session_id=sign_in.id if sign_in else None,
        ends_at=ends_at,
        compact_rows=staff.compact_rows,
    )


def live_sign_in(session: Session, token: str) -> tuple[SignIn, Staff, int] | None:
    """The sign-in of a token if it has not ended, by hand or by time, with whose it is and the minutes it may be idle."""
    row = session.execute(_live(), {"digest": digest_of(token), "day": site.today(session)}).unique().first()
    if row is None:
        return None
    sign_in, staff, idle = row.SignIn, row.Staff, int(row.idle or rules.IDLE_MINUTES)
    ends_at = rules.ends_at(sign_in.started_at, sign_in.last_used_at, idle)
    return (sign_in, staff, idle) if clock.now() < ends_at else None


@cache
def _live() -> Select:
    """Every page asks this, so it is put together once."""
    found = select(SignIn, Staff, _idle[0].scalar_subquery().label("idle")).join(Staff, Staff.id == SignIn.staff_id)
    found = found.where(SignIn.token_digest == bindparam("digest"), SignIn.ended_at.is_(None), Staff.left_on.is_(None))
    return found.options(joinedload(Staff.roles), joinedload(Staff.memberships))


# After how many minutes of doing nothing a sign-in ends: told by the room of programs, which stands on a floor above.
_idle: list[Select] = []


def idle_minutes_from(value: Select) -> None:
    """Say where the number of idle minutes stands: a statement of one value, which may be none, as of a `day` given to it."""
    _idle[:] = [value]


def idle_minutes() -> int:
    """After how many minutes of doing nothing a sign-in ends."""
    return int(db.scalar(_idle[0], {"day": site.today()}) or rules.IDLE_MINUTES)


def live_sign_ins(staff_id: str) -> list[SignIn]:
    """Where someone is signed in now, the device used last first."""
    idle = timedelta(minutes=idle_minutes())
    live = select(SignIn).where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None))
    live = live.where(SignIn.last_used_at > clock.now() - idle, SignIn.started_at > clock.now() - rules.AT_MOST)
    return list(db.scalars(live.order_by(SignIn.last_used_at.desc(), SignIn.id)))


def get_sign_in(sign_in_id: str, staff_id: str) -> SignIn:
    """A sign-in of this person. Raises NotFound for anyone else's."""
    row = db.scalar(select(SignIn).where(SignIn.id == sign_in_id, SignIn.staff_id == staff_id))
    if row is None:
        raise NotFound
    return row


def names_of(roles: Iterable[Role], most: int = 3) -> list[str]:
    """Up to `most` names of people who work here in one of these roles and can sign in, by name."""
    held = select(StaffRole.staff_id).where(StaffRole.role.in_(list(roles)))
    found = select(Staff.name).where(Staff.id.in_(held), Staff.left_on.is_(None), Staff.password_hash.is_not(None))
    return list(db.scalars(found.order_by(Staff.name).limit(most)))
