"""Times that people spend somewhere, as reports read them: stays in phases, and whole episodes; split, narrowed, listed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.functions import FunctionElement

from caseapp.clients.models import Client
from caseapp.clients.queries import not_denied_to, visible_to
from caseapp.clients.rules import Sex
from caseapp.clinic.models import Payer
from caseapp.core.access import Actor, Can
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import LEAVING, Education, MoveReason, TedsService
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase, Program, ProgramVersion
from caseapp.reports.rules import ALL, NOT_RECORDED, Cell, Question

MANAGER, CLINICIAN, DECIDER = aliased(Staff), aliased(Staff), aliased(Staff)
OUT = aliased(Transition)


class days_between(FunctionElement):
    """Whole days from one calendar day to a later one: `days_between(later, earlier)`."""

    type = Integer()
    inherit_cache = True


@compiles(days_between)
def _subtracted(element, compiler, **words):
    later, earlier = (compiler.process(day, **words) for day in element.clauses)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


@compiles(days_between, "sqlite")
def _by_julian_days(element, compiler, **words):
    later, earlier = (compiler.process(day, **words) for day in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@dataclass(frozen=True)
class Split:
    """What a question splits by: a column, and its words where they are ours."""

    column: ColumnElement
    words: type[StrEnum] | None = None

    def equals(self, group: str) -> ColumnElement[bool]:
        """The condition that a row belongs to a group, by the group's label."""
        if group == NOT_RECORDED:
            return or_(self.column.is_(None), self.column == "") if self.words is None else self.column.is_(None)
        meant = next((word for word in self.words or () if group_of(word) == group), group)
        return self.column == meant if self.words is None or meant is not group else literal(False)


def group_of(value: object) -> str:
    """A value of a split as its label."""
    if isinstance(value, Enum):
        return value.value.replace("_", " ").capitalize()
    return str(value) if value else NOT_RECORDED


def group_order(group: str) -> tuple:
    """Labels in their order: years of school by years, the rest by name, what is not recorded last."""
    years = [one.value for one in Education]
    return (group == NOT_RECORDED, years.index(group) if group in years else len(years), group)


def splits(reason: ColumnElement) -> dict[str, Split]:
    """By what rows of episodes can be split; `reason` is the column that says why their time ended."""
    return {
        "case_manager": Split(MANAGER.name),
        "clinician": Split(CLINICIAN.name),
        "program": Split(Program.name),
        "payer": Split(Payer.name),
        "sex": Split(Client.sex, Sex),
        "race": Split(Client.race),
        "ethnicity": Split(Client.ethnicity),
        "education": Split(Episode.education, Education),
        "teds_service": Split(Episode.teds_service, TedsService),
        "reason": Split(reason, MoveReason),
    }


@dataclass(frozen=True)
class Times:
    """A kind of time: from which rows it is read, what it is of, when it began and ended, why, and who decided that."""

    rows: Callable[..., Select]
    label: ColumnElement
    phase: ColumnElement
    began: ColumnElement
    ended: ColumnElement
    reason: ColumnElement

    @property
    def splits(self) -> dict[str, Split]:
        return splits(self.reason)

    def left_by(self, day: date) -> ColumnElement[bool]:
        """Whether it had ended by a day."""
        return and_(self.ended.is_not(None), self.ended <= day)

    def days(self, as_of: date) -> ColumnElement[int]:
        """How long it was by a day: to its end, or to that day for one that went on."""
        return days_between(case((self.left_by(as_of), self.ended), else_=literal(as_of, Date)), self.began)

    def begun_in(self, question: Question) -> list[ColumnElement[bool]]:
        """Begun within the days of a question and not after its as-of day, in its program."""
        until = min(question.last, question.as_of)
        return [self.began.between(question.first, until), *of_program(question)]


def of_program(question: Question) -> list[ColumnElement[bool]]:
    """Of the program asked about; raises RuleBroken where there is none of that name."""
    if not question.program:
        return []
    found = db.scalar(select(Program.id).where(Program.name == question.program))
    if found is None:
        raise RuleBroken(f"There is no program called {question.program}.", "program")
    return [Episode.program_id == found]


def _of_stays(*columns: ColumnElement) -> Select:
    rows = select(*columns).select_from(PhaseStay).join(Episode, PhaseStay.episode_id == Episode.id)
    rows = rows.join(Phase, PhaseStay.phase_id == Phase.id).outerjoin(OUT, PhaseStay.transition_out_id == OUT.id)
    return _joined(rows).where(PhaseStay.in_force == 1)


def _of_episodes(*columns: ColumnElement) -> Select:
    """Episodes with the transition and the phase they ended with, if they had any."""
    end = and_(OUT.episode_id == Episode.id, OUT.superseded_at.is_(None), OUT.kind.in_(LEAVING))
    rows = select(*columns).select_from(Episode).outerjoin(OUT, end).outerjoin(Phase, OUT.from_phase_id == Phase.id)
    return _joined(rows)


def _joined(rows: Select) -> Select:
    rows = rows.join(Client, Episode.client_id == Client.id).join(Program, Episode.program_id == Program.id)
    rows = rows.outerjoin(MANAGER, Episode.case_manager_id == MANAGER.id)
    rows = rows.outerjoin(CLINICIAN, Episode.clinician_id == CLINICIAN.id)
    return rows.outerjoin(Payer, Episode.payer_id == Payer.id)


STAYS = Times(_of_stays, Phase.name, Phase.name, PhaseStay.started_on, PhaseStay.ended_on, OUT.reason)
EPISODES = Times(
    _of_episodes,
    literal(ALL),
    Phase.name,
    Episode.admitted_on,
    Episode.discharged_on,
    func.coalesce(OUT.reason, Episode.discharge_reason, type_=OUT.reason.type),
)


def phases_in_order() -> list[str]:
    """The names of all phases, in the order in which programs have them; each once."""
    names = db.execute(select(Phase.name, func.max(Phase.position)).group_by(Phase.name))
    return [name for name, _position in sorted(names, key=lambda row: (row[1], row[0]))]


@dataclass(frozen=True)
class Stay:
    """A time behind a figure, and whose it is. Nothing clinical but the reason's code. `ended` is None where it went on."""

    client_id: str
    last_first: str
    record_number: str
    program: str
    version: int
    phase: str
    began: date | None
    ended: date | None
    days: int | None
    then: str
    reason: str
    decided_by: str


@dataclass(frozen=True)
class Order:
    """How a list of stays is sorted, and which part of it is shown."""

    by: str = "client"
    down: bool = False
    number: int = 1
    size: int = 25

    def page_of(self, total: int) -> int:
        """The page asked for; one that is not there is the last."""
        return min(max(self.number, 1), max(1, -(-total // self.size)))

    def at(self, total: int) -> dict[str, int]:
        """The page asked for, as the links below a table need it."""
        return {"number": self.page_of(total), "size": self.size, "total": total}

    @property
    def sort(self) -> dict[str, Any]:
        """By what the list is sorted, as the head of a table needs it."""
        return {"by": self.by, "down": self.down}

    def put(self, rows: list[Any], keys: dict[str, Callable[[Any], Any]]) -> list[Any]:
        """Rows that stand in the order of their people, in the order asked for."""
        found = sorted(rows, key=keys[self.by]) if self.by in keys else list(rows)
        return found[::-1] if self.down else found

    def cut(self, rows: list[Any]) -> list[Any]:
        """Of all rows, those of the page asked for."""
        first = (self.page_of(len(rows)) - 1) * self.size
        return rows[first : first + self.size]


@dataclass(frozen=True)
class Behind:
    """The part of what is behind a figure that is shown; how many of them one may see, and how many there are."""

    rows: list[Any]
    seen: int
    total: int


def may_see(user: Actor) -> ColumnElement[bool]:
    """Whoever sees clients sees only theirs here too; whoever has no clients (an admin) sees all but those denied to them."""
    return visible_to(user) if user.can(Can.see_clients) else not_denied_to(user)


def group_is(times: Times, question: Question, cell: Cell) -> list[ColumnElement[bool]]:
    """The condition for the group of a cell; none where the question is not split, or all groups are meant."""
    if not question.by or cell.group in ("", ALL):
        return []
    return [times.splits[question.by].equals(cell.group)]


def people(times: Times, asked: list[ColumnElement[bool]], as_of: date, user: Actor, order: Order) -> Behind:
    """The times that fulfil conditions and that this person may see, one page of them in order; a fixed number of statements."""
    total = db.scalar(times.rows(func.count()).where(*asked))
    seen = db.scalar(times.rows(func.count()).where(*asked, may_see(user)))
    days = times.days(as_of)
    columns = (
        Client.id, Client.last_name, Client.first_name, Client.called_elsewhere, Client.record_number,
        Program.name.label("program"), ProgramVersion.number, times.phase.label("phase"), times.began.label("began"),
        times.ended.label("ended"), days.label("days"), times.reason.label("reason"), OUT.kind, DECIDER.name.label("decided_by"),
    )  # fmt: skip
    rows = times.rows(*columns).where(*asked, may_see(user))
    rows = rows.join(ProgramVersion, ProgramVersion.id == Episode.program_version_id)
    rows = rows.outerjoin(DECIDER, OUT.decided_by_id == DECIDER.id)
    names = (Client.last_name, Client.first_name, Client.called_elsewhere)
    sorts = {
        "client": names, "version": (Program.name, ProgramVersion.number), "phase": (times.phase,), "began": (times.began,),
        "ended": (times.ended,), "days": (days,), "reason": (times.reason,), "decided_by": (DECIDER.name,),
    }  # fmt: skip
    first = [one.desc() if order.down else one.asc() for one in sorts[order.by]]
    rows = rows.order_by(*first, *names, times.began, Episode.id)
    rows = rows.limit(order.size).offset((order.page_of(seen) - 1) * order.size)
    return Behind([_stay(row, as_of) for row in db.execute(rows)], seen, total)


def last_first(row) -> str:
    """A client's name for lists, from a row with the three columns of names."""
    name = ", ".join(filter(None, (row.last_name, row.first_name)))
    return name or f"No name, {row.called_elsewhere}"


def _stay(row, as_of: date) -> Stay:
    over = row.ended is not None and row.ended <= as_of
    return Stay(
        client_id=row.id,
        last_first=last_first(row),
        record_number=row.record_number,
        program=row.program,
        version=row.number,
        phase=row.phase or "",
        began=row.began,
        ended=row.ended if over else None,
        days=row.days,
        then=row.kind.value.replace("_", " ").capitalize() if over and row.kind else "",
        reason=row.reason.value if over and row.reason else "",
        decided_by=row.decided_by or "",
    )
