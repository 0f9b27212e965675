"""`flask --app wsgi …`: the commands of the contract."""

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from caseapp.cli import auditing, setting_up
from caseapp.cli.backup.commands import backup, restore
from caseapp.cli.history import bring
from caseapp.cli.ready import calm
from caseapp.cli.reporting import report
from caseapp.cli.working import work
from caseapp.core import db as database
from caseapp.core.access import COMMAND_LINE, Role
from caseapp.core.errors import RuleBroken
from caseapp.identity import actions as identity


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


COMMANDS = [calm(command) for command in (setup, staff, bring, report, auditing.audit, backup, restore, work)]


def register(app: Flask) -> None:
    """Add the commands to the application."""
    for command in COMMANDS:
        app.cli.add_command(command)
