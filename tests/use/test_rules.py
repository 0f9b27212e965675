"""Days without use and milestones: tables of days with their boundaries."""

from datetime import date, timedelta
from itertools import islice

import pytest

from caseapp.use.rules import (
    Used,
    days_words,
    last_milestone,
    last_use,
    milestones,
    next_milestone,
    runs,
    what_does_not_fit,
)

OCT_13, NOV_15, NOV_18 = date(2036, 10, 13), date(2036, 11, 15), date(2036, 11, 18)


def used(first, last=None):
    return Used(first, last or first, last or first)


def words(before, *returns, on=NOV_18):
    return days_words(last_use([used(before)] if before else [], [used(*one) for one in returns]), on)


def test_nothing_known_is_not_known():
    assert last_use([], []) is None


@pytest.mark.parametrize(
    ("before", "returns", "said"),
    [
        (OCT_13, [], "36 (since Oct 13)"),
        (NOV_18, [], "0 (since Nov 18)"),
        (date(2035, 11, 18), [], "366 (since Nov 18, 2035)"),
        (OCT_13, [(NOV_15,)], "3 (returned to use Nov 15; longest 33)"),
        (OCT_13, [(NOV_18,)], "0 (returned to use Nov 18; longest 36)"),
        # A stretch of use ends the run on its first day; the next run begins on its last.
        (OCT_13, [(date(2036, 11, 10), NOV_15)], "3 (returned to use Nov 10; longest 28)"),
        # Two returns, told in any order: the longest run stays in sight, whichever it was.
        (OCT_13, [(NOV_15,), (date(2036, 10, 20),)], "3 (returned to use Nov 15; longest 26)"),
        (OCT_13, [(date(2036, 10, 14),), (date(2036, 10, 15),)], "34 (returned to use Oct 15; the longest so far)"),
        (OCT_13, [(OCT_13,)], "36 (returned to use Oct 13; the longest so far)"),
        # Of the time before nothing is known: no run has an end that could be counted.
        (None, [(NOV_15,)], "3 (returned to use Nov 15; the longest so far)"),
    ],
)
def test_days_in_words(before, returns, said):
    assert words(before, *returns) == said


def test_a_day_before_the_last_use_counts_none():
    assert last_use([used(NOV_15)], []).days_on(OCT_13) == 0


def test_runs_keep_what_was():
    assert [run.days for run in runs([used(OCT_13), used(date(2036, 11, 10), NOV_15), used(NOV_18)])] == [28, 3]


def test_milestones_up_to_a_year_and_each_year_after():
    first = list(islice(milestones(date(2035, 3, 1)), 8))
    assert [(one.words, (one.day - date(2035, 3, 1)).days) for one in first] == [
        ("30 days", 30), ("60 days", 60), ("90 days", 90), ("180 days", 180), ("365 days", 365),
        ("2 years", 731), ("3 years", 1096), ("4 years", 1461),
    ]  # fmt: skip
    assert [one.day for one in islice(milestones(date(2036, 2, 29)), 5, 8)] == [
        date(2038, 3, 1), date(2039, 3, 1), date(2040, 2, 29),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "reached", "ahead"),
    [(0, None, "30 days"), (29, None, "30 days"), (30, "30 days", "30 days"), (31, "30 days", "60 days"),
     (365, "365 days", "365 days"), (366, "365 days", "2 years")],
)  # fmt: skip
def test_the_milestone_of_today_is_reached_and_still_the_next(days, reached, ahead):
    today = OCT_13 + timedelta(days=days)
    found = last_milestone(OCT_13, today)
    assert (found.words if found else None, next_milestone(OCT_13, today).words) == (reached, ahead)


ADMITTED = date(2036, 10, 19)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (ADMITTED, ADMITTED, None),
        (NOV_18, NOV_18, None),
        (ADMITTED - timedelta(days=1), NOV_15, "first_on"),
        (NOV_18 + timedelta(days=1), NOV_18 + timedelta(days=1), "first_on"),
        (NOV_18, NOV_18 + timedelta(days=1), "last_on"),
        (NOV_15, NOV_15 - timedelta(days=1), "last_on"),
    ],
)
def test_a_return_is_of_a_day_from_admission_to_today(first, last, field):
    wrong = what_does_not_fit(first, last, ADMITTED, NOV_18)
    assert (wrong[1] if wrong else None) == field
