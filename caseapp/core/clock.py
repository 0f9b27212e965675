"""The only reader of the clock. Instants are aware and in UTC; a calendar day is a `date` in a site's zone."""

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
_frozen: ContextVar[datetime | None] = ContextVar("frozen clock", default=None)


def now() -> datetime:
    """This instant, aware, UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar day it is now in the IANA zone given."""
    return day_of(now(), zone)


def day_of(instant: datetime, zone: str) -> date:
    """The calendar day on which an aware instant falls in the zone."""
    return instant.astimezone(ZoneInfo(zone)).date()


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant of a wall-clock time on a day in a zone; of a time that comes twice, the first."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def missing_or_twice(day: date, at: time, zone: str) -> str | None:
    """`"missing"` where the clocks skip that wall time, `"twice"` where they show it twice, else None."""
    local = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        return "missing"
    return "twice" if local.utcoffset() != local.replace(fold=1).utcoffset() else None


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """First instant of the day and of the next one in the zone, UTC; 23, 24 or 25 hours apart."""
    return instant(day, time(), zone), instant(day + timedelta(days=1), time(), zone)


def offsets(first: date, last: date, zone: str) -> list[tuple[datetime, timedelta]]:
    """How far the zone's clocks are ahead of UTC on the days from `first` to `last`: from which instant (UTC) on, by how much."""
    begins = day_bounds(first, zone)[0]
    known = [(begins, _offset(begins, zone))]
    for number in range((last - first).days + 1):
        begins, ends = day_bounds(first + timedelta(days=number), zone)
        before, after = known[-1][1], _offset(ends, zone)
        if after != before:
            minutes = range((ends - begins) // MINUTE)
            changed = bisect_left(minutes, True, key=lambda n: _offset(begins + n * MINUTE, zone) != before)
            known.append((begins + changed * MINUTE, after))
    return known


def _offset(moment: datetime, zone: str) -> timedelta:
    return moment.astimezone(ZoneInfo(zone)).utcoffset()


def week_of(day: date, week_starts_on: int = 0) -> tuple[date, date]:
    """First day of the week that holds `day` and first day of the next; 0 is Monday."""
    first = day - timedelta(days=(day.weekday() - week_starts_on) % 7)
    return first, first + timedelta(days=7)


def working_day(day: date, after: int) -> date:
    """The working day, Monday to Friday, so many working days after a day."""
    while after:
        day += timedelta(days=1)
        after -= day.weekday() < 5
    return day


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Stop the clock at an aware instant, for tests and for making demo data as of a day."""
    if at.tzinfo is None:
        raise ValueError("The clock takes aware instants only.")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
