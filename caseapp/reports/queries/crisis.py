"""`crisis`: contacts, and whether someone tried to call again before the follow-up was due. Counted by the database."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, Date, Subquery, and_, case, exists, extract, false, func, literal, or_, select

from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.words import count, percent
from caseapp.crisis.models import CrisisContact
from caseapp.crisis.rules import HIGH
from caseapp.crisis.words import CHANNELS, RISKS, Channel, Risk
from caseapp.episodes.models import Episode
from caseapp.reports.numbers import as_hours, middle, tenths
from caseapp.reports.queries.instants import minutes_between, wall_time
from caseapp.reports.queries.times import Behind, Order, Split, group_of, last_first, may_see, of_program
from caseapp.reports.rules import ALL, Cell, Question
from caseapp.tasks import rules as tasks
from caseapp.tasks.models import Attempt, Task

# How a follow-up stands at the moment up to which is looked. The first three are due, and add up to those that are.
ON_TIME, LATE, OPEN, NOT_DUE = "on_time", "late", "open", "not_due"
DUE, TRIED = (ON_TIME, LATE, OPEN), (ON_TIME, LATE)
STATES = {ON_TIME: "On time", LATE: "Late", OPEN: "Not tried yet", NOT_DUE: "Not due yet"}
# What else a figure of the page may be of.
HIGH_RISK, ALL_DUE, REACHED = "high_risk", "follow_ups_due", "reached"
_WORDS: dict[str, type[StrEnum]] = {"channel": Channel, "risk": Risk}
_PLACES = {group_of(one): at for at, one in enumerate((*CHANNELS, *RISKS))}
_FOLLOWS = and_(Task.source_id == CrisisContact.id, Task.kind == tasks.TaskKind.crisis_follow_up)


@dataclass
class Line:
    """The contacts of a group by risk, their follow-ups by how they stand, and the minutes until each due one was tried."""

    group: str
    by_risk: Counter = field(default_factory=Counter)
    by_state: Counter = field(default_factory=Counter)
    minutes: Counter = field(default_factory=Counter)
    reached: int = 0

    @property
    def contacts(self) -> int:
        """All contacts."""
        return self.by_risk.total()

    @property
    def high(self) -> int:
        """Those at high risk; where nobody asked, the risk counts as high."""
        return sum(self.by_risk[risk] for risk in HIGH)

    @property
    def due(self) -> int:
        """The follow-ups that have come due."""
        return sum(self.by_state[state] for state in DUE)

    @property
    def share(self) -> str:
        """The percentage of those due that were tried on time; of fewer than 20 none is said."""
        return tenths(self.by_state[ON_TIME], self.due)

    @property
    def hours(self) -> Decimal | None:
        """The median of the hours from a contact's end to the first attempt, with two decimals; None where nobody tried."""
        return as_hours(middle(self.minutes.items()))

    def cells(self) -> list[object]:
        """As the file has them."""
        return [self.group, self.contacts, self.high, self.due, *(self.by_state[state] for state in DUE), self.hours]


@dataclass(frozen=True)
class Result:
    """What the page shows."""

    lines: list[Line]
    words: str
    total: int
    not_due: int


def first_day() -> date | None:
    """The day at the clinic on which the earliest contact began. None where there is none."""
    earliest = db.scalar(select(func.min(CrisisContact.started_at)))
    return clock.day_of(earliest, clinic.zone()) if earliest else None


def rows(question: Question) -> list[list[object]]:
    """The rows of the file, the last one of all."""
    return [line.cells() for line in lines(question)]


def lines(question: Question) -> list[Line]:
    """A line for each group, in order, and one for all; one statement counts them, whatever the number of contacts."""
    found: dict[str, Line] = {}
    everyone = Line(ALL)
    each = _contacts(question)
    columns = each.c.split, each.c.risk, each.c.state, each.c.reached, each.c.minutes
    for split, *facts in db.execute(select(*columns, func.count()).group_by(*columns)):
        _add(everyone, *facts)
        if question.by:
            group = _label(question.by, split)
            _add(found.setdefault(group, Line(group)), *facts)
    return [found[group] for group in sorted(found, key=_place)] + [everyone]


def _add(line: Line, risk: Risk, state: str, reached: bool, minutes: int | None, many: int) -> None:
    line.by_risk[risk] += many
    line.by_state[state] += many
    if state in TRIED:
        line.minutes[int(minutes)] += many
        line.reached += many * reached


def _label(by: str, split: object) -> str:
    if by == "month":
        return "{:04d}-{:02d}".format(*divmod(int(split), 100))
    return str(int(split)) if by == "hour" else group_of(split)


def _place(group: str) -> tuple:
    """Words in their order, the highest risk first; hours and months as they follow each other."""
    return _PLACES.get(group, 0), len(group), group


def _contacts(question: Question) -> Subquery:
    """The contacts that a question chooses, each with its group, how its follow-up stands, and the minutes until it was tried."""
    zone, earliest, program = clinic.zone(), first_day(), of_program(question)
    first, until = max(question.first, earliest or date.max), min(question.last, question.as_of)
    if first > until:  # nobody asks for the bounds of days at the ends of the calendar
        return _told(question.by, CrisisContact.started_at, [false()], clock.now())
    begins, ends = clock.day_bounds(first, zone)[0], clock.day_bounds(until, zone)[1]
    clocks = wall_time(CrisisContact.started_at, first, until, zone)
    asked = [CrisisContact.started_at >= begins, CrisisContact.started_at < ends]
    if program:
        asked.append(_in_program(program, func.date(clocks, type_=Date)))
    # What is due later on the day looked at is not due yet.
    moment = min(clock.now(), clock.day_bounds(question.as_of, zone)[1] - timedelta(microseconds=1))
    return _told(question.by, clocks, asked, moment)


def _in_program(program: list[ColumnElement[bool]], day: ColumnElement[date]) -> ColumnElement[bool]:
    still = or_(Episode.discharged_on.is_(None), Episode.discharged_on > day)
    return exists().where(Episode.client_id == CrisisContact.client_id, *program, Episode.admitted_on <= day, still)


def _told(
    by: str | None, clocks: ColumnElement[datetime], asked: list[ColumnElement[bool]], moment: datetime
) -> Subquery:
    tries = (Attempt.task_id == Task.id, Attempt.tried_at <= moment)
    tried = select(func.min(Attempt.tried_at)).where(*tries).correlate(Task).scalar_subquery()
    reached = exists().where(*tries, Attempt.result == tasks.Result.spoke).correlate(Task)
    facts = CrisisContact.id, CrisisContact.client_id, CrisisContact.risk, CrisisContact.channel
    times = CrisisContact.started_at, CrisisContact.ended_at, func.coalesce(Task.first_due_at, Task.due_at).label("due")
    found = select(*facts, *times, tried.label("tried"), reached.label("reached"), _split(by, clocks).label("split"))
    each = found.select_from(CrisisContact).outerjoin(Task, _FOLLOWS).where(*asked).subquery()
    not_yet = or_(each.c.due.is_(None), each.c.due > moment)
    in_time = each.c.tried < each.c.due
    state = case((not_yet, NOT_DUE), (each.c.tried.is_(None), OPEN), (in_time, ON_TIME), else_=LATE)
    minutes = minutes_between(each.c.tried, each.c.ended_at)
    # Of a contact whose end was put right after somebody tried, the first attempt may lie before the end.
    minutes = case((minutes < 0, 0), else_=minutes)
    return select(each, state.label("state"), minutes.label("minutes")).subquery()


def _split(by: str | None, clocks: ColumnElement[datetime]) -> ColumnElement:
    if by == "month":
        return extract("year", clocks) * 100 + extract("month", clocks)
    if by == "hour":
        return extract("hour", clocks)
    return {"channel": CrisisContact.channel, "risk": CrisisContact.risk}.get(by, literal(""))


def result(question: Question) -> Result:
    """What the page shows, from the same lines as the file."""
    found = lines(question)
    everyone = found[-1]
    return Result(found, finding(everyone), everyone.contacts, everyone.by_state[NOT_DUE])


def finding(everyone: Line) -> str:
    """The answer in a sentence; whether someone was reached stands apart from whether they were tried on time."""
    whole = f"{count('crisis contact', everyone.contacts)}, {everyone.high:,} at high risk"
    if not everyone.due:
        return f"{whole}. No follow-up is due yet."
    stand = [(LATE, "late"), (OPEN, "not yet")]
    others = "".join(f", {everyone.by_state[state]:,} {words}" for state, words in stand if everyone.by_state[state])
    tried = f"{percent(everyone.by_state[ON_TIME], everyone.due)} follow-ups due were tried on time{others}"
    half = f" The median was {everyone.hours} hours to the first try." if everyone.hours is not None else ""
    return f"{whole}. {tried}; {everyone.reached:,} reached somebody.{half}"


@dataclass(frozen=True)
class Contact:
    """A contact behind a figure: whose (None: an unknown caller), when, and how its follow-up stands. None of its words."""

    id: str
    client_id: str | None
    last_first: str
    record_number: str
    started_at: datetime
    channel: Channel
    risk: Risk
    state: str
    reached: bool
    minutes: int | None

    @property
    def words(self) -> str:
        """How its follow-up stands."""
        return STATES[self.state]

    @property
    def channel_words(self) -> str:
        """How they spoke."""
        return CHANNELS[self.channel]

    @property
    def risk_words(self) -> str:
        """The risk as staff judged it."""
        return RISKS[self.risk]

    @property
    def tried(self) -> bool:
        """Whether anybody has tried yet."""
        return self.minutes is not None

    @property
    def hours(self) -> Decimal | None:
        """From its end to the first attempt."""
        return as_hours(self.minutes)


def people(question: Question, user: Actor, cell: Cell, order: Order) -> Behind:
    """The contacts behind a figure, one page of them in order. Whoever called and is unknown can't be hidden from anyone."""
    each = _contacts(question)
    asked, seen_by = _behind(question, cell, each), or_(each.c.client_id.is_(None), may_see(user))
    joined = select(literal(1)).select_from(each).outerjoin(Client, each.c.client_id == Client.id).where(*asked)
    of = joined.with_only_columns
    total, seen = db.scalar(of(func.count())), db.scalar(of(func.count()).where(seen_by))
    names = (Client.last_name, Client.first_name, Client.called_elsewhere)
    sorts = {
        "client": names, "contact": (each.c.started_at,), "channel": (each.c.channel,), "risk": (_rank(each),),
        "follow_up": (each.c.state,), "hours": (each.c.minutes,),
    }  # fmt: skip
    first = [(one.desc() if order.down else one.asc()).nulls_last() for one in sorts[order.by]]
    found = of(each, *names, Client.record_number).where(seen_by)
    found = found.order_by(*first, *(one.nulls_last() for one in names), each.c.started_at, each.c.id)
    found = found.limit(order.size).offset((order.page_of(seen) - 1) * order.size)
    return Behind([_contact(row) for row in db.execute(found)], seen, total)


def _rank(each: Subquery) -> ColumnElement[int]:
    """The highest risk first."""
    return case(*((each.c.risk == risk, at) for at, risk in enumerate(RISKS)))


def _behind(question: Question, cell: Cell, each: Subquery) -> list[ColumnElement[bool]]:
    asked = {
        HIGH_RISK: [each.c.risk.in_(HIGH)],
        ALL_DUE: [each.c.state.in_(DUE)],
        REACHED: [each.c.state.in_(TRIED), each.c.reached],
    }.get(cell.column, [each.c.state == cell.column] if cell.column in STATES else [])
    grouped = question.by and cell.row not in ("", ALL)
    return [*asked, _group_is(question.by, cell.row, each.c.split)] if grouped else asked


def _group_is(by: str, group: str, split: ColumnElement) -> ColumnElement[bool]:
    if by in _WORDS:
        return Split(split, _WORDS[by]).equals(group)
    shape = {"month": "[0-9]{4}-[0-9]{2}", "hour": "[0-9]{1,2}"}[by]
    return split == int(group.replace("-", "")) if re.fullmatch(shape, group) else literal(False)


def _contact(row) -> Contact:
    return Contact(
        id=row.id,
        client_id=row.client_id,
        last_first=last_first(row) if row.client_id else "",
        record_number=row.record_number or "",
        started_at=row.started_at,
        channel=row.channel,
        risk=row.risk,
        state=row.state,
        reached=row.reached,
        minutes=None if row.minutes is None else int(row.minutes),
    )


def words_of(cell: Cell) -> str:
    """A figure in words; which group it is of, the page says."""
    said = {HIGH_RISK: "at high risk", ALL_DUE: "follow-up due", REACHED: "reached", ON_TIME: "tried on time"}
    said |= {LATE: "tried late", OPEN: "due and not tried yet", NOT_DUE: "follow-up not due yet"}
    return said.get(cell.column, "all of them")
