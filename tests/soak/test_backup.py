"""Backups under load, killed at every moment, and of a million rows; restored, and whole each time or not there at all."""

import random
import signal
import subprocess
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from caseapp.core.db import transaction
from tests.cli.clinics import all_rows, empty_clinic, looked, registered_and_said
from tests.clinic import command
from tests.episodes.people import registered
from tests.house.schema import counts
from tests.processes import Ended, ended, start
from tests.soak.test_many_clients import fill

pytestmark = pytest.mark.soak
KILLS, BACKUPS, WRITERS, MANY = 20, 6, 4, 150_000
MEMORY = 300  # MB: what Python, Flask and SQLAlchemy take, and one batch


def done(process: subprocess.Popen) -> Ended:
    """What came of a command; it must have gone well, in little memory."""
    what = ended(process)
    assert what.status == 0 and what.memory < MEMORY, what
    return what


def writing(stop: Event, actor, wrong: list) -> Thread:
    """Someone who registers one client after the other."""

    def register() -> None:
        while not stop.is_set():
            try:
                with transaction():
                    registered(actor, "Alicia", "Ramos")
            except Exception as error:
                wrong.append(error)

    person = Thread(target=register)
    person.start()
    return person


def test_taken_under_load(app, databases, engine, cast, tmp_path):
    settings, stop, wrong, taken = app.config["SETTINGS"], Event(), [], []
    people = [writing(stop, cast.ana.actor, wrong) for _person in range(WRITERS)]
    for number in range(BACKUPS):
        taken.append(tmp_path / str(number))
        done(start(settings, "backup", str(taken[-1])))
        done(start(settings, "work", "--once"))
    stop.set()
    for person in people:
        person.join()
    assert not wrong
    numbers = []
    for path in taken:
        with empty_clinic(databases, engine, settings.key_file, tmp_path) as other:
            command(other, "restore", str(path))
            clients, said = registered_and_said()
            assert clients == said
            numbers.append(clients)
            command(other, "work", "--once")
            command(other, "audit", "verify")
    print(f"\n{engine}: {BACKUPS} backups while {WRITERS} wrote, of {numbers} clients; each restored and verified")


def test_killed_at_any_moment(app, databases, engine, cast, tmp_path):
    settings, dice, whole = app.config["SETTINGS"], random.Random(5), tmp_path / "whole"
    with transaction():
        fill(3_000, cast.sue.actor.id)
    seconds = done(start(settings, "backup", str(whole))).seconds
    before, backups, restores = all_rows(), 0, 0
    for kill in range(KILLS):
        path = tmp_path / f"killed-{kill}"
        killed = start(settings, "backup", str(path))
        time.sleep(dice.uniform(0.5, 1.1) * seconds)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        if path.exists():
            restored_whole(databases, engine, settings.key_file, path, tmp_path, before)
        else:
            backups += 1
    for _kill in range(KILLS):
        with empty_clinic(databases, engine, settings.key_file, tmp_path) as other:
            killed = start(other.config["SETTINGS"], "restore", str(whole))
            time.sleep(dice.uniform(0.5, 1.5) * seconds)
            killed.send_signal(signal.SIGKILL)
            killed.communicate()
            if not any(looked(counts, other).values()):
                restores += 1
                command(other, "restore", str(whole))
            assert all_rows() == before
            command(other, "audit", "verify")
    print(
        f"\n{engine}: {KILLS} backups killed, {backups} before their end, and {KILLS} restores, {restores} before theirs"
    )


def restored_whole(databases, engine: str, key_file: Path, path: Path, folder: Path, before: dict) -> None:
    """A backup that has its name can be restored."""
    with empty_clinic(databases, engine, key_file, folder) as other:
        command(other, "restore", str(path))
        assert all_rows() == before


def test_a_million_rows_take_little_memory(app, databases, engine, cast, tmp_path):
    settings, path = app.config["SETTINGS"], tmp_path / "million"
    with transaction():
        fill(MANY, cast.sue.actor.id)
    taken = done(start(settings, "backup", str(path)))
    print(f"\n{engine}: {taken.said.strip().rpartition(': ')[2]}, {taken.seconds:.0f} s, {taken.memory:.0f} MB")
    with empty_clinic(databases, engine, settings.key_file, tmp_path) as other:
        back = done(start(other.config["SETTINGS"], "restore", str(path)))
        print(f"{engine}: {back.said.splitlines()[0].partition(',')[0]}, {back.seconds:.0f} s, {back.memory:.0f} MB")
