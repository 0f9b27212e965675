"""A small sample of what `make soak` does two hundred times: two people on one roll-call, in any order of their steps."""

from tests.attendance.interleaving import interleavings


def test_no_mark_is_lost_and_each_conflict_is_shown(visit, cast):
    told = interleavings(visit, cast, 8)
    assert told["conflicts shown"] and told["kept"] and told["the same"]
