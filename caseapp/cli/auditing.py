"""`flask --app wsgi audit …`, and the sealing of the log among the background jobs."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from caseapp.audit import anchoring
from caseapp.audit.rules import LogBroken
from caseapp.audit.sealing import MOST, seal
from caseapp.audit.signed import what_is_broken
from caseapp.audit.verifying import verify
from caseapp.cli.bar import bar
from caseapp.cli.ready import must_be_set_up
from caseapp.core.db import NO_DATABASE


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
    """Check every event, every seal and every signature; exit 1 and the first broken one. People may go on working meanwhile."""
    must_be_set_up()
    with bar("Checking events") as tell:
        verdict = verify(anchor(), tell)
    signed, signature_is_broken = what_is_broken(current_app.extensions["signings"])
    for broken in filter(None, (verdict.broken, signature_is_broken)):
        click.echo(broken)
    if verdict.broken or signature_is_broken:
        context.exit(1)
    click.echo(f"checked {verdict.events} events, {verdict.unsealed} of them not sealed yet")
    click.echo(f"checked {signed} signatures: notes, addenda, co-signatures, plans")


def seal_what_waits() -> None:
    """Seal all that waits. A log that does not fit its anchor is left as it is and said so in the program's log, each time.

    Raises what says that there is no database.
    """
    try:
        while seal(anchor()) == MOST:
            pass
    except LogBroken as broken:
        current_app.logger.critical(
            "The audit log is not sealed any more. %s Run: flask --app wsgi audit verify", broken
        )
    except NO_DATABASE:
        raise
    except (OSError, SQLAlchemyError) as error:
        current_app.logger.error("The audit log was not sealed this time.", exc_info=error)
