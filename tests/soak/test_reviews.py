"""Reviews, changes of effective day, corrections, take-backs, discharges and readmissions: five thousand steps on each engine."""

import pytest

from caseapp.progress.rules import Decision
from tests.progress.machine import machine_for
from tests.soak.stepping import take_steps

pytestmark = pytest.mark.soak


def test_reviews_for_thousands_of_steps(app, cast, engine):
    machine = machine_for(cast)
    take_steps(machine)
    print(f"\n{engine}: {machine.steps} steps of reviews; what must hold held. Went through: {dict(machine.done)}")
    every = {"decide", "return", "send again", "withdraw", "correct", "take back", "readmit", "move", "profile"}
    assert every | {f"propose {one.value}" for one in Decision} <= set(machine.done)
