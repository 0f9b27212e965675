"""Take a backup: one state of the database, whatever others write meanwhile, in a file that appears when it is whole."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from caseapp.audit import anchoring
from caseapp.audit.actions import record
from caseapp.audit.anchoring import Anchor
from caseapp.audit.rules import Kind, LogBroken
from caseapp.cli.backup import tables
from caseapp.cli.backup.file import Head, Writer, written_aside
from caseapp.cli.bar import Tell
from caseapp.core import clock, migrate
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import snapshot
from caseapp.core.errors import RuleBroken


@dataclass(frozen=True)
class Taken:
    """What a backup holds; `broken` is a sentence if the log does not fit its anchor."""

    rows: dict[str, int]
    broken: str | None


def take(path: Path, anchor: Path, tell: Tell | None) -> Taken:
    """Write a backup to `path`, recorded in the log before the file gets its name.

    A log that does not fit its anchor is backed up as it is, with that anchor: what people wrote must not be lost for it.
    Raises RuleBroken, OSError or SQLAlchemyError, and then there is no file.
    """
    with written_aside(path) as out:
        anchored, broken = _read(anchor)  # before the snapshot: the file never names a seal that is not committed
        with snapshot() as session:
            broken = broken or anchoring.fits(session, anchored)
            head = _head(session, anchored)
            _write(session, Writer(out, head), head, tell)
        record(Kind.export, "backup.take", COMMAND_LINE, rows=sum(head.rows.values()), revision=head.revision)
    return Taken(head.rows, broken)


def _read(anchor: Path) -> tuple[Anchor, str | None]:
    try:
        return anchoring.read(anchor), None
    except LogBroken as broken:
        return Anchor(0, ""), str(broken)


def _head(session: Session, anchored: Anchor) -> Head:
    revision = migrate.revision_of(session.connection())
    if revision != migrate.head():
        raise RuleBroken("This database is not set up for this version. Run: flask --app wsgi setup")
    made_at = clock.now().isoformat(timespec="seconds")
    return Head(revision, made_at, anchored.position, anchored.code, tables.count(session))


def _write(session: Session, writer: Writer, head: Head, tell: Tell | None) -> None:
    done, total = 0, sum(head.rows.values())
    for name, table in tables.kept().items():
        writer.table(name, table.columns.keys())
        for rows in tables.read(session, table):
            writer.rows(rows)
            done += len(rows)
            if tell:
                tell(done, total)
    writer.end()
