"""Programs, versions in use, services, and the numbers in force."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from caseapp.core import site
from caseapp.core.db import db, referred_to
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.identity.queries import idle_minutes_with
from caseapp.programs.models import Phase, Program, ProgramVersion, RuleSetting, Service, ServiceRequirement
from caseapp.programs.rules import (
    BY_NAME,
    DEFAULTS,
    READ_ONLY,
    READ_ONLY_WAY_OUT,
    Need,
    PhaseFacts,
    VersionState,
    changes,
)


def programs() -> list[Program]:
    """All programs, by name."""
    return list(db.scalars(select(Program).order_by(Program.name)))


def get_program(program_id: str) -> Program:
    """A program. Raises NotFound."""
    return _found(db.get(Program, program_id))


def shipped_program_id() -> str | None:
    """The first program of the clinic, which `setup` ships: its numbers hold for what belongs to no program. None before set-up."""
    return db.scalar(select(Program.id).order_by(Program.position, Program.id).limit(1))


def get_version(version_id: str) -> ProgramVersion:
    """A version with its phases and requirements. Raises NotFound."""
    return _found(db.scalar(_whole_version().where(ProgramVersion.id == version_id)))


def version_in_use(program: Program, day: date) -> ProgramVersion | None:
    """The published version that new admissions of that day are pinned to; None before the first."""
    return db.scalar(_in_use(_whole_version(), program, day))


def phases_in_use(program: Program, day: date) -> list[tuple[str, int, str]]:
    """Id, position and name of the phases of the version in use on a day, in order; one statement, for lists to choose from."""
    version = _in_use(select(ProgramVersion.id), program, day).scalar_subquery()
    found = select(Phase.id, Phase.position, Phase.name).where(Phase.program_version_id == version)
    return [tuple(row) for row in db.execute(found.order_by(Phase.position))]


def _in_use(versions: Select, program: Program, day: date) -> Select:
    published = versions.where(
        ProgramVersion.program_id == program.id,
        ProgramVersion.state == VersionState.published,
        ProgramVersion.effective_on <= day,
    )
    return published.order_by(ProgramVersion.effective_on.desc(), ProgramVersion.number.desc()).limit(1)


def versions(program: Program) -> list[ProgramVersion]:
    """All versions of a program, newest first, with their phases."""
    return list(
        db.scalars(
            _whole_version().where(ProgramVersion.program_id == program.id).order_by(ProgramVersion.number.desc())
        )
    )


def newest_published(program_id: str, below: int | None = None) -> ProgramVersion | None:
    """The published version of the highest number (under `below`), with its phases; None if there is none."""
    found = _whole_version().where(
        ProgramVersion.program_id == program_id, ProgramVersion.state == VersionState.published
    )
    if below is not None:
        found = found.where(ProgramVersion.number < below)
    return db.scalar(found.order_by(ProgramVersion.number.desc()).limit(1))


def get_phase(phase_id: str) -> Phase:
    """A phase with its services. Raises NotFound."""
    needs = selectinload(Phase.requirements).joinedload(ServiceRequirement.service)
    return _found(db.scalar(select(Phase).where(Phase.id == phase_id).options(needs)))


def get_requirement(requirement_id: str) -> ServiceRequirement:
    """A service that a phase asks for. Raises NotFound."""
    return _found(db.get(ServiceRequirement, requirement_id))


def must_be_draft(version: ProgramVersion) -> None:
    """Raises RuleBroken for a published version."""
    if version.state is not VersionState.draft:
        raise RuleBroken(READ_ONLY, way_out=READ_ONLY_WAY_OUT)


def services() -> list[Service]:
    """What the clinic offers, in the clinic's order."""
    return list(db.scalars(select(Service).where(Service.active).order_by(Service.position, Service.name)))


def all_services() -> list[Service]:
    """Every service there ever was, in the clinic's order."""
    return list(db.scalars(select(Service).order_by(Service.position, Service.name)))


def get_service(service_id: str) -> Service:
    """A service by its id. Raises NotFound."""
    return _found(db.get(Service, service_id))


def service(code: str) -> Service:
    """A service by its code. Raises NotFound."""
    return _found(db.scalar(select(Service).where(Service.code == code)))


def has_been_held(row: Service) -> bool:
    """Whether sessions (or anything else but what phases ask for) are on record for a service."""
    return referred_to(row, besides=frozenset({"service_requirement"}))


def facts_of(version: ProgramVersion | None) -> list[PhaseFacts]:
    """The phases of a version as plain facts, in their order; empty for None."""
    return [_phase_facts(phase) for phase in version.phases] if version else []


def _phase_facts(phase: Phase) -> PhaseFacts:
    in_order = sorted(phase.requirements, key=lambda need: (need.service.position, need.service.name))
    needs = tuple(
        Need(need.service.name, need.times, need.per, need.minutes, need.service.counts_as_hours) for need in in_order
    )
    facts = {name: getattr(phase, name) for name in PHASE_FACTS}
    return PhaseFacts(key=phase.origin_id or phase.id, position=phase.position, needs=needs, **facts)


PHASE_FACTS = (
    "name", "level_of_care", "hours_least", "hours_most", "days_a_week",
    "weeks_expected_least", "weeks_expected_most", "weeks_least",
)  # fmt: skip


def changes_of(version: ProgramVersion) -> tuple[int | None, list[str]]:
    """What a version changes: the number of the published one before it (None for the first), and the sentences."""
    before = newest_published(version.program_id, below=version.number)
    return (before.number if before else None), changes(facts_of(before), facts_of(version))


# How many open episodes are on each version, by its id: told by the room of episodes, which stands on a floor above.
_counters: list[Callable[[date], dict[str, int]]] = []


def count_episodes_with(counter: Callable[[date], dict[str, int]]) -> None:
    """Say how open episodes are counted: a function of a day that gives their number by version id."""
    _counters.append(counter)


def open_episodes(day: date) -> dict[str, int]:
    """By version id, how many episodes are open on it on a day."""
    found: dict[str, int] = {}
    for counter in _counters:
        for version_id, number in counter(day).items():
            found[version_id] = found.get(version_id, 0) + number
    return found


@dataclass(frozen=True)
class Line:
    """A version as it stands in the list: in use from a day until another one took over; `episodes` are open on it."""

    version: ProgramVersion
    state: str
    since: date | None
    until: date | None
    episodes: int


def history(day: date) -> dict[str, list[Line]]:
    """By program id, its versions, newest first, as of a day. `state`: draft, ahead, in_use, earlier. Two statements."""
    counts, found = open_episodes(day), {}
    rows = db.scalars(select(ProgramVersion).order_by(ProgramVersion.program_id, ProgramVersion.number.desc()))
    for row in rows:
        lines = found.setdefault(row.program_id, [])
        later = [line for line in lines if line.since]
        until = later[-1].since if later else None
        lines.append(Line(row, _state(row, until, day), row.effective_on, until, counts.get(row.id, 0)))
    return found


def _state(row: ProgramVersion, until: date | None, day: date) -> str:
    if row.state is VersionState.draft:
        return "draft"
    if row.effective_on > day:
        return "ahead"
    return "earlier" if until and until <= day else "in_use"


def profile(program_id: str | None, day: date, known_at: datetime | None = None) -> dict[str, float]:
    """Every number of a program's rule profile as in force on a day: the defaults, and what was set since.

    For what belongs to no program (`None`: a caller who is nobody's client, a group of several programs) the numbers
    of the shipped program hold. With `known_at` (aware) as it stood at that instant: what was recorded later is left out.
    """
    numbers = dict(DEFAULTS)
    for row in _settings(program_id or shipped_program_id(), known_at):
        if row.from_day <= day and row.name in numbers:
            numbers[row.name] = float(row.value)
    return numbers


def _idle_minutes(session: Session) -> int:
    """After how many minutes of doing nothing a sign-in ends: nobody signs in to a program, so the shipped one's number holds."""
    shipped, today = select(Program.id).order_by(Program.position, Program.id).limit(1), site.today(session)
    rows = select(RuleSetting.value).where(RuleSetting.program_id == shipped.scalar_subquery())
    rows = rows.where(RuleSetting.name == "sign_in_idle_minutes", RuleSetting.superseded_at.is_(None))
    found = session.scalar(rows.where(RuleSetting.from_day <= today).order_by(RuleSetting.from_day.desc()).limit(1))
    return int(found if found is not None else DEFAULTS["sign_in_idle_minutes"])


idle_minutes_with(_idle_minutes)


def _settings(program_id: str | None, known_at: datetime | None = None) -> list[RuleSetting]:
    """The rows in force (at an instant), the one of the latest day last."""
    rows = select(RuleSetting).where(RuleSetting.program_id == program_id)
    if known_at is None:
        rows = rows.where(RuleSetting.superseded_at.is_(None))
    else:
        rows = rows.where(
            RuleSetting.recorded_at <= known_at,
            or_(RuleSetting.superseded_at.is_(None), RuleSetting.superseded_at > known_at),
        )
    return list(db.scalars(rows.order_by(RuleSetting.from_day)))


@dataclass(frozen=True)
class SettingLine:
    """A setting as it stands on a day: its value, since when (None: as shipped), the next one that lies ahead."""

    name: str
    value: float
    since: date | None
    ahead: tuple[date, float] | None
    rows: tuple[RuleSetting, ...]

    @property
    def version(self) -> int:
        """Grows with each row, so that a form tells whether someone saved meanwhile."""
        return len(self.rows)

    @property
    def changed_by_name(self) -> str:
        return (self.rows[0].recorded_by_name or "") if self.rows else ""

    @property
    def changed_at(self) -> datetime | None:
        return self.rows[0].recorded_at if self.rows else None


def setting_lines(program: Program, day: date) -> dict[str, SettingLine]:
    """By name, every setting of a program as of a day, with all its rows, newest first. One statement."""
    rows = db.scalars(
        select(RuleSetting).where(RuleSetting.program_id == program.id).order_by(RuleSetting.recorded_at.desc())
    )
    by_name: dict[str, list[RuleSetting]] = {name: [] for name in BY_NAME}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    return {name: _setting_line(name, by_name[name], day) for name in BY_NAME}


def _setting_line(name: str, rows: list[RuleSetting], day: date) -> SettingLine:
    in_force = sorted((row for row in rows if row.superseded_at is None), key=lambda row: row.from_day)
    past = [row for row in in_force if row.from_day <= day]
    ahead = next(((row.from_day, float(row.value)) for row in in_force if row.from_day > day), None)
    value, since = (float(past[-1].value), past[-1].from_day) if past else (DEFAULTS[name], None)
    return SettingLine(name, value, since, ahead, tuple(rows))


def next_position(model: type[Program] | type[Service]) -> int:
    """The place after the last."""
    return (db.scalar(select(func.max(model.position))) or 0) + 1


def _whole_version():
    phases = selectinload(ProgramVersion.phases)
    return select(ProgramVersion).options(
        phases.selectinload(Phase.requirements).selectinload(ServiceRequirement.service)
    )


def _found(row):
    if row is None:
        raise NotFound
    return row
