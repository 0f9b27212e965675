"""Every signed row against the log: what was changed, removed or put in behind the back of the house is found.

A room in which people sign says which events tell of it, and how its rows read now. These events carry the fingerprint of each
row, and the log itself is verified beside (`audit.verifying`).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from caseapp.audit.models import AuditEvent
from caseapp.audit.rules import Kind
from caseapp.core.db import ID_LETTERS, snapshot

AT_ONCE = 1_000


class SignedRow(NamedTuple):
    """A signed row: what it is called, its id, the fingerprint of what it says now, and the one kept when it was signed."""

    name: str
    id: str
    now: str
    kept: str


class Signing(NamedTuple):
    """How a room signs: the events that carry fingerprints by the id of a row, and all its signed rows as they are now."""

    events: tuple[str, ...]
    rows: Callable[[Session], Iterator[SignedRow]]


def what_is_broken(signings: Iterable[Signing]) -> tuple[int, str | None]:
    """How many signed rows were looked at, and a sentence about the first that does not fit the log, or None."""
    seen = 0
    with snapshot() as session:
        for signing in signings:
            logged = _logged(session, signing.events)
            for row in signing.rows(session):
                seen += 1
                if not row.now == row.kept == logged.pop(row.id, None):
                    return seen, f"The signed {row.name} {row.id} is not as it was signed."
            if logged:
                return seen, f"The signed row {min(logged)} was removed."
    return seen, None


def _logged(session: Session, events: tuple[str, ...]) -> dict[str, str]:
    """By the id of a signed row, the fingerprint that the log holds; facts of another name say something else."""
    found = select(AuditEvent.facts).where(AuditEvent.what.in_(events), AuditEvent.kind == Kind.change)
    facts = (pair for one in session.scalars(found) for pair in one.items())
    return {id: str(hash) for id, hash in facts if len(id) == ID_LETTERS}


def batches(session: Session, model: Any) -> Iterator[list[Row]]:
    """All rows of a table by id as they lie there, some at a time."""
    ids, table = list(session.scalars(select(model.id).order_by(model.id))), model.__table__
    for first in range(0, len(ids), AT_ONCE):
        yield list(session.execute(select(table).where(table.c.id.in_(ids[first : first + AT_ONCE]))))


def rows_by_id(session: Session, model: Any, ids: Iterable[str]) -> dict[str, Row]:
    """Some rows of a table by id, as they lie there."""
    table = model.__table__
    return {row.id: row for row in session.execute(select(table).where(table.c.id.in_(set(ids))))}
