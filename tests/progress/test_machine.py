"""A small sample of what `make soak` does for thousands of steps: reviews, moves, corrections and readmissions in any order."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.progress.machine import machine_for

SOME = settings(
    max_examples=20, stateful_step_count=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def test_reviews_in_any_order(app, cast):
    machine = machine_for(cast)
    run_state_machine_as_test(machine, settings=SOME)
    assert machine.steps > 100
