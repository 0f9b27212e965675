"""A client's plan as it stands or stood, and the facts of many plans in one statement, without opening any text."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from caseapp.clients.queries import visible_to
from caseapp.core import sealed
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.core.past import UNTIL, as_of, recorded, stood
from caseapp.episodes.models import Episode
from caseapp.identity.models import Staff
from caseapp.plans.models import (
    Plan,
    PlanAssignment,
    PlanGoal,
    PlanOutcome,
    PlanReview,
    PlanRevision,
)
from caseapp.plans.rules import Goal, Outcome, Part, PlanFact, Progress, goal_of, lacking, progress_of
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind


def plan_facts(
    episode_ids: Collection[str], *, until: date | None = None, known_at: datetime | None = None
) -> dict[str, PlanFact]:
    """What criteria read of the plans of many episodes, by episode, in one statement; an episode without a plan is left out.

    Goals are those of the revision in force, so a plan that nobody signed has none. `until` leaves out later days, `known_at`
    (an aware instant) answers as the records stood then.
    """
    rows = db.execute(_facts(known_at is not None), {"episode_ids": list(episode_ids)} | as_of(until, known_at))
    return {episode_id: PlanFact(*facts) for episode_id, *facts in rows}


@cache
def _facts(past: bool) -> Select:
    of_plan = and_(PlanOutcome.plan_id == Plan.id, PlanOutcome.on_day <= UNTIL, stood(PlanOutcome, past))
    of_goal = exists().where(of_plan, PlanOutcome.goal == PlanGoal.number).correlate_except(PlanOutcome)
    of_work = exists().where(of_plan, PlanOutcome.assignment_id == PlanAssignment.id).correlate_except(PlanOutcome)
    given = and_(PlanAssignment.plan_id == Plan.id, *_until(PlanAssignment.given_on, PlanAssignment.recorded_at, past))
    reviewed = _until(PlanReview.reviewed_on, PlanReview.recorded_at, past)
    goals = _count(PlanGoal.number).where(PlanGoal.revision_id == PlanRevision.id, ~of_goal)
    rows = select(
        Plan.episode_id,
        PlanRevision.signed_on,
        select(func.max(PlanReview.reviewed_on)).where(PlanReview.plan_id == Plan.id, *reviewed).scalar_subquery(),
        _count(PlanOutcome.id).where(of_plan, PlanOutcome.outcome == Outcome.met).scalar_subquery(),
        goals.scalar_subquery(),
        _count(PlanOutcome.id).where(of_plan, PlanOutcome.outcome == Outcome.done).scalar_subquery(),
        _count(PlanAssignment.id).where(given, ~of_work).scalar_subquery(),
    )
    rows = rows.outerjoin(PlanRevision, PlanRevision.id == _in_force(past))
    return rows.where(Plan.episode_id.in_(bindparam("episode_ids", expanding=True)), recorded(Plan.recorded_at, past))


def _count(column: ColumnElement):
    return select(func.count(column))


def _in_force(past: bool) -> ScalarSelect:
    """The id of the newest revision of a plan that all had signed by then."""
    signed = aliased(PlanRevision)
    found = select(signed.id).where(signed.plan_id == Plan.id, *_until(signed.signed_on, signed.completed_at, past))
    return found.order_by(signed.number.desc()).limit(1).correlate(Plan).scalar_subquery()


def _until(day, recorded_at, past: bool) -> list[ColumnElement[bool]]:
    """Of a day up to UNTIL, and on record by then."""
    return [day <= UNTIL, recorded(recorded_at, past)]


@dataclass(frozen=True)
class GoalRead:
    """A goal with what came of it."""

    goal: Goal
    outcome: PlanOutcome | None


@dataclass(frozen=True)
class WorkRead:
    """Written work with its words and what came of it."""

    assignment: PlanAssignment
    words: str
    outcome: PlanOutcome | None


@dataclass(frozen=True)
class PlanRead:
    """A plan as it stands, or stood at an instant: the newest revision, the one in force, outcomes, written work, reviews."""

    plan: Plan
    revision: PlanRevision
    in_force: PlanRevision | None
    goals: list[GoalRead]
    work: list[WorkRead]
    reviews: list[tuple[PlanReview, Progress]]

    @property
    def lacking(self) -> list[Part]:
        """Who has still to sign the newest revision."""
        return [] if self.revision.completed_at else still_to_sign(self.revision)

    def is_signed(self, number: int) -> bool:
        """Whether a goal, by its number, stands in the plan in force."""
        return self.in_force is not None and any(goal.number == number for goal in self.in_force.goals)

    @property
    def review_from(self) -> date | None:
        """The day from which the next review is counted: the last review, else when the plan was first signed."""
        signed = [one.signed_on for one in self.plan.revisions if one.signed_on]
        return self.reviews[0][0].reviewed_on if self.reviews else min(signed, default=None)


def still_to_sign(revision: PlanRevision) -> list[Part]:
    """Who has still to sign a revision."""
    needs = any(one.needs_supervisor for one in revision.signatures)
    return lacking([one.part for one in revision.signatures], needs)


def plan_of(episode_id: str) -> Plan | None:
    """The plan of an episode, if one was begun."""
    return db.scalar(select(Plan).where(Plan.episode_id == episode_id).options(*_whole()))


def get_plan(plan_id: str, user: Actor) -> Plan:
    """A plan of a client whom this person may see. Raises NotFound for any other."""
    row = db.scalar(select(Plan).join(Plan.client).where(Plan.id == plan_id, visible_to(user)).options(*_whole()))
    if row is None:
        raise NotFound
    return row


def get_assignment(assignment_id: str, user: Actor) -> PlanAssignment:
    """Written work of a client whom this person may see. Raises NotFound for any other."""
    found = select(PlanAssignment).join(PlanAssignment.plan).join(Plan.client)
    row = db.scalar(found.where(PlanAssignment.id == assignment_id, visible_to(user)))
    if row is None:
        raise NotFound
    return row


def _whole():
    revisions = selectinload(Plan.revisions)
    return (
        joinedload(Plan.client),
        joinedload(Plan.episode),
        revisions.selectinload(PlanRevision.goals),
        revisions.selectinload(PlanRevision.signatures),
    )


def read(plan: Plan, known_at: datetime | None = None) -> PlanRead | None:
    """A plan with its texts opened, now or as the records stood at an instant; None if there was none yet. Five statements."""
    known = [one for one in plan.revisions if known_at is None or one.recorded_at <= known_at]
    if not known:
        return None
    keys = sealed.load_keys([plan.client_id])  # held while the texts are opened
    newest, signed = known[-1], [one for one in known if _complete(one, known_at)]
    outcomes = list(
        db.scalars(
            select(PlanOutcome).where(PlanOutcome.plan_id == plan.id, stood(PlanOutcome, known_at is not None)),
            as_of(None, known_at),
        )
    )
    of_goal, of_work = {one.goal: one for one in outcomes}, {one.assignment_id: one for one in outcomes}
    found = PlanRead(
        plan,
        newest,
        signed[-1] if signed else None,
        [GoalRead(goal, of_goal.get(goal.number)) for goal in goals_of(plan.client_id, newest.goals)],
        [
            WorkRead(one, sealed.unseal(plan.client_id, one.words_sealed) or "", of_work.get(one.id))
            for one in _given(plan, known_at)
        ],
        _reviews(plan, known_at),
    )
    del keys
    return found


def _complete(revision: PlanRevision, known_at: datetime | None) -> bool:
    at = revision.completed_at
    return at is not None and (known_at is None or at <= known_at)


def goals_of(client_id: str, rows: Collection[PlanGoal]) -> list[Goal]:
    """Goals with their texts opened, by number."""
    return [goal_of(one.number, one.target_on, sealed.unseal(client_id, one.body_sealed)) for one in rows]


def _given(plan: Plan, known_at: datetime | None) -> list[PlanAssignment]:
    found = select(PlanAssignment).where(PlanAssignment.plan_id == plan.id)
    found = found.where(recorded(PlanAssignment.recorded_at, known_at is not None))
    found = found.order_by(PlanAssignment.given_on, PlanAssignment.recorded_at, PlanAssignment.id)
    return list(db.scalars(found, as_of(None, known_at)))


def _reviews(plan: Plan, known_at: datetime | None) -> list[tuple[PlanReview, Progress]]:
    found = select(PlanReview).where(PlanReview.plan_id == plan.id).options(joinedload(PlanReview.recorded_by))
    found = found.where(recorded(PlanReview.recorded_at, known_at is not None))
    found = found.order_by(PlanReview.reviewed_on.desc(), PlanReview.recorded_at.desc())
    rows = db.scalars(found, as_of(None, known_at))
    return [(one, progress_of(sealed.unseal(plan.client_id, one.words_sealed))) for one in rows]


def outcome_of(plan: Plan, goal: int | None, assignment_id: str | None) -> PlanOutcome | None:
    """What is said to have come of a goal, by its number, or of written work."""
    found = select(PlanOutcome).where(PlanOutcome.plan_id == plan.id, PlanOutcome.in_force == 1)
    return db.scalar(found.where(PlanOutcome.goal == goal, PlanOutcome.assignment_id == assignment_id))


def needs_supervisor(staff_id: str | None) -> bool:
    """Whether what this person signs needs a supervisor's signature too."""
    return bool(db.scalar(select(Staff.notes_cosigned).where(Staff.id == staff_id)))


@dataclass(frozen=True)
class ReviewTask:
    """An open task to review a plan, and the day from which its clock counts."""

    task: Task
    client_id: str
    program_id: str
    since: date


def review_tasks(client_ids: Collection[str]) -> list[ReviewTask]:
    """The open tasks to review the plans of clients. Each was opened by the first signing or by the last review. One statement."""
    since = func.coalesce(PlanReview.reviewed_on, PlanRevision.signed_on, type_=Date)
    rows = select(Task, Plan.client_id, Episode.program_id, since).outerjoin(
        PlanReview, PlanReview.id == Task.source_id
    )
    rows = rows.outerjoin(PlanRevision, PlanRevision.id == Task.source_id)
    rows = rows.join(Plan, Plan.id == func.coalesce(PlanReview.plan_id, PlanRevision.plan_id))
    rows = rows.join(Episode, Episode.id == Plan.episode_id)
    rows = rows.where(Plan.client_id.in_(client_ids), Task.kind == TaskKind.plan_review, Task.closed_at.is_(None))
    return [ReviewTask(*row) for row in db.execute(rows)]


def goals_to_name(client_ids: Collection[str]) -> dict[str, tuple[str, list[Goal]]]:
    """By client, the revision in force of the plan of their open episode, and its goals that are still open.

    For notes, which may say to which goal they belong. A fixed number of statements; who has no signed plan is left out.
    """
    settled = exists().where(
        PlanOutcome.plan_id == Plan.id, PlanOutcome.goal == PlanGoal.number, PlanOutcome.in_force == 1
    )
    rows = select(Plan.client_id, PlanGoal).join(Episode, Episode.id == Plan.episode_id)
    rows = rows.join(PlanGoal, PlanGoal.revision_id == _in_force(past=False))
    rows = rows.where(Plan.client_id.in_(client_ids), Episode.discharged_on.is_(None), ~settled)
    found: dict[str, tuple[str, list[Goal]]] = {}
    keys = sealed.load_keys(list(client_ids))  # held while the texts are opened
    for client_id, row in db.execute(rows.order_by(Plan.client_id, PlanGoal.number), as_of(None, None)):
        found.setdefault(client_id, (row.revision_id, []))[1].extend(goals_of(client_id, [row]))
    del keys
    return found
