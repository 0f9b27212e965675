"""`flask --app wsgi backup PATH` and `restore PATH`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from caseapp.cli.auditing import anchor
from caseapp.cli.backup.restoring import restore as restored_from
from caseapp.cli.backup.taking import take
from caseapp.cli.bar import bar
from caseapp.cli.ready import cannot, said_by
from caseapp.core.errors import RuleBroken
from caseapp.core.migrate import Orphans

_PATH = click.argument("path", type=click.Path(path_type=Path))


@click.command()
@click.pass_context
@with_appcontext
@_PATH
def backup(context: click.Context, path: Path) -> None:
    """Write one state of the database to PATH while people go on working; the master key is not in it.

    Exit 0: written. Exit 1: written, but the audit log does not fit its anchor. Exit 2: nothing was written.
    """
    with _said("Nothing was written."), bar("Writing") as tell:
        taken = take(path, anchor(), tell)
    rows = sum(taken.rows.values())
    click.echo(f"wrote {path}: {rows} rows of {len(taken.rows)} tables, {path.stat().st_size} bytes")
    if taken.broken:
        click.echo(f"The audit log is backed up as it is. {taken.broken} Run: flask --app wsgi audit verify", err=True)
        context.exit(1)


@click.command()
@with_appcontext
@_PATH
@click.option("--log-as-it-is", is_flag=True, help="Restore also a backup whose audit log does not verify.")
def restore(path: Path, log_as_it_is: bool) -> None:
    """Fill an empty database from a backup. Exit 0: all of it is there and was verified. Exit 2: nothing was changed.

    KEY_FILE must be the master key under which the backup was made. Everybody signs in again; links for passwords that were
    not used are made anew.
    """
    with _said("Nothing was restored."):
        done = restored_from(path, anchor(), log_as_it_is)
    rows = sum(done.head.rows.values())
    click.echo(f"restored {rows} rows of {len(done.head.rows)} tables, as of {done.head.made_at}")
    click.echo(done.log.broken or f"checked {done.log.events} events of the audit log")


@contextmanager
def _said(nothing: str) -> Iterator[None]:
    """Whatever goes wrong becomes a sentence and exit 2; what was typed or is on record never stands in it."""
    key_file = current_app.config["SETTINGS"].key_file
    if not key_file.exists():
        raise cannot(f"There is no master key at KEY_FILE ({key_file}). Put the clinic's there first. {nothing}")
    try:
        yield
    except RuleBroken as refused:
        raise cannot(f"{refused.sentence} {nothing}") from None
    except Orphans as error:
        raise cannot(f"{error}. {nothing}") from None
    except OSError as error:
        raise cannot(f"{error.filename}: {error.strerror or error}. {nothing}") from None
    except (SQLAlchemyError, psycopg.Error) as error:
        raise cannot(f"The database stopped it: {said_by(error)}. {nothing}") from None
