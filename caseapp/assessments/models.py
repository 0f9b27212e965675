"""An assessment of a client, what it says and said before, and its ratings as plain numbers."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.assessments.editions import EDITIONS, Edition
from caseapp.assessments.rules import WhyOther
from caseapp.clients.models import Client
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id, Word
from caseapp.core.readings import Corrected, Reading, one_in_force
from caseapp.identity.models import Staff


class Assessment(Corrected, Base):
    """One time that the six dimensions were rated, in one edition. What it says stands in its readings, one of which is in force."""

    __tablename__ = "assessment"
    __table_args__ = (Index(None, "client_id"),)

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    edition: Mapped[str] = mapped_column(String(10))
    client: Mapped[Client] = relationship()
    readings: Mapped[list["AssessmentReading"]] = relationship(order_by="AssessmentReading.recorded_at")

    @property
    def of(self) -> Edition:
        """The edition."""
        return EDITIONS[self.edition]


class AssessmentReading(Reading, Base):
    """What an assessment says from `recorded_at` until it was superseded. Appended with each correction, never changed.

    `words_sealed` are the words on each dimension and on the level, as JSON; `reason_sealed` why it says something else than before.
    """

    __tablename__ = "assessment_reading"
    __table_args__ = (
        *one_in_force("assessment_id"),
        CheckConstraint("level_found = level_chosen OR why_other IS NOT NULL", name="another_level_has_a_reason"),
    )

    id: Mapped[Id]
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"))
    assessed_on: Mapped[date]
    level_found: Mapped[str] = mapped_column(String(10))
    level_chosen: Mapped[str] = mapped_column(String(10))
    why_other: Mapped[WhyOther | None] = mapped_column(Word(WhyOther))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    done_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    done_by: Mapped[Staff | None] = relationship(foreign_keys=[done_by_id])
    rated: Mapped[list["AssessmentRating"]] = relationship(order_by="AssessmentRating.dimension")

    @property
    def ratings(self) -> dict[int, int]:
        """Ratings by number of the dimension."""
        return {one.dimension: one.rating for one in self.rated}


class AssessmentRating(Base):
    """The rating of one dimension, 0 to 4. One that was not rated has no row."""

    __tablename__ = "assessment_rating"
    __table_args__ = (
        CheckConstraint("dimension BETWEEN 1 AND 6", name="one_of_six"),
        CheckConstraint("rating BETWEEN 0 AND 4", name="of_its_scale"),
    )

    reading_id: Mapped[str] = mapped_column(ForeignKey("assessment_reading.id"), primary_key=True)
    dimension: Mapped[int] = mapped_column(Integer, primary_key=True)
    rating: Mapped[int] = mapped_column(Integer)


noted(AssessmentReading, "SELECT client_id FROM assessment WHERE id = NEW.assessment_id")
