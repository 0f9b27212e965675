"""What a client's week lacks, and which free sessions would make up for it. Plain Python, no reads.

What is asked for comes from the phase and the rule profile (domain.md 3.4 and 10); days are days of the clinic.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from itertools import combinations, pairwise

from caseapp.attendance.counting import Sitting, without_breaks
from caseapp.attendance.rules import ABSENT, ATTENDED
from caseapp.core.words import clock_time, count, day, hours
from caseapp.programs.rules import Per
from caseapp.scheduling.rules import minutes_between
from caseapp.weekplan.rules import Span
from caseapp.weekplan.times import Said, against

DAY = timedelta(days=1)


class InTheWay(StrEnum):
    """What keeps a free session from being offered to someone as a make-up."""

    phase = auto()
    busy = auto()
    said = auto()


# Of one session, and of several.
WAYS = {
    InTheWay.phase: ("serves another phase", "serve another phase"),
    InTheWay.busy: ("is when they have something else", "are when they have something else"),
    InTheWay.said: ("is when they said they can't come", "are when they said they can't come"),
}
NAMED_MOST = 3  # so many sessions ahead are named in a sentence


@dataclass(frozen=True)
class Asked:
    """A service that a phase asks for: so many times a week or month, of so many minutes at least each."""

    service: str
    name: str
    times: int
    per: Per
    minutes: int


@dataclass(frozen=True)
class ServiceStanding:
    """How it stands with a service: how often it was held, waits for its marks, and is booked. `due`: by this week's end."""

    asked: Asked
    held: int
    not_marked: int
    booked: int
    due: bool

    @property
    def missing(self) -> int:
        """How often it still has to be booked."""
        return max(self.asked.times - self.held - self.not_marked - self.booked, 0)

    @property
    def short(self) -> bool:
        """Whether it will not be had in time with what is booked."""
        return self.due and self.missing > 0

    def __str__(self) -> str:
        """In words: "Individual counseling 0 of 1, none booked"."""
        said = f"{self.asked.name} {self.held} of {self.asked.times}" + (
            " this month" if self.asked.per is Per.month else ""
        )
        parts = [f"{self.not_marked} not marked"] if self.not_marked else []
        parts += [f"{self.booked or 'none'} booked"] if self.booked or self.missing else []
        return ", ".join([said, *parts])


@dataclass(frozen=True)
class Gap:
    """Days in a row without a service, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        """In words: "No service for 4 days, Tue Nov 17 to Fri Nov 20"."""
        return (
            f"No service for {count('day', self.days)}, {day(self.first, self.first)} to {day(self.last, self.first)}"
        )


@dataclass(frozen=True)
class Free:
    """A session ahead with a free place; `served` are the positions of the phases it serves (none: any), `left` its free places.

    `wall` is its time of the week on the clinic's wall clock.
    """

    session_id: str
    name: str
    service: str
    counts: bool
    group: bool
    served: tuple[int, ...]
    on_day: date
    starts_at: datetime
    ends_at: datetime
    left: int
    room: str = ""
    wall: tuple[Span, ...] = ()

    def meets(self, other: Sitting) -> bool:
        """Whether it shares a minute with a session someone has."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True)
class Lacks:
    """What a week lacks: services by their code with the least minutes of each, minutes of treatment, and days without a service."""

    services: Mapping[str, int]
    minutes: int
    gaps: tuple[Gap, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.services or self.minutes or self.gaps)


@dataclass(frozen=True)
class MakeUp:
    """A free session that fits, and why: what of the week it makes up for."""

    free: Free
    why: tuple[str, ...]


def standing(asked: Asked, sittings: Iterable[Sitting], now: datetime, until: date, after: date) -> ServiceStanding:
    """How it stands with a service, of these sittings of the week, or of the month where it is asked for by the month.

    A session counts if it was planned for at least the minutes asked for; what someone missed of it by coming late is missing
    in the hours. The span ends before `until`; it is due in the week that ends with it or later (before `after`).
    """
    mine = [one for one in sittings if one.service == asked.service and minutes_between(*one.planned) >= asked.minutes]
    open_ones = [one for one in mine if one.state is None]
    held = sum(one.state in ATTENDED for one in mine)
    over = sum(one.ends_at <= now for one in open_ones)
    return ServiceStanding(asked, held, over, len(open_ones) - over, until <= after)


def span_of(per: Per, first: date) -> tuple[date, date]:
    """The half-open days in which a service asked for by week or month is looked for, for the week that begins on `first`.

    The month is the one in which the week begins.
    """
    if per is Per.week:
        return first, first + 7 * DAY
    return first.replace(day=1), (first.replace(day=1) + 32 * DAY).replace(day=1)


def gaps(served: Iterable[date], since: date, first: date, after: date, most: int | None) -> tuple[Gap, ...]:
    """Stretches of more than `most` days without a service that reach into the days from `first` up to but not including `after`.

    `served` are days with a service, had or booked, some of them before and after the week; without one after it the last day
    of the week ends a stretch. Days before `since` (when they came) are none. None where the level of care asks for no such rule.
    """
    if most is None:
        return ()
    days = sorted({one for one in served if one >= since})
    before = max((one for one in days if one < first), default=max(since, first) - DAY)
    following = min((one for one in days if one >= after), default=after)
    stops = [before, *(one for one in days if first <= one < after), following]
    found = (Gap(last + DAY, then - DAY) for last, then in pairwise(stops))
    return tuple(one for one in found if one.days > most)


def is_served(one: Sitting) -> bool:
    """Whether a place is a service had or still to be had: attended, or not marked yet."""
    return one.state not in ABSENT


def at_once(sittings: Sequence[Sitting], now: datetime) -> list[tuple[Sitting, Sitting]]:
    """Sessions not over yet in which someone has a place at the same time, in pairs, the earlier one first."""
    ahead = sorted((one for one in sittings if one.ends_at > now), key=lambda one: (one.starts_at, one.session_id))
    return [(one, other) for one, other in combinations(ahead, 2) if other.starts_at < one.ends_at]


def needs_a_look(scheduled: int, attended: int, required: int | None, reachable: int) -> bool:
    """Whether a week's hours (all in minutes) are at risk: what is asked for can't be reached, or something was missed."""
    if not required or attended >= required:
        return False
    return reachable < required or reachable < scheduled


def reach(required: int, attended: int, reachable: int, ahead: Sequence[datetime]) -> str:
    """The sentence of a week's hours: "can still reach 9.0: Thu 2:00 pm, Fri 9:00 am", "can reach 6.0 at most: Fri 9:00 am".

    Lengths in minutes; `ahead` are the starts of what is still booked, on the clinic's wall clock.
    """
    if attended >= required:
        return f"{hours(required)} reached"
    said = f"can still reach {hours(required)}" if reachable >= required else f"can reach {hours(reachable)} at most"
    if not ahead:
        return said if reachable >= required else f"{said}: nothing more is booked"
    named = ", ".join(when(at) for at in ahead[:NAMED_MOST])
    more = f" and {len(ahead) - NAMED_MOST} more" if len(ahead) > NAMED_MOST else ""
    return f"{said}: {named}{more}"


def when(at: datetime) -> str:
    """A start within a week, on its own wall clock: "Thu 2:00 pm"."""
    return f"{at:%a} {clock_time(at).split(' (')[0]}"


@dataclass(frozen=True)
class Theirs:
    """What decides whether a client can come: their places, the position of their phase by day, what they said of their week."""

    busy: Sequence[Sitting]
    phase_on: Mapping[date, int]
    said: Sequence[Said] = ()

    def in_the_way(self, one: Free) -> InTheWay | None:
        """What keeps them from a session: it serves another phase (a group needs one), something else of theirs, or what they said."""
        position = self.phase_on.get(one.on_day)
        if (position is None and one.group) or (one.served and position not in one.served):
            return InTheWay.phase
        if any(map(one.meets, self.busy)):
            return InTheWay.busy
        return InTheWay.said if against(self.said, one.wall) else None


def why_none(free: Iterable[Free], lacks: Lacks, theirs: Theirs, break_minutes: int = 0) -> str:
    """Why nothing fits, in a sentence: what stands in the way of the free sessions that would make up for something."""
    there = {one.session_id for one in theirs.busy}
    gives = [one for one, _minutes, _why in _giving(free, lacks, break_minutes) if one.session_id not in there]
    found = Counter(filter(None, map(theirs.in_the_way, gives)))
    if not found:
        return "No session of this week with a free place gives what is missing."
    told = [f"{found[one]} {WAYS[one][found[one] > 1]}" for one in InTheWay if found[one]]
    those = "session with a free place that gives" if len(gives) == 1 else "sessions with a free place that give"
    return f"Of {len(gives)} {those} what is missing, {', '.join(told)}."


def _giving(free: Iterable[Free], lacks: Lacks, break_minutes: int) -> Iterator[tuple[Free, int, tuple[str, ...]]]:
    """Those of these sessions with a place that make up for something, with their minutes and what they make up for."""
    for one in free:
        minutes = without_breaks(minutes_between(one.starts_at, one.ends_at), break_minutes) if one.counts else 0
        why = _why(one, lacks, minutes)
        if why and one.left > 0:
            yield one, minutes, why


def make_ups(free: Iterable[Free], lacks: Lacks, theirs: Theirs, break_minutes: int = 0) -> list[MakeUp]:
    """The free sessions that make up for something a week lacks, the best first.

    They serve the phase in which the client is that day, and the client has nothing else then and did not say that they can't
    come then. Best is a service that is missing, then what closes a gap, then the most of the missing minutes, then a day on
    which they come anyway, then the earliest.
    """
    days = {one.on_day for one in theirs.busy if is_served(one)}
    ranked = []
    for one, minutes, why in _giving(free, lacks, break_minutes):
        if not theirs.in_the_way(one):
            given = (_gives(one, lacks), _closes(one, lacks), min(minutes, lacks.minutes), one.on_day in days)
            order = (*(-int(part) for part in given), one.starts_at, one.session_id)
            ranked.append((order, MakeUp(one, why)))
    return [fit for _order, fit in sorted(ranked, key=lambda row: row[0])]


def _why(one: Free, lacks: Lacks, minutes: int) -> tuple[str, ...]:
    why = ["a service that is missing"] if _gives(one, lacks) else []
    if lacks.minutes and minutes >= lacks.minutes:
        why.append(f"makes up for the {hours(lacks.minutes)} h that are missing")
    elif lacks.minutes and minutes:
        why.append(f"{hours(minutes)} of the {hours(lacks.minutes)} h that are missing")
    return tuple([*why, "a day in a gap"] if _closes(one, lacks) else why)


def _gives(one: Free, lacks: Lacks) -> bool:
    asked = lacks.services.get(one.service)
    return asked is not None and minutes_between(one.starts_at, one.ends_at) >= asked


def _closes(one: Free, lacks: Lacks) -> bool:
    return one.counts and any(gap.first <= one.on_day <= gap.last for gap in lacks.gaps)
