"""What a database holds, told in the database's own words, so that two ways of making it can be compared."""

import re

from sqlalchemy import Connection, Engine

_COLUMNS = """
select table_name, column_name, data_type, character_maximum_length, numeric_precision, is_nullable, column_default
from information_schema.columns where table_schema = 'public'
"""
_CONSTRAINTS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace
"""
_INDEXES = "select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'"
_TRIGGERS = "select tgrelid::regclass::text, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"
_FUNCTIONS = "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace"


def tables(connection: Connection) -> list[str]:
    """The names of all tables but Alembic's own, in order."""
    if connection.dialect.name == "sqlite":
        query = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    else:
        query = "select tablename from pg_tables where schemaname = 'public'"
    names = [name for (name,) in connection.exec_driver_sql(query)]
    return sorted(name for name in names if name != "alembic_version")


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f'select count(*) from "{name}"').scalar_one()
            for name in tables(connection)
        }


def describe(engine: Engine) -> set[str]:
    """Every column, constraint (checks included), index and trigger, one line each."""
    with engine.connect() as connection:
        lines = _sqlite(connection) if engine.dialect.name == "sqlite" else _postgresql(connection)
    return {line for line in lines if "alembic_version" not in line}


def _postgresql(connection: Connection) -> list[str]:
    lines = []
    for query in (_COLUMNS, _CONSTRAINTS, _INDEXES, _TRIGGERS, _FUNCTIONS):
        lines += [" | ".join(map(str, row)) for row in connection.exec_driver_sql(query)]
    return lines


def _sqlite(connection: Connection) -> list[str]:
    lines = []
    rows = connection.exec_driver_sql("select type, name, tbl_name, sql from sqlite_master where sql is not null")
    for kind, name, table, sql in rows:
        if kind == "table":
            lines += [f"{table} | {part}" for part in _parts(sql[sql.index("(") + 1 : sql.rindex(")")])]
        else:
            lines.append(f"{table} | {name} | {_spaced(sql)}")
    return lines


def _parts(body: str) -> list[str]:
    """The columns and constraints between the outer brackets of a CREATE TABLE; their order does not matter."""
    parts, depth, quoted, start = [], 0, "", 0
    for position, letter in enumerate(body):
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in "'\"":
            quoted = letter
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "," and depth == 0:
            parts.append(body[start:position])
            start = position + 1
    return [_spaced(part) for part in [*parts, body[start:]]]


def _spaced(sql: str) -> str:
    """One spelling: quotes around plain names and doubled spaces say nothing."""
    return re.sub(r"\s+", " ", re.sub(r'"(\w+)"', r"\1", sql)).replace("( ", "(").replace(" )", ")").strip()
