"""Programs, their versions, phases, services, requirements, rule profiles, and what payers pay.

A published version is read-only in the database too: triggers refuse every change of its rows (docs/decisions).
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    DDL,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    event,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.core import clock
from caseapp.core.changes import EVERYONE, noted
from caseapp.core.db import Base, Edited, Id, Word
from caseapp.programs.rules import Capacity, Per, VersionState
from caseapp.programs.rules.billing import CODE_MOST, Care, Rounding, Unit, UnitRule
from caseapp.programs.rules.criteria import Asks, Direction, Kind

Hours = Numeric(4, 1)


class Program(Edited, Base):
    """What people are admitted to. `least_age` in whole years. The first `position` is the one that was shipped."""

    __tablename__ = "program"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(100), unique=True)
    least_age: Mapped[int] = mapped_column(Integer, default=18)
    position: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class ProgramVersion(Edited, Base):
    """A program as it stands from a day on. Episodes are pinned to one. Its `version` grows with each edit of its parts."""

    __tablename__ = "program_version"
    __table_args__ = (
        UniqueConstraint("program_id", "number"),
        CheckConstraint(
            "(state = 'published') = (effective_on IS NOT NULL AND published_at IS NOT NULL)", name="published_has_days"
        ),
        Index(
            "uq_program_version_one_draft",
            "program_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )

    id: Mapped[Id]
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[VersionState] = mapped_column(Word(VersionState), default=VersionState.draft)
    effective_on: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    program: Mapped[Program] = relationship()
    phases: Mapped[list["Phase"]] = relationship(back_populates="program_version", order_by="Phase.position")


class Phase(Edited, Base):
    """A phase of a version: hours a week, days a week, weeks, level of care (`domain.md` 2.2, 10)."""

    __tablename__ = "phase"
    __table_args__ = (
        UniqueConstraint("program_version_id", "position"),
        UniqueConstraint("program_version_id", "name"),
        CheckConstraint("hours_least >= 0 AND hours_most >= hours_least", name="hours_in_order"),
        CheckConstraint(
            "weeks_expected_least >= 0 AND weeks_expected_most >= weeks_expected_least", name="weeks_in_order"
        ),
    )

    id: Mapped[Id]
    program_version_id: Mapped[str] = mapped_column(ForeignKey("program_version.id"))
    # The phase of which this one is the copy in a later version: it is known again however it is renamed.
    origin_id: Mapped[str | None] = mapped_column(ForeignKey("phase.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(60))
    level_of_care: Mapped[str] = mapped_column(String(10))
    hours_least: Mapped[Decimal] = mapped_column(Hours)
    hours_most: Mapped[Decimal] = mapped_column(Hours)
    days_a_week: Mapped[int] = mapped_column(Integer)
    weeks_expected_least: Mapped[int] = mapped_column(Integer)
    weeks_expected_most: Mapped[int] = mapped_column(Integer)
    weeks_least: Mapped[int] = mapped_column(Integer, default=0)
    program_version: Mapped[ProgramVersion] = relationship(back_populates="phases")
    requirements: Mapped[list["ServiceRequirement"]] = relationship(
        back_populates="phase", cascade="all, delete-orphan"
    )
    criteria: Mapped[list["Criterion"]] = relationship(
        back_populates="phase", cascade="all, delete-orphan", order_by="Criterion.position, Criterion.id"
    )


class Service(Edited, Base):
    """What the clinic offers. One that is no longer `active` stays on record and is offered no more.

    `least` and `most` are how many people a session of it needs and holds, where that is narrower than the rule profile.
    """

    __tablename__ = "service"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    counts_as_hours: Mapped[bool] = mapped_column(default=True)
    capacity: Mapped[Capacity] = mapped_column(Word(Capacity))
    minutes: Mapped[int] = mapped_column(Integer)
    least: Mapped[int | None] = mapped_column(Integer)
    most: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer, default=0)
    active: Mapped[bool] = mapped_column(default=True, server_default=true())


class ServiceRequirement(Edited, Base):
    """How often a phase asks for a service, and for how many minutes each."""

    __tablename__ = "service_requirement"
    __table_args__ = (
        UniqueConstraint("phase_id", "service_id"),
        CheckConstraint("times > 0 AND minutes > 0", name="asks_for_something"),
    )

    id: Mapped[Id]
    phase_id: Mapped[str] = mapped_column(ForeignKey("phase.id"))
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    times: Mapped[int] = mapped_column(Integer)
    per: Mapped[Per] = mapped_column(Word(Per), default=Per.week)
    minutes: Mapped[int] = mapped_column(Integer)
    service: Mapped[Service] = relationship()
    phase: Mapped[Phase] = relationship(back_populates="requirements")


class Criterion(Edited, Base):
    """What must hold to step down from a phase, or a sign to look closer (`rules.criteria`). Positions order, they may have gaps."""

    __tablename__ = "criterion"
    __table_args__ = (
        CheckConstraint("number >= 0 AND span > 0", name="numbers_in_order"),
        Index(None, "phase_id"),
        Index(None, "service_id"),
    )

    id: Mapped[Id]
    phase_id: Mapped[str] = mapped_column(ForeignKey("phase.id"))
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    number: Mapped[Decimal | None] = mapped_column(Hours)
    span: Mapped[int | None] = mapped_column(Integer)
    scale: Mapped[str | None] = mapped_column(String(40))
    service_id: Mapped[str | None] = mapped_column(ForeignKey("service.id"))
    must_be_met: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(Integer)
    service: Mapped[Service | None] = relationship(lazy="joined")
    phase: Mapped[Phase] = relationship(back_populates="criteria")

    @property
    def asks(self) -> Asks:
        """As the rules know it."""
        number, service = None if self.number is None else float(self.number), self.service
        of = (service.code, service.name) if service else (None, "")
        return Asks(self.kind, number, self.span, self.scale, *of, self.must_be_met)


class RuleSetting(Base):
    """A number a state or payer sets for a program, from a day on. Rows are appended; a correction of the same day
    supersedes the earlier row, which stays: what was in force, and what was thought to be, can both be asked.
    """

    __tablename__ = "rule_setting"
    __table_args__ = (
        Index(
            "uq_rule_setting_in_force",
            "program_id",
            "name",
            "from_day",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index(None, "program_id"),
    )

    id: Mapped[Id]
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    name: Mapped[str] = mapped_column(String(60))
    from_day: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_name: Mapped[str | None] = mapped_column(String(200))
    superseded_at: Mapped[datetime | None]


class PayerRule(Base):
    """What a payer (None: each without a rule of its own) pays for a service, from a day on. Appended as `RuleSetting` is."""

    __tablename__ = "payer_rule"
    __table_args__ = (
        Index(
            "uq_payer_rule_in_force",
            "payer_id",
            "service_id",
            "care",
            "from_day",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        CheckConstraint("unit_minutes >= 0 AND least_minutes > 0", name="minutes_not_negative"),
        Index(None, "service_id"),
    )

    id: Mapped[Id]
    payer_id: Mapped[str | None] = mapped_column(ForeignKey("payer.id"))
    service_id: Mapped[str] = mapped_column(ForeignKey("service.id"))
    care: Mapped[Care] = mapped_column(Word(Care))
    code: Mapped[str] = mapped_column(String(CODE_MOST))
    unit: Mapped[Unit] = mapped_column(Word(Unit))
    unit_minutes: Mapped[int] = mapped_column(Integer)
    least_minutes: Mapped[int | None] = mapped_column(Integer)
    rounding: Mapped[Rounding] = mapped_column(Word(Rounding))
    from_day: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    recorded_by_name: Mapped[str] = mapped_column(String(200), default="")
    superseded_at: Mapped[datetime | None]

    @property
    def rule(self) -> UnitRule:
        """As the rules know it."""
        return UnitRule(self.code, self.unit, self.unit_minutes, self.least_minutes, self.rounding)


# Which row a change belongs to: the version's state as the triggers look it up, from OLD or NEW.
_STATE_OF = {
    "program_version": "SELECT state FROM program_version WHERE id = {row}.id",
    "phase": "SELECT state FROM program_version WHERE id = {row}.program_version_id",
    "service_requirement": (
        "SELECT v.state FROM program_version v JOIN phase p ON p.program_version_id = v.id WHERE p.id = {row}.phase_id"
    ),
}
_STATE_OF["criterion"] = _STATE_OF["service_requirement"]
_READ_ONLY = "ck_program_version_published_is_read_only"


def _sqlite_triggers(table: str) -> list[str]:
    """One trigger per kind of change; the message reads like that of a broken CHECK, and is found by its name."""
    made = []
    for change, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        if (table, change) == ("program_version", "INSERT"):
            continue
        made.append(
            f"CREATE TRIGGER {table}_published_{change.lower()} BEFORE {change} ON {table} "
            f"WHEN ({_STATE_OF[table].format(row=row)}) = 'published' "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {_READ_ONLY}'); END"
        )
    return made


def _postgresql_triggers(table: str) -> list[str]:
    """A function and its trigger: the state is looked up for the row as it was, and for a new row as it will be."""
    events = "UPDATE OR DELETE" if table == "program_version" else "INSERT OR UPDATE OR DELETE"
    refuse = f"RAISE EXCEPTION 'a published version is read-only' USING ERRCODE = 'check_violation', CONSTRAINT = '{_READ_ONLY}';"
    old, new = (_STATE_OF[table].format(row=row) for row in ("OLD", "NEW"))
    return [
        f"CREATE FUNCTION {table}_published() RETURNS trigger AS $$ BEGIN "
        f"IF TG_OP = 'INSERT' THEN IF ({new}) = 'published' THEN {refuse} END IF; RETURN NEW; END IF; "
        f"IF ({old}) = 'published' THEN {refuse} END IF; "
        f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
        f"CREATE TRIGGER {table}_published BEFORE {events} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_published()",
    ]


for _model in (ProgramVersion, Phase, ServiceRequirement, Criterion):
    for _dialect, _triggers in (("sqlite", _sqlite_triggers), ("postgresql", _postgresql_triggers)):
        for _statement in _triggers(_model.__tablename__):
            # A percent sign would be read as a place for a value; there is none.
            event.listen(_model.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))


for _model in (Service, RuleSetting):  # who is ready by them may be anyone
    noted(_model, f"SELECT '{EVERYONE}'")
