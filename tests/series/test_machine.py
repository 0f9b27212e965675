"""A small sample of what `make soak` does for thousands of steps: series, closures, members and bookings in any order."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.series.machine import machine_for

SOME = settings(
    max_examples=3, stateful_step_count=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def test_series_in_any_order(app, cast):
    run_state_machine_as_test(machine_for(cast), settings=SOME)
