"""What is reported of use, what was said of it before, and the mutual-help meetings someone attended."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id, Word
from caseapp.core.readings import Corrected, Reading, one_in_force
from caseapp.episodes.models import Episode
from caseapp.episodes.rules import Substance
from caseapp.identity.models import Staff
from caseapp.use.rules import HowKnown, MeetingKind


class UseReport(Corrected, Base):
    """Use that was reported in an episode: a return to use, or in place of what the pre-screen said the last use before admission.

    What it says stands in its readings, one of which is in force; none once it was taken back.
    """

    __tablename__ = "use_report"
    __table_args__ = (
        Index(
            "uq_use_report_episode_id_before_admission",
            "episode_id",
            unique=True,
            sqlite_where=text("before_admission AND taken_back_sealed IS NULL"),
            postgresql_where=text("before_admission AND taken_back_sealed IS NULL"),
        ),
        Index(None, "client_id"),
        Index(None, "episode_id"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    episode_id: Mapped[str] = mapped_column(ForeignKey("episode.id"))
    before_admission: Mapped[bool] = mapped_column(default=False)
    client: Mapped[Client] = relationship()
    episode: Mapped[Episode] = relationship()
    readings: Mapped[list["UseReading"]] = relationship(order_by="UseReading.recorded_at")


class UseReading(Reading, Base):
    """What a report says from `recorded_at` until it was superseded: from which day to which (often the same), how it is known.

    `words_sealed` is in whose words and what happened, `reason_sealed` why it says something else than before.
    """

    __tablename__ = "use_reading"
    __table_args__ = (
        *one_in_force("report_id"),
        CheckConstraint("last_on >= first_on", name="days_in_order"),
    )

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("use_report.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    how_known: Mapped[HowKnown] = mapped_column(Word(HowKnown))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    substances: Mapped[list["UseSubstance"]] = relationship(order_by="UseSubstance.substance")


class UseSubstance(Base):
    """A substance that was used."""

    __tablename__ = "use_substance"

    reading_id: Mapped[str] = mapped_column(ForeignKey("use_reading.id"), primary_key=True)
    substance: Mapped[Substance] = mapped_column(Word(Substance), primary_key=True)


class Meeting(Base):
    """A mutual-help meeting that someone attended, as they said or showed. One of a kind a day; taken back it counts no more."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("client_id", "on_day", "kind", "in_force"),
        CheckConstraint("in_force IS NULL OR in_force = 1", name="in_force_or_null"),
        CheckConstraint("(in_force IS NULL) = (superseded_at IS NOT NULL)", name="superseded_is_not_in_force"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    on_day: Mapped[date]
    kind: Mapped[MeetingKind] = mapped_column(Word(MeetingKind), default=MeetingKind.not_said)
    shown: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    in_force: Mapped[int | None] = mapped_column(Integer, default=1)
    superseded_at: Mapped[datetime | None]
    superseded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    client: Mapped[Client] = relationship()
    recorded_by: Mapped[Staff | None] = relationship(foreign_keys=[recorded_by_id])


noted(UseReading, "SELECT client_id FROM use_report WHERE id = NEW.report_id")
noted(Meeting, "SELECT NEW.client_id")
