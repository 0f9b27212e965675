"""`import clients` is killed at every moment of its work and run again, and brings in a long list in little memory."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from caseapp.clients.models import CareAccess, Client, ClientReference
from caseapp.core.db import db
from tests.browser import HERE, environment
from tests.interchange.lists import person, write

pytestmark = pytest.mark.soak
PEOPLE, LONG = 1_500, 100_000
MEMORY = 300_000  # kB: what Python, Flask and SQLAlchemy take, and one batch


def start_import(settings, path: Path) -> subprocess.Popen:
    """`flask import clients` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "import", "clients", str(path)],
        cwd=HERE,
        env=os.environ | environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def counted() -> tuple[int, ...]:
    """Clients, their references, and whom a team may see."""
    seen = select(func.count(func.distinct(CareAccess.client_id)))
    return tuple(db.scalar(one) for one in (*(select(func.count(t.id)) for t in (Client, ClientReference)), seen))


def test_a_killed_import_goes_on_where_it_was(settings, engine, transaction, tmp_path):
    dice, halfway = random.Random(11), 0
    path = write(tmp_path / "patients.csv", *(person(n) for n in range(PEOPLE)), person(1, DEATHDATE="2020-01-01"))
    while True:
        process = start_import(settings, path)
        try:
            said, _none = process.communicate(timeout=dice.uniform(1.0, 4.0))
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            halfway += 1
            with transaction():
                clients, references, seen = counted()
            assert clients == references == seen  # nobody half
    assert process.returncode == 1, said
    with transaction():
        assert counted() == (PEOPLE, PEOPLE, PEOPLE)
    assert start_import(settings, path).communicate()[0].splitlines()[-1] == (
        f"imported 0, already known {PEOPLE}, rejected 1"
    )
    print(f"\n{engine}: import of {PEOPLE} people killed {halfway} times before its end; everyone there once")


def test_a_long_list_takes_little_memory(settings, engine, transaction, tmp_path):
    path = write(tmp_path / "patients.csv", *(person(n) for n in range(LONG)))
    begin = time.monotonic()
    process = start_import(settings, path)
    with process.stdout as out:
        said = out.read()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert said.splitlines()[-1] == f"imported {LONG}, already known 0, rejected 0"
    assert used.ru_maxrss < MEMORY
    print(f"\n{engine}: {LONG:,} people in {time.monotonic() - begin:.0f} s, {used.ru_maxrss / 1000:.0f} MB at most")
