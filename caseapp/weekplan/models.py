"""When clients can come, who leads which services, and the weeks that were proposed."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import Base, Edited, Id, Word
from caseapp.identity.models import Staff
from caseapp.jobs.models import Job
from caseapp.weekplan.times import Said, What


class ClientTime(Base):
    """Something that a client has every week at some times, on the site's wall clock; `weekdays` as numbers, 0 is Monday."""

    __tablename__ = "client_time"
    __table_args__ = (CheckConstraint("ends > starts", name="ends_after_it_starts"), Index(None, "client_id"))

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    what: Mapped[What] = mapped_column(Word(What))
    weekdays: Mapped[str] = mapped_column(String(20))
    starts: Mapped[time]
    ends: Mapped[time]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    client: Mapped[Client] = relationship()

    @property
    def said(self) -> Said:
        """As a plain fact."""
        return Said(self.what, tuple(int(one) for one in self.weekdays.split()), self.starts, self.ends)


class StaffService(Base):
    """A service that someone of the staff leads. Of whom there is no row it is not known what they lead."""

    __tablename__ = "staff_service"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"), primary_key=True)


class WeekProposal(Edited, Base):
    """A week that someone asked for: from which day its facts are, around what it is built, and what was found (JSON, without names).

    `by_hand` is what someone decided since, for the next one to be built around. Whoever searches looks at `stop_at` now and then.
    `job_id` is what searches, then what puts it in place; `put_on` is the day from which it counts since then, `put_in` what that did
    (JSON of ids), `undone_at` when it was taken back since.
    """

    __tablename__ = "week_proposal"
    __table_args__ = (Index(None, "asked_at"),)

    id: Mapped[Id]
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    from_on: Mapped[date]
    seconds: Mapped[int] = mapped_column(Integer)
    around: Mapped[str] = mapped_column(Text)
    by_hand: Mapped[str] = mapped_column(Text)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("job.id"))
    stop_at: Mapped[datetime | None]
    found: Mapped[str | None] = mapped_column(Text)
    put_on: Mapped[date | None]
    put_in: Mapped[str | None] = mapped_column(Text)
    undone_at: Mapped[datetime | None]
    asked_by: Mapped[Staff] = relationship()
    job: Mapped[Job | None] = relationship()
