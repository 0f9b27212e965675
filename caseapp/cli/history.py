"""`import history`: past episodes from another system, a batch of rows to a transaction."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DataError, IntegrityError

from caseapp.audit.actions import changed
from caseapp.cli.importing import bring, checked_source, warn_if_nobody_would_see_them, with_bar
from caseapp.cli.ready import cannot, must_be_set_up, said_by
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.access import COMMAND_LINE
from caseapp.core.errors import RuleBroken
from caseapp.interchange.history.actions import Phases, bring_in_history
from caseapp.interchange.history.queries import known_episodes
from caseapp.interchange.history.rules import (
    DEFAULT_SOURCE,
    EPISODE_COLUMNS,
    PHASE_COLUMNS,
    Past,
    past_of,
    phase_key,
)
from caseapp.interchange.history.shelf import Shelf, shelf
from caseapp.interchange.rules import CannotBringIn, Outcome
from caseapp.interchange.tables import Rejects, Row, Table, opened, rejects_of

# One commit for so many episodes: some hundred cost little more than one, and what is cut off loses no more.
EPISODES_AT_ONCE = 500
TRIES = 3  # another import of the same source may be quicker with some of a batch; then it is looked up anew


@bring.command("history")
@click.pass_context
@with_appcontext
@click.argument("episodes", metavar="EPISODES.csv", type=click.Path(path_type=Path))
@click.option("--phases", metavar="PHASES.csv", type=click.Path(path_type=Path), help="The days in phases, in order.")
@click.option("--source", default=DEFAULT_SOURCE, show_default=True, help="Where the history comes from.")
def bring_in_files(context: click.Context, episodes: Path, phases: Path | None, source: str) -> None:
    """Bring in past episodes; those that can't be go to EPISODES.csv.rejects.csv with the reason.

    A client is known by SOURCE and client_ref. Without rows in PHASES.csv an episode has no phases. May be cut off and run
    again: nothing is brought in twice.
    """
    must_be_set_up()
    source = checked_source(source)
    tally: Counter[str] = Counter()
    try:
        with ExitStack() as open_files:
            ready = _open(open_files, episodes, EPISODE_COLUMNS, "a list of episodes")
            of_phases = _open(open_files, phases, PHASE_COLUMNS, "a list of phases") if phases else None
            warn_if_nobody_would_see_them()
            laid = open_files.enter_context(shelf())
            for done in bring_in(ready, of_phases, laid, source):
                tally += done
    except RuleBroken as refused:
        raise cannot(refused.sentence) from None
    except database.NO_DATABASE as error:
        raise cannot(
            f"The database stopped the import ({said_by(error)}). Run it again: it goes on from here."
        ) from None
    click.echo(f"imported {tally['imported']}, already known {tally['known']}, rejected {tally['rejected']}")
    context.exit(1 if tally["rejected"] else 0)


def _open(open_files: ExitStack, path: Path, columns: tuple[str, ...], to_be: str) -> tuple[Table, Rejects]:
    table = open_files.enter_context(opened(path))
    table.needs(columns, to_be)
    return table, open_files.enter_context(rejects_of(path, table.header))


def bring_in(
    episodes: tuple[Table, Rejects], phases: tuple[Table, Rejects] | None, laid: Shelf, source: str
) -> Iterator[Counter[str]]:
    """Bring in a history; after each commit, what became of its rows."""
    total: Counter[str] = Counter()
    with database.transaction():
        today = clock.today(clinic.zone())
    if phases:
        yield from with_bar(phases[0], _lay_phases(*phases, laid))
    names = phases[0].names if phases else []
    for done in with_bar(episodes[0], _bring_in_episodes(*episodes, laid, names, source, today)):
        total += done
        yield done
    if phases:
        yield from _refuse_what_is_left(phases[1], laid, source)
    with database.transaction():
        changed("interchange.import_history", None, COMMAND_LINE, source=source, **total)


def _lay_phases(table: Table, rejects: Rejects, laid: Shelf) -> Iterator[Counter[str]]:
    rows = enumerate(table.rows(), 1)
    while batch := list(islice(rows, EPISODES_AT_ONCE)):
        before, good = rejects.number, []
        for number, row in batch:
            try:
                good.append((_key_of(table, row), number, row.cells))
            except CannotBringIn as refused:
                rejects.add(row, refused.reason)
        laid.lay(good)
        yield Counter(rejected=rejects.number - before)


def _key_of(table: Table, row: Row) -> str:
    if row.wrong:
        raise CannotBringIn(row.wrong)
    return phase_key(_named(table.names, row.cells))


def _named(names: list[str], cells: list[str]) -> dict[str, str]:
    return dict(zip(names, cells, strict=True))


def _bring_in_episodes(
    table: Table, rejects: Rejects, laid: Shelf, phase_names: list[str], source: str, today: date
) -> Iterator[Counter[str]]:
    rows = enumerate(table.rows(), 1)
    while batch := list(islice(rows, EPISODES_AT_ONCE)):
        read = [_read(table, row, laid, number, today) for number, row in batch]
        good = [one for one in read if isinstance(one, Past)]
        taken = laid.take([past.key for past in good])
        phases = {key: [_named(phase_names, cells) for cells in found] for key, found in taken.items()}
        kept = iter(_kept(good, phases, source, today))
        outcomes = [next(kept) if isinstance(one, Past) else one for one in read]
        for (_number, row), outcome in zip(batch, outcomes, strict=True):
            if not isinstance(outcome, Outcome):
                rejects.add(row, outcome)
        yield Counter(one.value if isinstance(one, Outcome) else "rejected" for one in outcomes)


def _read(table: Table, row: Row, laid: Shelf, number: int, today: date) -> Past | str:
    """The episode of a row, or the reason for which it can't be one."""
    if row.wrong:
        return row.wrong
    try:
        past = past_of(_named(table.names, row.cells), today)
    except CannotBringIn as refused:
        return refused.reason
    first = laid.first_seen(past.key, number)
    return past if first == number else f"The same client_ref and admitted_on stand in row {first} already"


def _kept(good: list[Past], phases: Phases, source: str, today: date) -> list[Outcome | str]:
    for tried in range(1, TRIES + 1):
        try:
            with database.transaction():
                return bring_in_history(good, phases, source, today, COMMAND_LINE)
        except IntegrityError:
            if tried == TRIES:
                raise RuleBroken(
                    "Another import is changing the same episodes. Run it again when it has ended."
                ) from None
        except DataError:
            return _one_by_one(good, phases, source, today)
    return []


def _one_by_one(good: list[Past], phases: Phases, source: str, today: date) -> list[Outcome | str]:
    """A text that one engine can't keep costs its own episode alone."""
    if len(good) > 1:
        return [outcome for past in good for outcome in _kept([past], phases, source, today)]
    return ["The database can't keep a text of this row. Shorten it or take special characters out"]


def _refuse_what_is_left(rejects: Rejects, laid: Shelf, source: str) -> Iterator[Counter[str]]:
    """Phases of no episode: neither in the list of episodes nor on record."""
    for some in laid.left():
        with database.transaction():
            known = known_episodes(source, (key for key, _cells in some))
        strays = [cells for key, cells in some if key not in known]
        for cells in strays:
            rejects.add(Row(cells), "No episode with this client_ref and admitted_on is in the list or on record")
        yield Counter(rejected=len(strays))
