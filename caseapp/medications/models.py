"""A medication of a client and what is said of it; that none is taken; visits about medications and what was taken."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import Base, Edited, Id, Word
from caseapp.identity.models import Staff
from caseapp.medications.known import Known
from caseapp.medications.rules import Prescriber, Takes, WhyEnded, known_of


class Medication(Edited, Base):
    """One medication of a client. `referral` says which mention of a referral it was taken over from ("source code")."""

    __tablename__ = "medication"
    __table_args__ = (Index(None, "client_id"), UniqueConstraint("client_id", "referral"))

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    referral: Mapped[str | None] = mapped_column(String(100))
    taken_back_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    client: Mapped[Client] = relationship()
    entries: Mapped[list["MedicationEntry"]] = relationship(order_by="MedicationEntry.recorded_at")

    @property
    def entry(self) -> "MedicationEntry | None":
        """What is said of it now; None if it was taken back."""
        return next((one for one in self.entries if one.in_force), None)


class MedicationEntry(Base):
    """What is said of a medication from `recorded_at` until it was superseded. Appended with each change, never changed.

    Names and doses are sealed under the client's key; `known` is the code of a medication that this house knows.
    """

    __tablename__ = "medication_entry"
    __table_args__ = (
        UniqueConstraint("medication_id", "in_force"),
        CheckConstraint("in_force IS NULL OR in_force = 1", name="in_force_or_null"),
        CheckConstraint("(in_force IS NULL) = (superseded_at IS NOT NULL)", name="superseded_is_not_in_force"),
        CheckConstraint("ended_on >= started_on", name="days_in_order"),
        CheckConstraint("(ended_on IS NULL) = (why_ended IS NULL)", name="an_end_with_its_reason"),
    )

    id: Mapped[Id]
    medication_id: Mapped[str] = mapped_column(ForeignKey("medication.id"))
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    rxnorm: Mapped[str] = mapped_column(String(20), default="")
    known: Mapped[str | None] = mapped_column(String(40))
    dose_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    prescriber: Mapped[Prescriber] = mapped_column(Word(Prescriber))
    prescriber_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    why_ended: Mapped[WhyEnded | None] = mapped_column(Word(WhyEnded))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    in_force: Mapped[int | None] = mapped_column(Integer, default=1)
    superseded_at: Mapped[datetime | None]
    superseded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_by: Mapped[Staff | None] = relationship(foreign_keys=[recorded_by_id])

    @property
    def what(self) -> Known | None:
        """The medication, if this house knows it."""
        return known_of(self.known)


class MedicationsNone(Base):
    """On a day someone was asked for their medications and takes none. Appended."""

    __tablename__ = "medications_none"
    __table_args__ = (Index(None, "client_id"),)

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    asked_on: Mapped[date]
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by: Mapped[Staff | None] = relationship()


class MedicationVisit(Base):
    """A visit about medications, or a talk about them. One that was taken back counts no more and stays to be seen."""

    __tablename__ = "medication_visit"
    __table_args__ = (Index(None, "client_id", "held_on"),)

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    held_on: Mapped[date]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]
    superseded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    client: Mapped[Client] = relationship()
    recorded_by: Mapped[Staff | None] = relationship(foreign_keys=[recorded_by_id])
    superseded_by: Mapped[Staff | None] = relationship(foreign_keys=[superseded_by_id])
    takings: Mapped[list["MedicationTaking"]] = relationship()


class MedicationTaking(Base):
    """What was said at a visit of one medication."""

    __tablename__ = "medication_taking"

    visit_id: Mapped[str] = mapped_column(ForeignKey("medication_visit.id"), primary_key=True)
    medication_id: Mapped[str] = mapped_column(ForeignKey("medication.id"), primary_key=True)
    takes: Mapped[Takes] = mapped_column(Word(Takes))
