"""Days, times and lengths as people type them, read strictly: what could mean two things is asked back, not guessed.

All functions take text and raise ValueError with a sentence that says what to type instead.
"""

import re
from datetime import date, time, timedelta

# Control characters other than line break and tab, and characters that turn the direction of text around them.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

MONTH_WORDS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WEEKDAY_WORDS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEAR = {"today": 0, "now": 0, "tomorrow": 1, "yesterday": -1}

DAY_HELP = "Enter a day such as Nov 18, 2026 or 11/18/2026"
TIME_HELP = "Enter a time such as 9:00 am or 3:30 pm"
MINUTES_HELP = "Enter minutes as a number, or hours and minutes such as 1 h 30 min"


def parse_day(text: str, today: date) -> date:
    """The day meant by "Nov 18, 2026", "11/18", "11/18/26", "2026-11-18", "tomorrow", "fri".

    Month before day, as in the US. Without a year: the nearest such day to today. A weekday: the next one after today;
    today's own weekday is asked back, and so is a weekday that does not belong to its date.
    """
    words = re.sub(r"[\s,.]+", " ", text.strip().lower()).strip()
    if words in NEAR:
        return today + timedelta(days=NEAR[words])
    if (weekday := _weekday(words)) is not None:
        return _next_weekday(weekday, today)
    first, _space, rest = words.partition(" ")
    weekday = _weekday(first)
    plain = words if weekday is None else rest
    month, number, year = _numbers(plain) or _named(plain)
    found = _nearest(month, number, today) if year is None else real_day(year, month, number, today)
    if weekday not in (None, found.weekday()):
        raise ValueError(f"{found:%b} {found.day}, {found.year} is a {found:%A}. Check the day")
    return found


def _next_weekday(weekday: int, today: date) -> date:
    ahead = (weekday - today.weekday()) % 7
    if ahead == 0:
        later = today + timedelta(days=7)
        raise ValueError(f"Say which {today:%A}: today, or {later:%b} {later.day}")
    return today + timedelta(days=ahead)


def _weekday(word: str) -> int | None:
    return _place(word, WEEKDAY_WORDS, 3)


def _place(word: str, names: tuple[str, ...], least: int) -> int | None:
    """The position of the name that the word begins, at least so many letters."""
    if len(word) < least:
        return None
    return next((i for i, name in enumerate(names) if name.startswith(word)), None)


def _month(name: str) -> int | None:
    place = _place(name.lower().rstrip("."), MONTH_WORDS, 3)
    return None if place is None else place + 1


def _numbers(words: str) -> tuple[int, int, str | None] | None:
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", words):
        return int(match[2]), int(match[3]), match[1]
    if match := re.fullmatch(r"([0-9]{1,2}) ?[/-] ?([0-9]{1,2})(?: ?[/-] ?([0-9]{2}|[0-9]{4}))?", words):
        return int(match[1]), int(match[2]), match[3]
    return None


def _named(words: str) -> tuple[int, int, str | None]:
    first = re.fullmatch(r"([a-z]+) ([0-9]{1,2})(?:st|nd|rd|th)?(?: ([0-9]{2}|[0-9]{4}))?", words)
    second = re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th)? ([a-z]+)(?: ([0-9]{2}|[0-9]{4}))?", words)
    if not first and not second:
        raise ValueError(DAY_HELP)
    name, number, year = (first[1], first[2], first[3]) if first else (second[2], second[1], second[3])
    month = _month(name)
    if month is None:
        raise ValueError(DAY_HELP)
    return month, int(number), year


def _nearest(month: int, day_: int, today: date) -> date:
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, month, day_))
        except ValueError:
            continue
    if not found:
        if month == 2 and day_ == 29:
            raise ValueError("Enter the year too: February 29 is not in every year")
        raise ValueError(_impossible(month, day_))
    return min(found, key=lambda one: abs((one - today).days))


def real_day(year: str | int, month: int, day_: int, today: date) -> date:
    """The day of these numbers; a year of two digits is the one nearest to today."""
    full = int(year)
    if len(str(year)) <= 2 and isinstance(year, str):
        full = min((century + full for century in (1900, 2000, 2100)), key=lambda one: abs(one - today.year))
    if not 1900 <= full <= 2199:
        raise ValueError("Enter a year from 1900 on, with four digits")
    try:
        return date(full, month, day_)
    except ValueError:
        raise ValueError(_impossible(month, day_, full)) from None


def _impossible(month: int, day_: int, year: int | None = None) -> str:
    if not 1 <= month <= 12:
        return f"There is no month {month}. {DAY_HELP}"
    where = MONTH_WORDS[month - 1].capitalize() + (f" {year}" if year else "")
    return f"There is no day {day_} in {where}. {DAY_HELP}"


def parse_birth_date(month: str, day_: str, year: str, today: date) -> date:
    """A birth date from three boxes: month as number or name, day, year of four digits; in the past 120 years."""
    month, day_, year = month.strip(), day_.strip(), year.strip()
    missing = [name for name, value in (("month", month), ("day", day_), ("year", year)) if not value]
    if missing:
        raise ValueError(f"Enter the {' and '.join(missing)} of birth")
    number = int(month) if re.fullmatch(r"[0-9]{1,2}", month) else _month(month)
    if number is None or not re.fullmatch(r"[0-9]{1,2}", day_):
        raise ValueError("Enter the birth date as month, day and year, such as 3 4 1988")
    if not re.fullmatch(r"[0-9]{4}", year):
        raise ValueError("Enter the year of birth with four digits, such as 1988")
    born = real_day(int(year), number, int(day_), today)
    if born > today:
        raise ValueError("The birth date can't be after today")
    if today.year - born.year > 120:
        raise ValueError("Check the year of birth: it is more than 120 years ago")
    return born


def parse_time(text: str) -> time:
    """The time of day meant by "3pm", "3:00 p", "15:00", "noon", "midnight".

    Without am or pm an hour from 1 to 12 could be either and is asked back, but not "09:30".
    """
    words = re.sub(r"[\s.]+", "", text.strip().lower())
    if words in ("noon", "midnight"):
        return time(12 if words == "noon" else 0)
    words = re.sub(r"\((noon|midnight)\)$", "", words)
    match = re.fullmatch(r"([0-9]{1,2})(?::?([0-9]{2}))?(am|pm|a|p)?", words)
    if not match:
        raise ValueError(TIME_HELP)
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "")[:1]
    if minute > 59 or hour > (12 if half else 23) or (half and hour == 0):
        raise ValueError(TIME_HELP)
    if half:
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    if 1 <= hour <= 12 and not (match[1].startswith("0") and match[2]):
        raise ValueError(f"Say whether it is {hour}:{minute:02d} am or {hour}:{minute:02d} pm")
    return time(hour, minute)


def parse_minutes(text: str) -> int:
    """A length in minutes from "90", "90 min", "1 h 30", "1:30", "1.5 h"."""
    words = re.sub(r"\s+", "", text.strip().lower())
    if match := re.fullmatch(r"([0-9]{1,4})(?:m|min|mins|minutes?)?", words):
        return int(match[1])
    match = re.fullmatch(r"([0-9]{1,2})(?:h|hr|hrs|hours?|:)(?:([0-9]{1,2})(?:m|min|mins|minutes?)?)?", words)
    if match and int(match[2] or 0) < 60:
        return int(match[1]) * 60 + int(match[2] or 0)
    if match := re.fullmatch(r"([0-9]{1,2}\.[0-9]{1,2})(?:h|hr|hrs|hours?)", words):
        return round(float(match[1]) * 60)
    raise ValueError(MINUTES_HELP)
