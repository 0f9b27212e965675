"""Events, the clients each one concerned, and the seals that chain them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.audit.rules import Kind
from caseapp.core import clock
from caseapp.core.db import Base, Word


class AuditSeal(Base):
    """A batch of events, chained to the batch before it."""

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    events: Mapped[int]
    code: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(default=clock.now)


class AuditEvent(Base):
    """One thing that happened. `facts` never holds clinical text, only codes, days and digests."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "at"), Index(None, "seal_position"), Index(None, "actor_id", "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    what: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[str | None] = mapped_column(String(22))
    actor_name: Mapped[str] = mapped_column(String(200))
    subject_id: Mapped[str | None] = mapped_column(String(22))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    code: Mapped[str] = mapped_column(String(64))
    seal_position: Mapped[int | None] = mapped_column(ForeignKey("audit_seal.position"))
    clients: Mapped[list["AuditClient"]] = relationship(cascade="all, delete-orphan", order_by="AuditClient.client_id")


class AuditClient(Base):
    """A client whose record an event showed or changed."""

    __tablename__ = "audit_client"
    __table_args__ = (Index(None, "client_id", "event_id"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(22), primary_key=True)
