"""The demo clinic: 120 invented people and half a year of their lives, made through actions, relative to today.

The same day gives the same names, days and figures. What is past was recorded when it happened, as the clock is set back.
"""

from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from caseapp.audit import actions as audit
from caseapp.cli.demo import (
    away,
    due,
    groups,
    lives,
    measuring,
    notes,
    planning,
    recovering,
    reviewing,
    surroundings,
    testing,
    treatment,
    week,
)
from caseapp.cli.demo.making import Demo
from caseapp.cli.demo.people import people
from caseapp.identity.rules import DEMO_PASSWORD, DEMO_STAFF


def load() -> Iterator[str]:
    """Fill a set-up database, inside a running transaction, with a bar on a terminal's stderr. Gives `email role password` per account."""
    demo = Demo()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with audit.together(), Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Making the demo clinic", total=len(people()) + week.steps() + 6)
        for _step in _made(demo):
            progress.advance(bar)
    for email, _name, role, _credential in DEMO_STAFF:
        yield f"{email} {role} {DEMO_PASSWORD}"


def _made(demo: Demo) -> Iterator[None]:
    """Make it all, in steps."""
    surroundings.furnish(demo)
    yield from lives.everyone(demo)
    yield from week.fill(demo)
    treatment.plans(demo)
    yield
    notes.write(demo)
    yield
    groups.plan_ahead(demo)
    away.enter(demo)
    planning.enter(demo)
    yield
    measuring.courses(demo)
    recovering.tell(demo)
    yield
    testing.medicate_and_test(demo)
    yield
    due.crises(demo)
    yield
    reviewing.review(demo)
    due.ordinary_tasks(demo)
    yield
