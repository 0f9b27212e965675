"""The week as a page shows it: days with their parts, and in each the sessions as blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from caseapp.clients.queries import visible_ids
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.words import time_range
from caseapp.programs.rules import Capacity
from caseapp.scheduling import queries
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import PARTS, SessionState, WhyNot, part_of_day, positions
from caseapp.scheduling.times_off import TimesOff, times_off_between


@dataclass(frozen=True)
class Block:
    """A session on the schedule. `person` is whom a one-to-one session is with, if the reader may see them."""

    session: Session
    taken: int
    person: str = ""
    client_id: str = ""

    @property
    def served(self) -> list[int]:
        """The positions of the phases it serves."""
        return positions(self.session.phases_served)

    @property
    def full(self) -> bool:
        """Whether a group has no free place."""
        return self.taken >= self.session.limit and self.session.service.capacity is not Capacity.individual

    @property
    def off(self) -> str:
        """The word for a session that is not held, or nothing."""
        words = {SessionState.cancelled: "Cancelled", SessionState.did_not_happen: "Did not happen"}
        return words.get(self.session.state, "")


@dataclass
class Day:
    """A day of the week with its blocks by part of the day; `closed` says in words what is closed."""

    day: date
    today: bool
    clocks: str = ""
    closed: list[str] = field(default_factory=list)
    parts: dict[str, list[Block]] = field(default_factory=lambda: {name: [] for name, _since, _until in PARTS})

    @property
    def blocks(self) -> list[Block]:
        """All blocks of the day, by start."""
        return [block for blocks in self.parts.values() for block in blocks]


def days_of(sessions: list[Session], first: date, number: int, zone: str, user: Actor) -> list[Day]:
    """So many days from `first` on, with these sessions as blocks; a fixed number of statements.

    What was entered by mistake, or made and undone, is not among them: it never was to be.
    """
    sessions = [one for one in sessions if one.state_reason is not WhyNot.mistake]
    today = clock.today(zone)
    days = [
        Day(one, one == today, clock_change(one, zone))
        for one in (first + timedelta(days=offset) for offset in range(number))
    ]
    off = times_off_between((clock.day_bounds(first, zone)[0], clock.day_bounds(days[-1].day, zone)[1]), ())
    for one in days:
        one.closed = list(_closed_on(one.day, zone, off))
    by_day = {one.day: one for one in days}
    for block in _blocks(sessions, user):
        start = block.session.starts_at.astimezone(ZoneInfo(block.session.site.zone)).time()
        by_day[block.session.on_day].parts[part_of_day(start)].append(block)
    return days


def _closed_on(day: date, zone: str, off: TimesOff) -> Iterator[str]:
    """What is closed on a day, in words: "Closed: Thanksgiving", "Closed 12:00 pm - 5:00 pm: Staff training"."""
    begin, end = clock.day_bounds(day, zone)
    for one in off.times:
        if one.starts_at < end and one.ends_at > begin:
            whole = one.starts_at <= begin and one.ends_at >= end
            hours = (max(one.starts_at, begin), min(one.ends_at, end))
            when = "" if whole else " " + time_range(*(at.astimezone(ZoneInfo(zone)) for at in hours))
            what = f"{one.room.name} closed" if one.room else "Closed"
            yield f"{what}{when}{': ' if one.name else ''}{one.name}"


def _blocks(sessions: list[Session], user: Actor) -> list[Block]:
    taken = queries.taken([session.id for session in sessions])
    alone = [session.id for session in sessions if session.service.capacity is Capacity.individual]
    lists = queries.lists_of(alone)
    people = {place.client_id for places in lists.values() for place in places}
    may_see = visible_ids(sorted(people), user)
    blocks = []
    for session in sessions:
        one = next((place.client for place in lists.get(session.id, []) if place.client_id in may_see), None)
        shown = {"person": one.last_first, "client_id": one.id} if one else {}
        blocks.append(Block(session, taken.get(session.id, 0), **shown))
    return blocks


def clock_change(day: date, zone: str) -> str:
    """The sentence of a day on which the clocks of a zone change, or nothing."""
    first, after = clock.day_bounds(day, zone)
    hours = round((after - first).total_seconds() / 3600)
    return {23: "clocks go forward 1 h at 2:00 am", 25: "clocks go back 1 h at 2:00 am"}.get(hours, "")
