"""Open what is due, note what was tried, close it, open it again, give it to someone else.

A task is closed by a person, never by time. Each verb takes hold of the task's row first, so that two people at once act
one after the other, and the second sees what the first did.
"""

from datetime import datetime, timedelta
from typing import Any

from caseapp.audit.actions import changed
from caseapp.clients.queries.care import denied_staff
from caseapp.clients.rules import DENIED
from caseapp.core import clock, sealed
from caseapp.core.access import Actor, Role
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import Refused, RuleBroken
from caseapp.identity.queries import working_staff
from caseapp.tasks import queries, rules
from caseapp.tasks.models import Attempt, Task, TaskEvent
from caseapp.tasks.rules import Channel, Happened, Result, TaskKind


def open_task(
    kind: TaskKind,
    source_id: str | None,
    by: Actor,
    *,
    client_id: str | None,
    owner_id: str,
    due_at: datetime,
    title: str = "",
) -> Task:
    """Something is due (`due_at` is an aware instant). The same kind from the same source gives the task that is there.

    If the client is denied to the owner meant, it goes to who acts, or else to a supervisor. `title` is clinical text, and
    sealed: for the client, or for the task where there is none.
    """
    there = queries.task_of(kind, source_id) if source_id else None
    if there:
        return there
    owner_id = _whoever_may(owner_id, client_id, by)
    task = Task(id=new_id(), kind=kind, source_id=source_id, client_id=client_id, owner_id=owner_id)
    task.due_at, task.first_due_at, task.opened_by_id = due_at, due_at, by.id
    task.title_sealed = sealed.seal(task.sealed_for, title.strip())
    db.add(task)
    db.flush()
    changed("tasks.open", task.id, by, client_id=client_id, kind=kind.value, owner=owner_id, due=due_at.isoformat())
    return task


def add(by: Actor, *, title: str, client_id: str | None, owner_id: str, due_at: datetime) -> Task:
    """Something to be done, in someone's own words. Raises RuleBroken without words, for a time that does not lie ahead
    or lies more than a year ahead, and for an owner who does not work here.
    """
    if not title.strip():
        raise RuleBroken("Enter what is to be done", "title")
    _check_ahead(due_at, "due_day")
    _must_be_able(owner_id, client_id)
    return open_task(TaskKind.other, None, by, client_id=client_id, owner_id=owner_id, due_at=due_at, title=title)


def attempt(
    task: Task,
    result: Result,
    by: Actor,
    words: str = "",
    next_due: datetime | None = None,
    channel: Channel | None = None,
) -> Attempt:
    """Note one try, by which channel, and what was learned; the words are sealed. `next_due` moves the task on to its next try.

    Raises RuleBroken when the task is closed, or the next try would lie in the past.
    """
    must_be_open(task)
    if next_due is not None:
        _check_ahead(next_due)
        task.due_at = next_due
    row = Attempt(task_id=task.id, tried_by_id=by.id, channel=channel, result=result, next_due_at=next_due)
    row.words_sealed = sealed.seal(task.sealed_for, words.strip())
    task.attempts.append(row)
    db.flush()
    told = {"channel": channel.value} if channel else {}
    changed("tasks.attempt", task.id, by, client_id=task.client_id, result=result.value, **told)
    return row


def end(task: Task, by: Actor, words: str = "", noted: bool = False) -> None:
    """A person says that it is done, with words where it ends unreached; `noted` says that they stand with the attempt.

    Raises RuleBroken when it was closed already, or ends unreached and without words.
    """
    must_be_open(task)
    why_not = rules.why_not_close(task.kind, [one.result for one in task.attempts], words)
    if why_not:
        raise RuleBroken(why_not, "words")
    close(task, by, "" if noted else words)


def close(task: Task, by: Actor, words: str = "") -> None:
    """It is done, or there is no reason for it any more. Raises RuleBroken when it was closed already."""
    must_be_open(task)
    task.closed_at, task.closed_by_id = clock.now(), by.id
    _happened(task, Happened.closed, by, words)
    changed("tasks.close", task.id, by, client_id=task.client_id)


def reopen(task: Task, by: Actor, reason: str = "") -> None:
    """Take a closing back. Whoever closed it needs no reason; anyone else does. One that is open stays as it is."""
    hold(task)
    if task.closed_at is None:
        return
    if not reason.strip() and task.closed_by_id != by.id:
        raise RuleBroken("Enter why it is opened again", "reason")
    task.closed_at = task.closed_by_id = None
    _happened(task, Happened.reopened, by, reason)
    changed("tasks.reopen", task.id, by, client_id=task.client_id)


def move(task: Task, due_at: datetime, by: Actor, words: str = "") -> None:
    """It is not done yet, and due at another time. Raises RuleBroken when it is closed or the time lies in the past."""
    must_be_open(task)
    _check_ahead(due_at)
    fall_due(task, due_at, by, words)


def fall_due(task: Task, due_at: datetime, by: Actor, words: str = "") -> None:
    """A rule makes an open task due at another time, which may have been already."""
    task.due_at = due_at
    _happened(task, Happened.moved, by, words, due_at=due_at)
    changed("tasks.move", task.id, by, client_id=task.client_id, due=due_at.isoformat())


def reassign(task: Task, owner_id: str, by: Actor, reason: str = "") -> None:
    """Give an open task to someone who works here. Raises Refused for anyone but its owner and those who give out tasks."""
    must_be_open(task)
    if not queries.may_reassign(task, by):
        raise Refused(f"Only {task.owner.name} or a supervisor can give this to someone else.")
    _must_be_able(owner_id, task.client_id)
    if owner_id == task.owner_id:
        raise RuleBroken("It is theirs already. Choose someone else", "owner_id")
    before, task.owner_id = task.owner_id, owner_id
    _happened(task, Happened.reassigned, by, reason, from_owner_id=before, to_owner_id=owner_id)
    db.refresh(task, ["owner"])
    changed("tasks.reassign", task.id, by, client_id=task.client_id, before=before, after=owner_id)


def due_by_rule(task: Task, due_at: datetime, by: Actor) -> None:
    """What opened the task has changed, and with it the time the rule gives. The closed and the moved keep theirs."""
    hold(task)
    if task.closed_at is not None or task.due_at == due_at:
        return
    task.due_at = task.first_due_at = due_at
    _happened(task, Happened.moved, by, "", due_at=due_at)
    changed("tasks.move", task.id, by, client_id=task.client_id, due=due_at.isoformat())


def name_client(task: Task, client_id: str | None, by: Actor) -> None:
    """It turned out whom this is about. Every word is sealed again, under the key of whom it is about now."""
    hold(task)
    rows = [*task.attempts, *task.events]
    words = [sealed.unseal(task.sealed_for, row.words_sealed) for row in rows]
    title, before = sealed.unseal(task.sealed_for, task.title_sealed), task.client_id
    task.client_id = client_id
    task.title_sealed = sealed.seal(task.sealed_for, title)
    for row, text in zip(rows, words, strict=True):
        row.words_sealed = sealed.seal(task.sealed_for, text)
    db.flush()
    changed("tasks.name_client", task.id, by, client_id=client_id, before=before)


def hold(task: Task) -> None:
    """Take hold of the row until the end of the request, and see it as it stands now."""
    db.flush()
    lock(Task, [task.id])
    db.refresh(task)


def must_be_open(task: Task) -> None:
    """Take hold of the task. Raises RuleBroken when it was closed."""
    hold(task)
    if task.closed_at is not None:
        raise RuleBroken("This was closed already.", way_out="Look at what was noted. It can be opened again.")


def _whoever_may(owner_id: str, client_id: str | None, by: Actor) -> str:
    """The owner meant; if the client is denied to them, who acts, then the first supervisor who may. Where nobody may, theirs."""
    denied = denied_staff(client_id) if client_id else set()
    if owner_id not in denied:
        return owner_id
    able = {one.id for one in queries.possible_owners()} - denied
    instead = [by.id, *(one.id for one in working_staff(Role.supervisor))]
    return next((id for id in instead if id in able), owner_id)


def _must_be_able(owner_id: str, client_id: str | None) -> None:
    if owner_id not in {one.id for one in queries.possible_owners()}:
        raise RuleBroken("Choose someone who works here", "owner_id")
    if client_id and owner_id in denied_staff(client_id):
        raise RuleBroken(DENIED, "owner_id")


def _check_ahead(due_at: datetime, field: str = "next_at") -> None:
    if due_at <= clock.now():
        raise RuleBroken("The next time must lie ahead", field)
    if due_at > clock.now() + rules.FARTHEST + timedelta(days=1):
        raise RuleBroken("Choose a day within a year", field)


def _happened(task: Task, happened: Happened, by: Actor, words: str, **facts: Any) -> None:
    row = TaskEvent(task_id=task.id, by_id=by.id, happened=happened, **facts)
    row.words_sealed = sealed.seal(task.sealed_for, words.strip())
    task.events.append(row)
    db.flush()
