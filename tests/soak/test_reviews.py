"""Reviews, changes of effective day, corrections, take-backs, discharges and readmissions: five thousand steps on each engine."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from caseapp.progress.rules import Decision
from tests.progress.machine import machine_for

pytestmark = pytest.mark.soak
STEPS, RUNS, STEPS_A_RUN = 5000, 20, 50


def test_reviews_for_thousands_of_steps(app, cast, engine):
    some = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    machine = machine_for(cast)
    while machine.steps < STEPS:
        run_state_machine_as_test(machine, settings=some)
    print(f"\n{engine}: {machine.steps} steps of reviews; what must hold held. Went through: {dict(machine.done)}")
    every = {"decide", "return", "send again", "withdraw", "correct", "take back", "readmit", "move", "profile"}
    assert every | {f"propose {one.value}" for one in Decision} <= set(machine.done)
