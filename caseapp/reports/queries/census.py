"""`census`: how many people were in each phase on each day."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, exists, func, literal, or_

from caseapp.clients.models import Client
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.words import count
from caseapp.core.words import day as day_words
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.reports.curves import Drawn, drawn_counts
from caseapp.reports.queries.times import (
    EPISODES,
    STAYS,
    Behind,
    Order,
    group_is,
    group_of,
    group_order,
    of_program,
    phases_in_order,
)
from caseapp.reports.queries.times import (
    people as people_of,
)
from caseapp.reports.rules import Cell, Question

SHOWN_AT_MOST = 62  # days in the table of a page; of more, every so-manieth, and all of them in the file


@dataclass(frozen=True)
class Line:
    """The people of a group in a phase, one number for each day of the question."""

    group: str
    phase: str
    clients: list[int]


@dataclass(frozen=True)
class Part:
    """The lines of one group with their drawings."""

    group: str
    lines: list[Line]
    drawings: list[Drawn]


@dataclass(frozen=True)
class Result:
    """What the page shows. `shown` are the places of the days that stand in its table; `without` are people without a phase."""

    parts: list[Part]
    days: list[date]
    shown: list[int]
    words: str
    without: int
    total: int


def days_of(question: Question) -> list[date]:
    """The days asked about, none after the as-of day."""
    until = min(question.last, question.as_of)
    return [question.first + timedelta(days=at) for at in range((until - question.first).days + 1)]


def rows(question: Question) -> list[list[object]]:
    """The rows of the file: each day, each phase in which anyone was in these days."""
    days, found = days_of(question), lines(question)
    return [
        [*([line.group] if question.by else []), day, line.phase, line.clients[at]]
        for at, day in enumerate(days)
        for line in found
    ]


def lines(question: Question) -> list[Line]:
    """A line for each group and phase in which anyone was, in order. One statement; each stay is looked at once, not once a day."""
    days = len(days_of(question))
    if not days:
        return []
    changes: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (days + 1))
    for key, first, end in _apart(_stays(question), question, days):
        changes[key][first] += 1
        changes[key][end] -= 1
    place = {name: at for at, name in enumerate(phases_in_order())}
    order = sorted(changes, key=lambda key: (group_order(key[0]), place[key[1]]))
    return [Line(group, phase, _running(changes[group, phase][:days])) for group, phase in order]


def _running(changes: list[int]) -> list[int]:
    number, numbers = 0, []
    for change in changes:
        number += change
        numbers.append(number)
    return numbers


def _stays(question: Question) -> Iterable:
    split = STAYS.splits[question.by].column if question.by else literal("")
    each = STAYS.rows(split.label("split"), STAYS.phase.label("phase"), Client.id, STAYS.began, STAYS.ended)
    each = each.where(*_there(question, question.first, min(question.last, question.as_of)))
    in_order = (STAYS.phase, "split", Client.id, STAYS.began) if question.by else (STAYS.phase, Client.id, STAYS.began)
    return db.execute(each.order_by(*in_order).execution_options(yield_per=1_000))


def _there(question: Question, first: date, last: date) -> list[ColumnElement[bool]]:
    """In a phase on a day at least of these: the first day counts, the day of the move no longer."""
    return [STAYS.began <= last, or_(STAYS.ended.is_(None), STAYS.ended > first), *of_program(question)]


def _apart(stays: Iterable, question: Question, days: int) -> Iterable[tuple[tuple[str, str], int, int]]:
    """The stays as places of days, [first, end); of one person in one phase each day once, also where two programs share it."""
    before, reached = None, 0
    first, by = question.first, question.by
    for split, phase, client_id, began, ended in stays:
        at, end = max((began - first).days, 0), min((ended - first).days if ended else days, days)
        group = group_of(split) if by else ""
        if before != (group, phase, client_id):
            before, reached = (group, phase, client_id), 0
        at, reached = max(at, reached), max(end, reached)
        if at < end:
            yield (group, phase), at, end


def result(question: Question) -> Result:
    """What the page shows, from the same lines as the file."""
    days, found = days_of(question), lines(question)
    groups = list(dict.fromkeys(line.group for line in found))
    each = [[line for line in found if line.group == group] for group in groups]
    most = max((max(line.clients) for line in found), default=0)
    parts = [Part(of[0].group, of, drawn_counts([(one.phase, one.clients) for one in of], days, most)) for of in each]
    every = -(-len(days) // SHOWN_AT_MOST) or 1
    shown = list(range(len(days) - 1, -1, -every))[::-1]
    return Result(parts, days, shown, finding(days, found), _without_phase(question), len(found))


def finding(days: list[date], found: list[Line]) -> str:
    """The answer in a sentence: the last day."""
    if not found:
        return "Nobody was in a phase in these days."
    phases: dict[str, int] = defaultdict(int)
    for line in found:
        phases[line.phase] += line.clients[-1]
    told = ", ".join(f"{number:,} in {phase}" for phase, number in phases.items())
    return f"On {day_words(days[-1])}: {count('client', sum(phases.values()))} in a phase ({told})."


def _without_phase(question: Question) -> int:
    """How many people were in the program in these days with no phase on record."""
    stay = EPISODES.rows(func.count(func.distinct(Client.id)))
    until = min(question.last, question.as_of)
    stay = stay.where(Episode.admitted_on <= until, *of_program(question))
    stay = stay.where(or_(Episode.discharged_on.is_(None), Episode.discharged_on > question.first))
    return db.scalar(stay.where(~_has_stay()))


def _has_stay() -> ColumnElement[bool]:
    return exists().where(PhaseStay.episode_id == Episode.id).correlate(Episode)


def people(question: Question, user: Actor, cell: Cell, order: Order) -> Behind:
    """The stays behind a figure: in a phase, on a day (or on any of the days)."""
    day = cell.day
    asked = _there(question, day or question.first, day or min(question.last, question.as_of))
    asked += [STAYS.phase == cell.row] if cell.row else []
    return people_of(STAYS, [*asked, *group_is(STAYS, question, cell)], question.as_of, user, order)


def words_of(cell: Cell) -> str:
    """A figure in words."""
    where = f"in {cell.row}" if cell.row else "in any phase"
    return f"{where}{f' on {day_words(cell.day)}' if cell.day else ''}"
