"""A client's crisis contacts, each with its follow-up."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.core.db import db
from caseapp.crisis.models import CrisisContact
from caseapp.tasks.models import Attempt, Task
from caseapp.tasks.rules import Result, TaskKind


@dataclass(frozen=True)
class Followed:
    """A contact and its follow-up. `first` is the first attempt, by which on time is judged."""

    contact: CrisisContact
    task: Task | None

    @property
    def first(self) -> Attempt | None:
        """The first attempt, or None before it."""
        return self.task.attempts[0] if self.task and self.task.attempts else None

    @property
    def in_time(self) -> bool:
        """Whether the first attempt came before the follow-up was due, as the report on crisis contacts counts it."""
        return self.first is not None and self.first.tried_at < (self.task.first_due_at or self.task.due_at)

    @property
    def reached(self) -> Attempt | None:
        """The attempt at which someone spoke with them, or None."""
        tried = self.task.attempts if self.task else []
        return next((one for one in tried if one.result is Result.spoke), None)


def contacts(client: Client) -> list[Followed]:
    """Every contact about a client, the newest first; three statements."""
    follows = (Task.source_id == CrisisContact.id) & (Task.kind == TaskKind.crisis_follow_up)
    rows = select(CrisisContact, Task).outerjoin(Task, follows).where(CrisisContact.client_id == client.id)
    load = [joinedload(CrisisContact.recorded_by), joinedload(Task.owner), selectinload(Task.attempts)]
    return [Followed(*row) for row in db.execute(rows.order_by(CrisisContact.started_at.desc()).options(*load))]
