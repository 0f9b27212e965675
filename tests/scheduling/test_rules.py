"""Times of a session at their borders: too short, too long, past midnight, and on the days the clocks change."""

from datetime import date, time

import pytest

from caseapp.programs.rules import Capacity
from caseapp.scheduling.rules import needs_admission, part_of_day, positions, what_is_wrong_with_times
from caseapp.scheduling.week import clock_change
from tests.sessions import WEDNESDAY, ZONE

SPRING, FALL = date(2027, 3, 14), date(2026, 11, 1)


@pytest.mark.parametrize(
    ("day", "starts", "ends", "says", "field"),
    [
        (WEDNESDAY, time(9), time(12), None, None),
        (WEDNESDAY, time(9), time(9, 5), None, None),
        (WEDNESDAY, time(9), time(9, 4), "5 minutes at least", "ends"),
        (WEDNESDAY, time(9), time(17), None, None),
        (WEDNESDAY, time(9), time(17, 1), "8 hours at most", "ends"),
        (WEDNESDAY, time(9), time(8), "end must be after the start", "ends"),
        (WEDNESDAY, time(9), time(9), "end must be after the start", "ends"),
        (WEDNESDAY, time(22), time(1), None, None),
        (WEDNESDAY, time(18), time(2), None, None),
        (WEDNESDAY, time(18), time(2, 1), "end must be after the start", "ends"),
        (SPRING, time(2, 30), time(4), "There is no 2:30 am", "starts"),
        (SPRING, time(1), time(2, 30), "There is no 2:30 am", "ends"),
        (SPRING, time(1), time(3), None, None),
        (date(2027, 3, 13), time(23), time(2, 30), "There is no 2:30 am", "ends"),
        (FALL, time(1, 30), time(4), "comes twice", "starts"),
        (FALL, time(0, 30), time(1, 30), "comes twice", "ends"),
        (FALL, time(0, 30), time(2), None, None),
        (date(2026, 10, 31), time(23), time(1), "comes twice", "ends"),
        (FALL, time(0), time(7), None, None),
        (FALL, time(0), time(7, 1), "8 hours at most", "ends"),
    ],
)
def test_times(day, starts, ends, says, field):
    wrong = what_is_wrong_with_times(day, starts, ends, ZONE)
    assert (says in wrong[0] and wrong[1] == field) if says else wrong is None


@pytest.mark.parametrize(
    ("capacity", "needed"), [(Capacity.individual, False), *((c, True) for c in list(Capacity)[1:])]
)
def test_a_group_is_for_people_in_a_phase(capacity, needed):
    assert needs_admission(capacity) is needed


@pytest.mark.parametrize(
    ("start", "part"),
    [(time(0), "Morning"), (time(11, 59), "Morning"), (time(12), "Afternoon"), (time(16, 59), "Afternoon"),
     (time(17), "Evening"), (time(23, 59), "Evening")],
)  # fmt: skip
def test_parts_of_the_day(start, part):
    assert part_of_day(start) == part


def test_phases_are_kept_as_positions():
    assert (positions(""), positions("1 3")) == ([], [1, 3])


def test_the_days_on_which_the_clocks_change_say_so():
    assert clock_change(SPRING, ZONE).startswith("clocks go forward 1 h")
    assert clock_change(FALL, ZONE).startswith("clocks go back 1 h")
    assert clock_change(WEDNESDAY, ZONE) == ""
