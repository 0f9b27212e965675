"""How minutes add up, as a table that reads like the policy: what two sessions share, breaks, gaps, levels of care."""

from datetime import date, timedelta

import pytest

from caseapp.attendance.counting import Sitting, counted, level_of, longest_gap, once, without_breaks
from caseapp.attendance.rules import MarkState
from tests.sessions import WEDNESDAY, at

PRESENT, LATE, NO_SHOW = MarkState.present, MarkState.late, MarkState.no_show
NINE, TEN, ELEVEN, NOON, ONE = at(9), at(10), at(11), at(12), at(13)


@pytest.mark.parametrize(
    ("spans", "minutes"),
    [
        ([], []),
        ([(NINE, NOON)], [180]),
        ([(NINE, TEN), (TEN, NOON)], [60, 120]),  # one after the other
        ([(NINE, NOON), (TEN, ELEVEN)], [180, 0]),  # one within the other
        ([(NINE, ELEVEN), (TEN, NOON)], [120, 60]),  # one into the other
        ([(TEN, NOON), (NINE, ELEVEN)], [60, 120]),  # whichever is told first
        ([(NINE, NOON), (TEN, ELEVEN), (ELEVEN, ONE)], [180, 0, 60]),
        ([(NINE, NINE), (NINE, TEN)], [0, 60]),
    ],
)
def test_no_minute_counts_twice(spans, minutes):
    assert once(spans) == minutes


@pytest.mark.parametrize(
    ("minutes", "pause", "counts"),
    [(180, 0, 180), (180, 10, 150), (179, 10, 159), (59, 10, 59), (60, 10, 50), (50, 30, 50), (0, 10, 0), (90, 10, 80)],
)
def test_breaks_of_each_full_hour_are_taken_off(minutes, pause, counts):
    assert without_breaks(minutes, pause) == counts


def sitting(begin, end, state=None, late=0, early=0, **more):
    minutes = int((end - begin).total_seconds() // 60) - late - early if state in (PRESENT, LATE) else 0
    return Sitting("c", "s", "Group", "group_therapy", WEDNESDAY, begin, end, state, minutes, late, early, **more)


@pytest.mark.parametrize(
    ("what", "sittings", "pause", "scheduled", "attended"),
    [
        ("all of it", [sitting(NINE, NOON, PRESENT)], 0, 180, 180),
        ("twelve minutes late and ten early", [sitting(NINE, NOON, LATE, 12, 10)], 0, 180, 158),
        ("not marked is not attended", [sitting(NINE, NOON)], 0, 180, 0),
        ("nor is a no-show", [sitting(NINE, NOON, NO_SHOW)], 0, 180, 0),
        ("came to the other one", [sitting(NINE, NOON, NO_SHOW), sitting(TEN, NOON, PRESENT)], 0, 180, 120),
        ("in both at once", [sitting(NINE, NOON, PRESENT), sitting(TEN, ONE, PRESENT)], 0, 240, 240),
        ("late to one, in time to one", [sitting(NINE, NOON, LATE, 60), sitting(NINE, TEN, PRESENT)], 0, 180, 180),
        ("breaks", [sitting(NINE, NOON, LATE, 12)], 10, 150, 148),
    ],
)
def test_what_counts_of_a_day(what, sittings, pause, scheduled, attended):
    rows = counted(sittings, [pause] * len(sittings))
    assert (sum(row.scheduled for row in rows), sum(row.attended for row in rows)) == (scheduled, attended), what


MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("what", "attended", "since", "longest"),
    [
        ("Monday, Wednesday, Friday, and the week end", (0, 2, 4), -30, 2),
        ("three days in a row, then none", (0, 1, 2), -30, 4),
        ("nothing at all since last Friday", (-3,), -30, 9),
        ("a gap that began last week and ended on Tuesday", (-3, 1, 3, 5), -30, 3),
        ("a gap that ended last week does not reach into this one", (-9, -1, 1, 3, 5), -30, 1),
        ("days before they came are no gap", (3, 5), 3, 1),
        ("every day", range(7), -30, 0),
        ("came on the last day", (), 6, 1),
        ("next week's days do not help", (0, 8), -30, 6),
    ],
)
def test_days_in_a_row_without_treatment(what, attended, since, longest):
    days = sorted(MONDAY + timedelta(days=one) for one in attended)
    week = MONDAY, MONDAY + timedelta(days=7)
    assert longest_gap(days, MONDAY + timedelta(days=since), *week) == longest, what


@pytest.mark.parametrize(
    ("level", "hours", "least", "made"),
    [("2.1", 9, 9, "2.1"), ("2.1", 8.9, 9, "1.5"), ("2.1", 6, 6, "2.1"), ("1.5", 6, 9, "1.5"), ("1.0", 0, 9, "1.0"),
     ("2.5", 20, 9, "2.5"), ("2.5", 3, 9, "1.5")],
)  # fmt: skip
def test_a_phase_is_of_the_level_that_its_hours_make(level, hours, least, made):
    assert level_of(level, hours, {"intensive_hours_least": least}) == made
