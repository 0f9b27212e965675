"""Days, times, numbers and plurals as people read them (the words of every page).

`FILTERS` need nothing but their values; `CLOCKED` take `now` as their second argument: an aware datetime in the site's
zone, which also says in which zone to write. `bind(read_now)` gives all of them ready for templates.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any

SMALL_GROUP = 20  # below this many people a percentage says more than is known: counts only


def day(value: date | None, today: date | None = None) -> str:
    """A calendar day: "Wed Nov 18", with the year unless it is this year's. Empty for None."""
    if value is None:
        return ""
    short = _short(value)
    return short if today is not None and value.year == today.year else f"{short}, {value.year}"


@lru_cache(maxsize=2_000)  # a page of many people names the same few days thousands of times
def _short(value: date) -> str:
    return f"{value:%a %b} {value.day}"


def day_long(value: date | None) -> str:
    """A calendar day in full: "Wednesday, November 18, 2026". Empty for None."""
    return f"{value:%A, %B} {value.day}, {value.year}" if value else ""


def birth_day(value: date | None) -> str:
    """A day of birth: "Mar 4, 1988"; "not known" for None."""
    return f"{value:%b} {value.day}, {value.year}" if value else "not known"


def day_as_given(text: str) -> str:
    """A day that another system gave, as exact as it did: "2001", "May 2001", "May 12, 2001"; what is none, as it stands."""
    year, *rest = text.split("-")
    try:
        month, day_ = [int(part) for part in (*rest, 1, 1)[:2]]
        value = date(int(year), month, day_)
    except ValueError:
        return text
    return (year, f"{value:%b} {year}", birth_day(value))[min(len(rest), 2)]


def clock_time(value: Any) -> str:
    """A local time or datetime as "9:00 am"; noon and midnight say so in words. Empty for None."""
    if value is None:
        return ""
    text = f"{value.hour % 12 or 12}:{value.minute:02d} {'am' if value.hour < 12 else 'pm'}"
    if value.minute == 0 and value.hour in (0, 12):
        text += " (noon)" if value.hour else " (midnight)"
    return text


ZONE_WORDS = {
    "America/New_York": "Eastern time", "America/Detroit": "Eastern time", "America/Chicago": "Central time",
    "America/Denver": "Mountain time", "America/Phoenix": "Arizona time", "America/Los_Angeles": "Pacific time",
    "America/Anchorage": "Alaska time", "Pacific/Honolulu": "Hawaii time", "America/Puerto_Rico": "Atlantic time",
}  # fmt: skip


def zone_words(zone: str) -> str:
    """An IANA zone as people here call it: "Eastern time"; for others the city: "Lisbon time"."""
    return ZONE_WORDS.get(zone, f"{zone.rpartition('/')[2].replace('_', ' ')} time")


def time_range(start: Any, end: Any) -> str:
    """Two local times or datetimes: "9:00 am - 12:00 pm" (no "noon" in a range)."""
    return " - ".join(clock_time(value).split(" (")[0] for value in (start, end))


def hours(minutes_: int | float | None) -> str:
    """Minutes as hours of dose with one decimal and without the unit: 450 -> "7.5". Halves round up; empty for None."""
    return "" if minutes_ is None else f"{int(minutes_ / 6 + 0.5) / 10:.1f}"


def minutes(value: int | None) -> str:
    """A duration in minutes: "3 h", "2 h 48 min", "25 min", "0 min". Empty for None."""
    if value is None:
        return ""
    whole, rest = divmod(int(value), 60)
    if not whole:
        return f"{rest} min"
    return f"{whole} h {rest} min" if rest else f"{whole} h"


def count(noun: str, n: int, plural: str = "") -> str:
    """A number with its noun: count("session", 0) "no sessions", 1 "1 session", 1200 "1,200 sessions"."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {plural or plural_of(noun)}" if n else f"no {plural or plural_of(noun)}"


@lru_cache(maxsize=500)
def plural_of(noun: str) -> str:
    """The regular plural of an English noun or of the last word of a phrase."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def one_of(words: list[str], joined: str = "or") -> str:
    """A list as it is read out: "supervisor", "clinician or supervisor", "case manager, clinician or supervisor"."""
    *first, last = words
    return f"{', '.join(first)} {joined} {last}" if first else last


def number(value: int | float | None) -> str:
    """A number with commas; empty for None."""
    return "" if value is None else f"{value:,}"


def percent(part: int, whole: int) -> str:
    """A share with its counts: "23 of 25 (92 %)"; below 20 in the whole, counts only: "11 of 12"."""
    counts = f"{part:,} of {whole:,}"
    return f"{counts} ({int(part * 100 / whole + 0.5)} %)" if whole >= SMALL_GROUP else counts


def age_on(born: date | None, today: date) -> int | None:
    """Full years of age on a day; None if the birth date is not known. Born Feb 29: older on Mar 1 in other years."""
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def week_of_phase(started_on: date, today: date, least: int | None = None, most: int | None = None) -> str:
    """Which week of a phase it is: "week 5 of 4 to 6", "week 5" without expected weeks, "starts Nov 23" before it."""
    if today < started_on:
        return f"starts {started_on:%b} {started_on.day}"
    week = f"week {(today - started_on).days // 7 + 1}"
    if least and most and least != most:
        return f"{week} of {least} to {most}"
    return f"{week} of {most or least}" if most or least else week


def local(instant_: datetime, now: datetime) -> datetime:
    """An aware instant in the zone of `now`. Refuses a naive one, which would be a guess."""
    if instant_.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant_.astimezone(now.tzinfo)


def today_day(value: date | None, now: datetime) -> str:
    """A day for lists: the year only if it is another year's."""
    return day(value, now.date())


def age(born: date | None, now: datetime) -> str:
    """Age in years today as text; "age not known" for None."""
    years = age_on(born, now.date())
    return "age not known" if years is None else str(years)


def at_time(value: datetime | None, now: datetime) -> str:
    """The time of day of an instant in the site's zone: "4:12 pm"."""
    return clock_time(local(value, now)) if value else ""


def instant(value: datetime | None, now: datetime) -> str:
    """An instant in the site's zone: "Wed Nov 18, 4:12 pm", today "today 4:12 pm", yesterday and tomorrow likewise."""
    if value is None:
        return ""
    at = local(value, now)
    word = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((at.date() - now.date()).days)
    return f"{word} {clock_time(at)}" if word else f"{day(at.date(), now.date())}, {clock_time(at)}"


def instant_long(value: datetime | None, now: datetime) -> str:
    """An instant for the record, with its zone: "Nov 18, 2026, 4:12 pm EST"."""
    if value is None:
        return ""
    at = local(value, now)
    return f"{at:%b} {at.day}, {at.year}, {clock_time(at)} {at:%Z}"


def span(start: datetime, end: datetime, now: datetime) -> str:
    """From one instant to another on the same local day: "9:00 am - 12:00 pm"."""
    return time_range(local(start, now), local(end, now))


def relative_day(value: date | None, now: datetime) -> str:
    """The words "today", "tomorrow, Thu Nov 19", "yesterday, Tue Nov 17", else the day. Empty for None."""
    if value is None:
        return ""
    shown = day(value, now.date())
    word = {0: "today", 1: "tomorrow", -1: "yesterday"}.get((value - now.date()).days)
    return shown if word is None else word if word == "today" else f"{word}, {shown}"


def due(value: datetime, now: datetime) -> str:
    """When something is or was due, in words.

    "overdue 2 h (since 2:10 pm)", "3 days overdue (since Nov 15)", "due today 3:00 pm", "due tomorrow, Thu Nov 19,
    3:00 pm", "due Fri Nov 20, 3:00 pm". Takes an aware instant and now in the site's zone; this minute is not overdue.
    """
    at = local(value, now)
    late = now - at
    if late >= timedelta(minutes=1):
        return _overdue(at, now, late)
    word = relative_day(at.date(), now)
    return f"due {word}{' ' if word == 'today' else ', '}{clock_time(at)}"


def _overdue(at: datetime, now: datetime, late: timedelta) -> str:
    if late >= timedelta(days=1):
        return f"{count('day', late.days)} overdue (since {at:%b} {at.day})"
    since = clock_time(at) if at.date() == now.date() else f"yesterday {clock_time(at)}"
    return f"overdue {coarse(late)} (since {since})"


def coarse(length: timedelta) -> str:
    """A length in its largest fitting unit, rounded down: "12 min", "2 h", "3 days"."""
    whole = int(length.total_seconds() // 60)
    if whole < 60:
        return f"{whole} min"
    return f"{whole // 60} h" if whole < 1440 else count("day", whole // 1440)


def due_in(value: datetime, now: datetime) -> str:
    """How long is left: "in 2 h 28 min, by 6:40 pm", or the overdue words."""
    at = local(value, now)
    left = at - now
    if left < timedelta(0) or left >= timedelta(days=1):
        return due(value, now)
    return f"in {minutes(int(left.total_seconds() // 60))}, by {clock_time(at)}"


def overdue(value: datetime, now: datetime) -> bool:
    """Whether a due instant has passed by a minute or more: the same border as `due` uses."""
    return now - value >= timedelta(minutes=1)


def due_soon(value: datetime, now: datetime) -> bool:
    """Whether something is due within the next four hours, the span that the number beside Crisis counts too."""
    return not overdue(value, now) and value - now <= timedelta(hours=4)


def capfirst(text: str) -> str:
    """The text with a capital first letter and the rest untouched."""
    return text[:1].upper() + text[1:]


FILTERS: dict[str, Callable] = {
    "day": day,
    "day_long": day_long,
    "birth_day": birth_day,
    "day_as_given": day_as_given,
    "clock_time": clock_time,
    "time_range": time_range,
    "hours": hours,
    "minutes": minutes,
    "number": number,
    "percent": percent,
    "capfirst": capfirst,
    "plural": lambda n, noun, plural="": count(noun, n, plural),
}

CLOCKED: dict[str, Callable] = {
    "list_day": today_day,
    "age": age,
    "at_time": at_time,
    "instant": instant,
    "instant_long": instant_long,
    "relative_day": relative_day,
    "due": due,
    "due_in": due_in,
    "overdue": overdue,
    "due_soon": due_soon,
    "local": local,
}


def bind(read_now: Callable[[], datetime]) -> dict[str, Callable]:
    """All filters for templates; `read_now` gives the present moment, aware, in the site's zone."""

    def clocked(function: Callable) -> Callable:
        @wraps(function)
        def with_now(value: Any, *rest: Any) -> Any:
            return function(value, read_now(), *rest)

        return with_now

    return {
        **FILTERS,
        **{name: clocked(function) for name, function in CLOCKED.items()},
        "span": lambda start, end: span(start, end, read_now()),
        "week_of_phase": lambda started, least=None, most=None: week_of_phase(started, read_now().date(), least, most),
    }


GLOBALS: dict[str, Callable] = {"count": count}
