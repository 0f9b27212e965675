"""`make bench [SIZES="100 10000 100000"] [ROUNDS=20]`: pages and commands by engine and by how many clients there are.

A page is asked of a real server, each time right after a bare one of the same server: one indexed query and two lines of
template. What counts is the ratio of the two, for both feel the machine's mood alike. Prints a table and writes `bench.json`.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tests import clinic, engines
from tests.bench.clinics import filled, measured
from tests.bench.table import BARS, missed, show

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
    Path("bench.json").write_text(json.dumps([row._asdict() for row in rows], indent=1))
    return 1 if missed(rows, BARS) else 0


def _rows(databases: engines.Databases, run: Path, sizes: list[int], rounds: int) -> Iterator:
    for engine in engines.ENGINES:
        for size in sizes:
            with filled(databases, engine, run / f"bench-{engine}-{size}", size) as settings:
                yield from measured(settings, engine, size, rounds)


if __name__ == "__main__":
    sys.exit(main())
