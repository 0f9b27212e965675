"""The two tables that belong to no room: keys of sealed text, and receipts of forms already carried out."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from caseapp.core import clock
from caseapp.core.db import Base, Id


class SealingKey(Base):
    """One key per client (or per member of staff, for drafts), wrapped by the master key. Destroying the row purges what it sealed."""

    __tablename__ = "sealing_key"

    id: Mapped[Id]
    owner_id: Mapped[str] = mapped_column(String(22), unique=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class FormReceipt(Base):
    """A form that was carried out, by the key it was sent with: sending it again leads to the first result."""

    __tablename__ = "form_receipt"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str | None] = mapped_column(String(500))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
