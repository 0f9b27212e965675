"""How much stands on Today, and in which order."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from caseapp.today.rules import MOST_ROWS, by_harm, first_rows, session_of_the_page

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(("many", "shown", "more"), [(0, 0, False), (7, 7, False), (8, 7, True)])
def test_seven_rows_then_all(many, shown, more):
    rows = first_rows(range(many))
    assert (len(rows.shown), rows.total, rows.more, bool(rows)) == (shown, many, more, many > 0)
    assert MOST_ROWS == 7


def test_a_call_after_a_crisis_comes_before_what_has_waited_longer():
    crisis, older = (True, NOW), (False, NOW - timedelta(days=9))
    assert sorted([older, crisis], key=lambda row: by_harm(*row))[0] is crisis


def test_the_session_that_is_on_else_the_next_one():
    past, on, later = (SimpleNamespace(ends_at=NOW + timedelta(hours=hours)) for hours in (-1, 1, 3))
    assert session_of_the_page([past, on, later], NOW) is on
    assert session_of_the_page([past, later], NOW) is later
    assert session_of_the_page([past], NOW) is None
    assert session_of_the_page([SimpleNamespace(ends_at=NOW)], NOW) is None
