"""Rows of the wait-list: someone waits, is offered a place by a task, and no more. Who is next is decided by whoever holds the places."""

from datetime import datetime

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.episodes.queries import case_managers
from caseapp.scheduling.models import Waiting
from caseapp.scheduling.rules import LIVE, WaitState
from caseapp.tasks import actions as tasks
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import TaskKind


def begin_waiting(
    clients: list[Client], by: Actor, *, session_id: str | None = None, series_id: str | None = None
) -> list[Waiting]:
    """These people wait for a place in a session or a series from now on; the database lets nobody wait twice."""
    facts = {"session_id": session_id, "series_id": series_id, "asked_by_id": by.id}
    rows = [Waiting(client_id=client.id, **facts) for client in clients]
    db.add_all(rows)
    db.flush()
    for row in rows:
        changed("scheduling.wait", row.id, by, client_id=row.client_id, session=session_id, series=series_id)
    return rows


def make_offer(row: Waiting, what: str, answer_by: datetime, by: Actor) -> None:
    """Keep a place for someone until an instant, and give whoever knows them the task to ask. `what` is the place in words."""
    row.state, row.offered_at, row.answer_by = WaitState.offered, clock.now(), answer_by
    db.flush()
    changed("scheduling.offer", row.id, by, client_id=row.client_id, until=answer_by)
    owner = case_managers([row.client_id]).get(row.client_id) or row.asked_by_id or by.id
    facts = {"client_id": row.client_id, "owner_id": owner, "due_at": answer_by, "title": f"Offer a place: {what}"}
    if owner:
        tasks.open_task(TaskKind.offer_place, row.id, by, **facts)


def end_waiting(row: Waiting, state: WaitState, by: Actor) -> None:
    """Someone waits no more. The task to ask them, if there is one, has no reason any more.

    Raises RuleBroken if it has ended before.
    """
    if row.state not in LIVE:
        raise RuleBroken("They wait no more: this has ended already.")
    row.state, row.ended_at = state, clock.now()
    db.flush()
    task = task_of(TaskKind.offer_place, row.id)
    if task and task.closed_at is None:
        tasks.close(task, by)
    changed("scheduling.end_waiting", row.id, by, client_id=row.client_id, how=state.value)


def take_offer_back(row: Waiting, by: Actor) -> Waiting:
    """A place that was offered is not free after all: the offer ends with its task, and they wait on where they stood."""
    end_waiting(row, WaitState.called_off, by)
    ids = {"session_id": row.session_id, "series_id": row.series_id}
    [again] = begin_waiting([row.client], by, **ids)
    again.asked_at, again.asked_by_id = row.asked_at, row.asked_by_id
    db.flush()
    return again


def end_what_is_over(rows: list[Waiting], by: Actor) -> list[Waiting]:
    """Those of these offers to which no answer came in time end; gives who still waits or may still answer."""
    for row in rows:
        if row.answer_by and row.answer_by <= clock.now():
            end_waiting(row, WaitState.not_reached, by)
    return [row for row in rows if row.state in LIVE]
