"""Seal the log: chain its events in batches, and keep the head of the chain in a file outside the database."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from caseapp.audit import rules
from caseapp.audit.anchoring import Anchor, fits, read, write
from caseapp.audit.models import AuditEvent, AuditSeal
from caseapp.core import clock, sealed
from caseapp.core.db import is_sqlite, own_transaction

MOST = 5_000
_UPDATED_AT_ONCE = 1_000
_TURN = 5_287_213  # names the lock of PostgreSQL that lets one sealer after the other in


def seal(anchor: Path, most: int = MOST) -> int:
    """Chain the events not yet sealed, as one batch of at most so many, and anchor the new head. Gives the number sealed.

    Raises LogBroken, and seals nothing, if the database does not hold what was anchored last: a fresh anchor would hide
    that the log was cut or written anew. Of two sealers at once one waits for the other.
    """
    with _one_at_a_time(anchor):
        with own_transaction() as session:
            if not is_sqlite():  # there the transaction is alone by itself; sealers on other machines have other files
                session.execute(select(func.pg_advisory_xact_lock(_TURN)))
            anchored = read(anchor)
            broken = fits(session, anchored)
            if broken:
                raise rules.LogBroken(broken)
            last = session.scalar(select(AuditSeal).order_by(AuditSeal.position.desc()).limit(1))
            if (
                last and last.position > anchored.position
            ):  # the last one could not be anchored: first that, then another
                write(anchor, Anchor(last.position, last.code))
            head, number = _next_batch(session, last, most)
        if head:
            write(anchor, head)
        return number


def _next_batch(session: Session, last: AuditSeal | None, most: int) -> tuple[Anchor | None, int]:
    """Seal the oldest events that are not sealed; the head now, or None if there was none."""
    unsealed = select(AuditEvent.id, AuditEvent.code).where(AuditEvent.seal_position.is_(None)).order_by(AuditEvent.id)
    rows = session.execute(unsealed.limit(most)).all()
    if not rows:
        return None, 0
    position = last.position + 1 if last else 1
    code = rules.link(sealed.derived("audit"), last.code if last else "", position, [row.code for row in rows])
    session.add(AuditSeal(position=position, events=len(rows), code=code, sealed_at=clock.now()))
    session.flush()
    for first in range(0, len(rows), _UPDATED_AT_ONCE):
        ids = [row.id for row in rows[first : first + _UPDATED_AT_ONCE]]
        session.execute(update(AuditEvent).where(AuditEvent.id.in_(ids)).values(seal_position=position))
    return Anchor(position, code), len(rows)


@contextmanager
def _one_at_a_time(anchor: Path) -> Iterator[None]:
    """Sealers that share an anchor file take turns, from reading it to replacing it: it never goes back."""
    with anchor.with_name(f"{anchor.name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield
