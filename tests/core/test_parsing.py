"""Days, times and lengths as people type them: read where they are plain, asked back where they are not."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.core.parsing import parse_birth_date, parse_day, parse_minutes, parse_time

TODAY = date(2026, 11, 18)  # a Wednesday


@pytest.mark.parametrize(
    "text",
    ["Nov 18, 2026", "november 18 2026", " NOV  18,2026 ", "18 Nov 2026", "Nov 18th 2026", "11/18/2026", "11/18/26"]
    + [
        "11-18-2026",
        "2026-11-18",
        "11/18",
        "nov 18",
        "today",
        "Wed Nov 18, 2026",
        "Wednesday, November 18, 2026",
        "wed 11/18",
    ],
)
def test_a_day_may_be_written_in_many_ways(text):
    assert parse_day(text, TODAY) == TODAY


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tomorrow", date(2026, 11, 19)),
        ("yesterday", date(2026, 11, 17)),
        ("thu", date(2026, 11, 19)),
        ("fri", date(2026, 11, 20)),
        ("tues", date(2026, 11, 24)),
        ("Tuesday", date(2026, 11, 24)),
        ("1/4", date(2027, 1, 4)),
        ("sept 3", date(2026, 9, 3)),
        ("2/29/2028", date(2028, 2, 29)),
        ("3/4/88", date(1988, 3, 4)),
        ("jan 5 30", date(2030, 1, 5)),
    ],
)
def test_without_a_year_the_nearest_day_is_meant(text, meant):
    assert parse_day(text, TODAY) == meant


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Enter a day such as"),
        ("soon", "Enter a day such as"),
        ("18", "Enter a day such as"),
        ("1/2/3", "Enter a day such as"),
        ("ma 3", "Enter a day such as"),
        ("11/18/2026x", "Enter a day such as"),
        ("١١/١٨", "Enter a day such as"),
        ("13/1/2026", "There is no month 13"),
        ("2/30/2026", "There is no day 30 in February 2026"),
        ("2/29/2026", "There is no day 29 in February 2026"),
        ("2/29", "Enter the year too"),
        ("4/31", "There is no day 31 in April"),
        ("0/5", "There is no month 0"),
        ("11/18/1850", "Enter a year from 1900"),
        ("wed", "Say which Wednesday: today, or Nov 25"),
        ("Fri Nov 18, 2026", "is a Wednesday"),
    ],
)
def test_what_is_no_day_or_two_days_is_asked_back(text, told):
    with pytest.raises(ValueError, match=told):
        parse_day(text, TODAY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("3pm", time(15)), ("3:00 p", time(15)), ("3 p.m.", time(15)), ("15:00", time(15)), ("1500", time(15))]
    + [("noon", time(12)), ("12:00 pm (noon)", time(12)), ("midnight", time(0)), ("12am", time(0)), ("12 pm", time(12))]
    + [
        ("9:30 am", time(9, 30)),
        ("09:30", time(9, 30)),
        ("930a", time(9, 30)),
        ("0:05", time(0, 5)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_may_be_written_in_many_ways(text, meant):
    assert parse_time(text) == meant


@pytest.mark.parametrize(
    ("text", "told"),
    [("9", "Say whether it is 9:00 am or 9:00 pm"), ("9:30", "9:30 am or 9:30 pm"), ("12:15", "12:15 am or 12:15 pm")]
    + [("", "Enter a time"), ("24:00", "Enter a time"), ("9:60 am", "Enter a time"), ("13pm", "Enter a time")]
    + [("0 am", "Enter a time"), ("later", "Enter a time"), ("9:5 am", "Enter a time")],
)
def test_an_hour_without_its_half_is_asked_back(text, told):
    with pytest.raises(ValueError, match=told):
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("90", 90), ("90 min", 90), ("0", 0), ("1 h", 60), ("1 h 30 min", 90), ("1:30", 90), ("1h30", 90), ("1.5 h", 90)]
    + [("2 hours", 120), ("45 minutes", 45)],
)
def test_minutes_may_be_written_in_many_ways(text, meant):
    assert parse_minutes(text) == meant


@pytest.mark.parametrize("text", ["", "-5", "1:75", "an hour", "1.5", "99999", "1e3"])
def test_what_is_no_length_is_asked_back(text):
    with pytest.raises(ValueError, match="Enter minutes"):
        parse_minutes(text)


@pytest.mark.parametrize(
    ("boxes", "meant"),
    [
        (("3", "4", "1988"), date(1988, 3, 4)),
        (("Jan", "1", "2000"), date(2000, 1, 1)),
        (("dec.", " 31 ", "1999"), date(1999, 12, 31)),
    ]
    + [(("11", "18", "2026"), TODAY), (("2", "29", "2004"), date(2004, 2, 29))],
)
def test_a_birth_date_from_three_boxes(boxes, meant):
    assert parse_birth_date(*boxes, TODAY) == meant


@pytest.mark.parametrize(
    ("boxes", "told"),
    [
        (("", "", ""), "Enter the month and day and year of birth"),
        (("3", "", "1988"), "Enter the day of birth"),
        (("3", "4", "88"), "four digits"),
        (("2", "30", "1988"), "There is no day 30 in February 1988"),
        (("13", "1", "1988"), "There is no month 13"),
        (("x", "1", "1988"), "as month, day and year"),
        (("3", "4th", "1988"), "as month, day and year"),
        (("11", "19", "2026"), "can't be after today"),
        (("1", "1", "1905"), "more than 120 years ago"),
        (("1", "1", "1899"), "from 1900"),
    ],
)
def test_a_wrong_birth_date_says_what_to_enter(boxes, told):
    with pytest.raises(ValueError, match=told):
        parse_birth_date(*boxes, TODAY)


@given(st.text(max_size=30))
def test_no_text_does_more_than_be_refused(text):
    for read in (lambda: parse_day(text, TODAY), lambda: parse_time(text), lambda: parse_minutes(text)):
        try:
            read()
        except ValueError as error:
            assert str(error)[0].isupper()


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_as_we_write_it_is_read_back(value):
    assert parse_day(f"{value:%a} {value:%b} {value.day}, {value.year}", TODAY) == value
