"""Find events in the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, selectinload

from caseapp.audit import rules
from caseapp.audit.models import AuditClient, AuditEvent
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, snapshot
from caseapp.core.errors import RuleBroken


def saw_just_now(what: str, by: Actor, clients: set[str]) -> bool:
    """Whether a read of this page by this person, showing just these clients, was written down within the last minute."""
    lately = select(AuditEvent.id, AuditClient.client_id).outerjoin(AuditClient, AuditClient.event_id == AuditEvent.id)
    lately = lately.where(AuditEvent.actor_id == by.id, AuditEvent.at > clock.now() - rules.POLLS_COUNT_ONCE_IN)
    lately = lately.where(AuditEvent.kind == rules.Kind.read, AuditEvent.what == what)
    seen: dict[int, set[str]] = {}
    with snapshot() as session:
        for event_id, client_id in session.execute(lately):
            seen.setdefault(event_id, set()).add(client_id)
    return clients in seen.values()


def unsealed(session: Session) -> tuple[int, datetime | None]:
    """How many events are not sealed yet, and since when the oldest of them waits."""
    waiting = select(func.count(), func.min(AuditEvent.at)).where(AuditEvent.seal_position.is_(None))
    number, since = session.execute(waiting).one()
    return number, since


def count_since(session: Session, what: str, since: datetime) -> int:
    """How often something happened from an instant on."""
    return session.scalar(select(func.count()).where(AuditEvent.at >= since, AuditEvent.what == what))


@dataclass(frozen=True)
class Wanted:
    """Which events are looked for; what is empty does not narrow. `since` and `until` are instants, half-open."""

    since: datetime | None = None
    until: datetime | None = None
    actor_id: str = ""
    kind: str = ""
    client_id: str = ""

    def events(self) -> Select:
        """Those events, the newest first, with the clients each concerned."""
        found = select(AuditEvent).options(selectinload(AuditEvent.clients)).order_by(AuditEvent.id.desc())
        if self.since:
            found = found.where(AuditEvent.at >= self.since)
        if self.until:
            found = found.where(AuditEvent.at < self.until)
        if self.actor_id:
            commands = self.actor_id == rules.COMMANDS
            found = found.where(AuditEvent.actor_id.is_(None) if commands else AuditEvent.actor_id == self.actor_id)
        if self.kind:
            found = found.where(AuditEvent.kind == self.kind)
        if self.client_id:
            of_client = select(AuditClient.event_id).where(AuditClient.client_id == self.client_id)
            found = found.where(AuditEvent.id.in_(of_client))
        return found


def older_than(wanted: Wanted, before: int | None, most: int) -> tuple[list[AuditEvent], bool]:
    """A page of events: those before the number of an event, or the newest; and whether there are more."""
    found = wanted.events()
    if before is not None:
        found = found.where(AuditEvent.id < before)
    rows = list(db.scalars(found.limit(most + 1)))
    return rows[:most], len(rows) > most


def all_of(wanted: Wanted, most: int, at_once: int = 1_000) -> Iterator[list[AuditEvent]]:
    """All events looked for, in batches, the newest first. Raises RuleBroken beyond `most`: a file must have an end."""
    before, taken, more = None, 0, True
    while more:
        rows, more = older_than(wanted, before, at_once)
        taken += len(rows)
        if taken > most:
            raise RuleBroken(f"These are more than {most:,} events.", "first", "Choose fewer days, a person or a kind.")
        if rows:
            yield rows
            before = rows[-1].id


def who_opened(client_id: str, since: datetime) -> set[str]:
    """The ids of the staff who opened a client's own pages since an instant; a name in a list is not an opened record."""
    return set(db.scalars(_OPENED, {"client_id": client_id, "since": since}))


# Numbers grow with time: from the first of those days on no older event of the client is looked at.
_FIRST = select(AuditEvent.id).where(AuditEvent.at >= bindparam("since")).order_by(AuditEvent.at).limit(1)
_OPENED = (
    select(AuditEvent.actor_id)
    .join(AuditClient, AuditClient.event_id == AuditEvent.id)
    .where(AuditClient.client_id == bindparam("client_id"), AuditClient.event_id >= _FIRST.scalar_subquery())
    .where(AuditEvent.kind == rules.Kind.read, AuditEvent.what.like("chart.%"))
    .where(AuditEvent.at >= bindparam("since"), AuditEvent.actor_id.is_not(None))
    .distinct()
)


def opened_last(staff_id: str, most: int = 5) -> list[str]:
    """The ids of the clients whose own pages someone opened last, the latest first."""
    latest = func.max(AuditEvent.id)
    opened = select(AuditClient.client_id).join(AuditEvent, AuditClient.event_id == AuditEvent.id)
    opened = opened.where(AuditEvent.actor_id == staff_id, AuditEvent.kind == rules.Kind.read)
    opened = opened.where(AuditEvent.what.like("chart.%")).group_by(AuditClient.client_id)
    return list(db.scalars(opened.order_by(latest.desc()).limit(most)))
