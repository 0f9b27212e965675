"""Series, who leads and who belongs to them, the day of each session, and what each change of a series did."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.db import Base, Edited, Id, Word
from caseapp.identity.models import Staff
from caseapp.programs.models import Service
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import Mode, held_as
from caseapp.series.recurrence import Frequency, Repeats
from caseapp.series.rules import LeftOut


class Series(Edited, Base):
    """A rule of days and what a session on such a day is to be. Times are the site's wall clock.

    A change of a series changes this row; what was held stays as it is in its own sessions. `first_on` is the day from which
    the rule counts, `until` its last day, none if it goes on. Sessions of all its days before `made_until` are made; those
    before `planned_from` as it was before its last change. `mode` is None where nobody has said it: then it follows from the room.
    """

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("every >= 1", name="every_one_at_least"),
        Index(None, "made_until"),
    )

    id: Mapped[Id]
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    topic: Mapped[str] = mapped_column(String(120), default="")
    starts: Mapped[time]
    ends: Mapped[time]
    places: Mapped[int] = mapped_column(Integer)
    phases_served: Mapped[str] = mapped_column(String(40), default="")
    mode: Mapped[Mode | None] = mapped_column(Word(Mode))
    frequency: Mapped[Frequency] = mapped_column(Word(Frequency))
    every: Mapped[int] = mapped_column(Integer, default=1)
    weekdays: Mapped[str] = mapped_column(String(20), default="")
    first_on: Mapped[date]
    until: Mapped[date | None]
    planned_from: Mapped[date]
    made_until: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    service: Mapped[Service] = relationship()
    site: Mapped[Site] = relationship()
    room: Mapped[Room | None] = relationship()
    leads: Mapped[list["SeriesStaff"]] = relationship(cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        """The topic, or else the service."""
        return self.topic or self.service.name

    def serves(self, position: int) -> bool:
        """Whether it is held for the phase at a position; one that names no phases is for all of them."""
        return not self.phases_served or str(position) in self.phases_served.split()

    @property
    def held_as(self) -> Mode:
        """In person or as telehealth: as someone said, or else in person if it has a room."""
        return held_as(self.mode, self.room_id)

    @property
    def repeats(self) -> Repeats:
        """Its rule of days."""
        weekdays = tuple(int(one) for one in self.weekdays.split())
        return Repeats(self.first_on, self.frequency, self.every, weekdays, until=self.until)


class SeriesStaff(Base):
    """Someone who leads a series."""

    __tablename__ = "series_staff"

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    staff: Mapped[Staff] = relationship()


class SeriesDay(Base):
    """A day of a series: its session, or why there is none. One row per series and day, so no day is ever made twice.

    `on_day` is the day by the rule; a session that someone moved by hand keeps it.
    """

    __tablename__ = "series_day"
    __table_args__ = (
        CheckConstraint("(session_id IS NULL) = (left_out IS NOT NULL)", name="a_session_or_why_not"),
        Index("uq_series_day_session_id", "session_id", unique=True),
    )

    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    session_id: Mapped[str | None] = mapped_column(ForeignKey("session.id"))
    left_out: Mapped[LeftOut | None] = mapped_column(Word(LeftOut))
    session: Mapped[Session | None] = relationship()


class SeriesMember(Base):
    """Someone who belongs to a series from a day on, up to but not including `ended_on`. `ended_for_id` is the move that ended it."""

    __tablename__ = "series_member"
    __table_args__ = (
        CheckConstraint("ended_on >= started_on", name="ends_after_it_starts"),
        Index(
            "uq_series_member_once",
            "series_id",
            "client_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index(None, "client_id"),
        Index(None, "ended_for_id"),
    )

    id: Mapped[Id]
    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_for_id: Mapped[str | None] = mapped_column(ForeignKey("transition.id"))
    client: Mapped[Client] = relationship()

    def holds(self, day: date) -> bool:
        """Whether they belong to it on that day."""
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)


class SeriesChange(Base):
    """A change of a series: how it and the sessions ahead stood before (`before`, JSON of ids and facts), so that it can be undone."""

    __tablename__ = "series_change"
    series_id: Mapped[str] = mapped_column(ForeignKey("series.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    sessions: Mapped[int] = mapped_column(Integer)
    before: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None]
