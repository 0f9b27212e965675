"""Clients, where they came from, by which words they are found, and care access."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.rules import Answer, Ground, NameKind, Sex
from caseapp.clients.spelling import last_first
from caseapp.core import clock
from caseapp.core.db import Base, Id, Word
from caseapp.identity.models import Staff, Team

# Compared letter by letter, so that the index serves "begins with" on PostgreSQL whatever the database's language.
ByLetter = String(100).with_variant(String(100, collation="C"), "postgresql")


class Client(Base):
    """A person. The record number is read aloud; the id stands in addresses. Someone of one name has the other one empty.

    Someone brought in without a name goes by what the other system calls them, until they are asked.
    """

    __tablename__ = "client"
    __table_args__ = (Index(None, "last_name", "first_name", "id"), Index(None, "born"))

    id: Mapped[Id]
    record_number: Mapped[str] = mapped_column(String(12), unique=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    goes_by: Mapped[str] = mapped_column(String(100), default="")
    pronouns: Mapped[str] = mapped_column(String(40), default="")
    born: Mapped[date]
    sex: Mapped[Sex] = mapped_column(Word(Sex), default=Sex.unknown)
    race: Mapped[str] = mapped_column(String(60), default="")
    ethnicity: Mapped[str] = mapped_column(String(60), default="")
    language: Mapped[str] = mapped_column(String(60), default="")
    interpreter_needed: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown, server_default="unknown")
    phone: Mapped[str] = mapped_column(String(40), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    address: Mapped[str] = mapped_column(String(300), default="")
    may_call: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown)
    may_text: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown)
    may_leave_message: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown)
    contact_wishes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_times_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    called_elsewhere: Mapped[str | None] = mapped_column(String(100))
    emergency_name: Mapped[str] = mapped_column(String(200), default="")
    emergency_relation: Mapped[str] = mapped_column(String(60), default="")
    emergency_phone: Mapped[str] = mapped_column(String(40), default="")
    registered_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_name: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    __mapper_args__ = {"version_id_col": version}

    @property
    def last_first(self) -> str:
        """The name as lists show it."""
        return last_first(self)


class ClientName(Base):
    """A word by which a client is found (of a name, or the record number), or the sound of one."""

    __tablename__ = "client_name"
    __table_args__ = (Index(None, "client_id"),)

    kind: Mapped[NameKind] = mapped_column(Word(NameKind), primary_key=True)
    token: Mapped[str] = mapped_column(ByLetter, primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)


class ClientReference(Base):
    """How another system calls a client."""

    __tablename__ = "client_reference"
    __table_args__ = (UniqueConstraint("source", "reference"), Index(None, "client_id"))

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    source: Mapped[str] = mapped_column(String(60))
    reference: Mapped[str] = mapped_column(String(100))


DENIAL = f"ground = '{Ground.denied}'"


class CareAccess(Base):
    """Who may see a client: one person or a team, on a ground, from a day to a day. `denied` wins over every other."""

    __tablename__ = "care_access"
    __table_args__ = (
        CheckConstraint("(staff_id IS NULL) != (team_id IS NULL)", name="person_or_team"),
        CheckConstraint("ended_on >= started_on", name="days_in_order"),
        Index(None, "client_id"),
        Index(None, "staff_id", "client_id"),
        Index(None, "team_id", "client_id"),
        Index("ix_care_access_denials", "client_id", sqlite_where=text(DENIAL), postgresql_where=text(DENIAL)),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    team_id: Mapped[str | None] = mapped_column(ForeignKey("team.id"))
    ground: Mapped[Ground] = mapped_column(Word(Ground))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    given_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    end_reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    end_recorded_at: Mapped[datetime | None]
    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])
    team: Mapped[Team | None] = relationship()
    given_by: Mapped[Staff | None] = relationship(foreign_keys=[given_by_id])
    ended_by: Mapped[Staff | None] = relationship(foreign_keys=[ended_by_id])

    @property
    def who(self) -> str:
        """The person or the team, by name."""
        return self.staff.name if self.staff else self.team.name
