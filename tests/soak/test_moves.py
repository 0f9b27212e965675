"""Thousands of lives of admits, moves, take-backs and corrections, on both engines: the chain of stays never breaks."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from tests.episodes.test_chain import DEEDS, live_through


@pytest.mark.soak
def test_thousands_of_lives(transaction, cast):
    done = Counter()

    @given(DEEDS)
    @settings(max_examples=2_000, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def lives(deeds):
        with transaction():
            done.update(live_through(cast.ana.actor, deeds))

    lives()
    print(f"{sum(done.values()):,} deeds went through: {dict(done)}")
    assert min(done.values()) > 20
