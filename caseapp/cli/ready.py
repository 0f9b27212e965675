"""What has to be so before a command touches the database."""

import click

from caseapp.core import db as database
from caseapp.core import migrate


def must_be_set_up() -> None:
    """Raise a ClickException with a sentence unless the database is set up for this version."""
    if migrate.current(database.engine()) != migrate.head():
        raise click.ClickException("This database is not set up for this version. Run: flask --app wsgi setup")
