"""What has to be so before a command touches the database, and what it says when there is none or it has no room."""

import errno
from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from caseapp.core import db as database
from caseapp.core import migrate


def must_be_set_up() -> None:
    """Raise a ClickException with a sentence unless the database is set up for this version."""
    if migrate.current(database.engine()) != migrate.head():
        raise click.ClickException("This database is not set up for this version. Run: flask --app wsgi setup")


def cannot(sentence: str) -> click.ClickException:
    """A sentence, and exit 2: 1 is kept for a command that did its work and found something."""
    stopped = click.ClickException(sentence)
    stopped.exit_code = 2
    return stopped


def said_by(error: SQLAlchemyError) -> str:
    """What stopped a command, in one line, as the engine says it: "database or disk is full"."""
    return (str(getattr(error, "orig", None) or error).splitlines() or ["it says nothing"])[0].rstrip(".")


def calm(command: click.Command) -> click.Command:
    """The same command; without a database, or with a full disk, it ends with a sentence instead of a traceback."""
    for one in command.commands.values() if isinstance(command, click.Group) else [command]:
        one.callback = _calmly(one.callback)
    return command


def _calmly(callback: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(callback)
    def calmly(*args: Any, **kwargs: Any) -> Any:
        try:
            return callback(*args, **kwargs)
        except database.NO_DATABASE as error:
            raise cannot(f"The database stopped it: {said_by(error)}.") from None
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise cannot(f"The disk is full{f': {error.filename}' if error.filename else ''}.") from None

    return calmly
