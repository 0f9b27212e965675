"""The days of a series, and its wall time across every change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from caseapp.clinic.models import Site
from caseapp.core import clock
from caseapp.series.plans import Plan
from caseapp.series.recurrence import Frequency, OddClock, Repeats, instant, nth_of, what_is_wrong

MONDAY = date(2026, 11, 16)
ZONES = (
    "America/New_York", "America/Denver", "America/Anchorage", "America/Santiago", "Europe/London", "Europe/Berlin",
    "Asia/Amman", "Australia/Lord_Howe", "Pacific/Auckland", "Africa/Casablanca",
)  # fmt: skip


def days(after: date = date(2027, 3, 1), **facts) -> list[date]:
    repeats = Repeats(**{"first_on": MONDAY, **facts})
    return repeats.days(repeats.first_on, after)


def test_weekly_on_some_days():
    found = days(weekdays=(0, 2, 4), until=date(2026, 11, 27))
    assert [f"{one:%a %d}" for one in found] == ["Mon 16", "Wed 18", "Fri 20", "Mon 23", "Wed 25", "Fri 27"]
    assert days(weekdays=(1,))[0] == date(2026, 11, 17)


def test_every_other_week_keeps_to_its_weeks_wherever_one_looks():
    repeats = Repeats(MONDAY, every=2, weekdays=(0, 6))
    whole = repeats.days(MONDAY, date(2027, 6, 1))
    assert whole[:4] == [date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 6)]
    assert repeats.days(date(2027, 2, 1), date(2027, 6, 1)) == [one for one in whole if one >= date(2027, 2, 1)]
    # Where the week begins on Sunday, the Sunday of the first week lies before the first day.
    assert repeats.days(MONDAY, date(2026, 12, 7), week_starts_on=6) == [MONDAY, date(2026, 11, 29), date(2026, 11, 30)]


def test_daily_and_monthly():
    assert days(frequency=Frequency.daily, every=3, times=4)[-1] == date(2026, 11, 25)
    third = days(frequency=Frequency.monthly, times=4)
    assert third == [MONDAY, date(2026, 12, 21), date(2027, 1, 18), date(2027, 2, 15)]
    fifth = Repeats(date(2026, 11, 30), Frequency.monthly, times=3)
    assert fifth.days(fifth.first_on, date(2027, 3, 1)) == [
        date(2026, 11, 30), date(2026, 12, 28), date(2027, 1, 25),
    ]  # fmt: skip
    assert [nth_of(date(2026, 11, day)) for day in (1, 7, 8, 28, 29)] == [1, 1, 2, 4, -1]


def test_the_last_day():
    assert Repeats(MONDAY, weekdays=(0,)).last_day() is None
    assert Repeats(MONDAY, weekdays=(0, 2), times=3).last_day() == date(2026, 11, 23)
    assert Repeats(MONDAY, weekdays=(0,), until=date(2026, 11, 29)).last_day() == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"weekdays": (0, 2, 4)}, "Mon, Wed and Fri every week"),
        ({"every": 2, "times": 6}, "Mon every 2 weeks, 6 times"),
        ({"frequency": Frequency.daily}, "every day"),
        (
            {"frequency": Frequency.monthly, "until": date(2027, 2, 12)},
            "the third Mon of every month until Fri Feb 12, 2027",
        ),
    ],
)
def test_words(facts, said):
    assert Repeats(MONDAY, **facts).words == said


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"every": 0}, "every"), ({"every": 99}, "every"), ({"times": 0}, "times"), ({"times": 9999}, "times"),
        ({"until": MONDAY - timedelta(days=1)}, "until"), ({"weekdays": (2,), "until": MONDAY}, "until"),
    ],
)  # fmt: skip
def test_what_can_not_be(facts, field):
    assert what_is_wrong(Repeats(MONDAY, **facts))[1] == field
    assert what_is_wrong(Repeats(MONDAY)) is None


def changes(zone: str) -> list[datetime]:
    """The hours from 2020 to 2035 at which the offset of a zone changes."""
    found, at, last = [], datetime(2020, 1, 1, tzinfo=UTC), None
    while at.year < 2036:
        offset = at.astimezone(ZoneInfo(zone)).utcoffset()
        if last is not None and offset != last:
            found.append(at)
        last, at = offset, at + timedelta(hours=1)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_the_wall_time_is_right_at_every_change_of_the_clocks(zone):
    """On the days around each change, every half hour: what the wall shows is what was said, or someone has to say what is meant."""
    odd = set()
    for change in changes(zone):
        for off in (-1, 0, 1):
            day = change.astimezone(ZoneInfo(zone)).date() + timedelta(days=off)
            for half_hour in range(48):
                odd |= {said_right(day, time(half_hour // 2, half_hour % 2 * 30), zone)}
    assert {"", "missing", "twice"} >= odd
    assert {"missing", "twice"} <= odd


def said_right(day: date, at: time, zone: str) -> str:
    """Check one wall time; what is odd about it."""
    kind = clock.missing_or_twice(day, at, zone)
    if not kind:
        shown = instant(day, at, zone).astimezone(ZoneInfo(zone))
        assert (shown.date(), shown.time()) == (day, at)
        return ""
    with pytest.raises(ValueError, match=kind):
        instant(day, at, zone)
    earlier, later = (instant(day, at, zone, odd) for odd in (OddClock.earlier, OddClock.later))
    assert timedelta(0) < later - earlier <= timedelta(hours=2)
    shown = [one.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for one in (earlier, later)]
    meant = datetime.combine(day, at)
    assert shown == [meant, meant] if kind == "twice" else shown[0] < meant < shown[1]
    return kind


@pytest.mark.parametrize("zone", ZONES)
def test_sessions_of_a_series_keep_their_wall_time_over_every_change_and_an_odd_start_is_asked_about(zone):
    """A daily series of each half hour, over the days around each change: the instants of its sessions, or None until someone says."""
    asked, kept = 0, 0
    for change in changes(zone):
        last = change.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
        for half_hour in range(48):
            starts = time(half_hour // 2, half_hour % 2 * 30)
            series = in_zone(zone, starts, Repeats(last - timedelta(days=2), Frequency.daily, until=last))
            for day in series.repeats.days(series.repeats.first_on, last + timedelta(days=1)):
                span = series.span(day)
                if clock.missing_or_twice(day, starts, zone):
                    assert span is None
                    begins = [series.span(day, odd)[0] for odd in (OddClock.earlier, OddClock.later)]
                    assert begins == [instant(day, starts, zone, odd) for odd in (OddClock.earlier, OddClock.later)]
                    asked += 1
                else:
                    shown = span[0].astimezone(ZoneInfo(zone))
                    assert (shown.date(), shown.time()) == (day, starts) and span[1] > span[0]
                    kept += 1
    assert kept > asked > 0


def in_zone(zone: str, starts: time, repeats: Repeats) -> Plan:
    """A series of one hour and a half at a site in that zone."""
    ends = (datetime.combine(MONDAY, starts) + timedelta(minutes=90)).time()
    facts = {"service": None, "leads": (), "room": None, "topic": "", "places": 12, "phases_served": ""}
    return Plan(site=Site(name="Elsewhere", zone=zone), starts=starts, ends=ends, repeats=repeats, **facts)
