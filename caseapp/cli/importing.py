"""`import …`: lists and referrals from other systems."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from caseapp.cli.ready import cannot, must_be_set_up, said_by
from caseapp.core import db as database
from caseapp.core.access import COMMAND_LINE
from caseapp.core.errors import RuleBroken
from caseapp.identity.queries import teams
from caseapp.interchange.rules import SOURCE_MOST
from caseapp.interchange.runs import Tally, bring_in
from caseapp.interchange.sources import BESIDE, File, sources_of
from caseapp.interchange.tables import Rejects, rejects_of, size_of

Step = TypeVar("Step")


class Read(Protocol):
    """A file of which it can be told how far it has been read."""

    name: str
    size: int

    @property
    def position(self) -> int: ...


@click.group("import")
def bring() -> None:
    """Bring in what other systems hold."""


@bring.command("clients")
@click.pass_context
@with_appcontext
@click.argument("paths", metavar="PATH…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--source", help="Where they come from. [default: patients.csv; of a Bundle, whoever numbered the client]"
)
def bring_clients(context: click.Context, paths: tuple[Path, ...], source: str | None) -> None:
    """Bring in people of Synthea-style patients.csv files and FHIR R4 Bundles (.json); those who can't be go to
    PATH.rejects.csv with the reason.

    Conditions and medications to do with substances come with them: in a Bundle, or in the conditions.csv and medications.csv
    beside the list. A person is known by SOURCE and the Id of the row (in a Bundle: the medical record number), or by name
    and birth date. The digits that Synthea puts behind names are left out. May be cut off and run again: nobody is brought
    in twice.
    """
    must_be_set_up()
    source = "" if source is None else checked_source(source)
    tally = Tally()
    try:
        with ExitStack() as opened:  # all are looked at before the first is brought in
            files = sources_of(_files(paths), opened)
            rejects = [opened.enter_context(rejects_of(Path(one.name), one.header)) for one in files]
            warn_if_nobody_would_see_them()
            for one, refused in zip(files, rejects, strict=True):
                for done in with_bar(one, bring_in(one, refused, source, COMMAND_LINE)):
                    tally.add(done)
                _say_who_stays_outside(one.name, refused)
    except RuleBroken as refused:
        raise cannot(refused.sentence) from None
    except database.NO_DATABASE as error:
        raise cannot(
            f"The database stopped the import ({said_by(error)}). Run it again: it goes on from here."
        ) from None
    counts = tally.counts
    click.echo(f"imported {counts['imported']}, already known {counts['known']}, rejected {counts['rejected']}")
    context.exit(1 if counts["rejected"] else 0)


def _say_who_stays_outside(name: str, rejects: Rejects) -> None:
    if rejects.number == 1:
        click.echo(f"{rejects.first}." if rejects.first.startswith(name) else f"{name}: {rejects.first}.", err=True)
    elif rejects.number:
        click.echo(f"{name}: {rejects.number} rejected, see {name}.rejects.csv", err=True)


def _files(paths: Iterable[Path]) -> list[File]:
    """The files named, each once, with what lies beside the lists among them. Raises RuleBroken for what is no file."""
    named = list(dict.fromkeys(paths))
    lists = [path for path in named if path.suffix.lower() != ".json" and path.name.lower() not in BESIDE]
    beside = [path.with_name(name) for path in lists for name in BESIDE]
    named += [path for path in dict.fromkeys(beside) if path not in named and path.is_file()]
    return [File(str(path), size_of(path), _opener(path)) for path in named]


def _opener(path: Path) -> Any:
    def open_it() -> Any:
        try:
            return path.open("rb")
        except OSError as error:
            raise RuleBroken(f"{path} can't be read: {error.strerror}.") from None

    return open_it


def checked_source(source: str) -> str:
    name = " ".join(source.split())
    if not name or not name.isprintable() or len(name) > SOURCE_MOST:
        raise click.BadParameter(f"Name the source in 1 to {SOURCE_MOST} characters.", param_hint="--source")
    return name


def warn_if_nobody_would_see_them() -> None:
    with database.transaction():
        if not any(team.takes_referrals for team in teams()):
            click.echo("No team takes referrals, so nobody will see the people brought in.", err=True)


def with_bar(file: Read, steps: Iterator[Step]) -> Iterator[Step]:
    """The same, with a bar on a terminal that follows the bytes read."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task(Path(file.name).name, total=file.size)
        for done in steps:
            progress.update(bar, completed=file.position)
            yield done
