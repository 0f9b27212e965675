"""When a client can come, worked out from what they said."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from caseapp.weekplan.rules import Span
from caseapp.weekplan.times import Said, What, by_day, free_times, without
from tests.weekplan.clinics import span

EVERY_DAY = tuple(range(7))


def test_who_said_nothing_can_come_at_all_times():
    assert free_times([]) == tuple(span(day, 7, 21) for day in EVERY_DAY)


def test_work_and_child_care_are_taken_out():
    said = [Said(What.work, (0, 1), time(8), time(16)), Said(What.child_care, (0,), time(15), time(18))]
    free = free_times(said)
    assert [one for one in free if one.day == 0] == [span(0, 7, 8), span(0, 18, 21)]
    assert [one for one in free if one.day == 1] == [span(1, 7, 8), span(1, 16, 21)]
    assert by_day(free)[0] == ("Mon", "7:00 am - 8:00 am, 6:00 pm - 9:00 pm")


def test_who_can_come_only_then_can_come_at_no_other_time():
    said = [
        Said(What.can, (0, 2), time(9), time(12)),
        Said(What.can, (0,), time(12), time(13)),
        Said(What.school, (2,), time(9), time(10)),
    ]
    assert free_times(said) == (span(0, 9, 13), span(2, 10, 12))


SPANS = st.builds(
    lambda day, starts, length: Span(day, starts, starts + length),
    st.integers(0, 1), st.integers(0, 30), st.integers(1, 12),
)  # fmt: skip


@given(st.lists(SPANS, max_size=5), st.lists(SPANS, max_size=5))
def test_what_is_left_is_every_minute_that_is_not_taken(spans, taken):
    def minutes(some):
        return {(one.day, at) for one in some for at in range(one.starts, one.ends)}

    left = without(spans, taken)
    assert minutes(left) == minutes(spans) - minutes(taken)
    assert not any(one.meets(other) for one in left for other in left if one is not other)
