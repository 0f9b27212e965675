"""Restore a backup: into an empty database, in one transaction, which commits only what was verified."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from caseapp.audit import anchoring, verifying
from caseapp.audit.actions import changed
from caseapp.audit.anchoring import Anchor
from caseapp.audit.rules import LogBroken
from caseapp.audit.verifying import Verdict
from caseapp.cli.backup import tables
from caseapp.cli.backup.file import Head, Reader
from caseapp.cli.bar import bar
from caseapp.core import db as database
from caseapp.core import migrate
from caseapp.core.access import COMMAND_LINE
from caseapp.core.errors import RuleBroken


@dataclass(frozen=True)
class Restored:
    """What was restored, and what verifying its log said."""

    head: Head
    log: Verdict


def restore(path: Path, anchor: Path, log_as_it_is: bool = False) -> Restored:
    """Fill the database in use, which must be empty, from a backup, and replace the anchor by the backup's.

    The tables are made first if there are none. The log must verify, unless it is to be taken as it is. Raises RuleBroken,
    OSError or an error of the database, and then nothing has changed.
    """
    head = _whole(path)
    with anchoring.put_back_unless_done(anchor), migrate.alone_with(database.engine()) as connection:
        _must_be_empty(connection)
        migrate.upgrade_within(connection)
        with tables.triggers_off(connection):
            _fill(connection, Reader(path))
        tables.number_on(connection)
        log = _checked(connection, head, log_as_it_is)
        with database.joined(connection):
            facts = {"made_at": head.made_at, "rows": sum(head.rows.values()), "log_fits": not log.broken}
            changed("backup.restore", None, COMMAND_LINE, anchor_before=_said_by(anchor), **facts)
        # Last: killed between here and the commit, the database is empty, and restoring again puts both right.
        anchoring.write(anchor, Anchor(head.anchor_position, head.anchor_code))
    return Restored(head, log)


def _whole(path: Path) -> Head:
    """The head of a backup that was read through to the end and fits this version."""
    reader = Reader(path)
    if reader.head.revision != migrate.head():
        raise RuleBroken(
            f"This backup is of a database at {reader.head.revision}, this version has {migrate.head()}. "
            "Restore it with the version that made it, then upgrade."
        )
    with bar("Checking the file") as tell:
        for done in reader.look_through():
            if tell:
                tell(done, sum(reader.head.rows.values()))
    return reader.head


def _must_be_empty(connection: Connection) -> None:
    for name in inspect(connection).get_table_names():
        if name != "alembic_version" and connection.scalar(text(f'SELECT 1 FROM "{name}" LIMIT 1')):
            raise RuleBroken("This database is not empty. Restore into a new one, and let DATABASE_URL name it.")


def _fill(connection: Connection, reader: Reader) -> None:
    done, kept = 0, tables.kept()
    with bar("Restoring") as tell:
        for name, columns, rows in reader.tables():
            for number in tables.load(connection, kept[name], columns, rows):
                done += number
                if tell:
                    tell(done, sum(reader.head.rows.values()))


def _checked(connection: Connection, head: Head, log_as_it_is: bool) -> Verdict:
    """Counts of all tables, and the whole log."""
    with database.joined(connection) as session, bar("Checking events") as tell:
        if tables.count(session) != head.rows:
            raise RuleBroken("The tables do not hold as many rows as the backup says.")
        anchored = Anchor(head.anchor_position, head.anchor_code)
        log = verifying.verify_within(session, anchored, tell)
    if log.broken and not log_as_it_is:
        raise RuleBroken(
            f"The audit log in this backup does not verify. {log.broken} Once you know why, --log-as-it-is restores it with that."
        )
    return log


def _said_by(anchor: Path) -> str:
    """What the anchor file says before it is replaced, for the log."""
    try:
        return f"{anchoring.read(anchor).position} {anchoring.read(anchor).code}".strip()
    except LogBroken:
        return "not an anchor"
