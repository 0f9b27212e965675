"""How people stand by the criteria of their phase, now or on a past day: every fact of any number of episodes at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Protocol

from sqlalchemy import Select, bindparam, func, or_, select

from caseapp.assessments.queries import last_assessments
from caseapp.assessments.rules import Assessed
from caseapp.attendance.counting import Counted, Sitting, counted
from caseapp.attendance.facts import sittings_of_many
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.past import KNOWN_AT, as_of
from caseapp.crisis.models import CrisisContact
from caseapp.drug_tests.queries import results
from caseapp.drug_tests.rules import Tested
from caseapp.episodes.models import PhaseStay
from caseapp.measures.queries import values_of_many
from caseapp.measures.rules import Value
from caseapp.plans.queries import plan_facts
from caseapp.plans.rules import PlanFact
from caseapp.programs.models import Criterion
from caseapp.programs.queries import Profiles, profiles
from caseapp.programs.rules.criteria import Asks, Kind
from caseapp.progress.criteria import Facts, Readiness
from caseapp.progress.judging import readiness as judged
from caseapp.progress.queries.past import in_phase
from caseapp.progress.warnings import WORSE_BY, early
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind
from caseapp.use.queries import last_use, meetings
from caseapp.use.rules import LastUse

HOURS = {Kind.hours_attended, Kind.hours_short}
BY_DAYS = {Kind.no_unexcused_absence, Kind.absences}
SITTINGS = HOURS | BY_DAYS | {Kind.attendance_share, Kind.sessions_attended}
PLANS = {Kind.goals_met, Kind.assignments_done, Kind.plan_signed, Kind.plan_reviewed}
CRISES = {Kind.no_open_crisis_follow_up, Kind.crisis_contact}
USES = {Kind.days_without_use, Kind.returned_to_use}
TESTS = {Kind.expected_tests, Kind.missed_tests, Kind.unexpected_tests}
# What early signs read, said as criteria: six weeks of sessions, two measures, the tests.
WARNING = [
    Asks(Kind.attendance_share, 1, 6),
    *(Asks(Kind.measure_worse, points, scale=scale) for scale, points in WORSE_BY.items()),
    Asks(Kind.missed_tests, 1, 30),
]
SCREENER = "cssrs"


class InProgram(Protocol):
    """An episode, or as much of one as this asks about."""

    id: str
    client_id: str
    program_id: str
    admitted_on: date


class Stay(Protocol):
    """A stay, or as much of one as this asks about."""

    phase_id: str
    started_on: date


@dataclass(frozen=True)
class Known:
    """What a page has read already, so that it is not read twice: by episode the stay of the day, by phase its criteria, by
    client the sittings in order of their start, from `first_day` of the criteria on at least, and the last use (None: not read).
    """

    stays: Mapping[str, Stay]
    criteria: Mapping[str, Sequence[Asks]]
    sittings: Mapping[str, Sequence[Sitting]]
    uses: Mapping[str, LastUse] | None = None


def readiness(
    episodes: Sequence[InProgram],
    day: date,
    known_at: datetime | None = None,
    instead: Mapping[str, Sequence[Asks]] | None = None,
    warn: bool = False,
    known: Known | None = None,
) -> dict[str, Readiness]:
    """By episode, how it stands on a day by the criteria of the phase it was in then; without a phase it is left out.

    `known_at` (an aware instant) answers as the records stood then: which stays, marks, measures, plans and tasks. `instead`
    judges by other criteria, by phase: what a draft would change. `warn` tells early signs and hours of the week too. `known` is
    what the caller has read already. As many statements for one episode as for five hundred; which facts are read depends on
    the criteria alone.
    """
    stays = known.stays if known else _stays([one.id for one in episodes], day, known_at)
    criteria = instead
    if criteria is None:
        criteria = known.criteria if known else criteria_of({stay.phase_id for stay in stays.values()})
    here = [one for one in episodes if one.id in stays]
    asked = [one for of_phase in criteria.values() for one in of_phase] + (WARNING if warn else [])
    read = _read(here, stays, asked, day, known_at, known)
    found = {}
    for episode in here:
        stay = stays[episode.id]
        facts = read.facts(episode, stay.started_on, day)
        more = (early(facts), facts.attended_in_week) if warn else ()
        found[episode.id] = judged(stay.phase_id, criteria.get(stay.phase_id, ()), facts, *more)
    return found


def _stays(episode_ids: Collection[str], day: date, known_at: datetime | None) -> dict[str, PhaseStay]:
    asked = {"episode_ids": list(episode_ids)} | as_of(day, known_at)
    return {row.episode_id: row for row in db.scalars(_in_phase(known_at is not None), asked)}


@cache
def _in_phase(past: bool) -> Select:
    rows = select(PhaseStay).where(PhaseStay.episode_id.in_(bindparam("episode_ids", expanding=True)))
    return rows.where(in_phase(past))


_CRITERIA = (
    select(Criterion)
    .where(Criterion.phase_id.in_(bindparam("phase_ids", expanding=True)))
    .order_by(Criterion.position, Criterion.id)
)


def criteria_of(phase_ids: Collection[str]) -> dict[str, list[Asks]]:
    """By phase, its criteria in order. Those of a published version never change, so they need no instant."""
    found: dict[str, list[Asks]] = {}
    for row in db.scalars(_CRITERIA, {"phase_ids": list(phase_ids)}):
        found.setdefault(row.phase_id, []).append(row.asks)
    return found


@dataclass
class _Read:
    """What was read of many people: plans by episode, the rest by client."""

    profiles: Profiles | None = None
    sittings: dict[str, list[Sitting]] = field(default_factory=dict)
    values: dict[str, dict[str, list[Value]]] = field(default_factory=dict)
    follow_ups: dict[str, int] = field(default_factory=dict)
    crises: dict[str, date] = field(default_factory=dict)
    plans: dict[str, PlanFact] = field(default_factory=dict)
    tests: dict[str, list[Tested]] = field(default_factory=dict)
    uses: Mapping[str, LastUse] = field(default_factory=dict)
    meetings: dict[int, dict[str, int]] = field(default_factory=dict)
    assessed: dict[str, Assessed] = field(default_factory=dict)
    breaks: dict[tuple[str, date], int] = field(default_factory=dict)

    def facts(self, episode: InProgram, started_on: date, day: date) -> Facts:
        """The facts of one episode."""
        of = episode.client_id
        values = _since(episode.admitted_on, self.values.get(of, {}))
        sittings = self.sittings.get(of, ())
        if sittings and sittings[0].on_day < episode.admitted_on:
            sittings = [one for one in sittings if one.on_day >= episode.admitted_on]
        numbers = self.profiles.on(episode.program_id, day) if self.profiles else {}
        return Facts(
            day=day,
            started_on=started_on,
            week_starts_on=int(numbers.get("week_starts_on", 0)),
            sittings=sittings,
            treatment=self._treatment(episode, sittings),
            last={scale: some[-1] for scale, some in values.items()},
            first={scale: some[0] for scale, some in values.items()},
            follow_ups=self.follow_ups.get(of, 0),
            crisis_on=self.crises.get(of),
            plan=self.plans.get(episode.id),
            tests=[one for one in self.tests.get(of, ()) if one.day >= episode.admitted_on],
            earlier={scale: some[-2] for scale, some in values.items() if len(some) > 1},
            admitted_on=episode.admitted_on,
            last_use=self.uses.get(of),
            meetings={days: been.get(of, 0) for days, been in self.meetings.items()},
            assessed_on=self.assessed[of].day if of in self.assessed else None,
        )

    def _treatment(self, episode: InProgram, sittings: Sequence[Sitting]) -> list[Counted]:
        """What counts of the sittings as hours of treatment, without breaks."""
        treatment, program_id = [one for one in sittings if one.treatment], episode.program_id
        return counted(treatment, [self._break_on(program_id, one.on_day) for one in treatment])

    def _break_on(self, program_id: str, day: date) -> int:
        key = (program_id, day)
        if key not in self.breaks:
            self.breaks[key] = int(self.profiles.on(program_id, day)["break_minutes"])
        return self.breaks[key]


def _read(
    episodes: Sequence[InProgram],
    stays: Mapping[str, Stay],
    asked: Sequence[Asks],
    day: date,
    known_at: datetime | None,
    known: Known | None,
) -> _Read:
    """The facts that these criteria ask about, each kind of them in one statement."""
    kinds, read = {one.kind for one in asked}, _Read()
    clients, ids = [one.client_id for one in episodes], [one.id for one in episodes]
    if not clients:
        return read
    if kinds & SITTINGS:
        first = first_day(asked, [stays[one.id].started_on for one in episodes], day)
        rows = known.sittings if known else sittings_of_many(first, day, clients, known_at)
        read.sittings = {id: _between(first, day, some) for id, some in rows.items()}
        read.profiles = profiles()
    scales = {one.scale for one in asked if one.scale} | ({SCREENER} if Kind.risk_screen in kinds else set())
    if scales:
        read.values = values_of_many(clients, scales, until=day, known_at=known_at)
    if kinds & CRISES:
        read.follow_ups, read.crises = _crises(clients, day, known_at)
    if kinds & PLANS:
        read.plans = plan_facts(ids, until=day, known_at=known_at)
    if kinds & TESTS:
        since = _first_test(asked, min(one.admitted_on for one in episodes), day)
        alone = kinds & TESTS == {Kind.missed_tests}
        read.tests = results(clients, since=since, until=day, known_at=known_at, not_given=alone)
    _read_use(read, clients, asked, day, known_at, known)
    return read


def _read_use(
    read: _Read,
    clients: Collection[str],
    asked: Sequence[Asks],
    day: date,
    known_at: datetime | None,
    known: Known | None,
) -> None:
    """Use as reported, meetings (one statement for each span that is asked about), and the six dimensions."""
    kinds = {one.kind for one in asked}
    if kinds & USES:
        read.uses = known.uses if known and known.uses is not None else last_use(clients, until=day, known_at=known_at)
    for span in {one.span for one in asked if one.kind is Kind.support_meetings}:
        since = day - timedelta(days=span)
        read.meetings[span] = meetings(clients, since=since, until=day, known_at=known_at)
    if Kind.reassessment in kinds:
        read.assessed = last_assessments(clients, until=day, known_at=known_at)


def _between(first: date, last: date, sittings: Sequence[Sitting]) -> Sequence[Sitting]:
    if sittings and first <= sittings[0].on_day and sittings[-1].on_day <= last:  # as nearly always
        return sittings
    return [one for one in sittings if first <= one.on_day <= last]


def _since(first: date, values: dict[str, list[Value]]) -> dict[str, list[Value]]:
    """By scale the values from a day on; a scale without one is left out."""
    if all(some[0].day >= first for some in values.values()):  # as nearly always
        return values
    since = {scale: [one for one in some if one.day >= first] for scale, some in values.items()}
    return {scale: some for scale, some in since.items() if some}


def first_day(asked: Sequence[Asks], begun: Sequence[date], day: date) -> date:
    """From which day on sessions are looked at: as far as the longest criterion reaches."""
    # Hours are those of whole weeks before the running one; a share and absences go by days.
    weeks = max((one.span + 2 for one in asked if one.kind in HOURS), default=0)
    weeks = max([weeks, *(one.span for one in asked if one.kind is Kind.attendance_share)])
    days = max((one.span or 0 for one in asked if one.kind in BY_DAYS), default=0)
    first = day - max(timedelta(weeks=weeks), timedelta(days=days))
    return min([first, *begun]) if any(one.kind is Kind.sessions_attended for one in asked) else first


def _first_test(asked: Sequence[Asks], admitted_on: date, day: date) -> date:
    """From which day on tests are looked at: results in a row may reach back to the admission, the others have their days."""
    if any(one.kind is Kind.expected_tests for one in asked):
        return admitted_on
    return max(admitted_on, day - timedelta(days=max(one.span or 0 for one in asked if one.kind in TESTS)))


def _crises(
    client_ids: Collection[str], day: date, known_at: datetime | None
) -> tuple[dict[str, int], dict[str, date]]:
    """By client, how many calls after a crisis were open at the end of a day (or at `known_at`), and the day of the last contact.

    Of contacts those that were on record at `known_at`: without it also what was written down after that day.
    """
    calls, days, zone = {}, {}, clinic.zone()
    end = clock.day_bounds(day, zone)[1]
    asked = {"client_ids": list(client_ids), "at": min(end, known_at or end), "known_at": known_at or _EVER}
    for client_id, many, last in db.execute(_CRISES, asked):
        calls[client_id] = many
        if last:
            days[client_id] = clock.day_of(last, zone)
    return calls, days


_AT, _EVER = bindparam("at"), datetime.max.replace(tzinfo=UTC)
_OPEN_CALLS = (
    select(func.count())
    .where(Task.client_id == Client.id, Task.kind == TaskKind.crisis_follow_up, Task.opened_at <= _AT)
    .where(or_(Task.closed_at.is_(None), Task.closed_at > _AT))
)
_LAST_CONTACT = select(func.max(CrisisContact.started_at)).where(
    CrisisContact.client_id == Client.id, CrisisContact.started_at <= _AT, CrisisContact.recorded_at <= KNOWN_AT
)
_CRISES = select(Client.id, _OPEN_CALLS.scalar_subquery(), _LAST_CONTACT.scalar_subquery()).where(
    Client.id.in_(bindparam("client_ids", expanding=True))
)
