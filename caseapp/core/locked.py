"""Tables whose rows the database itself refuses to change or remove: a trigger for each kind of change, on both engines.

What a trigger says reads like a broken CHECK, so that a room's sentence for that constraint is shown. A migration writes the
same triggers out (`docs/decisions/notes.md`).
"""

from sqlalchemy import DDL, event

from caseapp.core.db import Base


def locked(model: type[Base], constraint: str, when: str = "") -> None:
    """Make the table of a model refuse every UPDATE and DELETE, on PostgreSQL also TRUNCATE, as a broken `constraint`.

    `when`: only for rows of which this is so, in SQL that both engines know and with OLD for the row.
    """
    table = model.__tablename__
    for dialect, triggers in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        for statement in triggers(table, constraint, when):
            event.listen(model.__table__, "after_create", DDL(statement).execute_if(dialect=dialect))


def _sqlite(table: str, constraint: str, when: str) -> list[str]:
    only = f"WHEN {when} " if when else ""
    return [
        f"CREATE TRIGGER {table}_locked_{change.lower()} BEFORE {change} ON {table} {only}"
        f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {constraint}'); END"
        for change in ("UPDATE", "DELETE")
    ]


def _postgresql(table: str, constraint: str, when: str) -> list[str]:
    only = f"WHEN ({when}) " if when else ""
    refuse = f"RAISE EXCEPTION 'a signed row is locked' USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';"
    return [
        f"CREATE FUNCTION {table}_locked() RETURNS trigger AS $$ BEGIN {refuse} END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_locked BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW {only}EXECUTE FUNCTION {table}_locked()",
        f"CREATE TRIGGER {table}_locked_whole BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_locked()",
    ]
