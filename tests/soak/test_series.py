"""Series made, changed, undone, joined and left in any order, for thousands of steps on each engine."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.series.machine import machine_for

pytestmark = pytest.mark.soak
RUNS, STEPS = 100, 50


def test_series_for_thousands_of_steps(app, cast, engine):
    many = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(machine_for(cast), settings=many)
    print(
        f"\n{engine}: up to {RUNS * STEPS} steps of making, changing, undoing, joining and leaving, what must hold held after each"
    )
