"""Tasks, attempts, and what else happened to a task."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id, Word
from caseapp.identity.models import Staff
from caseapp.tasks import rules
from caseapp.tasks.rules import Channel, Happened, Result, TaskKind


class Task(Base):
    """Something due, with one owner. One per kind and source, however often the source is touched.

    `due_at` is when it is due now, `first_due_at` when the rule first said so: what reports measure against.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("kind", "source_id"),
        Index(None, "owner_id", "closed_at", "due_at"),
        Index(None, "client_id"),
        Index(None, "closed_at", "due_at"),
    )

    id: Mapped[Id]
    kind: Mapped[TaskKind] = mapped_column(Word(TaskKind))
    source_id: Mapped[str | None] = mapped_column(String(22))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    owner_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    title_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    due_at: Mapped[datetime]
    first_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    client: Mapped[Client | None] = relationship()
    owner: Mapped[Staff] = relationship(foreign_keys=[owner_id])
    opened_by: Mapped[Staff | None] = relationship(foreign_keys=[opened_by_id])
    attempts: Mapped[list["Attempt"]] = relationship(order_by="Attempt.tried_at, Attempt.id")
    events: Mapped[list["TaskEvent"]] = relationship(order_by="TaskEvent.at, TaskEvent.id")
    __mapper_args__ = {"version_id_col": version}

    @property
    def what(self) -> str:
        """What is to be done, in the words of its kind."""
        return rules.what(self.kind)

    @property
    def is_about_reaching(self) -> bool:
        """Whether attempts to reach someone are counted."""
        return rules.is_about_reaching(self.kind)

    @property
    def sealed_for(self) -> str:
        """Whose key its words are sealed under: the client's, else that of what opened it, else its own."""
        return self.client_id or self.source_id or self.id


class Attempt(Base):
    """One try at reaching someone, and what was learned. How they were tried is asked after a no-show."""

    __tablename__ = "attempt"
    __table_args__ = (Index(None, "task_id"),)

    id: Mapped[Id]
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    tried_at: Mapped[datetime] = mapped_column(default=clock.now)
    tried_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[Channel | None] = mapped_column(Word(Channel))
    result: Mapped[Result] = mapped_column(Word(Result))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    next_due_at: Mapped[datetime | None]
    tried_by: Mapped[Staff | None] = relationship()


class TaskEvent(Base):
    """A task was closed, opened again, given to someone else, or moved to another time. Appended, never changed."""

    __tablename__ = "task_event"
    __table_args__ = (Index(None, "task_id"),)

    id: Mapped[Id]
    task_id: Mapped[str] = mapped_column(ForeignKey("task.id"))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    happened: Mapped[Happened] = mapped_column(Word(Happened))
    from_owner_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    to_owner_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[datetime | None]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[Staff | None] = relationship(foreign_keys=[by_id])
    to_owner: Mapped[Staff | None] = relationship(foreign_keys=[to_owner_id])


_WHOSE = "SELECT {row}.client_id WHERE {row}.client_id IS NOT NULL"
noted(Task, _WHOSE.format(row="NEW"), of=("client_id", "closed_at"), was=_WHOSE.format(row="OLD"))
noted(Attempt, "SELECT client_id FROM task WHERE id = NEW.task_id AND client_id IS NOT NULL")
