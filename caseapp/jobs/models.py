"""Jobs, and the files that were handed over for one."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.core import clock
from caseapp.core.db import Base, Id, Word
from caseapp.identity.models import Staff
from caseapp.jobs.rules import JobState


class Job(Base):
    """Something to be done. Whoever holds `worker` until `lease_until` does it; what it takes and gives is sealed for who asked."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "state"), Index(None, "kind", "asked_at"))

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    asked_by_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[JobState] = mapped_column(Word(JobState), default=JobState.waiting)
    worker: Mapped[str | None] = mapped_column(String(22))
    lease_until: Mapped[datetime | None]
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    sentence: Mapped[str] = mapped_column(String(300), default="")
    facts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    result_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_at: Mapped[datetime | None]
    asked_by: Mapped[Staff] = relationship()
    files: Mapped[list["JobFile"]] = relationship(order_by="JobFile.number", cascade="all, delete-orphan")


class JobFile(Base):
    """A file handed over for a job, until it is done."""

    __tablename__ = "job_file"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
