"""`import …`: lists from other systems."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from caseapp.audit.actions import changed
from caseapp.cli.ready import must_be_set_up
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.access import COMMAND_LINE
from caseapp.core.errors import RuleBroken, sentence_of
from caseapp.identity.queries import teams
from caseapp.interchange import actions, queries
from caseapp.interchange.rules import (
    DEFAULT_SOURCE,
    NEEDED_COLUMNS,
    SOURCE_MOST,
    CannotBringIn,
    Outcome,
    Person,
    person_of,
)
from caseapp.interchange.tables import Rejects, Row, Table, opened, rejects_of

# One commit for so many rows: what is cut off loses no more, and nobody else waits long for the database.
ROWS_AT_ONCE = 100


@click.group("import")
def bring() -> None:
    """Bring in what other systems hold."""


@bring.command("clients")
@click.pass_context
@with_appcontext
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", default=DEFAULT_SOURCE, show_default=True, help="Where the lists come from.")
def bring_clients(context: click.Context, paths: tuple[Path, ...], source: str) -> None:
    """Bring in people of Synthea-style patients.csv files; those who can't be go to PATH.rejects.csv with the reason.

    A person is known by SOURCE and the Id of the row, or by name and birth date. The digits that Synthea puts behind names
    are left out. May be cut off and run again: nobody is brought in twice.
    """
    must_be_set_up()
    source = checked_source(source)
    tally: Counter[str] = Counter()
    try:
        with ExitStack() as open_files:  # all are looked at before the first is brought in
            files = [_open(open_files, path) for path in dict.fromkeys(paths)]
            warn_if_nobody_would_see_them()
            for table, rejects in files:
                for done in with_bar(table, bring_in(table, rejects, source)):
                    tally += done
    except RuleBroken as refused:
        raise cannot(refused.sentence) from None
    except OperationalError as error:
        raise cannot(f"The database stopped the import ({error.orig}). Run it again: it goes on from here.") from None
    click.echo(f"imported {tally['imported']}, already known {tally['known']}, rejected {tally['rejected']}")
    context.exit(1 if tally["rejected"] else 0)


def cannot(sentence: str) -> click.ClickException:
    """A sentence, and exit 2: 1 is kept for an import that went well but for its rejects."""
    stopped = click.ClickException(sentence)
    stopped.exit_code = 2
    return stopped


def checked_source(source: str) -> str:
    name = " ".join(source.split())
    if not name or not name.isprintable() or len(name) > SOURCE_MOST:
        raise click.BadParameter(f"Name the source in 1 to {SOURCE_MOST} characters.", param_hint="--source")
    return name


def _open(open_files: ExitStack, path: Path) -> tuple[Table, Rejects]:
    table = open_files.enter_context(opened(path))
    table.needs(NEEDED_COLUMNS)
    return table, open_files.enter_context(rejects_of(table))


def warn_if_nobody_would_see_them() -> None:
    with database.transaction():
        if not any(team.takes_referrals for team in teams()):
            click.echo("No team takes referrals, so nobody will see the people brought in.", err=True)


def with_bar(table: Table, batches: Iterator[Counter[str]]) -> Iterator[Counter[str]]:
    """The same, with a bar on a terminal that follows the bytes read."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task(table.path.name, total=table.size)
        for done in batches:
            progress.update(bar, completed=table.position)
            yield done


def bring_in(table: Table, rejects: Rejects, source: str) -> Iterator[Counter[str]]:
    """Bring in a list, a batch of rows to a transaction; after each commit, what became of its rows."""
    rows, total = table.rows(), Counter()
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        with database.transaction():
            today, least_age = clock.today(clinic.zone()), queries.least_age()
            outcomes = [_outcome(table, row, source, today, least_age) for row in batch]
        for row, outcome in zip(batch, outcomes, strict=True):
            if not isinstance(outcome, Outcome):
                rejects.add(row, outcome)
        done = Counter(outcome.value if isinstance(outcome, Outcome) else "rejected" for outcome in outcomes)
        total += done
        yield done
    with database.transaction():
        changed("interchange.import_clients", None, COMMAND_LINE, source=source, **total)


def _outcome(table: Table, row: Row, source: str, today, least_age) -> Outcome | str:
    """What became of a row, or the reason for which it stays outside. A row is kept whole or leaves no trace."""
    if row.wrong:
        return row.wrong
    try:
        person = person_of(dict(zip(table.names, row.cells, strict=True)), today, least_age)
        return _kept(person, source)
    except CannotBringIn as refused:
        return refused.reason


def _kept(person: Person, source: str) -> Outcome:
    try:
        with database.db.begin_nested():
            return actions.bring_in(person, source, COMMAND_LINE)
    except RuleBroken as refused:
        raise CannotBringIn(refused.sentence.rstrip(".")) from None
    except (
        IntegrityError
    ) as error:  # another import was quicker with this very person, or a rule only the database knows
        if queries.by_reference(source, person.reference):
            return Outcome.known
        raise CannotBringIn(sentence_of(database.broken_constraint(error))[0].rstrip(".")) from None
    except DataError:
        raise CannotBringIn(
            "The database can't keep a text of this row. Shorten it or take special characters out"
        ) from None
