"""Feeds: whose, and what they say."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import Base, Id
from caseapp.identity.models import Staff


class CalendarFeed(Base):
    """A feed that whoever has its address can read, without signing in. The address holds a random token; here stands only its digest.

    `names` says that it tells what a session is; without, each is an appointment. Of each person one feed goes on at a time.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint("(staff_id IS NULL) <> (client_id IS NULL)", name="of_one_person"),
        *(
            Index(
                f"uq_calendar_feed_{whose}",
                f"{whose}_id",
                unique=True,
                sqlite_where=text("ended_at IS NULL"),
                postgresql_where=text("ended_at IS NULL"),
            )
            for whose in ("staff", "client")
        ),
    )

    id: Mapped[Id]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("client.id"))
    names: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    ended_at: Mapped[datetime | None]
    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])
    client: Mapped[Client | None] = relationship()
