"""Counting SQL statements: a page's number of statements must not grow with its rows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Engine, event

_NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "COMMIT")


def is_counted(statement: str) -> bool:
    """Whether it is about data, not about where a transaction begins or ends."""
    return not statement.lstrip().upper().startswith(_NOT_COUNTED)


@contextmanager
def watched() -> Iterator[list[str]]:
    """Inside the block the list grows by each statement that any engine of this process sends."""
    seen: list[str] = []

    def keep(_connection, _cursor, statement, _parameters, _context, many) -> None:
        if is_counted(statement):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with statements() as seen: ...` then `len(seen)`."""
    return watched
