"""What a move brings with it by itself: tasks with their clocks, access, places, and the series of the phase that ends.

Each task is opened once for a move, whatever is corrected later: its source is the move as it was first recorded. When the day of a
move is corrected the clocks follow; when it is taken back what is still open is closed, with the reason.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from caseapp.clients.actions import close_caseload
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, Transition
from caseapp.episodes.rules import LEAVING, MoveKind
from caseapp.measures.queries import last_values
from caseapp.programs.models import Phase
from caseapp.programs.queries import get_version, profile
from caseapp.progress.rules import ACCESS_AFTER_LEAVING, is_continuing_care
from caseapp.scheduling.actions import release_from
from caseapp.series import actions as series
from caseapp.tasks import actions as tasks
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import TaskKind

OF_A_MOVE = (
    TaskKind.risk_screen,
    TaskKind.plan_update,
    TaskKind.book_groups,
    TaskKind.discharge_summary,
    TaskKind.continuing_care_plan,
)
SCREENER = "cssrs"


def after_a_move(episode: Episode, transition: Transition, by: Actor) -> None:
    """What follows from a move from its day on. Of someone who leaves: the places and, 30 days later, the access end."""
    to = db.get(Phase, transition.to_phase_id) if transition.to_phase_id else None
    position = to.position if to else None
    facts = {"move_id": transition.id, "on": transition.effective_on, "position": position}
    series.end_for_move(episode.client_id, by, **facts)
    if transition.kind in LEAVING:
        release_from(episode.client_id, transition.effective_on, by, transition.id)
        until = max(transition.effective_on + ACCESS_AFTER_LEAVING, clock.today(clinic.zone()) + timedelta(days=1))
        for staff_id in answering(episode):
            close_caseload(episode.client_id, staff_id, by, ended_on=until)
    for kind, owner, due in _due(episode, transition):
        open_by_day(kind, root_of(transition), by, episode, owner or by.id, due)


def follow_the_day(episode: Episode, transition: Transition, by: Actor) -> None:
    """A move was corrected: the clocks of what it opened, and is still to be done, run from its day."""
    for kind, _owner, due in _due(episode, transition):
        task = task_of(kind, root_of(transition))
        if task:
            tasks.due_by_rule(task, _end_of(due), by)


def close_what_followed(transition: Transition, by: Actor) -> None:
    """A move was taken back: there is no reason any more for what it opened and nobody has done yet."""
    for kind in OF_A_MOVE:
        task = task_of(kind, root_of(transition))
        if task and task.closed_at is None:
            tasks.close(task, by, "The move was taken back.")


def _due(episode: Episode, move: Transition) -> Iterator[tuple[TaskKind, str | None, date]]:
    """The tasks of a move: kind, whose it is, the day it is due. Of a day that has been, what is due is due today."""
    numbers, today = profile(episode.program_id, move.effective_on), clock.today(clinic.zone())
    manager = episode.case_manager_id or episode.clinician_id
    clinician = episode.clinician_id or episode.case_manager_id
    day = max(move.effective_on, today)
    if move.kind in LEAVING:
        yield (
            TaskKind.discharge_summary,
            clinician,
            move.effective_on + timedelta(days=int(numbers["discharge_summary_days"])),
        )
        if move.kind is MoveKind.complete:
            yield TaskKind.continuing_care_plan, clinician, day
        return
    came, to = db.get(Phase, move.from_phase_id), db.get(Phase, move.to_phase_id)
    if came.level_of_care != to.level_of_care and not _screened(episode, move.effective_on, numbers):
        yield TaskKind.risk_screen, clinician, day
    yield TaskKind.plan_update, clinician, move.effective_on + timedelta(days=int(numbers["plan_update_days"]))
    yield TaskKind.book_groups, manager, day
    if is_continuing_care(to, [one.position for one in get_version(to.program_version_id).phases]):
        yield TaskKind.continuing_care_plan, clinician, day


def _screened(episode: Episode, day: date, numbers: dict[str, float]) -> bool:
    """Whether a risk screen of at most so many days before a day is on record (`domain.md` 5.3: one at each change of level)."""
    last = last_values([episode.client_id], SCREENER).get(episode.client_id)
    return last is not None and last.day >= day - timedelta(days=int(numbers["risk_screen_days"]))


def root_of(transition: Transition) -> str:
    """The id of a move as it was first recorded, before anything was corrected."""
    while transition.replaces_id:
        transition = db.get(Transition, transition.replaces_id)
    return transition.id


def answering(episode: Episode) -> set[str]:
    """Who answers for an episode now."""
    return {staff_id for staff_id in (episode.case_manager_id, episode.clinician_id) if staff_id}


def open_by_day(kind: TaskKind, source_id: str, by: Actor, episode: Episode, owner_id: str | None, day: date) -> None:
    """A task due at the end of a day of the site. Without anyone whose it could be there is none."""
    if owner_id:
        tasks.open_task(kind, source_id, by, client_id=episode.client_id, owner_id=owner_id, due_at=_end_of(day))


def _end_of(day: date) -> datetime:
    return clock.day_bounds(day, clinic.zone())[1] - timedelta(minutes=1)
