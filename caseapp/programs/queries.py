"""Programs, versions in use, services, and the numbers in force."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import selectinload

from caseapp.core.db import db, referred_to
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.identity.queries import idle_minutes_from
from caseapp.programs.models import Criterion, Phase, Program, ProgramVersion, RuleSetting, Service, ServiceRequirement
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
from caseapp.programs.rules.criteria import Direction


def programs() -> list[Program]:
    """All programs, by name."""
    return list(db.scalars(select(Program).order_by(Program.name)))


def get_program(program_id: str) -> Program:
    """A program. Raises NotFound."""
    return _found(db.get(Program, program_id))


def shipped_program_id() -> str | None:
    """The first program of the clinic, which `setup` ships: its numbers hold for what belongs to no program. None before set-up."""
    return db.scalar(_SHIPPED)


def get_version(version_id: str) -> ProgramVersion:
    """A version with its phases and requirements. Raises NotFound."""
    return _found(db.scalar(_whole_version().where(ProgramVersion.id == version_id)))


def version_in_use(program: Program, day: date) -> ProgramVersion | None:
    """The published version that new admissions of that day are pinned to; None before the first."""
    of_program = _whole_version().where(ProgramVersion.program_id == program.id)
    return db.scalar(_in_use(of_program), {"day": day})


def phases_of(program: Program, day: date) -> list[Phase]:
    """The phases of the version in use on a day, in order, without what each asks for; none before the first. One statement."""
    version = _in_use(select(ProgramVersion.id).where(ProgramVersion.program_id == program.id)).scalar_subquery()
    return list(
        db.scalars(select(Phase).where(Phase.program_version_id == version).order_by(Phase.position), {"day": day})
    )


@dataclass(frozen=True)
class PhaseInUse:
    """A phase of the version of a program that is in use, for lists to choose from."""

    id: str
    program: str
    position: int
    name: str


def phases_in_use(day: date) -> list[PhaseInUse]:
    """The phases of the version in use on a day of each program, by program and in order. One statement."""
    return [PhaseInUse(*row) for row in db.execute(_PHASES_IN_USE, {"day": day})]


def _in_use(versions: Select) -> Select:
    """The newest of these that is published and in force on the `day` given to the statement."""
    published = versions.where(
        ProgramVersion.state == VersionState.published, ProgramVersion.effective_on <= bindparam("day")
    )
    return published.order_by(ProgramVersion.effective_on.desc(), ProgramVersion.number.desc()).limit(1)


_VERSION_IN_USE = _in_use(select(ProgramVersion.id).where(ProgramVersion.program_id == Program.id)).correlate(Program)
_PHASES_IN_USE = (
    select(Phase.id, Program.name, Phase.position, Phase.name)
    .join(Program, Phase.program_version_id == _VERSION_IN_USE.scalar_subquery())
    .order_by(Program.name, Program.id, Phase.position)
)


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


def get_criterion(criterion_id: str) -> Criterion:
    """A criterion of a phase. Raises NotFound."""
    return _found(db.get(Criterion, criterion_id))


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
    return PhaseFacts(
        key=phase.origin_id or phase.id, position=phase.position, needs=needs, criteria=_said(phase), **facts
    )


def _said(phase: Phase) -> tuple[str, ...]:
    heads = {Direction.step_down: "to step down", Direction.step_up: "to look closer"}
    return tuple(f"{heads[row.direction]}, {row.asks.words}" for row in phase.criteria)


PHASE_FACTS = (
    "name", "level_of_care", "hours_least", "hours_most", "days_a_week",
    "weeks_expected_least", "weeks_expected_most", "weeks_least",
)  # fmt: skip


CRITERION_FACTS = ("direction", "kind", "number", "span", "scale", "service_id", "must_be_met", "position")


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
    if known_at is None:
        return profiles().on(program_id, day)
    return _numbers(_settings(program_id or shipped_program_id(), known_at), day)


def _numbers(rows: Iterable[RuleSetting | Row], day: date) -> dict[str, float]:
    numbers = dict(DEFAULTS)
    for row in rows:
        if row.from_day <= day and row.name in numbers:
            numbers[row.name] = float(row.value)
    return numbers


_SHIPPED = select(Program.id).order_by(Program.position, Program.id).limit(1)
_ALL_SETTINGS = (
    select(
        *(RuleSetting.program_id, RuleSetting.name, RuleSetting.from_day, RuleSetting.value),
        _SHIPPED.scalar_subquery().label("shipped"),
    )
    .where(RuleSetting.superseded_at.is_(None))
    .order_by(RuleSetting.from_day)
)


def strictest(name: str, day: date) -> float:
    """The highest value that a setting has on a day in any program: for what belongs to several. One statement."""
    rows = select(RuleSetting).where(RuleSetting.name == name, RuleSetting.superseded_at.is_(None))
    newest = {
        row.program_id: float(row.value)
        for row in db.scalars(rows.where(RuleSetting.from_day <= day).order_by(RuleSetting.from_day))
    }
    return max(newest.values(), default=DEFAULTS[name])


class Profiles:
    """The rule profiles of all programs, read once in one statement: for whoever counts many people over many days."""

    def __init__(self) -> None:
        self._shipped: str | None = None  # without a row the defaults hold for every program
        self._rows: dict[str, list[Row]] = {}
        for row in db.execute(_ALL_SETTINGS):
            self._shipped = row.shipped
            self._rows.setdefault(row.program_id, []).append(row)
        self._known: dict[tuple[str | None, date], dict[str, float]] = {}

    def on(self, program_id: str | None, day: date) -> dict[str, float]:
        """Every number of a program's profile as in force on a day, as `profile` gives them."""
        key = (program_id or self._shipped, day)
        if key not in self._known:
            self._known[key] = _numbers(self._rows.get(key[0], ()), day)
        return self._known[key]

    def values(self, name: str) -> list[tuple[str, date, float]]:
        """What a setting was set to: program, from which day, value; the latest day of a program last."""
        rows = [row for of_program in self._rows.values() for row in of_program if row.name == name]
        return [(row.program_id, row.from_day, float(row.value)) for row in rows]


def profiles() -> Profiles:
    """The rule profiles as this unit of work knows them: read when first asked for, kept with its session until one is set."""
    known = db().info
    if Profiles not in known:
        known[Profiles] = Profiles()
    return known[Profiles]


def forget_profiles() -> None:
    """Told by whoever sets a number: what this unit of work has read holds no more."""
    db().info.pop(Profiles, None)


# Nobody signs in to a program, so the shipped one's number holds.
_IDLE = (
    select(RuleSetting.value)
    .where(RuleSetting.program_id == _SHIPPED.scalar_subquery(), RuleSetting.name == "sign_in_idle_minutes")
    .where(RuleSetting.superseded_at.is_(None), RuleSetting.from_day <= bindparam("day"))
    .order_by(RuleSetting.from_day.desc())
    .limit(1)
)


idle_minutes_from(_IDLE)


def _settings(program_id: str | None, known_at: datetime) -> list[RuleSetting]:
    """The rows in force at an instant, the one of the latest day last."""
    rows = select(RuleSetting).where(RuleSetting.program_id == program_id, RuleSetting.recorded_at <= known_at)
    rows = rows.where(or_(RuleSetting.superseded_at.is_(None), RuleSetting.superseded_at > known_at))
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
        phases.selectinload(Phase.requirements).selectinload(ServiceRequirement.service),
        phases.selectinload(Phase.criteria),
    )


def _found(row):
    if row is None:
        raise NotFound
    return row
