"""Two people on one roll-call, two hundred times in another order of their steps, on each engine."""

import pytest

from tests.attendance.interleaving import interleavings

pytestmark = pytest.mark.soak
MANY = 200


def test_no_mark_is_lost_in_two_hundred_interleavings(visit, cast, engine):
    told = interleavings(visit, cast, MANY)
    assert told["conflicts shown"] > MANY
    print(f"\n{engine}: {MANY} interleavings of two people on one roll-call: no mark lost, {dict(told)}")
