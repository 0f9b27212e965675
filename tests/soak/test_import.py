"""`import clients` is killed at every moment of its work and run again, and brings in a long list in little memory."""

import random
import signal
import subprocess

import pytest
from sqlalchemy import func, select

from caseapp.clients.models import CareAccess, Client, ClientReference
from caseapp.core.db import db
from tests.interchange.lists import person, write
from tests.processes import ended, start

pytestmark = pytest.mark.soak
PEOPLE, LONG = 1_500, 100_000
MEMORY = 300  # MB: what Python, Flask and SQLAlchemy take, and one batch


def counted() -> tuple[int, ...]:
    """Clients, their references, and whom a team may see."""
    seen = select(func.count(func.distinct(CareAccess.client_id)))
    return tuple(db.scalar(one) for one in (*(select(func.count(t.id)) for t in (Client, ClientReference)), seen))


def test_a_killed_import_goes_on_where_it_was(settings, engine, transaction, tmp_path):
    dice, halfway = random.Random(11), 0
    path = write(tmp_path / "patients.csv", *(person(n) for n in range(PEOPLE)), person(1, DEATHDATE="2020-01-01"))
    while True:
        process = start(settings, "import", "clients", str(path))
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
    again = ended(start(settings, "import", "clients", str(path)))
    assert again.last == f"imported 0, already known {PEOPLE}, rejected 1"
    print(f"\n{engine}: import of {PEOPLE} people killed {halfway} times before its end; everyone there once")


def test_a_long_list_takes_little_memory(settings, engine, transaction, tmp_path):
    path = write(tmp_path / "patients.csv", *(person(n) for n in range(LONG)))
    done = ended(start(settings, "import", "clients", str(path)))
    assert done.last == f"imported {LONG}, already known 0, rejected 0"
    assert done.memory < MEMORY
    print(f"\n{engine}: {LONG:,} people in {done.seconds:.0f} s, {done.memory:.0f} MB at most")
