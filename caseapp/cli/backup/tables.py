"""Tables out of a database and into one, row by row, on either engine."""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import JSON, Column, Connection, MetaData, String, Table, Text, cast, func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from caseapp.core.db import NOT_IN_BACKUPS, Base, Word

AT_ONCE = 1_000

# What JSON does not know, as it was spelled.
_READ_AS: dict[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    Decimal: Decimal,
    bytes: b64decode,
}


def kept() -> dict[str, Table]:
    """The tables of a backup by name, each after those that it points at."""
    return {table.name: table for table in Base.metadata.sorted_tables if table.info != NOT_IN_BACKUPS}


def count(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {name: session.scalar(select(func.count()).select_from(table)) for name, table in kept().items()}


def read(session: Session, table: Table) -> Iterator[list[tuple]]:
    """All rows, so many at once, never holding more."""
    plain = _plain(table)
    columns = [cast(c, Text) if isinstance(table.c[c.name].type, JSON) else c for c in plain.c]
    found = session.execute(select(*columns), execution_options={"yield_per": AT_ONCE})
    for rows in found.partitions():
        yield [tuple(row) for row in rows]


def _plain(table: Table) -> Table:
    """The same columns without our words and JSON, which travel as their text: letter by letter, whatever it says."""
    return Table(table.name, MetaData(), *(Column(column.name, _plain_type(column)) for column in table.c))


def _plain_type(column: Column) -> TypeEngine:
    if isinstance(column.type, JSON):
        return Text()
    return String() if isinstance(column.type, Word) else column.type


def load(connection: Connection, table: Table, names: list[str], rows: Iterable[list]) -> Iterator[int]:
    """Insert rows as a backup spells them; how many at each step."""
    plain = _plain(table)
    read_as = [_READ_AS.get(_python_type(plain.c[name].type)) for name in names]
    values = ([as_(v) if as_ and v is not None else v for as_, v in zip(read_as, row, strict=True)] for row in rows)
    with _inserting(connection, plain, names) as put:
        while batch := list(islice(values, AT_ONCE)):
            put(batch)
            yield len(batch)


def _python_type(kind: TypeEngine) -> type:
    return (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type


@contextmanager
def _inserting(connection: Connection, table: Table, names: list[str]) -> Iterator[Callable[[list[list]], None]]:
    """PostgreSQL takes a table in one statement, at whose end rows of it may point at one another; SQLite checks at the commit."""
    if connection.dialect.name == "sqlite":
        statement = insert(table)
        yield lambda rows: connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])
        return
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:

        def put(rows: list[list]) -> None:
            for row in rows:
                copy.write_row(row)

        yield put


@contextmanager
def triggers_off(connection: Connection) -> Iterator[None]:
    """Triggers refuse what was allowed in its time, as the rows of a version published since; in the block there are none."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        off, on = [f'DROP TRIGGER "{name}"' for name, _sql in triggers], [sql for _name, sql in triggers]
    else:
        off, on = ([f'ALTER TABLE "{name}" {do} TRIGGER USER' for name in kept()] for do in ("DISABLE", "ENABLE"))
        on.insert(0, "SET CONSTRAINTS ALL IMMEDIATE")  # deferred ones are checked here
    for statement in off:
        connection.exec_driver_sql(statement)
    yield
    for statement in on:
        connection.exec_driver_sql(statement)


def number_on(connection: Connection) -> None:
    """Numbers that the database gives go on after the highest one there. SQLite does that by itself."""
    if connection.dialect.name == "sqlite":
        return
    for table in kept().values():
        if (column := table.autoincrement_column) is not None:
            sequence = func.pg_get_serial_sequence(table.name, column.name)
            highest = select(func.setval(sequence, func.coalesce(func.max(column), 1), func.count(column) > 0))
            connection.execute(highest)
