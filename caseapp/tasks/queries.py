"""What is due, whose it is, what was tried, and who may know of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.clients.queries import denied_to, not_denied_to, visible_to
from caseapp.clinic.queries import zone
from caseapp.core import clock, sealed
from caseapp.core.access import ROLES, Actor, Can
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.episodes.queries import open_episode
from caseapp.identity.models import Staff
from caseapp.identity.queries import working_staff
from caseapp.programs.queries import profile
from caseapp.tasks import rules
from caseapp.tasks.models import Attempt, Task, TaskEvent
from caseapp.tasks.rules import Happened, TaskKind


@dataclass(frozen=True)
class Entry:
    """One line of a task's history. `words` are clinical text, "" where there is none or the reader may not have them."""

    at: datetime
    title: str
    who: str
    words: str
    source: Attempt | TaskEvent


@dataclass(frozen=True)
class Listed:
    """One page of what is due, and how much there is in all."""

    tasks: list[Task]
    total: int
    later: int
    titles: dict[str, str]


def known_to(user: Actor) -> ColumnElement[bool]:
    """A condition on Task: one's own (see `owned_by`), and those of clients one may see.

    Without a client: what one opened oneself, calls after an unknown caller for all who follow up crises, everything
    for those who give out tasks.
    """
    ways = [owned_by(user), visible_to(user, Task.client_id)]
    ways += [and_(Task.client_id.is_(None), Task.opened_by_id == user.id)]
    if user.can(Can.give_tasks):
        ways += [Task.client_id.is_(None)]
    elif user.can(Can.follow_up_crisis):
        ways += [and_(Task.client_id.is_(None), Task.kind == TaskKind.crisis_follow_up)]
    return or_(*ways)


def owned_by(user: Actor) -> ColumnElement[bool]:
    """A condition on Task: one's own, also of clients one has no other access to; but a denial wins.

    What lies with someone to whom the client is denied now falls to those who give out tasks, until they pass it on.
    """
    own = and_(Task.owner_id == user.id, not_denied_to(user, Task.client_id))
    if not user.can(Can.give_tasks):
        return own
    return or_(own, and_(denied_to(Task.owner_id, Task.client_id), visible_to(user, Task.client_id)))


def open_tasks(user: Actor, mine: bool = True, kind: TaskKind | None = None) -> list[Task]:
    """What is still to be done, the first due first: one's own, or all that this person may know of."""
    found = _with_people(select(Task)).where(Task.closed_at.is_(None), _whose(user, mine))
    if kind:
        found = found.where(Task.kind == kind)
    return list(db.scalars(found.order_by(Task.due_at, Task.id)))


def page_of_tasks(user: Actor, mine: bool, kind: TaskKind | None, number: int, size: int) -> Listed:
    """One page of what is overdue or due within 14 days, the first due first, with how many are due after that."""
    open_ones = [Task.closed_at.is_(None), _whose(user, mine), *([Task.kind == kind] if kind else [])]
    until = clock.now() + timedelta(days=rules.AHEAD_DAYS)
    near = [*open_ones, Task.due_at <= until]
    total = db.scalar(select(func.count(Task.id)).where(*near)) or 0
    later = db.scalar(select(func.count(Task.id)).where(*open_ones, Task.due_at > until)) or 0
    found = _with_people(select(Task)).where(*near).order_by(Task.due_at, Task.id)
    tasks = list(db.scalars(found.offset((number - 1) * size).limit(size)))
    return Listed(tasks, total, later, titles_of(tasks))


def done_lately(user: Actor, mine: bool, most: int = 25) -> list[Task]:
    """What was closed in the last seven days, the last first."""
    since = clock.now() - timedelta(days=7)
    found = _with_people(select(Task)).where(Task.closed_at >= since, _whose(user, mine))
    return list(db.scalars(found.order_by(Task.closed_at.desc(), Task.id).limit(most)))


def _whose(user: Actor, mine: bool) -> ColumnElement[bool]:
    return owned_by(user) if mine else known_to(user)


def _with_people(found: Select) -> Select:
    return found.options(selectinload(Task.attempts), joinedload(Task.owner), joinedload(Task.client))


def titles_of(tasks: list[Task]) -> dict[str, str]:
    """What each task says of itself, by id: its own title, opened, where it has one. Two statements at most."""
    named = [task for task in tasks if task.title_sealed]
    keys = sealed.load_keys([task.sealed_for for task in named]) if named else []
    titles = {task.id: sealed.unseal(task.sealed_for, task.title_sealed) or "" for task in named}
    del keys  # held until now, so that each title finds its key without asking again
    return titles


def count_open(user: Actor, kind: TaskKind) -> int:
    """How many open tasks of a kind are theirs, in one statement."""
    theirs = select(func.count(Task.id)).where(owned_by(user), Task.kind == kind, Task.closed_at.is_(None))
    return db.scalar(theirs) or 0


def get_task(task_id: str, user: Actor) -> Task:
    """A task this person may know of. Raises NotFound for any other, whether it exists or not."""
    task = db.scalar(_with_people(select(Task)).where(Task.id == task_id, known_to(user)))
    if task is None:
        raise NotFound
    return task


def task_of(kind: TaskKind, source_id: str) -> Task | None:
    """The task that something opened, open or closed; None if it opened none."""
    return db.scalar(select(Task).where(Task.kind == kind, Task.source_id == source_id))


def open_of_client(client_id: str, kind: TaskKind) -> list[Task]:
    """The open tasks of a kind about a client, in the order in which they are locked."""
    found = select(Task).where(Task.client_id == client_id, Task.kind == kind, Task.closed_at.is_(None))
    return list(db.scalars(found.order_by(Task.id)))


def history(task: Task, reads: bool) -> list[Entry]:
    """Attempts and what else happened, in order of time. With `reads` their words are opened: ask that beforehand."""
    attempts = db.scalars(select(Attempt).where(Attempt.task_id == task.id).options(joinedload(Attempt.tried_by)))
    people = (joinedload(TaskEvent.by), joinedload(TaskEvent.to_owner))
    events = db.scalars(select(TaskEvent).where(TaskEvent.task_id == task.id).options(*people))
    entries = [Entry(one.tried_at, _tried(one), _name(one.tried_by), _words(task, one, reads), one) for one in attempts]
    entries += [Entry(one.at, _title(one), _name(one.by), _words(task, one, reads), one) for one in events]
    return sorted(entries, key=lambda entry: (entry.at, isinstance(entry.source, TaskEvent)))


def _words(task: Task, one: Attempt | TaskEvent, reads: bool) -> str:
    return (sealed.unseal(task.sealed_for, one.words_sealed) or "") if reads else ""


def _tried(one: Attempt) -> str:
    said = rules.RESULT_WORDS[one.result]
    return f"{rules.CHANNEL_WORDS[one.channel]}: {said[0].lower()}{said[1:]}" if one.channel else said


def attempts_least(task: Task) -> int | None:
    """How many attempts the client's rule profile asks for after a no-show; None for what is not about one."""
    if task.kind is not TaskKind.no_show_outreach or task.client_id is None:
        return None
    episode = open_episode(task.client_id)
    return int(profile(episode.program_id if episode else None, clock.today(zone()))["no_show_attempts_least"])


def _title(event: TaskEvent) -> str:
    if event.happened is Happened.reassigned and event.to_owner:
        return f"Given to {event.to_owner.name}"
    return rules.HAPPENED_WORDS[event.happened]


def _name(person: Staff | None) -> str:
    return person.name if person else "the command line"


def possible_owners() -> list[Staff]:
    """Who works here and may be given a task, by name."""
    return [one for one in working_staff() if any(Can.see_tasks in ROLES[row.role] for row in one.roles)]


def may_reassign(task: Task, user: Actor) -> bool:
    """Whether this person may give the task to someone else: its owner, and those who give out tasks."""
    return task.owner_id == user.id or user.can(Can.give_tasks)
