"""Sessions, their staff, their places."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.db import Base, Id, Word
from caseapp.identity.models import Staff
from caseapp.programs.models import Service
from caseapp.scheduling.rules import PlaceSource, SessionState, WhyAdded, WhyNot, WhyOver, minutes_between


class Session(Base):
    """One session of a service. Instants in UTC; `on_day` is the site's calendar day of its start.

    `marked_at` is when someone on its list was first marked, `finished_at` when its roll-call ended: from either on the
    session itself never changes. Whoever changes a session or its list locks this row first.
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
