"""A disk that is full for the database of a test, on either engine: what the engine raises then is real, not made up."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from caseapp.audit.actions import changed
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import engine, is_sqlite, transaction

_REFUSE = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON audit_event EXECUTE FUNCTION full_disk()
"""


@contextmanager
def full_disk() -> Iterator[None]:
    """In the block this process's SQLite can grow by no page; PostgreSQL refuses each change as it does on a full disk."""
    with _sqlite() if is_sqlite() else _postgresql():
        yield


@contextmanager
def _sqlite() -> Iterator[None]:
    def stop_growing(connection: Any, *_rest: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # it is never taken for less than there are

    event.listen(engine(), "checkout", stop_growing)
    try:
        with suppress(OperationalError):
            while True:  # until no page of the log has room either
                with transaction():
                    changed("clients.edit", "nobody", COMMAND_LINE)
        yield
    finally:
        event.remove(engine(), "checkout", stop_growing)
        engine().dispose()


@contextmanager
def _postgresql() -> Iterator[None]:
    with engine().begin() as connection:
        connection.execute(text(_REFUSE))
    try:
        yield
    finally:
        with engine().begin() as connection:
            connection.execute(text("DROP FUNCTION full_disk CASCADE"))
