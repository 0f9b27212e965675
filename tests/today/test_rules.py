"""How much stands on Today, and in which order."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from caseapp.today.rules import MOST_ROWS, by_harm, first_rows, needs_a_look, session_of_the_page

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(("many", "shown", "more"), [(0, 0, False), (7, 7, False), (8, 7, True)])
def test_seven_rows_then_all(many, shown, more):
    rows = first_rows(range(many))
    assert (len(rows.shown), rows.total, rows.more, bool(rows)) == (shown, many, more, many > 0)
    assert MOST_ROWS == 7


def test_a_call_after_a_crisis_comes_before_what_has_waited_longer():
    crisis, older = (True, NOW), (False, NOW - timedelta(days=9))
    assert sorted([older, crisis], key=lambda row: by_harm(*row))[0] is crisis


@pytest.mark.parametrize(
    ("scheduled", "attended", "required", "reachable", "said"),
    [
        (540, 540, 540, 540, False),  # met
        (540, 539, 540, 539, True),  # a minute short, and nothing more is booked
        (540, 0, 540, 540, False),  # the week has only begun
        (720, 180, 540, 540, True),  # missed something, can still reach it
        (360, 0, 540, 360, True),  # too little is booked
        (90, 0, 0, 90, False),  # nothing is asked for
        (90, 0, None, 90, False),  # in no phase
    ],
)
def test_whose_hours_need_a_look(scheduled, attended, required, reachable, said):
    assert needs_a_look(scheduled, attended, required, reachable) is said


def test_the_session_that_is_on_else_the_next_one():
    past, on, later = (SimpleNamespace(ends_at=NOW + timedelta(hours=hours)) for hours in (-1, 1, 3))
    assert session_of_the_page([past, on, later], NOW) is on
    assert session_of_the_page([past, later], NOW) is later
    assert session_of_the_page([past], NOW) is None
    assert session_of_the_page([SimpleNamespace(ends_at=NOW)], NOW) is None
