"""`time-in-phase` and `retention`: how long people stay. The counts at risk come from the database, the estimate from SciPy."""

from collections import defaultdict
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, select

from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.words import count
from caseapp.reports.curves import Drawn, drawn, marks_for
from caseapp.reports.queries.times import (
    EPISODES,
    STAYS,
    Behind,
    Order,
    Times,
    group_is,
    group_of,
    group_order,
    people,
    phases_in_order,
)
from caseapp.reports.rules import ALL, Cell, Question
from caseapp.reports.survival import Curve, Tally, curve

LEFT, STILL = "left", "still there"


@dataclass(frozen=True)
class Part:
    """The curves of one group with their drawings, the marks of the day scale, and the finding in a sentence."""

    group: str
    curves: list[Curve]
    drawings: list[Drawn]
    marks: list[int]
    finding: str


@dataclass(frozen=True)
class Result:
    """What the page shows."""

    parts: list[Part]
    words: str
    total: int


@dataclass(frozen=True)
class Lengths:
    """A report on one kind of time. `place` is where people are, `begun` what began, in the words of its sentences."""

    times: Times
    place: str
    begun: str

    def rows(self, question: Question) -> list[list[object]]:
        """The rows of the file: for each group and phase, the estimate on each day on which someone left."""
        return [
            [*([one.group] if question.by else []), one.label, *point.cells()]
            for one in self.curves(question)
            for point in one.points
        ]

    def result(self, question: Question) -> Result:
        """What the page shows, from the same curves as the file."""
        curves = self.curves(question)
        groups = sorted({one.group for one in curves}, key=group_order)
        marks = marks_for(max((one.longest for one in curves), default=0))
        parts = [self._part(group, [one for one in curves if one.group == group], marks) for group in groups]
        total = sum(one.total for one in curves)
        if question.by == "reason":  # each reason is asked of the same people
            total = sum(one.total for one in curves if one.group == groups[0])
        return Result(parts, self.words(curves, total, question), total)

    def _part(self, group: str, curves: list[Curve], marks: list[int]) -> Part:
        return Part(group, curves, drawn(curves, marks), marks, " ".join(half_words(one) for one in curves))

    def words(self, curves: list[Curve], total: int, question: Question) -> str:
        """The answer in a sentence."""
        begun = f"{count(self.begun, total).capitalize()} began in these days."
        return begun if question.by else " ".join([begun, *(half_words(one) for one in curves)])

    def people(self, question: Question, user: Actor, cell: Cell, order: Order) -> Behind:
        """The stays or episodes behind a figure."""
        return people(self.times, self._of_cell(question, cell), question.as_of, user, order)

    def _of_cell(self, question: Question, cell: Cell) -> list[ColumnElement[bool]]:
        times, as_of = self.times, question.as_of
        asked = times.begun_in(question)
        if cell.row not in ("", ALL):
            asked.append(times.label == cell.row)
        left = times.left_by(as_of)
        if question.by == "reason" and cell.group:  # who left for another reason was last seen there on that day
            left = and_(left, *group_is(times, question, cell))
        else:
            asked += group_is(times, question, cell)
        asked += {LEFT: [left], STILL: [not_(func.coalesce(left, literal(False)))]}.get(cell.column, [])
        days = times.days(as_of)
        asked += [days >= cell.least] if cell.least is not None else []
        return [*asked, days <= cell.most] if cell.most is not None else asked

    def words_of(self, cell: Cell) -> str:
        """A figure in words."""
        where = self.place if cell.row in ("", ALL) else f"in {cell.row}"
        what = {LEFT: "who left", STILL: "still there when last looked at"}.get(cell.column, "everyone")
        if cell.least is None and cell.most is None:
            return f"{where}, {what}"
        if cell.least == cell.most:
            return f"{where}, {what}, after {count('day', cell.least)}"
        least = "" if cell.least is None else f" {cell.least} days or longer"
        most = "" if cell.most is None else f" up to {count('day', cell.most)}"
        return f"{where}, {what},{least}{' and' if least and most else ''}{most}"

    def curves(self, question: Question) -> list[Curve]:
        """For each group and phase its curve; a fixed number of statements, and as many rows as there are different lengths."""
        found = self._tallied(question)
        if question.by == "reason":
            found = _by_reason(found)
        place = {name: at for at, name in enumerate(phases_in_order())}
        order = sorted(found, key=lambda key: (group_order(key[0]), place.get(key[1], -1), key[1]))
        return [curve(label, group, found[group, label]) for group, label in order]

    def _tallied(self, question: Question) -> dict[tuple[str, str], list]:
        """By group and phase, in the order of days; split by reason, the reasons stand in the tallies' own rows."""
        times, by = self.times, question.by
        left = times.left_by(question.as_of)
        split = times.splits[by].column if by else literal("")
        if by == "reason":
            split = case((left, split), else_=None)
        each = times.rows(
            times.label.label("label"),
            split.label("split"),
            times.days(question.as_of).label("days"),
            case((left, 1), else_=0).label("gone"),
        )
        each = each.where(*times.begun_in(question)).subquery()
        over = [each.c.label] if by == "reason" else [each.c.label, each.c.split]
        at_risk = func.sum(func.count()).over(partition_by=over, order_by=each.c.days.desc())
        counted = select(each.c.label, each.c.split, each.c.days, func.sum(each.c.gone), func.count(), at_risk)
        counted = counted.group_by(each.c.label, each.c.split, each.c.days).order_by(each.c.days)
        found = defaultdict(list)
        for label, value, days, gone, all_, risk in db.execute(counted):
            group = (value if by == "reason" else group_of(value)) if by else ""
            found[group, label].append(Tally(days, int(gone), all_ - int(gone), int(risk)))
        return found


def _by_reason(found: dict[tuple, list[Tally]]) -> dict[tuple[str, str], list[Tally]]:
    """For each reason, who left for it; whoever left for another one counts as last seen there on that day."""
    reasons = {value for value, _label in found if value is not None}
    by_label: dict[str, list[tuple]] = defaultdict(list)
    for (value, label), tallies in found.items():
        by_label[label] += [(value, one) for one in tallies]
    curves = {}
    for label, rows in by_label.items():
        for reason in reasons:
            days: dict[int, Tally] = {}
            for value, one in sorted(rows, key=lambda row: row[1].days):
                gone = one.left if value == reason else 0
                here = days.get(one.days, Tally(one.days, 0, 0, one.at_risk))
                days[one.days] = replace(here, left=here.left + gone, still=here.still + one.left + one.still - gone)
            curves[group_of(reason), label] = list(days.values())
    return curves


def half_words(one: Curve) -> str:
    """By when half leave, as estimated, in a sentence."""
    day, low, high = one.half_left()
    where, of = ("the program", "episode") if one.label == ALL else (one.label, "stay")
    several = count(of, one.total)
    if day is None:
        return f"In {where} the estimate stays above a half up to the longest time seen, {count('day', one.longest)} ({several})."
    limits = "" if low is None else f" (95 % {low} to {high})" if high is not None else f" (95 % {low} or later)"
    return f"Half leave {where} within {count('day', day)}{limits}, as estimated from {several}."


TIME_IN_PHASE = Lengths(STAYS, "in any phase", "stay")
RETENTION = Lengths(EPISODES, "in the program", "episode")
