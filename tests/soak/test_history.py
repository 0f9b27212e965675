"""`import history` of the published table of 2004: 99,072 episodes with every count and percentage; killed; in little memory."""

import csv
import random
import signal
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from caseapp.clients.models import CareAccess, Client, ClientReference
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.reports.numbers import tenths
from tests.interchange.histories import PRINTED, TABLE, episode, phase, published, write, write_phases
from tests.processes import ended, start

pytestmark = pytest.mark.soak
MEMORY = 500  # MB
COLUMNS = ("completed", "transferred", "dropped_out", "terminated", "other")


def test_the_published_table(settings, engine, tmp_path, command, visit, cast, statements):
    path = write(tmp_path / "teds.csv", published())
    done = ended(start(settings, "import", "history", str(path)))
    assert done.last == "imported 99072, already known 0, rejected 0"
    assert done.memory < MEMORY
    print(f"\n{engine}: 99,072 episodes in {done.seconds:.0f} s, {done.memory:.0f} MB at most")
    done = ended(start(settings, "import", "history", str(path)))
    assert done.last == "imported 0, already known 99072, rejected 0"
    print(f"{engine}: again, nothing twice, in {done.seconds:.0f} s, {done.memory:.0f} MB at most")
    words = (
        "report",
        "discharges",
        "--by",
        "education",
        "--from",
        "2004-01-01",
        "--to",
        "2005-12-31",
        "--format",
        "csv",
    )
    told = {row["group"]: row for row in csv.DictReader(command(*words).splitlines())}
    whole = tuple(map(sum, zip(*TABLE.values(), strict=True)))
    for group, counts in (TABLE | {"all": whole}).items():
        assert tuple(int(told[group][column]) for column in COLUMNS) == counts
        assert [float(tenths(n, sum(counts)).removesuffix(" %")) for n in counts] == list(PRINTED[group])
    page = visit(cast.ada).get("/reports/discharges?from=2004-01-01&to=2005-12-31&by=education").text
    assert all(f">{number} %</span>" in page for numbers in PRINTED.values() for number in numbers)
    assert command("report", "transitions", *words[4:]).count("\n") == 1
    _timed(engine, visit(cast.ada), statements)


def _timed(engine: str, visitor, statements) -> None:
    for path in ("retention?", "discharges?by=education&", "discharges/people?column=Completed&", "retention/people?"):
        begin = time.perf_counter()
        with statements() as seen:
            assert visitor.get(f"/reports/{path}from=2004-01-01&to=2005-12-31").status_code == 200
        print(f"{engine}: {path} {time.perf_counter() - begin:.1f} s, {len(seen)} statements")


def test_a_killed_import_goes_on_where_it_was(settings, engine, transaction, tmp_path):
    dice, killed = random.Random(5), 0
    begin = date(2020, 1, 6)
    rows = [episode(f"C{at:05}", begin + timedelta(days=at % 90), 20) for at in range(6_000)]
    days = [date.fromisoformat(row["admitted_on"]) for row in rows]
    stays = [phase(row["client_ref"], day, day + timedelta(days=20)) for row, day in zip(rows, days, strict=True)]
    path = write(tmp_path / "episodes.csv", [*rows, episode("bad", begin, sex="x")])
    phases = write_phases(tmp_path / "phases.csv", stays)
    words = ("import", "history", str(path), "--phases", str(phases))
    while True:
        process = start(settings, *words)
        try:
            said, _none = process.communicate(timeout=dice.uniform(2.0, 6.0))
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += 1
            with transaction():
                clients, references, seen, episodes, moves, in_phases = counted()
            assert clients == references == seen == episodes == in_phases and moves == 2 * episodes  # nobody half
    assert process.returncode == 1, said
    with transaction():
        assert counted() == (6_000, 6_000, 6_000, 6_000, 12_000, 6_000)
    assert "imported 0, already known 6000, rejected 1" in ended(start(settings, *words)).said
    print(f"\n{engine}: import of 6,000 episodes killed {killed} times before its end; each there once")


def counted() -> tuple[int, ...]:
    seen = select(func.count(func.distinct(CareAccess.client_id)))
    tables = [select(func.count(t.id)) for t in (Client, ClientReference, Episode, Transition, PhaseStay)]
    return tuple(db.scalar(one) for one in (*tables[:2], seen, *tables[2:]))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_line_of_a_hundred_megabytes_takes_little(settings, engine, tmp_path):
    path: Path = write(tmp_path / "episodes.csv", [episode("good")])
    with path.open("ab") as out:
        for _part in range(100):
            out.write(b"x" * 1_000_000)
        out.write(b'\r\n"' + b"y,\n" * 1_000_000)
    done = ended(start(settings, "import", "history", str(path)))
    assert done.last.startswith("imported 1, already known 0, rejected 1")
    assert done.memory < MEMORY and done.seconds < 300
    what = "a line of 100 MB and a quote never closed over a million lines"
    print(f"\n{engine}: {what}: {done.seconds:.0f} s, {done.memory:.0f} MB at most")
