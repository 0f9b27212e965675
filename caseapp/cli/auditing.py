"""`flask --app wsgi audit …`, and the sealing of the log among the background jobs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from caseapp.audit import anchoring
from caseapp.audit.rules import LogBroken
from caseapp.audit.sealing import MOST, seal
from caseapp.audit.verifying import verify
from caseapp.cli.ready import must_be_set_up

# What is done sooner needs no bar.
SHOWN_AFTER_SECONDS = 2


def anchor() -> Path:
    """The anchor file of this clinic."""
    return anchoring.path(current_app.config["SETTINGS"].key_file)


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command("verify")
@click.pass_context
@with_appcontext
def audit_verify(context: click.Context) -> None:
    """Check every event and every seal; exit 1 and the first broken one. People may go on working meanwhile."""
    must_be_set_up()
    with _bar(Console(stderr=True)) as tell:
        verdict = verify(anchor(), tell)
    if verdict.broken:
        click.echo(verdict.broken)
        context.exit(1)
    click.echo(f"checked {verdict.events} events, {verdict.unsealed} of them not sealed yet")


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[int, int], None] | None]:
    """On a terminal, what shows how far it is, once that has taken long enough; elsewhere None."""
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console)
    bar, began = progress.add_task("Checking events"), progress.get_time()

    def tell(done: int, total: int) -> None:
        progress.update(bar, completed=done, total=total)
        if progress.get_time() - began > SHOWN_AFTER_SECONDS:
            progress.start()

    try:
        yield tell
    finally:
        progress.stop()


def seal_what_waits() -> None:
    """Seal all that waits. A log that does not fit its anchor is left as it is and said so in the program's log, each time."""
    try:
        while seal(anchor()) == MOST:
            pass
    except LogBroken as broken:
        current_app.logger.critical(
            "The audit log is not sealed any more. %s Run: flask --app wsgi audit verify", broken
        )
    except (OSError, SQLAlchemyError) as error:
        current_app.logger.error("The audit log was not sealed this time. %s", error)
