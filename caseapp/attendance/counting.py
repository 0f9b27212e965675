"""How minutes of treatment add up: each minute once, without breaks, by day and week. Plain Python, no reads.

What a number is set to (breaks, the minutes of a billable day, days in a row without treatment) comes from the rule profile.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from caseapp.attendance.rules import ATTENDED, MarkState
from caseapp.programs.rules import INTENSIVE, UNDER_INTENSIVE
from caseapp.scheduling.rules import minutes_between

Span = tuple[datetime, datetime]


class Sitting(NamedTuple):
    """One person's place in a session that is on, with the mark in force (`state` None: not marked). Lengths in minutes.

    `treatment` says whether the service counts as hours of treatment, `room` is the name of the room ("" if it has none).
    """

    client_id: str
    session_id: str
    name: str
    service: str
    on_day: date
    starts_at: datetime
    ends_at: datetime
    state: MarkState | None = None
    minutes: int = 0
    late: int = 0
    early: int = 0
    finished_at: datetime | None = None
    telehealth: bool = False
    treatment: bool = True
    room: str = ""

    @property
    def planned(self) -> Span:
        """From when to when they were to be there."""
        return self.starts_at, self.ends_at

    @property
    def there(self) -> Span:
        """From when to when they were there; an empty span if they did not come."""
        if self.state not in ATTENDED:
            return self.starts_at, self.starts_at
        return self.starts_at + timedelta(minutes=self.late), self.ends_at - timedelta(minutes=self.early)


class Counted(NamedTuple):
    """A sitting with the minutes that count of it."""

    sitting: Sitting
    scheduled: int
    attended: int


def once(spans: Sequence[Span]) -> list[int]:
    """The minutes of each span that no other has: what two share is counted with the one that began first."""
    counted, until = [0] * len(spans), None
    for at in sorted(range(len(spans)), key=spans.__getitem__):
        begin, end = spans[at]
        counted[at] = max(minutes_between(begin if until is None else max(begin, until), end), 0)
        until = end if until is None else max(end, until)
    return counted


def without_breaks(minutes: int, break_minutes: int) -> int:
    """What counts of minutes in one session, where each full hour holds a break of so many minutes (none by default)."""
    return minutes - minutes // 60 * break_minutes


def counted(sittings: Sequence[Sitting], breaks: Sequence[int]) -> list[Counted]:
    """What counts of one person's sittings; `breaks` says for each how many minutes of an hour are a break.

    Two sessions at once never count twice: neither what was scheduled nor what was attended.
    """
    if _apart(sittings):  # as nearly always: then nothing is shared
        return [_alone(one, pause) for one, pause in zip(sittings, breaks, strict=True)]
    planned, there = once([one.planned for one in sittings]), once([one.there for one in sittings])
    found = []
    for one, scheduled, came, pause in zip(sittings, planned, there, breaks, strict=True):
        # The mark's own minutes are what someone signed; only what another session has already is taken off them.
        shared = minutes_between(*one.there) - came
        attended = max(one.minutes - shared, 0) if one.state in ATTENDED else 0
        found.append(Counted(one, without_breaks(scheduled, pause), without_breaks(attended, pause)))
    return found


def _apart(sittings: Sequence[Sitting]) -> bool:
    """Whether each begins when the one before it in the list is over."""
    return all(one.ends_at <= other.starts_at for one, other in pairwise(sittings))


def _alone(one: Sitting, pause: int) -> Counted:
    scheduled = max(minutes_between(one.starts_at, one.ends_at), 0)
    attended = one.minutes if one.state in ATTENDED else 0
    if not pause:
        return Counted(one, scheduled, attended)
    return Counted(one, without_breaks(scheduled, pause), without_breaks(attended, pause))


def longest_gap(attended: Sequence[date], since: date, first: date, after: date) -> int:
    """The most days in a row without treatment that reach into the days from `first` up to but not including `after`.

    `attended` are days in order. Days before `since` (when they came into the phase) are no gap; the days after the last attended
    one count too.
    """
    begin, end = max(bisect_right(attended, first), bisect_left(attended, since)), bisect_left(attended, after)
    before = attended[begin - 1] if begin and attended[begin - 1] >= since else since - timedelta(days=1)
    stops = [before, *attended[begin:end], after]
    return max(0, *((later - earlier).days - 1 for earlier, later in pairwise(stops)))


def level_of(level: str, hours_least: float, numbers: dict[str, float]) -> str:
    """The level of care that a phase's hours make: under nine hours a week it is no intensive outpatient (domain.md 2.2)."""
    return UNDER_INTENSIVE if level >= INTENSIVE and hours_least < numbers["intensive_hours_least"] else level
