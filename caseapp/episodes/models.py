"""Pre-screens, clearances, episodes, stays and the transitions that tie them.

Stays and transitions are never overwritten: a change appends a new row and marks the old one superseded (`in_force` becomes
NULL). The chain of rows in force can neither overlap nor leave a gap: each stay's start is a foreign key to its predecessor's end.
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from caseapp.clients.rules import Answer
from caseapp.clinic.models import Provider
from caseapp.core import clock
from caseapp.core.changes import noted
from caseapp.core.db import Base, Id, Word
from caseapp.episodes.rules import (
    Bands,
    CodeSystem,
    Education,
    Frequency,
    MoveKind,
    MoveReason,
    NotAdmitted,
    Outcome,
    Part,
    PriorLevel,
    ProblemStatus,
    ReferralSource,
    Route,
    Substance,
    TedsService,
)
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase, ProgramVersion


class Prescreen(Base):
    """What was asked before admission. What nobody answered is unknown, and unknown blocks."""

    __tablename__ = "prescreen"
    __table_args__ = (
        Index(None, "client_id"),
        CheckConstraint("(last_use_known = 'yes') = (last_use_at IS NOT NULL)", name="last_use_known_with_its_day"),
        CheckConstraint("ciwa BETWEEN 0 AND 67", name="ciwa_of_its_scale"),
        CheckConstraint("cows BETWEEN 0 AND 48", name="cows_of_its_scale"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    screened_at: Mapped[datetime] = mapped_column(default=clock.now)
    screened_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    referral_source: Mapped[ReferralSource] = mapped_column(Word(ReferralSource))
    prior_level: Mapped[PriorLevel] = mapped_column(Word(PriorLevel))
    program_id: Mapped[str | None] = mapped_column(ForeignKey("program.id"))
    prior_provider_id: Mapped[str | None] = mapped_column(ForeignKey("provider.id"))
    prior_provider: Mapped[str] = mapped_column(String(200), default="")
    prior_ended_on: Mapped[date | None]
    last_use_known: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown)
    last_use_at: Mapped[datetime | None]
    last_use_time_known: Mapped[bool] = mapped_column(default=True, server_default=true())
    seizure_or_delirium: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown)
    benzodiazepine_dependence: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown)
    withdrawal_now: Mapped[Answer] = mapped_column(Word(Answer), default=Answer.unknown)
    ciwa: Mapped[int | None] = mapped_column(Integer)
    ciwa_bands: Mapped[Bands | None] = mapped_column(Word(Bands))
    ciwa_taken_at: Mapped[datetime | None]
    cows: Mapped[int | None] = mapped_column(Integer)
    cows_taken_at: Mapped[datetime | None]
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome), default=Outcome.open)
    referred_to_id: Mapped[str | None] = mapped_column(ForeignKey("provider.id"))
    not_admitted_because: Mapped[NotAdmitted | None] = mapped_column(Word(NotAdmitted))
    outcome_words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by_name: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    substances: Mapped[list["PrescreenSubstance"]] = relationship(
        cascade="all, delete-orphan", order_by="PrescreenSubstance.rank"
    )
    clearances: Mapped[list["Clearance"]] = relationship(order_by="Clearance.number")
    referred_to: Mapped[Provider | None] = relationship(foreign_keys=[referred_to_id])
    from_provider: Mapped[Provider | None] = relationship(foreign_keys=[prior_provider_id])
    __mapper_args__ = {"version_id_col": version}


class PrescreenSubstance(Base):
    """A substance, the main one first."""

    __tablename__ = "prescreen_substance"

    prescreen_id: Mapped[str] = mapped_column(ForeignKey("prescreen.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, primary_key=True)
    substance: Mapped[Substance] = mapped_column(Word(Substance))
    route: Mapped[Route | None] = mapped_column(Word(Route))
    frequency: Mapped[Frequency | None] = mapped_column(Word(Frequency))


class ReferralProblem(Base):
    """A condition or medication to do with a substance, as another system names it. Days as exact as given (`rules.Problem`)."""

    __tablename__ = "referral_problem"
    __table_args__ = (UniqueConstraint("client_id", "source", "code_system", "code", "onset_on"),)

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    source: Mapped[str] = mapped_column(String(60))
    code_system: Mapped[CodeSystem] = mapped_column(Word(CodeSystem))
    code: Mapped[str] = mapped_column(String(20))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    onset_on: Mapped[str] = mapped_column(String(10))
    ended_on: Mapped[str] = mapped_column(String(10))
    status: Mapped[ProblemStatus] = mapped_column(Word(ProblemStatus))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)


class Clearance(Base):
    """A medical examination: who, when, where, finding, and whether it found them fit for outpatient care.

    It counts only if it is later than the last use. Appended: the one with the highest number is in force.
    """

    __tablename__ = "clearance"
    __table_args__ = (Index(None, "prescreen_id"), UniqueConstraint("prescreen_id", "number"))

    id: Mapped[Id]
    prescreen_id: Mapped[str] = mapped_column(ForeignKey("prescreen.id"))
    cleared_at: Mapped[datetime]
    cleared_by: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    finding_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    fit: Mapped[bool] = mapped_column(default=True, server_default=true())
    recorded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)


class Episode(Base):
    """From admission to discharge in one program, pinned to a version of it.

    One that another system recorded says which: `source` and its own reference, and a digest of what it said. It may have no
    stay; then `discharge_reason` says how it ended, which else the last transition tells.
    """

    __tablename__ = "episode"
    __table_args__ = (
        Index(
            "uq_episode_one_open_per_program",
            "client_id",
            "program_id",
            unique=True,
            sqlite_where=text("discharged_on IS NULL"),
            postgresql_where=text("discharged_on IS NULL"),
        ),
        CheckConstraint("discharged_on >= admitted_on", name="days_in_order"),
        UniqueConstraint("source", "source_reference"),
        Index(None, "case_manager_id", "discharged_on"),
        Index(None, "client_id"),
        Index(None, "admitted_on"),
        Index(None, "discharged_on"),
    )

    id: Mapped[Id]
    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"))
    program_id: Mapped[str] = mapped_column(ForeignKey("program.id"))
    program_version_id: Mapped[str] = mapped_column(ForeignKey("program_version.id"))
    prescreen_id: Mapped[str | None] = mapped_column(ForeignKey("prescreen.id"))
    case_manager_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    clinician_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    payer_id: Mapped[str | None] = mapped_column(ForeignKey("payer.id"))
    admitted_on: Mapped[date]
    discharged_on: Mapped[date | None]
    last_contact_on: Mapped[date | None]
    discharge_reason: Mapped[MoveReason | None] = mapped_column(Word(MoveReason))
    education: Mapped[Education | None] = mapped_column(Word(Education))
    teds_service: Mapped[TedsService | None] = mapped_column(Word(TedsService))
    source: Mapped[str | None] = mapped_column(String(60))
    source_reference: Mapped[str | None] = mapped_column(String(120))
    source_digest: Mapped[str | None] = mapped_column(String(16))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(Integer, default=1)
    program_version: Mapped[ProgramVersion] = relationship()
    case_manager: Mapped[Staff | None] = relationship(foreign_keys=[case_manager_id])
    clinician: Mapped[Staff | None] = relationship(foreign_keys=[clinician_id])
    __mapper_args__ = {"version_id_col": version}


class Assignment(Base):
    """Who answers for an episode from a day on. Appended: of two of one part and day, the later recorded counts."""

    __tablename__ = "assignment"
    __table_args__ = (Index(None, "episode_id", "part"), Index(None, "staff_id"))

    id: Mapped[Id]
    episode_id: Mapped[str] = mapped_column(ForeignKey("episode.id"))
    part: Mapped[Part] = mapped_column(Word(Part))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    from_day: Mapped[date]
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    staff: Mapped[Staff | None] = relationship(foreign_keys=[staff_id])


class Transition(Base):
    """A move: into the program, from phase to phase, or out. Ties two stays; says who decided and why."""

    __tablename__ = "transition"
    __table_args__ = (Index(None, "episode_id"), Index(None, "effective_on"))

    id: Mapped[Id]
    episode_id: Mapped[str] = mapped_column(ForeignKey("episode.id"))
    kind: Mapped[MoveKind] = mapped_column(Word(MoveKind))
    effective_on: Mapped[date]
    from_phase_id: Mapped[str | None] = mapped_column(ForeignKey("phase.id"))
    to_phase_id: Mapped[str | None] = mapped_column(ForeignKey("phase.id"))
    reason: Mapped[MoveReason] = mapped_column(Word(MoveReason))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    proposed_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]
    superseded_by_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    superseded_words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("transition.id"))


class PhaseStay(Base):
    """Half-open days in a phase: `ended_on` is the next stay's `started_on`. "Now" is by date, for a move may lie ahead."""

    __tablename__ = "phase_stay"
    __table_args__ = (
        UniqueConstraint("episode_id", "ended_on", "in_force"),
        ForeignKeyConstraint(
            ["episode_id", "previous_ended_on", "in_force"],
            ["phase_stay.episode_id", "phase_stay.ended_on", "phase_stay.in_force"],
            name="fk_phase_stay_follows_on",
            deferrable=True,
            initially="DEFERRED",
        ),
        UniqueConstraint("episode_id", "previous_ended_on", "in_force"),
        CheckConstraint("previous_ended_on = started_on", name="starts_where_the_last_ended"),
        CheckConstraint("ended_on > started_on", name="at_least_a_day"),
        CheckConstraint("in_force IS NULL OR in_force = 1", name="in_force_or_null"),
        CheckConstraint("(in_force IS NULL) = (superseded_at IS NOT NULL)", name="superseded_is_not_in_force"),
        Index(
            "uq_phase_stay_one_first",
            "episode_id",
            unique=True,
            sqlite_where=text("previous_ended_on IS NULL AND in_force = 1"),
            postgresql_where=text("previous_ended_on IS NULL AND in_force = 1"),
        ),
        Index(
            "uq_phase_stay_one_open",
            "episode_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL AND in_force = 1"),
            postgresql_where=text("ended_on IS NULL AND in_force = 1"),
        ),
        Index(None, "phase_id", "started_on"),
    )

    id: Mapped[Id]
    episode_id: Mapped[str] = mapped_column(ForeignKey("episode.id"))
    phase_id: Mapped[str] = mapped_column(ForeignKey("phase.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    previous_ended_on: Mapped[date | None]
    in_force: Mapped[int | None] = mapped_column(Integer, default=1)
    transition_in_id: Mapped[str] = mapped_column(ForeignKey("transition.id"))
    transition_out_id: Mapped[str | None] = mapped_column(ForeignKey("transition.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    superseded_at: Mapped[datetime | None]
    phase: Mapped[Phase] = relationship()
    transition_in: Mapped[Transition] = relationship(foreign_keys=[transition_in_id])
    transition_out: Mapped[Transition | None] = relationship(foreign_keys=[transition_out_id])


noted(Episode, "SELECT NEW.client_id", of=("program_id", "prescreen_id", "admitted_on", "discharged_on"))
noted(Prescreen, "SELECT NEW.client_id", of=("last_use_at", "changed_at"))
