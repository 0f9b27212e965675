"""Signed notes, what was added to them, who signed beside; and counseling notes, in a table that shares nothing with them.

Only what is signed has a row; what is being written is a draft. A signed row is locked in the database too: triggers
refuse every change and removal (docs/decisions/notes.md).
"""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.attendance.models import Mark
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import Base, Id, Word
from caseapp.core.locked import locked
from caseapp.identity.models import Staff
from caseapp.notes.rules import Format
from caseapp.plans.models import PlanGoal
from caseapp.scheduling.models import Session


class Signed:
    """Who signed a row, when, and the fingerprint of all that it says."""

    signed_by_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    signed_by_name: Mapped[str] = mapped_column(String(200))
    signed_by_credential: Mapped[str] = mapped_column(String(100), default="")
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)
    hash: Mapped[str] = mapped_column(String(64))


class Note(Signed, Base):
    """One part of a session's note: for everyone who came (no place), or someone's own.

    `mark` is what the roll-call said of them when it was signed: marks are never changed, only superseded. `place_id` says
    no more than client and session do, but that there is one note for it. The text belongs to the client, that for everyone
    to the session.
    """

    __tablename__ = "note"
    __table_args__ = (
        Index(
            "uq_note_one_for_everyone",
            "session_id",
            unique=True,
            sqlite_where=text("place_id IS NULL"),
            postgresql_where=text("place_id IS NULL"),
        ),
        UniqueConstraint("place_id"),
        CheckConstraint(
            "(place_id IS NULL) = (client_id IS NULL) AND (place_id IS NULL) = (mark_id IS NULL)",
            name="own_part_is_whole",
        ),
        Index(None, "client_id", "signed_at"),
        Index(None, "session_id"),
        Index(None, "needs_cosignature"),
    )

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    mark_id: Mapped[str | None] = mapped_column(ForeignKey("mark.id"))
    format: Mapped[Format] = mapped_column(Word(Format))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    needs_cosignature: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None]
    session: Mapped[Session] = relationship()
    client: Mapped[Client | None] = relationship()
    mark: Mapped[Mark | None] = relationship()
    signed_by: Mapped[Staff] = relationship(foreign_keys="Note.signed_by_id")
    goals: Mapped[list["NoteGoal"]] = relationship(order_by="NoteGoal.number")

    @property
    def late(self) -> bool:
        """Whether it was signed after its clock had run out, as that stood when it was signed."""
        return self.due_at is not None and self.signed_at > self.due_at

    @property
    def sealed_for(self) -> str:
        """Whose key the text is sealed under."""
        return self.client_id or self.session_id


class NoteGoal(Base):
    """A goal that a note is about, as the plan in force said it when the note was signed."""

    __tablename__ = "note_goal"
    __table_args__ = (
        ForeignKeyConstraint(["revision_id", "number"], ["plan_goal.revision_id", "plan_goal.number"]),
        Index(None, "revision_id", "number"),
    )

    note_id: Mapped[str] = mapped_column(ForeignKey("note.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    revision_id: Mapped[str] = mapped_column(String(22))
    goal: Mapped[PlanGoal] = relationship()


class Addendum(Signed, Base):
    """What was added to a signed note, signed as it was written."""

    __tablename__ = "note_addendum"
    __table_args__ = (Index(None, "note_id"),)

    id: Mapped[Id]
    note_id: Mapped[str] = mapped_column(ForeignKey("note.id"))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Cosignature(Signed, Base):
    """A supervisor's signature beside that of someone whose notes need it."""

    __tablename__ = "note_cosignature"
    __table_args__ = (UniqueConstraint("note_id"),)

    id: Mapped[Id]
    note_id: Mapped[str] = mapped_column(ForeignKey("note.id"))


class CounselingNote(Base):
    """An author's own analysis of a counseling session (42 CFR 2.11), kept apart from the record: nobody else reads it."""

    __tablename__ = "counseling_note"
    __table_args__ = (Index(None, "client_id", "author_id"),)

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    author_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime] = mapped_column(default=clock.now)


for _model in (Note, NoteGoal, Addendum, Cosignature):
    locked(_model, "ck_note_signed_is_locked")
