"""The task that a no-show opens: once per person and session, closed again if the mark turns out to be wrong."""

from sqlalchemy import select

from caseapp.attendance.models import Mark
from caseapp.attendance.rules import OUTREACH_DUE, OUTREACH_FOR, MarkState
from caseapp.audit.actions import changed
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.queries import open_episode
from caseapp.scheduling.models import Place
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind


def follow_the_mark(place: Place, was: MarkState | None, now: MarkState | None, by: Actor) -> None:
    """Open the task of a no-show once its list is finished; close one that nobody has touched when it was no no-show."""
    if now is MarkState.no_show and place.session.finished_at:
        _open(place, by)
    elif was is MarkState.no_show and now is not MarkState.no_show:
        _close(place, now, by)


def tasks_of(place: Place) -> list[Task]:
    """The outreach tasks of one place. The first has the place as its source; one that came after it, its mark."""
    marks = select(Mark.id).where(Mark.place_id == place.id)
    found = select(Task).where(Task.kind == TaskKind.no_show_outreach)
    return list(db.scalars(found.where((Task.source_id == place.id) | Task.source_id.in_(marks))))


def _open(place: Place, by: Actor) -> None:
    session, before = place.session, tasks_of(place)
    if session.ends_at < clock.now() - OUTREACH_FOR or any(not task.closed_at or task.attempts for task in before):
        return
    mark = select(Mark.id).where(Mark.place_id == place.id, Mark.superseded_at.is_(None))
    source = db.scalar(mark) if before else place.id
    due = max(session.ends_at, clock.now()) + OUTREACH_DUE
    owner = _owner(place, by)
    tasks.open_task(TaskKind.no_show_outreach, source, by, client_id=place.client_id, owner_id=owner, due_at=due)


def _owner(place: Place, by: Actor) -> str:
    """Who reaches out: the case manager; without one whoever led the session; else who marked."""
    episode = open_episode(place.client_id)
    if episode and episode.case_manager_id:
        return episode.case_manager_id
    return place.session.leads[0].staff_id if place.session.leads else by.id


def _close(place: Place, now: MarkState | None, by: Actor) -> None:
    for task in tasks_of(place):
        if task.closed_at is None and not task.attempts:
            tasks.close(task, by)
            facts = {"why": "mark corrected", "now": now.value if now else "not_marked"}
            changed("attendance.no_outreach", task.id, by, client_id=place.client_id, **facts)
