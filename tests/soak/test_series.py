"""Series, edits, closures, members, bookings and wait-lists in any order, for five thousand steps on each engine."""

import pytest

from tests.series.machine import machine_for
from tests.soak.stepping import take_steps

pytestmark = pytest.mark.soak


def test_series_for_thousands_of_steps(app, cast, engine):
    machine = machine_for(cast)
    take_steps(machine)
    print(
        f"\n{engine}: {machine.steps} steps of series, edits, closures, members, bookings and wait-lists; what must hold held"
    )
