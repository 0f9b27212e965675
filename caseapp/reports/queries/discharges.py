"""`discharges`: how episodes ended, and after how many days, counted as TEDS counts (`domain.md` 7.2, 7.3)."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, case, func, literal, select

from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.words import count
from caseapp.episodes.models import Episode
from caseapp.episodes.rules import MoveReason
from caseapp.programs.models import Phase
from caseapp.reports.numbers import middle, share, tenths
from caseapp.reports.queries.times import (
    EPISODES,
    Behind,
    Order,
    Split,
    days_between,
    group_of,
    group_order,
    of_program,
    phases_in_order,
)
from caseapp.reports.queries.times import (
    people as people_of,
)
from caseapp.reports.rules import ALL, ENDINGS, NOT_RECORDED, Cell, Question, ending_of


@dataclass(frozen=True)
class Line:
    """The episodes of a group that ended, by how they ended, and the median of their days."""

    group: str
    total: int
    by_ending: Counter
    median_days: int | Decimal | None

    def cells(self) -> list[object]:
        """As the file has them."""
        parts = [self.by_ending[ending] for ending in ENDINGS]
        return [self.group, self.total, *parts, *(share(part, self.total) for part in parts), self.median_days]

    def tenths(self, ending: str) -> str:
        """The percentage of an ending, with one decimal."""
        return tenths(self.by_ending[ending], self.total)


@dataclass(frozen=True)
class Result:
    """What the page shows."""

    lines: list[Line]
    words: str
    total: int


def rows(question: Question) -> list[list[object]]:
    """The rows of the file, the last one of all."""
    return [line.cells() for line in lines(question)]


def lines(question: Question) -> list[Line]:
    """A line for each group, and one for all; one statement that counts by group, reason and length."""
    endings: dict[str, Counter] = defaultdict(Counter)
    lengths: dict[str, Counter] = defaultdict(Counter)
    for split, reason, days, many in db.execute(_counted(question)):
        for group in (ALL, *([group_of(split)] if question.by else [])):
            endings[group][ending_of(reason)] += many
            lengths[group][days] += many
    place = {name: at for at, name in enumerate(phases_in_order())} if question.by == "phase" else {}
    order = sorted((g for g in endings if g != ALL), key=lambda g: (g == NOT_RECORDED, place.get(g, 0), group_order(g)))
    return [Line(g, endings[g].total(), endings[g], middle(lengths[g].items())) for g in (*order, ALL)]


def _counted(question: Question):
    each = EPISODES.rows(
        (_split(question.by).column if question.by else literal("")).label("split"),
        EPISODES.reason.label("reason"),
        _days().label("days"),
    )
    each = each.where(*_ended_in(question)).subquery()
    counted = select(each.c.split, each.c.reason, each.c.days, func.count())
    return counted.group_by(each.c.split, each.c.reason, each.c.days)


def _ended_in(question: Question) -> list[ColumnElement[bool]]:
    until = min(question.last, question.as_of)
    return [Episode.discharged_on.between(question.first, until), *of_program(question)]


def _split(by: str) -> Split:
    return Split(Phase.name) if by == "phase" else EPISODES.splits[by]


def _days() -> ColumnElement[int]:
    """TEDS: the discharge or the last contact, whichever is earlier, minus the admission; less than a day is a day."""
    earlier = case(
        (Episode.last_contact_on < Episode.discharged_on, Episode.last_contact_on), else_=Episode.discharged_on
    )
    days = days_between(earlier, Episode.admitted_on)
    return case((days < 1, 1), else_=days)


def result(question: Question) -> Result:
    """What the page shows, from the same lines as the file."""
    found = lines(question)
    return Result(found, finding(found[-1]), found[-1].total)


def finding(everyone: Line) -> str:
    """The answer in a sentence."""
    if not everyone.total:
        return "No episode ended in these days."
    whole = f"Of {count('episode', everyone.total)} that ended"
    told = [f"{_of(everyone, ending)} {words}" for ending, words in _said(everyone) if everyone.by_ending[ending]]
    middle_ = f"{everyone.median_days} day{'' if everyone.median_days == 1 else 's'}"
    return f"{whole}, {', '.join(told)}. The median stay was {middle_}."


def _said(line: Line) -> list[tuple[str, str]]:
    """Each ending in words that fit its number."""
    was = [("was" if line.by_ending[ending] == 1 else "were") for ending in ENDINGS]
    words = ("completed", f"{was[1]} transferred", "left before completing", f"{was[3]} discharged by the program")
    return list(zip(ENDINGS, (*words, "ended otherwise"), strict=True))


def _of(line: Line, ending: str) -> str:
    said = tenths(line.by_ending[ending], line.total)
    return f"{line.by_ending[ending]:,}" + (f" ({said})" if said else "")


def people(question: Question, user: Actor, cell: Cell, order: Order) -> Behind:
    """The episodes behind a figure: of a group, with an ending."""
    asked = _ended_in(question)
    if question.by and cell.row not in ("", ALL):
        asked.append(_split(question.by).equals(cell.row))
    if cell.column in ENDINGS:
        meant = [reason for reason in MoveReason if ending_of(reason) == cell.column]
        none = EPISODES.reason.is_(None) if ending_of(None) == cell.column else literal(False)
        asked.append(EPISODES.reason.in_(meant) | none)
    return people_of(EPISODES, asked, question.as_of, user, order)


def words_of(cell: Cell) -> str:
    """A figure in words."""
    return f"{cell.column or 'ended in any way'}{f', {cell.row}' if cell.row not in ('', ALL) else ''}".lower()
