"""When the clinic and its rooms are closed, who is away, and who works when: read at once, then asked in memory."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from caseapp.core.db import db
from caseapp.core.words import clock_time, day, time_range
from caseapp.programs.rules.settings import WEEKDAYS
from caseapp.scheduling.models import TimeOff, WorkingHours

Span = tuple[datetime, datetime]
Hours = dict[int, tuple[time, time]]


@dataclass
class TimesOff:
    """What is closed and who is away in a stretch of time, and by member of staff and weekday when they work."""

    times: list[TimeOff] = field(default_factory=list)
    hours: dict[str, Hours] = field(default_factory=dict)

    def closed(self, site_id: str, room_id: str | None, span: Span) -> TimeOff | None:
        """The first closure of a site, or of that room, in a time; None if it is open."""
        here = (one for one in self.times if one.staff_id is None and one.site_id == site_id)
        return _first(span, (one for one in here if one.room_id in (None, room_id)))

    def away(self, staff_id: str, span: Span) -> TimeOff | None:
        """The first leave of someone in a time; None if they are there."""
        return _first(span, (one for one in self.times if one.staff_id == staff_id))

    def off_hours(self, staff_id: str, span: Span, zone: str) -> str:
        """In words that someone does not work in all of a time, on the wall clock of a zone; empty if they do, or if nothing is known."""
        if staff_id not in self.hours:
            return ""
        starts, ends = (one.astimezone(ZoneInfo(zone)) for one in span)
        theirs = self.hours[staff_id].get(starts.weekday())
        if theirs is None:
            return f"does not work on {WEEKDAYS[starts.weekday()]}s"
        inside = starts.date() == ends.date() and theirs[0] <= starts.time() and ends.time() <= theirs[1]
        return "" if inside else f"works {time_range(*theirs)} on {WEEKDAYS[starts.weekday()]}s"


def times_off_between(span: Span, staff_ids: Iterable[str]) -> TimesOff:
    """All closures, and the leaves and hours of these members of staff, between two instants; a fixed number of statements."""
    people = set(staff_ids)
    found = select(TimeOff).where(
        TimeOff.withdrawn_at.is_(None), TimeOff.starts_at < span[1], TimeOff.ends_at > span[0]
    )
    found = found.where(TimeOff.staff_id.is_(None) | TimeOff.staff_id.in_(people)).order_by(
        TimeOff.starts_at, TimeOff.id
    )
    whole = (selectinload(one) for one in (TimeOff.site, TimeOff.room, TimeOff.staff))
    return TimesOff(list(db.scalars(found.options(*whole))), working_hours(people))


def working_hours(staff_ids: Iterable[str]) -> dict[str, Hours]:
    """By member of staff, then by weekday, from when to when they work; who has no hours on record is left out. One statement."""
    hours: dict[str, Hours] = defaultdict(dict)
    for row in db.scalars(select(WorkingHours).where(WorkingHours.staff_id.in_(set(staff_ids)))):
        hours[row.staff_id][row.weekday] = (row.starts, row.ends)
    return dict(hours)


def when_off(off: TimeOff) -> str:
    """When something is closed or someone away: "Thu Nov 26, 2026", "Thu Nov 26, 2026, 12:00 pm (noon) to Mon Nov 30, 2026"."""
    zone = ZoneInfo(off.site.zone)
    starts, ends = off.starts_at.astimezone(zone), off.ends_at.astimezone(zone)
    last = ends.date() if ends.time() != time() else (ends - timedelta(days=1)).date()
    if starts.date() == last and ends.time() != time():
        return f"{day(last)}, {time_range(starts, ends)}"
    begin = day(starts.date()) + (f", {clock_time(starts)}" if starts.time() != time() else "")
    if starts.date() == last:
        return begin + (" until the end of the day" if starts.time() != time() else "")
    return f"{begin} to {day(last)}" + (f", {clock_time(ends)}" if ends.time() != time() else "")


def said(off: TimeOff) -> str:
    """The sentence of what is closed or who is away: "The clinic is closed: Thanksgiving, Thu Nov 26, 2026."."""
    return f"{off.what}{': ' if off.name else ', '}{off.name}{', ' if off.name else ''}{when_off(off)}."


def _first(span: Span, times: Iterable[TimeOff]) -> TimeOff | None:
    return next((one for one in times if one.starts_at < span[1] and one.ends_at > span[0]), None)
