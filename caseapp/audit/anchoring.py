"""The anchor: the head of the chain as it was sealed last, in a file outside the database, and whether the log still fits it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from caseapp.audit import rules
from caseapp.audit.models import AuditEvent, AuditSeal
from caseapp.core import sealed


@dataclass(frozen=True)
class Anchor:
    """A place in the chain and the code of the seal there; place 0 is a log before its first seal."""

    position: int
    code: str


def path(key_file: Path) -> Path:
    """The file outside the database that holds the head of the chain: beside the master key."""
    return key_file.with_suffix(".audit-head")


def read(anchor: Path) -> Anchor:
    """What the file says; a file that is not there says 0. Raises LogBroken for a file that says neither."""
    try:
        position, code = anchor.read_text().split()
        return Anchor(int(position), code)
    except FileNotFoundError:
        return Anchor(0, "")
    except ValueError:
        raise rules.LogBroken("The anchor file does not hold a place in the log and its code.") from None


def write(anchor: Path, head: Anchor) -> None:
    """Replace what the file says; before the first seal there is none."""
    line = f"{head.position} {head.code}\n".encode()
    if not head.position:
        anchor.unlink(missing_ok=True)
    elif not anchor.exists() or anchor.read_bytes() != line:
        _replace(anchor, line)


def _replace(anchor: Path, line: bytes) -> None:
    """In one step and for good: a torn write must never look like tampering."""
    handle, fresh = tempfile.mkstemp(dir=anchor.parent, prefix=f"{anchor.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(anchor)
    except OSError:
        Path(fresh).unlink(missing_ok=True)
        raise


@contextmanager
def put_back_unless_done(anchor: Path) -> Iterator[None]:
    """The file may be replaced in the block; if the block fails, it says again what it said before."""
    before = anchor.read_bytes() if anchor.exists() else None
    try:
        yield
    except BaseException:
        if before is None:
            anchor.unlink(missing_ok=True)
        else:
            _replace(anchor, before)
        raise


def fits(session: Session, anchor: Anchor) -> str | None:
    """A sentence if the chain does not go on from the anchor, else None. Looks at the seals from there on alone.

    The log may be ahead: by one seal if a sealer stopped half-way, by more if sealers of other machines went on. It must
    never be behind, and without an anchor there is at most the first seal.
    """
    head = session.scalar(select(func.max(AuditSeal.position))) or 0
    if anchor.position > head:
        return f"The log ends at seal {head}, the anchor says {anchor.position}: its tail was cut."
    if anchor.position == 0 and head > 1:
        return "The anchor file is missing or older than the log."
    previous, position = anchor.code, anchor.position
    if position:
        code = session.scalar(select(AuditSeal.code).where(AuditSeal.position == position))
        if code != anchor.code:
            return f"Seal {position} is not the one that the anchor file holds."
    for seal in session.scalars(select(AuditSeal).where(AuditSeal.position > position).order_by(AuditSeal.position)):
        position += 1
        if seal.position != position:
            return f"Seal {position} is missing."
        if rules.link(sealed.derived("audit"), previous, position, list(_codes(session, position))) != seal.code:
            return f"Seal {position}: its {seal.events} events do not fit it."
        previous = seal.code
    return None


def _codes(session: Session, position: int) -> Iterator[str]:
    codes = select(AuditEvent.code).where(AuditEvent.seal_position == position).order_by(AuditEvent.id)
    return session.scalars(codes)
