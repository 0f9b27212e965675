"""`setup` is killed at every moment of its work, and run three times at once; the clinic is whole afterwards."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from caseapp.core import migrate
from caseapp.core.db import make_engine
from tests.browser import HERE, environment
from tests.clinic import settings_for
from tests.house.schema import counts

pytestmark = pytest.mark.soak
KILLS = 25


def start_setup(settings) -> subprocess.Popen:
    """`flask setup` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "setup"],
        cwd=HERE,
        env=os.environ | environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_killed_setup_can_be_run_again(databases, engine, tmp_path):
    dice, halfway, finished = random.Random(7), 0, 0
    whole = None
    for kill in range(KILLS):
        address, instance = databases.empty(engine), tmp_path / str(kill)
        instance.mkdir()
        settings = settings_for(address, instance)
        first = start_setup(settings)
        time.sleep(dice.uniform(0.2, 2.5))
        finished += first.poll() is not None
        halfway += first.poll() is None
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert start_setup(settings).wait() == 0
        on_disk = make_engine(address)
        assert migrate.current(on_disk) == migrate.head()
        rows = {name: number for name, number in counts(on_disk).items() if not name.startswith("audit_")}
        whole = whole or rows
        assert rows == whole
        on_disk.dispose()
        databases.drop(address)
    print(f"\n{engine}: setup killed {KILLS} times, {halfway} of them before its end; run again, whole each time")


def test_setups_that_run_at_once_make_one_clinic(databases, engine, tmp_path):
    for attempt in range(5):
        address, instance = databases.empty(engine), tmp_path / str(attempt)
        instance.mkdir()
        together = [start_setup(settings_for(address, instance)) for _ in range(3)]
        assert [setup.wait() for setup in together] == [0, 0, 0]
        on_disk = make_engine(address)
        rows = counts(on_disk)
        on_disk.dispose()
        assert (rows["organization"], rows["program"], rows["service"]) == (1, 1, 9)
        databases.drop(address)
    print(f"\n{engine}: three setups at once, five times: one clinic each time")
