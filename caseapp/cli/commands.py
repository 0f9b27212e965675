"""`flask --app wsgi …`: the commands of the contract."""

import time

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from caseapp.cli import auditing, setting_up
from caseapp.cli.backup.commands import backup, restore
from caseapp.cli.history import bring
from caseapp.cli.reporting import report
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.access import COMMAND_LINE, Role
from caseapp.core.errors import RuleBroken
from caseapp.drafts.actions import drop_old
from caseapp.identity import actions as identity
from caseapp.interchange.uploads import JOBS, KEEP_FILES
from caseapp.jobs.actions import drop_old_files
from caseapp.jobs.running import run_next
from caseapp.series.actions import make_ahead


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (setup, staff, bring, report, auditing.audit, backup, restore, work):
        app.cli.add_command(command)


@click.command()
@with_appcontext
@click.option("--demo", is_flag=True, help="Load the demo clinic into an empty database.")
def setup(demo: bool) -> None:
    """Migrate, and ship the program into an empty database; with --demo load the demo clinic."""
    try:
        for line in setting_up.set_up(current_app, demo):
            click.echo(line)
    except RuleBroken as refused:
        raise click.ClickException(refused.sentence) from None


@click.group()
def staff() -> None:
    """Members of staff."""


@staff.command("add")
@with_appcontext
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice([role.value for role in Role]))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def staff_add(email: str, name: str, roles: tuple[str, ...], password_stdin: bool) -> None:
    """Add a member of staff; without a password, an admin hands over a one-time link."""
    word = click.get_text_stream("stdin").readline().rstrip("\n") if password_stdin else None
    try:
        with database.transaction():
            added = identity.add_staff(email, name, {Role(role) for role in roles}, COMMAND_LINE)
            if word is not None:
                identity.set_password(added, word, COMMAND_LINE)
    except RuleBroken as refused:
        raise click.ClickException(refused.sentence) from None
    click.echo(f"added {email}")


@click.command()
@with_appcontext
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
def work(once: bool) -> None:
    """Background jobs until stopped: what people asked for, sessions made ahead, the audit log sealed, old things dropped."""
    due = 0.0
    while True:
        due = _housekept(due)
        for _step in run_next(JOBS, KEEP_FILES):
            due = _housekept(due)
        if once:
            return
        time.sleep(1)


def _housekept(due: float) -> float:
    """Seal, drop and make ahead what is due, every five seconds, also while a job goes on; gives when that is due again."""
    if time.monotonic() < due:
        return due
    auditing.seal_what_waits()
    with database.transaction():
        drop_old()
        drop_old_files(clock.now())
    make_ahead()
    return time.monotonic() + 5
