"""Bring a database to a version of its tables, on either engine, by the files under `migrations/`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, types

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_ONE_AT_A_TIME = 7_201_969  # any number: the key of PostgreSQL's advisory lock


class Orphans(RuntimeError):
    """Rows would point at nothing. `str()` is the sentence."""


def upgrade(engine: Engine, to: str = "head") -> None:
    """Migrate up to a revision. Two at once wait for each other; the whole way is one transaction.

    Raises Orphans if rows would point at nothing afterwards; then nothing has changed.
    """
    with alone_with(engine) as connection:
        upgrade_within(connection, to)


def upgrade_within(connection: Connection, to: str = "head") -> None:
    """Migrate up inside a transaction of `alone_with`."""
    command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str) -> None:
    """Migrate down to a revision (`-1` for one step, `base` for empty); as `upgrade`."""
    with alone_with(engine) as connection:
        command.downgrade(_config(connection), to)


def head() -> str | None:
    """The newest revision on disk, None if there is none. Raises if there are several."""
    return _scripts().get_current_head()


def revisions() -> list[str]:
    """Every revision on disk, oldest first."""
    return [script.revision for script in reversed(list(_scripts().walk_revisions()))]


def current(engine: Engine) -> str | None:
    """The revision a database is at, None for an empty one."""
    with engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision that a transaction sees, None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def drift(engine: Engine) -> list[Any]:
    """What Alembic finds different between the database and the models; empty when they agree."""
    from caseapp.core.db import Base

    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), Base.metadata)


def autogenerate(engine: Engine, revision: str, message: str) -> Path | None:
    """Write the migration from this database to the models; its path, or None if they agree."""
    written: list[Path] = []

    def keep_if_it_does_something(_context: Any, _revision: Any, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives[:] = []

    with alone_with(engine) as connection:
        script = command.revision(
            _config(connection),
            message,
            autogenerate=True,
            rev_id=revision,
            process_revision_directives=keep_if_it_does_something,
        )
        written += [Path(script.path)] if script else []
    return written[0] if written else None


def render_item(kind: str, value: Any, _autogen: Any) -> str | bool:
    """Write our own column kinds as what they are underneath, so that no migration imports anything of ours."""
    if kind != "type" or not isinstance(value, types.TypeDecorator):
        return False
    return f"sa.{value.impl_instance!r}"


OPTIONS: dict[str, Any] = {
    "render_item": render_item,
    "render_as_batch": True,
    "compare_type": True,
    "compare_server_default": True,
    "transaction_per_migration": False,
}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s")
    return config


@contextmanager
def alone_with(engine: Engine) -> Iterator[Connection]:
    """A transaction that nobody else migrates or restores beside, committed at the end of the block if every row still fits.

    Tables can be rebuilt in it without losing their children, and filled in any order.

    SQLite deletes the children of a rebuilt table while foreign keys are on, and they can only be switched off before
    a transaction begins.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        if sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                wait_for_other_setups(connection)
                yield connection
                if sqlite:
                    _refuse_orphans(connection)
        finally:
            if sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


def wait_for_other_setups(connection: Connection) -> None:
    """Until this transaction ends no other one gets past here. SQLite has one writer at a time already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")


def _refuse_orphans(connection: Connection) -> None:
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        tables = ", ".join(sorted({f"{table} -> {parent}" for table, _row, parent, _key in orphans}))
        raise Orphans(f"This would leave {len(orphans)} rows that point at nothing: {tables}")
