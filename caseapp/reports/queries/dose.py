"""`dose`: hours by client and week, as the chart and Today count them (`attendance.hours`)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import exists, or_, select

from caseapp.attendance.hours import Looked, Week, weeks
from caseapp.clients.models import Client
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.words import count, percent
from caseapp.episodes.models import Episode
from caseapp.programs.models import Program
from caseapp.reports.numbers import as_hours
from caseapp.reports.queries.times import Order, last_first, may_see, of_program
from caseapp.reports.rules import Question
from caseapp.scheduling.models import Place

MET = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Who:
    """A client as reports name them."""

    last_first: str
    record_number: str


@dataclass(frozen=True)
class Line:
    """One week of one client."""

    client_id: str
    who: Who
    week: Week

    @property
    def hours(self) -> tuple[Decimal | None, Decimal, Decimal]:
        """Required, scheduled and attended, with two decimals."""
        return as_hours(self.week.required), as_hours(self.week.scheduled), as_hours(self.week.attended)

    def cells(self) -> list[object]:
        """As the file has them; a client is named by the record number alone."""
        week = self.week
        return [self.who.record_number, week.first, week.level, *self.hours, week.days_attended, MET[week.met]]


@dataclass(frozen=True)
class OfLevel:
    """The weeks of a level of care: how many in all, and of those spent whole in one phase how many were met or not."""

    level: str
    weeks: int
    met: int
    not_met: int


@dataclass(frozen=True)
class Result:
    """What the page shows: the part of the lines that is asked for, sums by level of care, and the answer in words."""

    shown: list[Line]
    levels: list[OfLevel]
    words: str
    total: int
    at: dict[str, int]
    sort: dict[str, object]


def lines(question: Question, user: Actor) -> list[Line]:
    """The weeks in which anyone was in a phase or had something scheduled, of those whom this person may see, by name.

    The command line is given everyone. Statements do not grow with people or weeks.
    """
    program_id = program_asked(question)
    whom, until = clients(user), min(question.last, question.as_of)
    if question.first > until:
        return []
    found = [
        Line(client_id, whom[client_id], week)
        for client_id, theirs in weeks(Looked(question.first, until, question.as_of))
        if client_id in whom
        for week in theirs
        if _told(week, program_id)
    ]
    return sorted(found, key=lambda line: (line.who.last_first.casefold(), line.who.record_number, line.week.first))


def _told(week: Week, program_id: str | None) -> bool:
    if program_id:
        return week.phase is not None and week.phase.program_id == program_id
    return week.phase is not None or week.scheduled > 0


def program_asked(question: Question) -> str | None:
    """The program asked about; None for all. Raises RuleBroken where there is none of that name."""
    of_program(question)
    return db.scalar(select(Program.id).where(Program.name == question.program)) if question.program else None


def clients(user: Actor) -> dict[str, Who]:
    """By id, the clients of programs and sessions whom this person may see; the command line sees everyone. One statement."""
    names = select(Client.id, Client.last_name, Client.first_name, Client.called_elsewhere, Client.record_number)
    names = names.where(
        or_(exists().where(Episode.client_id == Client.id), exists().where(Place.client_id == Client.id))
    )
    if user.id is not None:
        names = names.where(may_see(user))
    return {row.id: Who(last_first(row), row.record_number) for row in db.execute(names)}


_SORTS: dict[str, Callable[[Line], object]] = {
    "week": lambda line: line.week.first,
    "level": lambda line: line.week.level,
    "attended": lambda line: line.week.attended,
}


def result(question: Question, user: Actor, order: Order) -> Result:
    """What the page shows, from the same lines as the file."""
    found = lines(question, user)
    shown = order.cut(order.put(found, _SORTS))
    return Result(shown, _levels(found), finding(found), len(found), order.at(len(found)), order.sort)


def _levels(found: list[Line]) -> list[OfLevel]:
    by_level: dict[str, list[bool | None]] = defaultdict(list)
    for line in found:
        by_level[line.week.level].append(line.week.met)
    told = sorted(by_level.items(), reverse=True)
    return [OfLevel(level, len(met), met.count(True), met.count(False)) for level, met in told]


def finding(found: list[Line]) -> str:
    """The answer in a sentence: of the weeks of which it can be said, in how many the hours of the phase were met."""
    told = [line.week.met for line in found if line.week.met is not None and line.week.required]
    people = count("client", len({line.client_id for line in found}))
    hours = as_hours(sum(line.week.attended for line in found))
    met = (
        f"The hours of the phase were met in {percent(told.count(True), len(told))} whole weeks"
        if told
        else "No whole week"
    )
    return f"{met}; {hours:,} hours attended by {people} in {count('week', len(found))}."
