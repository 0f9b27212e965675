"""Care access as its page shows it: who, on what ground, from when until when; and who has seen the record."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from caseapp.audit.models import AuditClient, AuditEvent
from caseapp.audit.queries import who_opened
from caseapp.audit.rules import Kind
from caseapp.clients.models import CareAccess, Client
from caseapp.clients.queries.seen import in_force
from caseapp.clients.rules import Ground
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import ROLES, Can
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.identity.models import Staff, StaffRole, TeamMember


@dataclass(frozen=True)
class AccessRow:
    """One row of access with its reasons opened. `state` is now, ahead or ended."""

    row: CareAccess
    state: str
    reason: str
    end_reason: str


def access_of(client: Client) -> list[AccessRow]:
    """Everyone's access to a client, what counts now first, then ahead, then ended; a fixed number of statements.

    Of the many rows that leading sessions gives to one person, the one that lasts longest stands for all that count or have ended.
    """
    today = clock.today(clinic.zone())
    load = [selectinload(getattr(CareAccess, name)) for name in ("staff", "team", "given_by", "ended_by")]
    rows = db.scalars(select(CareAccess).where(CareAccess.client_id == client.id).options(*load))
    shown = [
        AccessRow(
            row,
            _state(row, today),
            sealed.unseal(client.id, row.reason_sealed) or "",
            sealed.unseal(client.id, row.end_reason_sealed) or "",
        )
        for row in rows
    ]
    order = {"now": 0, "ahead": 1, "ended": 2}
    lasting = sorted(shown, key=lambda one: one.row.ended_on or date.max)
    shown = list({_same(one): one for one in lasting}.values())
    return sorted(shown, key=lambda one: (order[one.state], one.row.ground is Ground.denied, one.row.who, one.row.id))


def _same(one: AccessRow) -> tuple:
    """What rows that are shown as one have in common."""
    row = one.row
    return (row.who, row.team_id, one.state) if row.ground is Ground.group else (row.id,)


def _state(row: CareAccess, today: date) -> str:
    if row.ended_on is not None and row.ended_on <= today:
        return "ended"
    return "ahead" if row.started_on > today else "now"


def get_access(client: Client, access_id: str) -> CareAccess:
    """A row of access to this client. Raises NotFound."""
    row = db.scalar(select(CareAccess).where(CareAccess.id == access_id, CareAccess.client_id == client.id))
    if row is None:
        raise NotFound
    return row


def keepers(client_id: str) -> set[str]:
    """The ids of staff who may see a client from now on without an end: nobody among them means an orphan.

    Counts whoever works here in a role that sees clients, by their own row or a team's, unless a denial in force or ahead
    takes it away.
    """
    today = clock.today(clinic.zone())
    rows = list(db.scalars(select(CareAccess).where(CareAccess.client_id == client_id)))
    lasting = [row for row in rows if row.ended_on is None and row.ground is not Ground.denied]
    denied = [r for r in rows if r.ground is Ground.denied and (r.ended_on is None or r.ended_on > today)]
    return (_people(lasting, today) - _people(denied, today)) & _who_sees_clients()


def denied_staff(client_id: str) -> set[str]:
    """The ids of staff to whom a client is denied today, by their own row or a team's: nothing of this client is given them."""
    today = clock.today(clinic.zone())
    rows = select(CareAccess).where(CareAccess.client_id == client_id, CareAccess.ground == Ground.denied)
    return _people(list(db.scalars(rows.where(*in_force(today)))), today)


def _people(rows: list[CareAccess], day: date) -> set[str]:
    themselves, teams = {row.staff_id for row in rows if row.staff_id}, {row.team_id for row in rows if row.team_id}
    if not teams:
        return themselves
    still = or_(TeamMember.ended_on.is_(None), TeamMember.ended_on > day)
    members = select(TeamMember.staff_id).where(TeamMember.team_id.in_(teams), TeamMember.started_on <= day, still)
    return themselves | set(db.scalars(members))


def _who_sees_clients() -> set[str]:
    roles = [role for role, may in ROLES.items() if Can.see_clients in may]
    found = select(Staff.id).join(StaffRole, StaffRole.staff_id == Staff.id)
    return set(db.scalars(found.where(Staff.left_on.is_(None), StaffRole.role.in_(roles))))


@dataclass(frozen=True)
class Seen:
    """A page of what was done with a client's record, the newest first."""

    events: list[AuditEvent]
    total: int
    opened_this_week: int


def seen(client: Client, number: int, size: int) -> Seen:
    """Reads and changes of a client's record from the audit, a page of them; and how many people opened it this week."""
    zone = clinic.zone()
    of_client = select(AuditEvent).join(AuditClient, AuditClient.event_id == AuditEvent.id)
    of_client = of_client.where(
        AuditClient.client_id == client.id, AuditEvent.kind.in_((Kind.read, Kind.change, Kind.export))
    )
    total = db.scalar(select(func.count()).select_from(of_client.subquery()))
    ordered = of_client.order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).offset((number - 1) * size).limit(size)
    since: datetime = clock.day_bounds(clock.week_of(clock.today(zone))[0], zone)[0]
    return Seen(list(db.scalars(ordered)), total, len(who_opened(client.id, since)))
