"""Attendance marks: appended, never overwritten; the one without `superseded_at` is in force. A mark without a state unmarks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.attendance.rules import MarkState, Reason, WhyReopened
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id, Word
from caseapp.identity.models import Staff
from caseapp.scheduling.models import Place
from caseapp.scheduling.rules import SessionState


class Mark(Base):
    """A mark on a place. `batch_id` ties those that were marked with the rest in one act."""

    __tablename__ = "mark"
    __table_args__ = (
        Index(
            "uq_mark_one_in_force",
            "place_id",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "place_id"),
        Index(None, "batch_id"),
        CheckConstraint("minutes >= 0 AND late_minutes >= 0 AND early_minutes >= 0", name="minutes_not_negative"),
    )

    id: Mapped[Id]
    place_id: Mapped[str] = mapped_column(ForeignKey("place.id"))
    state: Mapped[MarkState | None] = mapped_column(Word(MarkState))
    minutes: Mapped[int] = mapped_column(Integer, default=0)
    late_minutes: Mapped[int] = mapped_column(Integer, default=0)
    early_minutes: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[Reason | None] = mapped_column(Word(Reason))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    batch_id: Mapped[str | None] = mapped_column(String(22))
    marked_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]
    place: Mapped[Place] = relationship()
    marked_by: Mapped[Staff | None] = relationship()

    @property
    def with_the_rest(self) -> bool:
        """Whether it was made by marking all who remained."""
        return self.batch_id is not None


class Reopening(Base):
    """A finished roll-call opened again: as what it had been finished, by whom and when, and why it was opened."""

    __tablename__ = "reopening"
    __table_args__ = (Index(None, "session_id"),)

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    was: Mapped[SessionState] = mapped_column(Word(SessionState))
    finished_at: Mapped[datetime]
    finished_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    reopened_at: Mapped[datetime] = mapped_column(default=clock.now)
    reopened_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    why: Mapped[WhyReopened] = mapped_column(Word(WhyReopened))
    reopened_by: Mapped[Staff | None] = relationship(foreign_keys=[reopened_by_id])


noted(Mark, "SELECT client_id FROM place WHERE id = NEW.place_id")
