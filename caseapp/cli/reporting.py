"""`flask --app wsgi report …`: the figures of the report pages, for scripts."""

import json
from datetime import date
from decimal import Decimal

import click
from flask.cli import with_appcontext

from caseapp.audit.actions import record
from caseapp.audit.rules import Kind
from caseapp.cli.ready import must_be_set_up
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.access import COMMAND_LINE
from caseapp.core.cells import safe_cell
from caseapp.core.errors import RuleBroken
from caseapp.core.parsing import parse_day
from caseapp.reports import queries
from caseapp.reports.figures import as_csv
from caseapp.reports.rules import NAMES, SPLITS, Question

Days = tuple[date, date, date | None]


@click.command()
@with_appcontext
@click.argument("name", type=click.Choice(NAMES))
@click.option("--from", "first", metavar="DAY", help="First day; without it the first on record.")
@click.option("--to", "last", metavar="DAY", help="Last day; without it today.")
@click.option("--as-of", "as_of", metavar="DAY", help="The day up to which is looked; without it today.")
@click.option("--program", metavar="NAME", help="Only this program.")
@click.option("--by", metavar="FIELD", help=f"Split by: {', '.join(SPLITS)}.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def report(name: str, first: str, last: str, as_of: str, program: str | None, by: str | None, form: str) -> None:
    """The same figures as the page of that name."""
    must_be_set_up()
    with database.transaction():
        today = clock.today(clinic.zone())
        days = (_day("--from", first, today), _day("--to", last, today), _day("--as-of", as_of, today))
        try:
            question = Question.asked(today, *_nothing_left_out(*days, today), program, by, name)
            columns, rows, clients = queries.answer_for(name, question, COMMAND_LINE)
        except RuleBroken as refused:
            raise click.UsageError(refused.sentence) from None
    days = {"first": question.first, "last": question.last, "as_of": question.as_of}
    record(Kind.export, f"reports.{name}", COMMAND_LINE, clients, form=form, **days)
    _write(form, question, columns, rows)


def _nothing_left_out(first: date | None, last: date | None, as_of: date | None, today: date) -> Days:
    """A command that names no day means all of them: from the first on record up to the day looked at."""
    last = last or as_of or today
    return first or min(queries.first_day() or last, last), last, as_of


def _day(option: str, text: str | None, today: date) -> date | None:
    """A day as the pages take it: 2026-11-18, 11/18/2026, yesterday. None where none is given."""
    try:
        return parse_day(text, today) if text else None
    except ValueError as error:
        raise click.UsageError(f'{option} "{text}" is not a day. {error}.') from None


def _write(form: str, question: Question, columns: list[str], rows: list[list[object]]) -> None:
    if form == "csv":
        click.echo(as_csv(columns, rows), nl=False)
    elif form == "json":
        click.echo(json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=_plain, indent=1))
    else:
        click.echo(f"From {question.first} to {question.last}, as of {question.as_of}.")
        cells = [columns, *([safe_cell(value) for value in row] for row in rows)]
        widths = [max(len(row[at]) for row in cells) for at in range(len(columns))]
        for row in cells:  # no frame and no line broken, so that it can be read by eye and by other programs
            click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _plain(value: date | Decimal) -> str | float:
    """What JSON has no word for: a day as 2026-11-18, a share or hours as a number."""
    return value.isoformat() if isinstance(value, date) else float(value)
