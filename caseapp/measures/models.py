"""A measure of a client, what it says and said before, and its scores as plain numbers."""

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id
from caseapp.core.readings import Corrected, Reading, one_in_force
from caseapp.measures.instruments import INSTRUMENTS, SCALES, Instrument, Scale
from caseapp.measures.rules import band_of


class Measure(Corrected, Base):
    """One time that a client filled an instrument in. What it says stands in its readings, one of which is in force."""

    __tablename__ = "measure"
    __table_args__ = (Index(None, "client_id", "instrument"),)

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    instrument: Mapped[str] = mapped_column(String(40))
    client: Mapped[Client] = relationship()
    readings: Mapped[list["MeasureReading"]] = relationship(order_by="MeasureReading.recorded_at")

    @property
    def what(self) -> Instrument:
        """The instrument."""
        return INSTRUMENTS[self.instrument]


class MeasureReading(Reading, Base):
    """What a measure says from `recorded_at` until it was superseded. Appended with each correction, never changed.

    The answers are sealed under the client's key. `reason_sealed` is why it says something else than before.
    """

    __tablename__ = "measure_reading"
    __table_args__ = (*one_in_force("measure_id"),)

    id: Mapped[Id]
    measure_id: Mapped[str] = mapped_column(ForeignKey("measure.id"))
    version: Mapped[str] = mapped_column(String(100))
    taken_on: Mapped[date]
    answers_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    scores: Mapped[list["MeasureScore"]] = relationship()


class MeasureScore(Base):
    """Points of a reading on one scale, with the band they fell into (0 is the lowest), for reports and criteria."""

    __tablename__ = "measure_score"

    reading_id: Mapped[str] = mapped_column(ForeignKey("measure_reading.id"), primary_key=True)
    scale: Mapped[str] = mapped_column(String(40), primary_key=True)
    points: Mapped[int]
    band: Mapped[int | None]
    estimated: Mapped[bool] = mapped_column(default=False)

    @property
    def of(self) -> Scale:
        """The scale."""
        return SCALES[self.scale]

    @property
    def words(self) -> str:
        """The band in words, "" for a scale without bands."""
        band = band_of(self.of, self.points)
        return band.words if band else ""


noted(MeasureReading, "SELECT client_id FROM measure WHERE id = NEW.measure_id")
