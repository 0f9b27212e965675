"""`make bench [SIZES="100 10000 100000"] [ROUNDS=20]`: pages and commands by engine and by how many clients there are.

A page is asked of a real server, each time right after a bare one of the same server: one indexed query and two lines of
template. What counts is the ratio of the two, for both feel the machine's mood alike. Saving thirty marks is likewise taken in
turn with saving one. The phase board is asked in a clinic of its own, with 500 people in the program. Then a week is built for a
clinic of 120, twice, to see how good it is after 30 and 120 seconds. Prints tables, and writes them to `bench.json` and, for
docs/figures.md, to `bench.md`. How far it is stands on standard error.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import clinic, engines
from tests.bench import weeks
from tests.bench.clinics import Row, filled, measured, measured_board
from tests.bench.full_board import PEOPLE, fill_board
from tests.bench.table import BARS, markdown, missed, show
from tests.weekplan.clinics import drawn

SIZES, ROUNDS = (100, 10_000, 100_000), 20


def main() -> int:
    """Measure, print, write; 1 if a page missed its bar."""
    os.environ["CASEAPP_TEST_RUN_PID"] = str(os.getpid())
    sizes = [int(size) for size in os.environ.get("SIZES", "").split()] or SIZES
    rounds = int(os.environ.get("ROUNDS") or ROUNDS)
    run = engines.open_run()
    databases = engines.Databases(run, clinic.SCENES, clinic.today)
    try:
        rows = list(_rows(databases, run, sizes, rounds))
    finally:
        databases.close()
        engines.close_run(run)
    show(rows, sys.stdout)
    Path("bench.md").write_text(markdown(rows))
    print("Building a week, twice", file=sys.stderr, flush=True)
    built = [weeks.quality(drawn(1, clients=120, staff=12, rooms=8), seconds) for seconds in weeks.SECONDS]
    weeks.show(built, sys.stdout)
    Path("bench.json").write_text(json.dumps([row._asdict() for row in [*rows, *built]], indent=1))
    return 1 if missed(rows, BARS) else 0


def _rows(databases: engines.Databases, run: Path, sizes: list[int], rounds: int) -> Iterator[Row]:
    for engine in engines.ENGINES:
        for size in sizes:
            with filled(databases, engine, run / f"bench-{engine}-{size}", size) as settings:
                yield from _told(measured(settings, engine, size, rounds))
        with filled(databases, engine, run / f"bench-{engine}-board", PEOPLE, fill_board) as settings:
            yield from _told(measured_board(settings, engine, PEOPLE, rounds))


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    """The same rows; each is told on standard error as soon as it is measured."""
    for row in rows:
        print(f"{row.engine}, {row.clients:,} clients: {row.what}, {row.p50:,.1f} ms", file=sys.stderr, flush=True)
        yield row


if __name__ == "__main__":
    sys.exit(main())
