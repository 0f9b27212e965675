"""How good a week is after so many seconds: what it costs against the bound under which no week can be, and what it leaves short."""

import os
from typing import NamedTuple, TextIO

from rich.console import Console
from rich.table import Table

from caseapp.weekplan.checking import faults
from caseapp.weekplan.rules import Clinic, Costs
from caseapp.weekplan.solving import propose

SECONDS = (30, 120)
COLUMNS = (
    "build my week",
    "seconds",
    "cost",
    "bound",
    "cost of comfort",
    "hours asked",
    "hours short",
    "faults",
    "load",
)


class Quality(NamedTuple):
    """One proposal. `comfort` is its cost without the hours that are short; `load` is the machine's, for it shares the time."""

    clinic: str
    seconds: int
    cost: int
    bound: int
    comfort: int
    hours_asked: float
    hours_short: float
    faults: int
    load: float


def quality(clinic: Clinic, seconds: int) -> Quality:
    """Propose a week for this clinic in so many seconds, and look at it."""
    proposal = propose(clinic, seconds)
    asked = sum(need.kind.minutes * need.times for client in clinic.clients for need in client.needs) / 60
    short = sum(one.kind.minutes * one.times for one in proposal.shortfalls) / 60
    return Quality(
        f"{len(clinic.clients)} clients, {len(clinic.leaders)} staff, {len(clinic.rooms)} rooms",
        seconds,
        proposal.cost,
        proposal.bound,
        proposal.cost - round(Costs().hour_short * short),
        round(asked, 1),
        round(short, 1),
        len(faults(clinic, proposal)),
        round(os.getloadavg()[0], 1),
    )


def show(rows: list[Quality], out: TextIO) -> None:
    """Print the table."""
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    Console(file=out, width=130).print(table)
