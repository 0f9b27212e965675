"""The task that a no-show opens: one for each person and session, whatever becomes of the mark afterwards."""

from datetime import timedelta

from caseapp.attendance import queries
from caseapp.attendance.rules import OUTREACH_FOR, MarkState
from caseapp.audit.actions import changed
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE, Actor, Role
from caseapp.core.db import transaction
from caseapp.episodes.models import Episode
from caseapp.episodes.queries import open_episode
from caseapp.identity.queries import working_staff
from caseapp.programs.queries import profile
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Place, Session
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind

Change = tuple[Place, MarkState | None, MarkState | None]


def follow_the_marks(session: Session, changes: list[Change], by: Actor) -> None:
    """Of each place what it was and is marked: a no-show on a finished list opens its task, one that is taken back closes it.

    Corrected to and fro it stays one task: closed by a correction, it is opened again; once someone has tried to call, only
    a person closes it.
    """
    missed = [place for place, _was, now in changes if now is MarkState.no_show and session.finished_at]
    taken_back = [(p, now) for p, was, now in changes if was is MarkState.no_show and now is not MarkState.no_show]
    if not missed and not taken_back:
        return
    there = queries.outreach_of([place.id for place in [*missed, *(place for place, _now in taken_back)]])
    for place in missed:
        _open(place, there.get(place.id), by)
    for place, now in taken_back:
        _close(there.get(place.id), now, by)


def open_what_waits() -> int:
    """Open the tasks of no-shows whose session is over and whose list nobody has finished. Gives how many.

    For `work`: outreach begins on the same day, whoever forgot to press finish.
    """
    since = clock.now() - OUTREACH_FOR
    with transaction():
        lists = {place.session_id: place.session for place in queries.without_outreach(since)}
        for _id, session in sorted(lists.items()):
            scheduling.hold(session)
        waiting = queries.without_outreach(since) if lists else []  # as it stands now that nobody else corrects a mark
        for place in waiting:
            _open(place, None, COMMAND_LINE)
        return len(waiting)


def _open(place: Place, task: Task | None, by: Actor) -> None:
    session = place.session
    if task and task.closed_at and not task.attempts:
        tasks.reopen(task, by, "Marked as a no-show again.")
    if task or session.ends_at < clock.now() - OUTREACH_FOR:
        return
    episode = open_episode(place.client_id)
    hours = profile(episode.program_id if episode else None, session.on_day)["no_show_outreach_hours"]
    tasks.open_task(
        TaskKind.no_show_outreach,
        place.id,
        by,
        client_id=place.client_id,
        owner_id=_owner(session, episode, by),
        due_at=max(session.ends_at, clock.now()) + timedelta(hours=hours),
    )


def _owner(session: Session, episode: Episode | None, by: Actor) -> str:
    """Who reaches out: the case manager; without one whoever led the session; else who marked, or a supervisor."""
    if episode and episode.case_manager_id:
        return episode.case_manager_id
    if session.leads:
        return session.leads[0].staff_id
    return by.id or working_staff(Role.supervisor)[0].id


def _close(task: Task | None, now: MarkState | None, by: Actor) -> None:
    if task and task.closed_at is None and not task.attempts:
        tasks.close(task, by)
        facts = {"why": "mark corrected", "now": now.value if now else "not_marked"}
        changed("attendance.no_outreach", task.id, by, client_id=task.client_id, **facts)
