"""Sessions, their staff, their places, who waits for one; closures, leave and working hours."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Edited, Id, Word
from caseapp.identity.models import Staff
from caseapp.programs.models import Service
from caseapp.scheduling.rules import (
    Mode,
    PlaceSource,
    SessionState,
    WaitState,
    WhyAdded,
    WhyNot,
    WhyOver,
    held_as,
    minutes_between,
)


class Session(Base):
    """One session of a service. Instants in UTC; `on_day` is the site's calendar day of its start.

    `marked_at` is when someone on its list was first marked, `finished_at` when its roll-call ended: from either on the
    session itself never changes. Whoever changes a session or its list locks this row first. `mode` is None where nobody has
    said it: then it follows from the room.
    """

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("places >= 1", name="at_least_one_place"),
        Index(None, "on_day"),
        Index(None, "room_id", "on_day"),
    )

    id: Mapped[Id]
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    topic: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    on_day: Mapped[date]
    places: Mapped[int] = mapped_column(Integer)
    phases_served: Mapped[str] = mapped_column(String(40), default="")
    mode: Mapped[Mode | None] = mapped_column(Word(Mode))
    state: Mapped[SessionState] = mapped_column(Word(SessionState), default=SessionState.scheduled)
    state_reason: Mapped[WhyNot | None] = mapped_column(Word(WhyNot))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    marked_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    finished_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_name: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    service: Mapped[Service] = relationship()
    site: Mapped[Site] = relationship()
    room: Mapped[Room | None] = relationship()
    leads: Mapped[list["SessionStaff"]] = relationship(cascade="all, delete-orphan")
    roster: Mapped[list["Place"]] = relationship(back_populates="session")
    __mapper_args__ = {"version_id_col": version}

    @property
    def name(self) -> str:
        """The topic, or else the service."""
        return self.topic or self.service.name

    @property
    def held_as(self) -> Mode:
        """In person or as telehealth: as someone said, or else in person if it has a room."""
        return held_as(self.mode, self.room_id)

    @property
    def minutes(self) -> int:
        """Planned length in minutes."""
        return minutes_between(self.starts_at, self.ends_at)

    @property
    def may_change(self) -> bool:
        """Whether its time, room, staff and places may still be changed."""
        return self.state is SessionState.scheduled and self.marked_at is None and self.finished_at is None

    @property
    def begun(self) -> bool:
        """Whether its start has come."""
        return self.starts_at <= clock.now()

    @property
    def over(self) -> bool:
        """Whether its end has come."""
        return self.ends_at <= clock.now()

    @property
    def limit(self) -> int:
        """How many people it holds: its places, and no more than the room has seats."""
        return min(self.places, self.room.seats) if self.room else self.places


class SessionStaff(Base):
    """Someone who leads a session."""

    __tablename__ = "session_staff"
    __table_args__ = (Index(None, "staff_id"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    staff: Mapped[Staff] = relationship()


class Place(Base):
    """One client's place in one session. A released place stays on record.

    Held places have seats, numbered from 1, no two alike: so the database itself never gives one seat twice. Someone added
    at roll-call came at `arrived_at`; `why_over` says why there was one more than the limit. `released_for_id` is the move out
    of the program that freed it, so that taking the move back can give it back.
    """

    __tablename__ = "place"
    __table_args__ = (
        Index(
            "uq_place_one_per_client",
            "session_id",
            "client_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        Index(
            "uq_place_one_per_seat",
            "session_id",
            "seat",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
        CheckConstraint("seat >= 1", name="seats_from_one"),
        Index(None, "client_id"),
        Index(None, "released_for_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    seat: Mapped[int] = mapped_column(Integer)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    source: Mapped[PlaceSource] = mapped_column(Word(PlaceSource), default=PlaceSource.booking)
    booked_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    booked_at: Mapped[datetime] = mapped_column(default=clock.now)
    arrived_at: Mapped[datetime | None]
    why_added: Mapped[WhyAdded | None] = mapped_column(Word(WhyAdded))
    why_over: Mapped[WhyOver | None] = mapped_column(Word(WhyOver))
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    released_for_id: Mapped[str | None] = mapped_column(ForeignKey("transition.id"))
    session: Mapped[Session] = relationship(back_populates="roster")
    client: Mapped[Client] = relationship()

    @property
    def minutes(self) -> int:
        """Planned minutes for this person: from the start, or from when someone who was added came."""
        starts = max(self.session.starts_at, self.arrived_at) if self.arrived_at else self.session.starts_at
        return minutes_between(starts, self.session.ends_at)


class Waiting(Base):
    """Someone waits for a place in a session, or to belong to a series. An offer keeps the place for them until `answer_by`.

    Whoever said no, or gave no answer in time, waits no more; they may be put on the list again.
    """

    __tablename__ = "waiting"
    __table_args__ = (
        CheckConstraint("(session_id IS NULL) <> (series_id IS NULL)", name="for_one_thing"),
        CheckConstraint("(answer_by IS NULL) OR (offered_at IS NOT NULL)", name="an_answer_to_an_offer"),
        *(
            Index(
                f"uq_waiting_once_{what}",
                f"{what}_id",
                "client_id",
                unique=True,
                sqlite_where=text("ended_at IS NULL"),
                postgresql_where=text("ended_at IS NULL"),
            )
            for what in ("session", "series")
        ),
        Index(None, "client_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[str | None] = mapped_column(ForeignKey("session.id"))
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"))
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    state: Mapped[WaitState] = mapped_column(Word(WaitState), default=WaitState.waits)
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    asked_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    offered_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    client: Mapped[Client] = relationship()
    session: Mapped[Session | None] = relationship()


class TimeOff(Edited, Base):
    """A time in which a site or one of its rooms is closed, or a member of staff is away. Why someone is away is not asked.

    Instants in UTC; whole days begin and end at midnight on the site's wall clock. One that was taken back stays on record.
    """

    __tablename__ = "time_off"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_it_starts"),
        CheckConstraint("room_id IS NULL OR staff_id IS NULL", name="a_room_or_someone"),
        Index(None, "ends_at"),
    )

    id: Mapped[Id]
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"))
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    name: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    site: Mapped[Site] = relationship()
    room: Mapped[Room | None] = relationship()
    staff: Mapped[Staff | None] = relationship()

    @property
    def what(self) -> str:
        """What is closed, or who is away: "The clinic is closed", "Room 2 is closed", "Carl Ito is away"."""
        if self.staff:
            return f"{self.staff.name} is away"
        return f"{self.room.name if self.room else 'The clinic'} is closed"


class WorkingHours(Base):
    """From when to when someone works on a weekday (0 is Monday), on the wall clock. Without any they may be booked at all times."""

    __tablename__ = "working_hours"
    __table_args__ = (CheckConstraint("ends > starts", name="ends_after_it_starts"),)

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(Integer, primary_key=True)
    starts: Mapped[time]
    ends: Mapped[time]


noted(Place, "SELECT NEW.client_id")
_MEANT_BY_HOURS = ("state", "on_day", "starts_at", "ends_at", "service_id")
noted(Session, "SELECT client_id FROM place WHERE session_id = NEW.id AND released_at IS NULL", of=_MEANT_BY_HOURS)
