"""Drafts of forms."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from caseapp.core import clock
from caseapp.core.db import Base, Id
from caseapp.drafts.rules import going_on


class Draft(Base):
    """One unfinished form of one person, by the address of its page."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("staff_id", "address"),)

    id: Mapped[Id]
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    address: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(200), default="")
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(default=clock.now)
    thrown_away_at: Mapped[datetime | None]

    @property
    def continue_url(self) -> str:
        """Where its form is filled in with it."""
        return going_on(self.address)
