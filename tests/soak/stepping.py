"""How the machines of long drills are driven: as many runs as it takes for so many steps."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

STEPS = 5_000
SOME = settings(
    max_examples=20, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


def take_steps(machine) -> None:
    """Run a machine that counts its `steps` until they are STEPS."""
    while machine.steps < STEPS:
        run_state_machine_as_test(machine, settings=SOME)
