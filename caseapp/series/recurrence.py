"""On which days a series is held, and at which instants: a rule of days on the site's calendar, and a time on its wall clock.

The days come from python-dateutil, which follows RFC 5545. A series is held at 9:30 by the wall clock the whole year round. A
time that the clocks skip or show twice is never guessed: the day is `odd`, and someone says what is meant.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum, auto
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule, weekday

from caseapp.core import clock
from caseapp.core.words import day as day_words

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
MOST_EVERY, MOST_TIMES = 12, 400


class Frequency(StrEnum):
    """How a series goes on."""

    daily = auto()
    weekly = auto()
    monthly = auto()


class OddClock(StrEnum):
    """What is meant by a wall time that the clocks skip or show twice: the earlier instant it could be, or the later."""

    earlier = auto()
    later = auto()


@dataclass(frozen=True)
class Repeats:
    """A rule of days from `first_on` on: every so many days, weeks (on `weekdays`, 0 is Monday) or months.

    Monthly is the `nth` of `first_on`'s day of the week (1 to 4, -1 the last). It ends on `until`, or after so many `times`, or
    not at all.
    """

    first_on: date
    frequency: Frequency = Frequency.weekly
    every: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None
    until: date | None = None
    times: int | None = None

    def days(self, first: date, after: date, week_starts_on: int = 0) -> list[date]:
        """Its days from `first` up to but not including `after`; `week_starts_on` says which weeks "every two weeks" counts."""
        last = datetime.combine(after - timedelta(days=1), time())
        return [at.date() for at in self._rule(week_starts_on).between(datetime.combine(first, time()), last, inc=True)]

    def last_day(self, week_starts_on: int = 0) -> date | None:
        """Its last day, None if it goes on; of a rule without any day, the day before its first."""
        if self.until is None and self.times is None:
            return None
        ends = list(self._rule(week_starts_on))
        return ends[-1].date() if ends else self.first_on - timedelta(days=1)

    def _rule(self, week_starts_on: int) -> rrule:
        facts: dict = {
            "dtstart": datetime.combine(self.first_on, time()),
            "interval": self.every,
            "wkst": week_starts_on,
        }
        if self.times:
            facts["count"] = self.times
        elif self.until:
            facts["until"] = datetime.combine(self.until, time())
        if self.frequency is Frequency.daily:
            return rrule(DAILY, **facts)
        if self.frequency is Frequency.weekly:
            return rrule(WEEKLY, byweekday=self.weekdays or (self.first_on.weekday(),), **facts)
        return rrule(MONTHLY, byweekday=weekday(self.first_on.weekday())(self.nth or nth_of(self.first_on)), **facts)

    @property
    def words(self) -> str:
        """The rule as people say it: "Mon, Wed and Fri every week until Fri Feb 12, 2027"."""
        return f"{self._how_often()}{self._how_long()}"

    def _how_often(self) -> str:
        if self.frequency is Frequency.daily:
            return "every day" if self.every == 1 else f"every {self.every} days"
        if self.frequency is Frequency.weekly:
            names = [WEEKDAYS[one] for one in sorted(self.weekdays or (self.first_on.weekday(),))]
            listed = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
            return f"{listed} every {'week' if self.every == 1 else f'{self.every} weeks'}"
        which = f"the {NTH[self.nth or nth_of(self.first_on)]} {WEEKDAYS[self.first_on.weekday()]}"
        return f"{which} of every {'month' if self.every == 1 else f'{self.every} months'}"

    def _how_long(self) -> str:
        if self.times:
            return f", {self.times} times"
        return f" until {day_words(self.until)}" if self.until else ""


def nth_of(day: date) -> int:
    """Which of its weekday a day is in its month: 1 to 4, a fifth is the last."""
    number = (day.day - 1) // 7 + 1
    return number if number < 5 else -1


def what_is_wrong(repeats: Repeats) -> tuple[str, str] | None:
    """Sentence and field of a rule that can't be: ends before it begins, without a day, or out of range."""
    if not 1 <= repeats.every <= MOST_EVERY:
        return f"Enter a number from 1 to {MOST_EVERY}.", "every"
    if repeats.times is not None and not 1 <= repeats.times <= MOST_TIMES:
        return f"Enter a number from 1 to {MOST_TIMES}.", "times"
    if repeats.until is not None and repeats.until < repeats.first_on:
        return "The last day must not be before the first.", "until"
    if repeats.until is not None and not repeats.days(repeats.first_on, repeats.until + timedelta(days=1)):
        return "Between the first and the last day there is none that fits.", "until"
    return None


def instant(day: date, at: time, zone: str, odd: OddClock | None = None) -> datetime:
    """The UTC instant of a wall time on a day. Of an odd one it must be said which is meant; raises ValueError otherwise.

    A skipped 2:30 is meant as 1:30 or as 3:30 by the clock that people see; one shown twice as the first or the second.
    """
    kind = clock.missing_or_twice(day, at, zone)
    if kind and odd is None:
        raise ValueError(f"{at:%H:%M} on {day} in {zone} is {kind}.")
    second = (odd is OddClock.later) if kind == "twice" else (kind == "missing" and odd is OddClock.earlier)
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).replace(fold=int(second)).astimezone(clock.UTC)
