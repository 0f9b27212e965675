"""Staff, teams, and whose sign-in a token is."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

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


def actor(staff: Staff, session: Session | None = None, sign_in: SignIn | None = None) -> Actor:
    """Someone as the one who acts, with the teams of today."""
    session = session or db()
    today = site.today(session)
    return Actor(
        id=staff.id,
        name=staff.name,
        roles=frozenset(row.role for row in staff.roles),
        team_ids=frozenset(session.scalars(_teams_on(staff.id, today))),
        credential=staff.credential,
        session_id=sign_in.id if sign_in else None,
        ends_at=_ends_at(sign_in, session) if sign_in else None,
        compact_rows=staff.compact_rows,
    )


def _teams_on(staff_id: str, day: date):
    still = or_(TeamMember.ended_on.is_(None), TeamMember.ended_on > day)
    return select(TeamMember.team_id).where(TeamMember.staff_id == staff_id, TeamMember.started_on <= day, still)


def live_sign_in(session: Session, token: str) -> SignIn | None:
    """The sign-in of a token if it has not ended, by hand or by time."""
    sign_in = session.scalar(select(SignIn).where(SignIn.token_digest == digest_of(token)))
    if sign_in is None or sign_in.ended_at is not None:
        return None
    return sign_in if clock.now() < _ends_at(sign_in, session) else None


# After how many minutes of doing nothing a sign-in ends: told by the room of programs, which stands on a floor above.
_idle_minutes: list[Callable[[Session], int]] = []


def idle_minutes_with(reader: Callable[[Session], int]) -> None:
    """Say how the number of idle minutes is read: a function of a session."""
    _idle_minutes[:] = [reader]


def idle_minutes(session: Session | None = None) -> int:
    """After how many minutes of doing nothing a sign-in ends."""
    return next((reader(session or db()) for reader in _idle_minutes), rules.IDLE_MINUTES)


def _ends_at(sign_in: SignIn, session: Session | None = None) -> datetime:
    return rules.ends_at(sign_in.started_at, sign_in.last_used_at, idle_minutes(session))


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
