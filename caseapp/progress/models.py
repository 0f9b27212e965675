"""Phase reviews and their steps. A step is locked when it is written, a review when it has ended: triggers refuse every change.

A step holds what was said and the facts as they stood, as JSON under the client's key (`snapshots.py`); days, names and codes
stand beside it, so that lists ask the database and open nothing (docs/decisions/reviews.md).
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.core import clock
from caseapp.core.db import Base, Id, Word
from caseapp.core.locked import locked
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveReason
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase
from caseapp.progress.rules import WAITING, Decision, Happened, ReviewState


class PhaseReview(Base):
    """A review of an episode, from the stay it started from to what was decided. One at a time is open.

    `effective_on` is the day from which the move counts, of a stay the day until when. `unmet` is how many criteria were not met and
    are overridden. `transition_id` is the move it made.
    """

    __tablename__ = "phase_review"
    __table_args__ = (
        Index(
            "uq_phase_review_one_open",
            "episode_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("(ended_at IS NULL) = (state IN ('proposed', 'returned'))", name="ended_by_its_state"),
        CheckConstraint("(decided_by_id IS NULL) = (state <> 'decided')", name="decided_by_someone"),
        Index(None, "ended_at", "proposed_at"),
        Index(None, "episode_id"),
        UniqueConstraint("transition_id"),
    )

    id: Mapped[Id]
    episode_id: Mapped[str] = mapped_column(ForeignKey("episode.id"))
    stay_id: Mapped[str] = mapped_column(ForeignKey("phase_stay.id"))
    state: Mapped[ReviewState] = mapped_column(Word(ReviewState), default=ReviewState.proposed)
    decision: Mapped[Decision] = mapped_column(Word(Decision))
    to_phase_id: Mapped[str | None] = mapped_column(ForeignKey("phase.id"))
    effective_on: Mapped[date]
    reason: Mapped[MoveReason | None] = mapped_column(Word(MoveReason))
    unmet: Mapped[int] = mapped_column(Integer, default=0)
    proposed_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    transition_id: Mapped[str | None] = mapped_column(ForeignKey("transition.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)
    episode: Mapped[Episode] = relationship()
    stay: Mapped[PhaseStay] = relationship()
    to_phase: Mapped[Phase | None] = relationship()
    transition: Mapped[Transition | None] = relationship()
    proposed_by: Mapped[Staff | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[Staff | None] = relationship(foreign_keys=[decided_by_id])
    steps: Mapped[list["ReviewStep"]] = relationship(order_by="ReviewStep.number")
    __mapper_args__ = {"version_id_col": version}

    @property
    def open(self) -> bool:
        """Whether it still waits for someone."""
        return self.state in WAITING


class ReviewStep(Base):
    """What one person did with a review: proposed, returned, sent again, decided, withdrew. `body_sealed` is what was said and stood."""

    __tablename__ = "phase_review_step"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: Mapped[Id]
    review_id: Mapped[str] = mapped_column(ForeignKey("phase_review.id"))
    number: Mapped[int] = mapped_column(Integer)
    happened: Mapped[Happened] = mapped_column(Word(Happened))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    body_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by: Mapped[Staff | None] = relationship()


locked(ReviewStep, "ck_phase_review_step_is_locked")
locked(PhaseReview, "ck_phase_review_ended_is_locked", when="OLD.ended_at IS NOT NULL")
