"""`attendance`: who came to what was scheduled, who did not and why, and for how many hours. Counted by the database."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, case, extract, func, literal, or_, select
from sqlalchemy.orm import aliased

from caseapp.attendance.models import Mark
from caseapp.attendance.rules import ATTENDED, WORDS, MarkState
from caseapp.clients.models import Client
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.words import count, percent
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase, Service
from caseapp.programs.queries import profile, profiles, shipped_program_id
from caseapp.programs.rules import WEEKDAYS
from caseapp.reports.numbers import as_hours, share, tenths
from caseapp.reports.queries.times import Behind, Order, group_of, last_first, may_see, of_program, phases_in_order
from caseapp.reports.rules import ALL, NOT_RECORDED, Cell, Question
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.scheduling.queries import ON

CAME, UNMARKED = "came", "unmarked"
_OTHER = aliased(PhaseStay)
_OF = aliased(Episode)
# The stay by whose program and phase a place is counted: the one of that day, or else the last one begun by then.
_HOLDS = or_(_OTHER.ended_on.is_(None), _OTHER.ended_on > Session.on_day)
_STAY_OF_DAY = (
    select(_OTHER.id)
    .join(_OF, _OTHER.episode_id == _OF.id)
    .where(_OF.client_id == Place.client_id, _OTHER.in_force == 1, _OTHER.started_on <= Session.on_day)
    .order_by(case((_HOLDS, 0), else_=1), _OTHER.started_on.desc(), _OTHER.id.desc())
    .limit(1)
    .correlate(Place, Session)
    .scalar_subquery()
)
_IN_IT = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > Session.on_day)
_SPLITS: dict[str, ColumnElement] = {
    "service": Service.name,
    "clinician": Staff.name,
    "phase": case((_IN_IT, Phase.name), else_=None),
    "weekday": extract("dow", Session.on_day),  # 0 is Sunday on both engines
}


@dataclass
class Line:
    """The places of a group: how many are marked what (None: not marked), and the minutes attended."""

    group: str
    marked: dict[MarkState | None, int] = field(default_factory=lambda: defaultdict(int))
    minutes: int = 0

    @property
    def scheduled(self) -> int:
        """All places."""
        return sum(self.marked.values())

    @property
    def unmarked(self) -> int:
        """Places of which nobody has said anything yet: they are no no-shows."""
        return self.marked.get(None, 0)

    @property
    def came(self) -> int:
        """Present, late and left early."""
        return sum(self.marked.get(state, 0) for state in ATTENDED)

    @property
    def share(self) -> str:
        """The percentage that came of all marked; of fewer than 20 none is said."""
        return tenths(self.came, self.scheduled - self.unmarked)

    @property
    def hours(self) -> Decimal:
        """Attended hours, with two decimals."""
        return as_hours(self.minutes)

    def cells(self) -> list[object]:
        """As the file has them."""
        states = [self.marked.get(state, 0) for state in MarkState]
        came = share(self.came, self.scheduled - self.unmarked)
        return [self.group, self.scheduled, *states, self.unmarked, came, self.hours]


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
    """A line for each group, in order, and one for all; a statement each, whatever the number of marks."""
    found: dict[str, Line] = {}
    for split, state, many, minutes in _counted(question) if question.by else ():
        _add(found.setdefault(_label(question.by, split), Line(_label(question.by, split))), state, many, minutes)
    everyone = Line(ALL)
    for _split, state, many, minutes in _counted(replace(question, by=None)):
        _add(everyone, state, many, minutes)
    return [found[group] for group in _in_order(found, question)] + [everyone]


def _add(line: Line, state: MarkState | None, many: int, minutes: int) -> None:
    line.marked[state] += many
    line.minutes += minutes


def _in_order(groups: Iterable[str], question: Question) -> list[str]:
    order: list[str] = []
    if question.by == "phase":
        order = phases_in_order()
    if question.by == "weekday":
        first = int(profile(None, question.as_of)["week_starts_on"])
        order = [*WEEKDAYS[first:], *WEEKDAYS[:first]]
    place = {name: at for at, name in enumerate(order)}
    return sorted(groups, key=lambda group: (group == NOT_RECORDED, place.get(group, len(order)), group))


def _label(by: str | None, split: object) -> str:
    return WEEKDAYS[(int(split) - 1) % 7] if by == "weekday" else group_of(split)


def _counted(question: Question) -> Iterable[tuple]:
    breaks = _break()
    split = _SPLITS[question.by].label("split") if question.by else literal("").label("split")
    # Nobody can be marked as there in two sessions at once, so that no minute of a mark is in another one too.
    minutes = func.coalesce(Mark.minutes, 0)
    minutes = minutes if breaks is None else minutes - minutes // 60 * breaks
    each = _places(question, breaks is not None, split, Mark.state.label("state"), minutes.label("minutes")).subquery()
    columns = each.c.split, each.c.state
    counted = select(*columns, func.count(), func.sum(each.c.minutes)).group_by(*columns)
    return ((one[0], one[1], one[2], int(one[3])) for one in db.execute(counted))


def _break() -> ColumnElement[int] | None:
    """The minutes of an hour that are a break, by the program of the place and its day; None where no program has any."""
    known, shipped = profiles().values("break_minutes"), shipped_program_id()
    if not any(minutes for _program, _day, minutes in known):
        return None
    cases = []
    for program_id, from_day, minutes in reversed(known):
        none = Episode.program_id.is_(None) if program_id == shipped else literal(False)
        cases.append((and_(or_(Episode.program_id == program_id, none), Session.on_day >= from_day), int(minutes)))
    return case(*cases, else_=0)


def _places(question: Question, with_stay: bool, *columns: ColumnElement) -> Select:
    """The places held in sessions that are on, on the days of a question, with the mark in force."""
    in_force = and_(Mark.place_id == Place.id, Mark.superseded_at.is_(None), Mark.state.is_not(None))
    found = select(*columns).select_from(Place).join(Session, Place.session_id == Session.id)
    found = found.join(Service, Session.service_id == Service.id).outerjoin(Mark, in_force)
    if question.by == "clinician":
        led = SessionStaff.session_id == Session.id
        found = found.outerjoin(SessionStaff, led).outerjoin(Staff, SessionStaff.staff_id == Staff.id)
    if with_stay or question.by == "phase" or question.program:
        found = found.outerjoin(PhaseStay, PhaseStay.id == _STAY_OF_DAY).outerjoin(
            Phase, PhaseStay.phase_id == Phase.id
        )
        found = found.outerjoin(Episode, PhaseStay.episode_id == Episode.id)
    until = min(question.last, question.as_of)
    found = found.where(Place.released_at.is_(None), Session.state.in_(ON))
    return found.where(Session.on_day.between(question.first, until), *of_program(question))


def result(question: Question) -> Result:
    """What the page shows, from the same lines as the file."""
    found = lines(question)
    return Result(found, finding(found[-1]), found[-1].scheduled)


def finding(everyone: Line) -> str:
    """The answer in a sentence; whoever is not marked stands apart."""
    marked = everyone.scheduled - everyone.unmarked
    said = f"People came to {percent(everyone.came, marked)} marked places" if marked else "Nobody is marked yet"
    verb = "is" if everyone.unmarked == 1 else "are"
    apart = f"{count('place', everyone.unmarked)} {verb} not marked" if everyone.unmarked else "all are marked"
    return f"{said}, for {everyone.hours:,} hours; {apart}."


@dataclass(frozen=True)
class Marked:
    """A place behind a figure: whose it is, in which session, and what the mark says (None: not marked)."""

    client_id: str
    last_first: str
    record_number: str
    session_id: str
    starts_at: datetime
    name: str
    service: str
    state: MarkState | None
    minutes: int
    late: int
    early: int

    @property
    def words(self) -> str:
        """What the mark says."""
        return WORDS[self.state] if self.state else "Not marked"


def people(question: Question, user: Actor, cell: Cell, order: Order) -> Behind:
    """The places behind a figure: of a group, marked so; one page of them, in order. Three statements."""
    asked = _behind(question, cell)
    question = question if cell.row not in ("", ALL) else replace(question, by=None)
    of = lambda *columns: _places(question, False, *columns).join(Client, Place.client_id == Client.id).where(*asked)  # noqa: E731
    total, seen = db.scalar(of(func.count())), db.scalar(of(func.count()).where(may_see(user)))
    columns = (
        Client.id, Client.last_name, Client.first_name, Client.called_elsewhere, Client.record_number,
        Session.id.label("session_id"), Session.starts_at, Session.topic, Service.name.label("service"),
        Mark.state, Mark.minutes, Mark.late_minutes, Mark.early_minutes,
    )  # fmt: skip
    names = (Client.last_name, Client.first_name, Client.called_elsewhere)
    sorts = {
        "client": names, "session": (Session.starts_at,), "service": (Service.name,), "state": (Mark.state,),
        "minutes": (Mark.minutes,),
    }  # fmt: skip
    first = [one.desc() if order.down else one.asc() for one in sorts[order.by]]
    found = of(*columns).where(may_see(user)).order_by(*first, *names, Session.starts_at, Place.id)
    found = found.limit(order.size).offset((order.page_of(seen) - 1) * order.size)
    return Behind([_marked(row) for row in db.execute(found)], seen, total)


def _behind(question: Question, cell: Cell) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if question.by and cell.row not in ("", ALL):
        asked.append(_group_is(question.by, cell.row))
    if cell.column == CAME:
        asked.append(Mark.state.in_(ATTENDED))
    elif cell.column == UNMARKED:
        asked.append(Mark.state.is_(None))
    elif cell.column in set(MarkState):
        asked.append(Mark.state == MarkState(cell.column))
    return asked


def _group_is(by: str, group: str) -> ColumnElement[bool]:
    column = _SPLITS[by]
    if by == "weekday":
        return column == (WEEKDAYS.index(group) + 1) % 7 if group in WEEKDAYS else literal(False)
    return column.is_(None) if group == NOT_RECORDED else column == group


def _marked(row) -> Marked:
    return Marked(
        client_id=row.id,
        last_first=last_first(row),
        record_number=row.record_number,
        session_id=row.session_id,
        starts_at=row.starts_at,
        name=row.topic or row.service,
        service=row.service,
        state=row.state,
        minutes=row.minutes or 0,
        late=row.late_minutes or 0,
        early=row.early_minutes or 0,
    )


def words_of(cell: Cell) -> str:
    """A figure in words."""
    said = {CAME: "came", UNMARKED: "not marked", "": "scheduled"}
    what = said.get(cell.column) or (
        WORDS[MarkState(cell.column)].lower() if cell.column in set(MarkState) else "scheduled"
    )
    return what + (f", {cell.row}" if cell.row not in ("", ALL) else "")
