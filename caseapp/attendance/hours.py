"""Hours a week: what a phase asks for, what is scheduled, what was attended, what can still be reached.

One source for the chart, Today, the board and the reports; how minutes add up stands in `counting`. A week runs from the
first day that the rule profile of the client's program names (Monday, unless set otherwise), in days of the clinic. The
profile in force on the day up to which is looked cuts all weeks of an answer, so that no day is in two of them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from caseapp.attendance.counting import Counted, Sitting, counted, level_of, longest_gap
from caseapp.attendance.facts import WEEK, InPhase, sittings_between, stays_between
from caseapp.attendance.rules import ATTENDED
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.programs.queries import Profiles, profile, profiles
from caseapp.programs.rules import INTENSIVE

LOOK_BACK = timedelta(days=28)  # before the first day: days without treatment that reach into it are told up to so many


@dataclass(frozen=True)
class Ahead:
    """A session of the week that is still to come, and its minutes for this person."""

    session_id: str
    name: str
    starts_at: datetime
    minutes: int


@dataclass
class Week:
    """One client's week; all lengths in minutes.

    `required` is the least of the phase they were in last, as of the day looked at (None without a phase), `whole` says whether
    one stay covers the whole week and began before it: only then a week can be met or not. `seen` says that all its days
    are over and were looked at. `scheduled` are all places held in sessions that count as treatment, `not_marked` of those
    that are over and not marked, `remaining` of those not over and not marked. `by_day` holds minutes by day attended.
    """

    first: date
    after: date
    phase: InPhase | None = None
    level: str = ""
    required: int | None = None
    whole: bool = False
    seen: bool = False
    scheduled: int = 0
    attended: int = 0
    not_marked: int = 0
    remaining: int = 0
    gap: int = 0
    gap_most: int | None = None
    billable_minutes: int = 0
    by_day: dict[date, int] = field(default_factory=dict)
    ahead: list[Ahead] = field(default_factory=list)

    @property
    def days_required(self) -> int | None:
        """On how many days of the week the phase asks for something; None without a phase."""
        return self.phase.days_a_week if self.phase else None

    @property
    def days_attended(self) -> int:
        """On how many days of the week they attended."""
        return len(self.by_day)

    @property
    def billable_days(self) -> int:
        """On how many days they attended for the minutes that make a billable day, by the profile (domain.md 3.4)."""
        return sum(1 for minutes in self.by_day.values() if minutes >= self.billable_minutes)

    @property
    def lower_level(self) -> bool:
        """Whether the phase asks for fewer hours than intensive outpatient has, so that it is a lower level of care."""
        return bool(self.level) and self.level < INTENSIVE

    @property
    def gap_kept(self) -> bool | None:
        """Whether no gap was longer than the profile allows; None where the level of care asks for none."""
        return None if self.gap_most is None else self.gap <= self.gap_most

    @property
    def reachable(self) -> int:
        """The most that the week can still come to: attended, over but not marked yet, and still ahead."""
        return self.attended + self.not_marked + self.remaining

    @property
    def missing(self) -> int:
        """How many minutes are missing to what is required, so far; 0 if nothing is."""
        return max((self.required or 0) - self.attended, 0)

    @property
    def can_reach(self) -> bool:
        """Whether what is required can still be reached with what is booked."""
        return self.reachable >= (self.required or 0)

    @property
    def met(self) -> bool | None:
        """Whether the week's hours were met. None in a week in which someone was admitted, moved or left.

        Also None while nobody can tell: some of its days lie ahead or were not looked at, and the hours are not reached yet.
        """
        if not self.whole or not (self.seen or self.missing == 0):
            return None
        return self.missing == 0


@dataclass(frozen=True)
class Looked:
    """Which days are looked at, both included, as of which day; `whole` takes the whole week around the first and last."""

    first: date
    last: date
    as_of: date
    whole: bool = False

    def within(self, starts_on: int) -> tuple[date, date]:
        """First and last day that count for someone whose weeks start on this weekday."""
        if not self.whole:
            return self.first, self.last
        return clock.week_of(self.first, starts_on)[0], clock.week_of(self.last, starts_on)[1] - timedelta(days=1)


def week_of(day: date, program_id: str | None) -> tuple[date, date]:
    """First day of the week of a program that holds a day, and of the next one."""
    return clock.week_of(day, int(profile(program_id, day)["week_starts_on"]))


def weeks_of_clients(
    client_ids: list[str], first: date | None = None, last: date | None = None
) -> dict[str, list[Week]]:
    """By client, their weeks from the one that holds `first` to the one that holds `last` (None: today), in order.

    Two statements for stays and places, however many clients or weeks, two for the profiles, and one for the zone.
    """
    today = clock.today(clinic.zone())
    looked = Looked(first or today, last or today, today, whole=True)
    found = dict(weeks(looked, client_ids))
    return {client_id: found.get(client_id) or _Counting(looked).weeks([], []) for client_id in client_ids}


def running_week(today: date, stays: list[InPhase], sittings: Sequence[Sitting]) -> Week:
    """The running week of one client, of what was read already: all stays in order, sittings from LOOK_BACK before to WEEK after."""
    counting = _Counting(Looked(today, today, today, whole=True))
    near = [one for one in sittings if one.treatment and today - LOOK_BACK <= one.on_day <= today + WEEK]
    return counting.weeks(stays, _counted(near, stays, counting.profiles))[0]


def weeks(looked: Looked, client_ids: Collection[str] | None = None) -> Iterator[tuple[str, list[Week]]]:
    """By client, the weeks of these days, of all clients who were in a phase or held a place (or of those meant).

    The places come from the database one client at a time, so that a year of a large clinic never lies in memory.
    """
    counting, stays = _Counting(looked), stays_between(looked.first, looked.last, client_ids)
    first, last = looked.first - LOOK_BACK, looked.last + WEEK
    for client_id, rows in counted_by_client(first, last, stays, counting.profiles, client_ids, treatment=True):
        yield client_id, counting.weeks(stays.pop(client_id, []), rows)
    for client_id, only_stays in stays.items():
        yield client_id, counting.weeks(only_stays, [])


def counted_by_client(
    first: date,
    last: date,
    stays: Mapping[str, Sequence[InPhase]],
    profiles: Profiles,
    client_ids: Collection[str] | None = None,
    treatment: bool = False,
) -> Iterator[tuple[str, list[Counted]]]:
    """By client, the sittings of these days in order of their start, with the minutes that count of each."""
    found = sittings_between(first, last, client_ids, treatment)
    for client_id, theirs in groupby(found, lambda one: one.client_id):
        yield client_id, _counted(list(theirs), stays.get(client_id, ()), profiles)


def _counted(sittings: Sequence[Sitting], stays: Sequence[InPhase], profiles: Profiles) -> list[Counted]:
    """What counts of one client's sittings, by the breaks of the program they were in on each day."""
    numbers = [profiles.on(program_on(stays, one.on_day), one.on_day) for one in sittings]
    return counted(sittings, [int(of_day["break_minutes"]) for of_day in numbers])


class _Counting:
    """What is the same for everyone while weeks are counted: the days, the profiles, this moment."""

    def __init__(self, looked: Looked):
        self.looked, self.profiles, self.now = looked, profiles(), clock.now()

    def weeks(self, stays: list[InPhase], rows: list[Counted]) -> list[Week]:
        """The weeks of one client, in order."""
        looked = self.looked
        program = program_on(stays, looked.as_of)
        starts_on = int(self.profiles.on(program, looked.as_of)["week_starts_on"])
        first, last = looked.within(starts_on)
        found = {}
        start = clock.week_of(first, starts_on)[0]
        while start <= last:
            found[start] = self._week(start, stays, (first, last))
            start += WEEK
        for row in rows:
            if first <= row.sitting.on_day <= last:
                self._add(found[clock.week_of(row.sitting.on_day, starts_on)[0]], row)
        attended = sorted({row.sitting.on_day for row in rows if row.sitting.state in ATTENDED})
        for week in found.values():
            if week.phase:
                over = max(min(week.after, last + timedelta(days=1), looked.as_of), week.first)
                since = max(week.phase.started_on, looked.first - LOOK_BACK)
                week.gap = longest_gap(attended, since, week.first, over)
        return list(found.values())

    def _week(self, start: date, stays: list[InPhase], days: tuple[date, date]) -> Week:
        week = Week(start, start + WEEK)
        until = min(max(self.looked.as_of, week.first), week.after - timedelta(days=1), days[1])
        week.seen = days[0] <= start and week.after <= days[1] + timedelta(days=1) and week.after <= self.looked.as_of
        week.phase = next((stay for stay in reversed(stays) if stay.touches(max(start, days[0]), until)), None)
        numbers = self.profiles.on(week.phase.program_id if week.phase else None, until)
        week.billable_minutes = int(numbers["billable_day_minutes"])
        if stay := week.phase:
            week.level = level_of(stay.level_of_care, stay.hours_least, numbers)
            week.required = round(float(stay.hours_least) * 60)
            week.whole = stay.started_on < start and (stay.ended_on is None or stay.ended_on >= week.after)
            week.gap_most = None if week.lower_level else int(numbers["gap_days_most"])
        return week

    def _add(self, week: Week, row: Counted) -> None:
        one = row.sitting
        week.scheduled += row.scheduled
        if one.state:
            week.attended += row.attended
            if one.state in ATTENDED:
                week.by_day[one.on_day] = week.by_day.get(one.on_day, 0) + row.attended
        elif one.ends_at <= self.now:
            week.not_marked += row.scheduled
        else:
            week.remaining += row.scheduled
            week.ahead.append(Ahead(one.session_id, one.name, one.starts_at, row.scheduled))


def program_on(stays: Sequence[InPhase], day: date) -> str | None:
    """The program of the stay on a day; after the last one that one's, None for someone who was in no phase by then."""
    begun = [stay for stay in stays if stay.started_on <= day]
    stay = stay_on(begun, day) or (begun[-1] if begun else None)
    return stay.program_id if stay else None


def stay_on(stays: Sequence[InPhase], day: date) -> InPhase | None:
    """The stay on a day; of two (in two programs) the one begun last."""
    return next((stay for stay in reversed(stays) if stay.holds(day)), None)
