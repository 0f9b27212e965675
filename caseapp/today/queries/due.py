"""Tasks that are overdue or due today, with what makes them urgent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.clients.queries import visible_to
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor, Can, Role
from caseapp.core.db import db
from caseapp.crisis.models import CrisisContact
from caseapp.crisis.rules import HIGH, Risk
from caseapp.tasks.models import Task
from caseapp.tasks.queries import owned_by
from caseapp.tasks.rules import TaskKind
from caseapp.today.rules import MOST_ROWS, Rows, by_harm

LOOKED_AT = 60  # enough to put the most harmful first; the rest is counted


@dataclass(frozen=True)
class Due:
    """A task on Today; `risk` is that of the crisis contact it follows, `others` says that it is not one's own."""

    task: Task
    risk: Risk | None
    others: bool

    @property
    def high(self) -> bool:
        """Whether the risk is high or was not asked."""
        return self.risk in HIGH


def overdue(user: Actor) -> Rows:
    """What is past its time, crisis follow-ups first: one's own; for supervisors also everyone's crisis follow-ups."""
    found, total = _between(user, None, clock.now())
    rows = sorted(found, key=lambda row: by_harm(row.task.kind is TaskKind.crisis_follow_up, row.task.due_at))
    return Rows(rows[:MOST_ROWS], total)


def due_today(user: Actor) -> Rows:
    """What is due before the clinic's day ends, by time."""
    zone = clinic.zone()
    _start, end = clock.day_bounds(clock.today(zone), zone)
    return Rows(*_between(user, clock.now(), end, MOST_ROWS))


def due_later(user: Actor) -> int:
    """How many of one's own tasks are due after today."""
    zone = clinic.zone()
    _start, end = clock.day_bounds(clock.today(zone), zone)
    later = select(func.count(Task.id)).where(Task.closed_at.is_(None), Task.due_at >= end, owned_by(user))
    return db.scalar(later) or 0


def _between(user: Actor, since: datetime | None, until: datetime, most: int = LOOKED_AT) -> tuple[list[Due], int]:
    wanted = [Task.closed_at.is_(None), Task.due_at < until, _whose(user)]
    wanted += [Task.due_at >= since] if since else []
    total = db.scalar(select(func.count(Task.id)).where(*wanted)) or 0
    rows = select(Task, CrisisContact.risk).outerjoin(
        CrisisContact, and_(CrisisContact.id == Task.source_id, Task.kind == TaskKind.crisis_follow_up)
    )
    load = [joinedload(Task.client), joinedload(Task.owner), selectinload(Task.attempts)]
    crisis_first = Task.kind != TaskKind.crisis_follow_up
    order = (Task.due_at, Task.id) if since else (crisis_first, Task.due_at, Task.id)
    found = db.execute(rows.where(*wanted).order_by(*order).limit(most).options(*load))
    return [Due(task, risk, task.owner_id != user.id) for task, risk in found], total


def _whose(user: Actor):
    if Role.supervisor not in user.roles or not user.can(Can.follow_up_crisis):
        return owned_by(user)
    seen = Task.client_id.is_(None) | visible_to(user, Task.client_id)
    return or_(owned_by(user), and_(Task.kind == TaskKind.crisis_follow_up, seen))
