"""Phase transitions, from the transitions and stays in force, and the people behind each figure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import aliased

from caseapp.clients.models import Client
from caseapp.clinic.models import Payer
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.programs.models import Phase, Program, ProgramVersion
from caseapp.reports.figures import Line, Move, Part, finding, lines_of, parts_of
from caseapp.reports.queries.times import (
    CLINICIAN,
    DECIDER,
    MANAGER,
    Behind,
    Order,
    Stay,
    group_of,
    last_first,
    may_see,
    of_program,
    phases_in_order,
    splits,
)
from caseapp.reports.rules import ADMISSION, LEFT, REPORTS, Cell, Question

INTO, OUT_OF = aliased(Phase), aliased(Phase)


def moves(question: Question) -> list[Move]:
    """The transitions in force that take effect within the days of a question and not after its as-of day."""
    return [_move(row, question.by) for row in db.execute(_moves(question))]


def _moves(question: Question) -> Select:
    """One statement for all of it, of plain columns: a year of a large clinic is read in a moment."""
    # The episode is named too, for it is what the stays are indexed by.
    of_episode = PhaseStay.episode_id == Transition.episode_id
    left = and_(of_episode, PhaseStay.transition_out_id == Transition.id, PhaseStay.in_force == 1)
    rows = (
        select(
            Episode.client_id,
            Episode.id.label("episode_id"),
            OUT_OF.name.label("came_from"),
            INTO.name.label("to"),
            Transition.kind,
            Transition.reason,
            Transition.effective_on,
            PhaseStay.started_on,
            DECIDER.name.label("decided_by"),
            (splits(Transition.reason)[question.by].column if question.by else literal("")).label("split"),
        )
        .join(Episode, Transition.episode_id == Episode.id)
        .join(Client, Episode.client_id == Client.id)
        .join(Program, Episode.program_id == Program.id)
        .outerjoin(OUT_OF, Transition.from_phase_id == OUT_OF.id)
        .outerjoin(INTO, Transition.to_phase_id == INTO.id)
        .outerjoin(DECIDER, Transition.decided_by_id == DECIDER.id)
        .outerjoin(MANAGER, Episode.case_manager_id == MANAGER.id)
        .outerjoin(CLINICIAN, Episode.clinician_id == CLINICIAN.id)
        .outerjoin(Payer, Episode.payer_id == Payer.id)
        .outerjoin(PhaseStay, left)
        .where(Transition.effective_on.between(question.first, min(question.last, question.as_of)))
        .where(*_asked(question))
    )
    return rows.order_by(Transition.effective_on, Transition.id)


def _asked(question: Question) -> list[ColumnElement[bool]]:
    """Which transitions are meant, whatever their day."""
    return [Transition.superseded_at.is_(None), *of_program(question)]


def _move(row, by: str | None) -> Move:
    return Move(
        client_id=row.client_id,
        episode_id=row.episode_id,
        came_from=row.came_from or ADMISSION,
        to=row.to or LEFT,
        kind=row.kind,
        reason=row.reason,
        on=row.effective_on,
        started_on=row.started_on,
        days=(row.effective_on - row.started_on).days if row.started_on else None,
        decided_by=row.decided_by or "",
        group=group_of(row.split) if by else "",
    )


def transitions(question: Question) -> list[Line]:
    """The report: one line per group, from, to and kind."""
    return lines_of(moves(question), phases_in_order())


@dataclass(frozen=True)
class Result:
    """What the page of the report shows: for each group its part, the lines, the answer in words, and what lies ahead."""

    parts: list[Part]
    lines: list[Line]
    words: str
    ahead: int

    @property
    def total(self) -> int:
        return len(self.lines)


def result(question: Question) -> Result:
    """The moves of a question as its page shows them, from the same list that the file and the command count."""
    all_moves, phases = moves(question), phases_in_order()
    lines, parts = lines_of(all_moves, phases), parts_of(all_moves, phases)
    return Result(parts, lines, finding(all_moves), _ahead(question))


def _ahead(question: Question) -> int:
    """How many moves within the days of a question lie ahead of its as-of day, and so are not counted."""
    later = select(func.count(Transition.id)).join(Episode, Transition.episode_id == Episode.id)
    later = later.where(Transition.effective_on.between(question.first, question.last), *_asked(question))
    return db.scalar(later.where(Transition.effective_on > question.as_of))


def cell(moved: list[Move], row: str, column: str, group: str) -> list[Move]:
    """The moves of one cell of the matrix; an empty row or column stands for all of them."""
    return [move for move in moved if _in_cell(move, row, column, group)]


def _in_cell(move: Move, row: str, column: str, group: str) -> bool:
    return (not row or move.came_from == row) and (not column or move.column == column) and move.group == group


def rows(question: Question) -> list[list[object]]:
    """The rows of the file."""
    columns = REPORTS["transitions"].columns_for(question.by)
    return [[line.columns()[column] for column in columns] for line in transitions(question)]


# By what the list of stays is sorted; names come last where all else is equal.
_SORTS: dict[str, Callable[[Stay], object]] = {
    "client": lambda stay: stay.last_first.casefold(),
    "version": lambda stay: (stay.program, stay.version),
    "phase": lambda stay: stay.phase,
    "began": lambda stay: stay.began or date.min,
    "ended": lambda stay: stay.ended,
    "days": lambda stay: -1 if stay.days is None else stay.days,
    "reason": lambda stay: stay.reason,
    "decided_by": lambda stay: stay.decided_by,
}


def people(question: Question, user: Actor, asked: Cell, order: Order) -> Behind:
    """The stays of one cell of the matrix that this person may see, sorted; and how many there are in all."""
    where = {"row": asked.row, "column": asked.column, "group": asked.group}
    rows = (
        _moves(question)
        .where(may_see(user))
        .add_columns(
            Client.last_name,
            Client.first_name,
            Client.called_elsewhere,
            Client.record_number,
            Program.name.label("program"),
            ProgramVersion.number,
        )
    )
    of_phase = func.coalesce(Transition.from_phase_id, Transition.to_phase_id)
    phase = aliased(Phase)
    rows = rows.join(phase, phase.id == of_phase).join(ProgramVersion, ProgramVersion.id == phase.program_version_id)
    found = [(_move(one, question.by), one) for one in db.execute(rows)]
    stays = [_stay(move, one) for move, one in found if _in_cell(move, **where)]
    stays.sort(key=lambda stay: (stay.last_first.casefold(), stay.ended))
    stays.sort(key=_SORTS[order.by], reverse=order.down)
    return Behind(order.cut(stays), len(stays), len(cell(moves(question), **where)))


def _stay(move: Move, row) -> Stay:
    return Stay(
        client_id=move.client_id,
        last_first=last_first(row),
        record_number=row.record_number,
        program=row.program,
        version=row.number,
        phase=move.came_from,
        began=move.started_on,
        ended=move.on,
        days=move.days,
        then=f"{move.column}: {move.kind.value.replace('_', ' ')}",
        reason=move.reason.value,
        decided_by=move.decided_by,
    )


def words_of(asked: Cell) -> str:
    """A cell of the matrix in words."""
    return f"from {asked.row or 'anywhere'} to {asked.column or 'anywhere'}"
