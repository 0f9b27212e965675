"""Plans, their revisions with goals, signatures, what came of goals and written work, reviews.

A revision is never changed: each change appends the next one. What is signed is locked in the database too: triggers refuse a
change of a goal or a signature, and of a revision once all have signed it (docs/decisions/plans.md).
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Edited, Id, Word
from caseapp.core.locked import locked
from caseapp.episodes.models import Episode
from caseapp.identity.models import Staff
from caseapp.plans.rules import How, Outcome, Part


class Plan(Edited, Base):
    """The treatment plan of an episode. What it says stands in its revisions."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("episode_id"), Index(None, "client_id"))

    id: Mapped[Id]
    episode_id: Mapped[str] = mapped_column(ForeignKey("episode.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    client: Mapped[Client] = relationship()
    episode: Mapped[Episode] = relationship()
    revisions: Mapped[list["PlanRevision"]] = relationship(order_by="PlanRevision.number", back_populates="plan")


class PlanRevision(Base):
    """What a plan says from `recorded_at` until the next number. In force from the moment that the last signature was given.

    `signed_on` is the day of the last signature; `completed_at` is when it was recorded here.
    """

    __tablename__ = "plan_revision"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint("(signed_on IS NULL) = (completed_at IS NULL)", name="signed_when_complete"),
    )

    id: Mapped[Id]
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    number: Mapped[int] = mapped_column(Integer)
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    signed_on: Mapped[date | None]
    completed_at: Mapped[datetime | None]
    plan: Mapped[Plan] = relationship(back_populates="revisions")
    recorded_by: Mapped[Staff | None] = relationship()
    goals: Mapped[list["PlanGoal"]] = relationship(order_by="PlanGoal.number")
    signatures: Mapped[list["PlanSignature"]] = relationship(order_by="PlanSignature.recorded_at")


class PlanGoal(Base):
    """A goal as a revision says it: its words sealed under the client's key, its number and its day plain."""

    __tablename__ = "plan_goal"

    revision_id: Mapped[str] = mapped_column(ForeignKey("plan_revision.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    target_on: Mapped[date | None]
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PlanSignature(Base):
    """Who signed a revision, as what, on which day. `hash` is the fingerprint of it, and of what the revision said.

    A client's is recorded by staff: how it was given, and why not on paper, sealed.
    """

    __tablename__ = "plan_signature"
    __table_args__ = (
        UniqueConstraint("revision_id", "part"),
        CheckConstraint("(part = 'client') = (how IS NOT NULL)", name="how_a_client_signed"),
    )

    id: Mapped[Id]
    revision_id: Mapped[str] = mapped_column(ForeignKey("plan_revision.id"))
    part: Mapped[Part] = mapped_column(Word(Part))
    signed_on: Mapped[date]
    how: Mapped[How | None] = mapped_column(Word(How))
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    needs_supervisor: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    recorded_by_credential: Mapped[str] = mapped_column(String(100), default="")
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    hash: Mapped[str] = mapped_column(String(64))


class PlanAssignment(Base):
    """Written work given to a client; for a goal, by its number, or for none."""

    __tablename__ = "plan_assignment"
    __table_args__ = (Index(None, "plan_id"),)

    id: Mapped[Id]
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    goal: Mapped[int | None] = mapped_column(Integer)
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    given_on: Mapped[date]
    due_on: Mapped[date | None]
    given_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    plan: Mapped[Plan] = relationship()


class PlanOutcome(Base):
    """What came of a goal or of written work, and on which day. One is in force; a correction appends, none left means open."""

    __tablename__ = "plan_outcome"
    __table_args__ = (
        UniqueConstraint("plan_id", "goal", "in_force"),
        UniqueConstraint("assignment_id", "in_force"),
        CheckConstraint("(goal IS NULL) <> (assignment_id IS NULL)", name="of_one_thing"),
        CheckConstraint("in_force IS NULL OR in_force = 1", name="in_force_or_null"),
        CheckConstraint("(in_force IS NULL) = (superseded_at IS NOT NULL)", name="superseded_is_not_in_force"),
    )

    id: Mapped[Id]
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    goal: Mapped[int | None] = mapped_column(Integer)
    assignment_id: Mapped[str | None] = mapped_column(ForeignKey("plan_assignment.id"))
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome))
    on_day: Mapped[date]
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    in_force: Mapped[int | None] = mapped_column(Integer, default=1)
    superseded_at: Mapped[datetime | None]


class PlanReview(Base):
    """A review of a plan on a day: progress per goal, sealed, and when the next one is due by the days of the profile."""

    __tablename__ = "plan_review"
    __table_args__ = (Index(None, "plan_id", "reviewed_on"),)

    id: Mapped[Id]
    plan_id: Mapped[str] = mapped_column(ForeignKey("plan.id"))
    revision_id: Mapped[str] = mapped_column(ForeignKey("plan_revision.id"))
    reviewed_on: Mapped[date]
    next_due_on: Mapped[date]
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by: Mapped[Staff | None] = relationship()


for _model, _when in ((PlanGoal, ""), (PlanSignature, ""), (PlanRevision, "OLD.completed_at IS NOT NULL")):
    locked(_model, "ck_plan_signed_is_locked", _when)


noted(Plan, "SELECT NEW.client_id")
for _model in (PlanRevision, PlanAssignment, PlanOutcome, PlanReview):
    noted(_model, "SELECT client_id FROM plan WHERE id = NEW.plan_id")
