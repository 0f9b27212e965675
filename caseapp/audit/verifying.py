"""Verify the whole log: every event's code, every seal, and the head against the anchor; in batches, on one state of it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from caseapp.audit import anchoring, rules
from caseapp.audit.anchoring import Anchor
from caseapp.audit.models import AuditClient, AuditEvent, AuditSeal
from caseapp.core import clock, sealed
from caseapp.core.db import snapshot

AT_ONCE = 1_000


@dataclass(frozen=True)
class Verdict:
    """What a verification found. `broken` is a sentence about the first thing that does not fit, or None."""

    events: int
    unsealed: int
    broken: str | None = None
    seals: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    checked_at: datetime | None = None


class _Broken(Exception):
    """The first thing that does not fit."""


class _Walk:
    """One way through the log, oldest first, never holding more than a batch of it."""

    def __init__(self, session: Session, tell: Callable[[int, int], None] | None):
        self.session, self.tell, self.key = session, tell, sealed.derived("audit")
        self.total = (session.scalar(select(func.count(AuditEvent.id))) or 0) if tell else 0
        self.events = self.unsealed = self.seals = 0
        self.first_at: datetime | None = None
        self.last_at: datetime | None = None

    def all_of_it(self, anchored: Anchor) -> None:
        """Raise _Broken at the first thing that does not fit."""
        # An event without a seal waits for one; to SQL, nothing is not among no seals at all, so it is left out by name.
        stray = select(func.min(AuditEvent.id)).where(AuditEvent.seal_position.is_not(None))
        stray_id = self.session.scalar(stray.where(AuditEvent.seal_position.not_in(select(AuditSeal.position))))
        previous = ""
        batches = groupby(self._sealed(), key=lambda event: event.seal_position)
        batches = self._codes(batches)
        position, codes = next(batches, (0, []))
        for seal in self._seals():
            if seal.position != self.seals + 1:
                raise _Broken(f"Seal {self.seals + 1} is missing.")
            mine = codes if position == seal.position else []
            if len(mine) != seal.events or rules.link(self.key, previous, seal.position, mine) != seal.code:
                raise _Broken(f"Seal {seal.position}: its {seal.events} events do not fit it (now {len(mine)}).")
            if seal.position == anchored.position and seal.code != anchored.code:
                raise _Broken(f"Seal {seal.position} is not the one that the anchor file holds.")
            previous, self.seals = seal.code, seal.position
            if position == seal.position:
                position, codes = next(batches, (0, []))
        if stray_id is not None:
            raise _Broken(f"Event {stray_id} names a seal that does not exist.")
        self._ends_at(anchored)
        for event in self._events(AuditEvent.seal_position.is_(None)):
            self.unsealed += 1
            self._check(event)

    def _codes(self, batches) -> Iterator[tuple[int, list[str]]]:
        """The codes of each batch, each event looked at."""
        for position, events in batches:
            yield position, [self._check(event) for event in events]

    def _check(self, event: Row) -> str:
        """An event's code, if it is its own."""
        clients = self.clients[event.id]
        facts = event._asdict() | {"kind": event.kind.value, "clients": sorted(clients)}
        code = facts.pop("code")
        facts.pop("seal_position")
        if rules.event_code(self.key, facts) != code:
            raise _Broken(f"Event {event.id} was changed.")
        self.events += 1
        self.first_at = min(event.at, self.first_at or event.at)
        self.last_at = max(event.at, self.last_at or event.at)
        return code

    def _ends_at(self, anchored: Anchor) -> None:
        if anchored.position > self.seals:
            raise _Broken(f"The log ends at seal {self.seals}, the anchor says {anchored.position}: its tail was cut.")
        if anchored.position == 0 and self.seals > 1:
            raise _Broken("The anchor file is missing or older than the log.")

    def _seals(self) -> Iterator[Row]:
        last = 0
        while rows := self.session.execute(_SEALS.where(AuditSeal.position > last).limit(AT_ONCE)).all():
            yield from rows
            last = rows[-1].position

    def _sealed(self) -> Iterator[Row]:
        """Sealed events by seal, and by number in it."""
        yield from self._events(AuditEvent.seal_position.in_(select(AuditSeal.position)))

    def _events(self, which: Any) -> Iterator[Row]:
        """Events in the order of their seals, with their clients in `self.clients`, a batch at a time."""
        rows = select(*_COLUMNS).where(which).order_by(AuditEvent.seal_position, AuditEvent.id).limit(AT_ONCE)
        after: Any = True
        while batch := self.session.execute(rows if after is True else rows.where(after)).all():
            self.clients = self._clients_of([row.id for row in batch])
            yield from batch
            if self.tell:
                self.tell(self.events, self.total)
            last = batch[-1]
            same = and_(AuditEvent.seal_position == last.seal_position, AuditEvent.id > last.id)
            after = (
                or_(AuditEvent.seal_position > last.seal_position, same)
                if last.seal_position is not None
                else AuditEvent.id > last.id
            )

    def _clients_of(self, event_ids: list[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        rows = select(AuditClient.event_id, AuditClient.client_id).where(AuditClient.event_id.in_(event_ids))
        for event_id, client_id in self.session.execute(rows):
            found[event_id].append(client_id)
        return found


_COLUMNS = [
    getattr(AuditEvent, name)
    for name in ("id", "at", "kind", "what", "actor_id", "actor_name", "subject_id", "facts", "code", "seal_position")
]
_SEALS = select(AuditSeal.position, AuditSeal.events, AuditSeal.code).order_by(AuditSeal.position)


def verify(anchor: Path, tell: Callable[[int, int], None] | None = None) -> Verdict:
    """Compute every event's code and every seal again, in order, and compare the head with the anchor file.

    Sees one state of the log: writers and sealers may go on meanwhile. `tell` is called with how many events are checked,
    and of how many, after each batch.
    """
    try:
        anchored = anchoring.read(anchor)  # before the log: the file never names a seal that is not committed
    except rules.LogBroken as broken:
        return Verdict(0, 0, str(broken), checked_at=clock.now())
    with snapshot() as session:
        return verify_within(session, anchored, tell)


def verify_within(session: Session, anchored: Anchor, tell: Callable[[int, int], None] | None = None) -> Verdict:
    """The same of the log as a session sees it, against an anchor that need not lie in a file yet."""
    walk, broken = _Walk(session, tell), None
    try:
        walk.all_of_it(anchored)
    except _Broken as found:
        broken = str(found)
    span = {"first_at": walk.first_at, "last_at": walk.last_at, "checked_at": clock.now()}
    return Verdict(walk.events, walk.unsealed, broken, walk.seals, **span)


def head_is_broken(anchor: Path) -> str | None:
    """A sentence if the end of the log does not fit its anchor, else None: a quick look, not a verification."""
    try:
        anchored = anchoring.read(anchor)
        with snapshot() as session:
            return anchoring.fits(session, anchored)
    except rules.LogBroken as broken:
        return str(broken)
