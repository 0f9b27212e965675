"""Days, times, numbers and plurals in the words of the pages."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from caseapp.core import words

EASTERN = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 18, 16, 12, tzinfo=EASTERN)  # a Wednesday


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """An instant of November 2026 in UTC, from the wall clock in the site's zone."""
    return datetime(2026, month, day, hour, minute, tzinfo=EASTERN).astimezone(UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [(time(0), "12:00 am (midnight)"), (time(0, 1), "12:01 am"), (time(9), "9:00 am"), (time(11, 59), "11:59 am")]
    + [(time(12), "12:00 pm (noon)"), (time(12, 30), "12:30 pm"), (time(23, 59), "11:59 pm"), (None, "")],
)
def test_a_time_of_day_says_which_half_and_names_noon_and_midnight(value, said):
    assert words.clock_time(value) == said


def test_a_range_does_not_name_noon():
    assert words.time_range(time(9), time(12)) == "9:00 am - 12:00 pm"


@pytest.mark.parametrize(
    ("value", "today", "said"),
    [
        (date(2026, 11, 18), None, "Wed Nov 18, 2026"),
        (date(2026, 11, 18), date(2026, 1, 1), "Wed Nov 18"),
        (date(2025, 11, 18), date(2026, 1, 1), "Tue Nov 18, 2025"),
        (None, None, ""),
    ],
)
def test_a_day_carries_its_year_unless_it_is_this_one(value, today, said):
    assert words.day(value, today) == said


def test_a_long_day_and_a_birth_date():
    assert words.day_long(date(2026, 11, 8)) == "Sunday, November 8, 2026"
    assert words.birth_day(date(1988, 3, 4)) == "Mar 4, 1988"
    assert words.birth_day(None) == "not known"


@pytest.mark.parametrize(
    ("minutes", "length", "dose"),
    [
        (0, "0 min", "0.0"),
        (25, "25 min", "0.4"),
        (60, "1 h", "1.0"),
        (168, "2 h 48 min", "2.8"),
        (450, "7 h 30 min", "7.5"),
    ]
    + [(3, "3 min", "0.1"), (2, "2 min", "0.0"), (None, "", "")],
)
def test_minutes_as_a_length_and_as_hours_of_dose(minutes, length, dose):
    assert words.minutes(minutes) == length
    assert words.hours(minutes) == dose


@pytest.mark.parametrize(
    ("noun", "n", "said"),
    [("session", 0, "no sessions"), ("session", 1, "1 session"), ("session", 1200, "1,200 sessions")]
    + [
        ("day", 2, "2 days"),
        ("family", 2, "2 families"),
        ("crisis contact", 2, "2 crisis contacts"),
        ("box", 3, "3 boxes"),
    ],
)
def test_numbers_take_their_plural(noun, n, said):
    assert words.count(noun, n) == said


def test_an_uneven_plural_is_given():
    assert words.count("person", 2, "people") == "2 people"
    assert words.count("person", 1, "people") == "1 person"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(11, 12, "11 of 12"), (19, 19, "19 of 19"), (10, 20, "10 of 20 (50 %)"), (23, 25, "23 of 25 (92 %)")]
    + [(0, 0, "0 of 0"), (1, 200, "1 of 200 (1 %)"), (1200, 2400, "1,200 of 2,400 (50 %)")],
)
def test_a_share_shows_its_counts_and_below_twenty_nothing_else(part, whole, said):
    assert words.percent(part, whole) == said


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [(date(1988, 3, 4), date(2026, 3, 3), 37), (date(1988, 3, 4), date(2026, 3, 4), 38)]
    + [
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (None, date(2026, 1, 1), None),
    ],
)
def test_age_changes_on_the_birthday(born, today, years):
    assert words.age_on(born, today) == years


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (at(18, 18, 40), "due today 6:40 pm"),
        (at(18, 16, 12), "due today 4:12 pm"),
        (at(18, 16, 11), "overdue 1 min (since 4:11 pm)"),
        (at(18, 14, 10), "overdue 2 h (since 2:10 pm)"),
        (at(17, 23, 0), "overdue 17 h (since yesterday 11:00 pm)"),
        (at(17, 16, 12), "1 day overdue (since Nov 17)"),
        (at(15, 9), "3 days overdue (since Nov 15)"),
        (at(19, 15), "due tomorrow, Thu Nov 19, 3:00 pm"),
        (at(20, 12), "due Fri Nov 20, 12:00 pm (noon)"),
        (datetime(2027, 1, 4, 14, 0, tzinfo=UTC), "due Mon Jan 4, 2027, 9:00 am"),
    ],
)
def test_due_says_when_in_words(due, said):
    assert words.due(due, NOW) == said
    assert words.overdue(due, NOW) is ("overdue" in said)


def test_due_soon_is_within_four_hours_and_not_overdue():
    border = NOW + timedelta(hours=4)
    assert words.due_soon(border, NOW)
    assert not words.due_soon(border + timedelta(seconds=1), NOW)
    assert not words.due_soon(NOW - timedelta(minutes=1), NOW)


def test_due_in_tells_what_is_left_within_a_day():
    assert words.due_in(at(18, 18, 40), NOW) == "in 2 h 28 min, by 6:40 pm"
    assert words.due_in(at(18, 16, 0), NOW) == "overdue 12 min (since 4:00 pm)"
    assert words.due_in(at(19, 16, 12), NOW) == "due tomorrow, Thu Nov 19, 4:12 pm"


@pytest.mark.parametrize(
    ("value", "said"),
    [(at(18, 9), "today 9:00 am"), (at(17, 23, 59), "yesterday 11:59 pm"), (at(19, 0, 1), "tomorrow 12:01 am")]
    + [(at(2, 9), "Mon Nov 2, 9:00 am"), (None, "")],
)
def test_an_instant_is_told_in_the_sites_zone(value, said):
    assert words.instant(value, NOW) == said


def test_the_record_names_the_zone_on_both_sides_of_the_clock_change():
    assert words.instant_long(at(18, 16, 12), NOW) == "Nov 18, 2026, 4:12 pm EST"
    assert words.instant_long(at(18, 16, 12, month=10), NOW) == "Oct 18, 2026, 4:12 pm EDT"


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="zone"):
        words.instant(datetime(2026, 11, 18, 9), NOW)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 11, 18), "today"),
        (date(2026, 11, 19), "tomorrow, Thu Nov 19"),
        (date(2026, 11, 17), "yesterday, Tue Nov 17"),
    ]
    + [(date(2026, 11, 23), "Mon Nov 23"), (date(2027, 1, 4), "Mon Jan 4, 2027"), (None, "")],
)
def test_a_day_near_today_has_its_word_and_its_date(value, said):
    assert words.relative_day(value, NOW) == said


@pytest.mark.parametrize(
    ("started", "least", "most", "said"),
    [
        (date(2026, 10, 19), 4, 6, "week 5 of 4 to 6"),
        (date(2026, 11, 12), 4, 6, "week 1 of 4 to 6"),
        (date(2026, 11, 11), 4, 4, "week 2 of 4"),
        (date(2026, 11, 18), None, None, "week 1"),
        (date(2026, 11, 23), 4, 6, "starts Nov 23"),
    ],
)
def test_the_week_of_a_phase(started, least, most, said):
    assert words.week_of_phase(started, NOW.date(), least, most) == said


def test_bound_filters_read_the_present_moment_each_time():
    moments = [NOW, NOW + timedelta(days=1)]
    bound = words.bind(lambda: moments[0])
    assert bound["instant"](at(18, 9)) == "today 9:00 am"
    moments.pop(0)
    assert bound["instant"](at(18, 9)) == "yesterday 9:00 am"
    assert bound["week_of_phase"](date(2026, 11, 18), 4, 6) == "week 1 of 4 to 6"
    assert bound["span"](at(18, 9), at(18, 12)) == "9:00 am - 12:00 pm"
    assert bound["plural"](0, "session") == "no sessions"


@pytest.mark.parametrize(
    ("zone", "said"),
    [("America/New_York", "Eastern time"), ("America/Los_Angeles", "Pacific time"), ("Europe/Lisbon", "Lisbon time")]
    + [("America/Mexico_City", "Mexico City time"), ("UTC", "UTC time")],
)
def test_a_zone_has_the_name_people_use(zone, said):
    assert words.zone_words(zone) == said
