"""Days without use, as they are reported: runs, milestones, words (`domain.md` 9.3, `ui.md` 5.4). A return is never a discharge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto
from itertools import count as count_up

from caseapp.core.words import count

CONSTRAINTS = {
    "uq_use_reading_report_id_in_force": ("Someone else corrected this just now. Look at it first.", None),
    "uq_use_report_episode_id_before_admission": ("The last use before admission is on record already.", None),
    "uq_meeting_client_id_on_day_kind_in_force": ("This meeting is on record already.", "days"),
    "ck_use_reading_days_in_order": ("The last day can't come before the first.", "last_on"),
}


class HowKnown(StrEnum):
    """How use came to be known."""

    said_so = auto()
    test = auto()
    family = auto()
    other = auto()


HOW_WORDS = {
    HowKnown.said_so: "They said so themselves",
    HowKnown.test: "A drug or breath test",
    HowKnown.family: "Family or a friend said so",
    HowKnown.other: "In another way",
}


class MeetingKind(StrEnum):
    """Which mutual-help group; `not_said` where nobody asked."""

    not_said = auto()
    twelve_step = auto()
    smart = auto()
    faith_based = auto()
    other = auto()


MEETING_WORDS = {
    MeetingKind.not_said: "Not said",
    MeetingKind.twelve_step: "Twelve-step (AA, NA, CA)",
    MeetingKind.smart: "SMART Recovery",
    MeetingKind.faith_based: "Faith-based",
    MeetingKind.other: "Another group",
}

# Days without use that are marked (`domain.md` 9.3); from the second year on each anniversary.
MILESTONES = (30, 60, 90, 180, 365)


@dataclass(frozen=True)
class Used:
    """Days of use in a row as reported, often a single one, and the day of the report."""

    first_on: date
    last_on: date
    reported_on: date


@dataclass(frozen=True)
class Run:
    """Days without use that a return ended."""

    since: date
    until: date

    @property
    def days(self) -> int:
        """How many; 0 where the return came on the day of the last use."""
        return max(0, (self.until - self.since).days)


@dataclass(frozen=True)
class LastUse:
    """The last use reported in an episode. `longest_days` is the longest run that a return ended, 0 if there was no return."""

    day: date
    reported_on: date
    longest_days: int = 0
    returned_on: date | None = None

    def days_on(self, day: date) -> int:
        """Days without use on a day: 0 on the day of the last use, 1 on the next."""
        return max(0, (day - self.day).days)


def last_use(before: Sequence[Used], returns: Sequence[Used]) -> LastUse | None:
    """What stands in an episode: the use before admission, if it is known, and each return. None if nothing is known."""
    uses = [*before, *sorted(returns, key=lambda one: (one.first_on, one.last_on))]
    if not uses:
        return None
    last = max(uses, key=lambda one: one.last_on)
    longest = max((run.days for run in runs(uses)), default=0)
    return LastUse(last.last_on, last.reported_on, longest, uses[-1].first_on if returns else None)


def runs(uses: Sequence[Used]) -> list[Run]:
    """The runs of days without use that lie between uses, the first one first; uses in order of their first day."""
    found, since = [], None
    for one in uses:
        if since is not None and one.first_on >= since:
            found.append(Run(since, one.first_on))
        since = one.last_on if since is None else max(since, one.last_on)
    return found


def days_words(last: LastUse, today: date) -> str:
    """Days without use as the chart says them: "36 (since Oct 13)", after a return "3 (returned to use Nov 15; longest 33)"."""
    days = last.days_on(today)
    if last.returned_on is None:
        return f"{days} (since {_short(last.day, today)})"
    longest = f"longest {last.longest_days}" if last.longest_days >= days else "the longest so far"
    return f"{days} (returned to use {_short(last.returned_on, today)}; {longest})"


def _short(day: date, today: date) -> str:
    return f"{day:%b} {day.day}" + (f", {day.year}" if day.year != today.year else "")


@dataclass(frozen=True)
class Milestone:
    """A number of days, or of years, without use, and the day on which it is reached."""

    words: str
    day: date


def milestones(last_use_on: date) -> Iterator[Milestone]:
    """Each milestone after a last use, the first one first, without an end."""
    for days in MILESTONES:
        yield Milestone(count("day", days), last_use_on + timedelta(days=days))
    for years in count_up(2):
        yield Milestone(count("year", years), _anniversary(last_use_on, years))


def _anniversary(day: date, years: int) -> date:
    """The same day of a later year; of Feb 29 in other years Mar 1."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def next_milestone(last_use_on: date, today: date) -> Milestone:
    """The first milestone of today or later."""
    return next(one for one in milestones(last_use_on) if one.day >= today)


def last_milestone(last_use_on: date, today: date) -> Milestone | None:
    """The last milestone reached by today; None before the first."""
    reached = None
    for one in milestones(last_use_on):
        if one.day > today:
            return reached
        reached = one


def what_does_not_fit(first_on: date, last_on: date, admitted_on: date, today: date) -> tuple[str, str] | None:
    """The sentence and the field of what can't be so of a return to use; None if all can."""
    if first_on > today:
        return "Enter a day that has been", "first_on"
    if last_on > today:
        return "Enter a day that has been", "last_on"
    if last_on < first_on:
        return "The last day can't come before the first", "last_on"
    if first_on < admitted_on:
        return f"It must be on or after the admission, {_short(admitted_on, today)}", "first_on"
    return None
