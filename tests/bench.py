"""`make bench`: every page of the fullest scene there is, by engine: SQL statements and milliseconds.

Each address is opened once to warm up and then five times; the table shows the largest number of statements and the
median time of an endpoint's addresses, over all roles that reach it.
"""

import os
import shutil
import statistics
import time
from collections import defaultdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from caseapp.core.access import Role
from tests import clinic, engines
from tests.house.walk import SCENES_TO_WALK, first_pages, pages
from tests.statements import watched
from tests.visitor import Visitor

TIMES = 5
SCENE = SCENES_TO_WALK[-1]
Figures = dict[str, tuple[int, float]]


def measure(databases: engines.Databases, engine: str, scratch: Path) -> Figures:
    """Statements and milliseconds by endpoint."""
    address = databases.copy(engine, SCENE)
    shutil.copytree(databases.instance(engine, SCENE), scratch / engine)
    statements, times = defaultdict(list), defaultdict(list)
    with clinic.application(clinic.settings_for(address, scratch / engine)) as app:
        for role in Role:
            visitor = Visitor(app).sign_in(clinic.accounts(app, SCENE)[role])
            for endpoint, path, _answer in list(pages(visitor, first_pages(app, role))):
                for _ in range(TIMES):
                    with watched() as seen:
                        start = time.perf_counter()
                        visitor.get(path)
                        times[endpoint].append((time.perf_counter() - start) * 1000)
                    statements[endpoint].append(len(seen))
    return {endpoint: (max(statements[endpoint]), statistics.median(times[endpoint])) for endpoint in times}


def show(figures: dict[str, Figures]) -> None:
    """Print the table."""
    print(f"Pages of the scene {SCENE}, opened {TIMES} times each")
    table = Table("page", *(f"{engine} {what}" for engine in figures for what in ("statements", "ms")))
    for endpoint in sorted(set().union(*figures.values())):
        cells = []
        for engine in figures:
            number, median = figures[engine].get(endpoint, (0, 0.0))
            cells += [str(number), f"{median:.1f}"]
        table.add_row(endpoint, *cells)
    Console(width=120).print(table)


def main() -> None:
    """Measure on both engines and print."""
    os.environ["CASEAPP_TEST_RUN_PID"] = str(os.getpid())
    run = engines.open_run()
    databases = engines.Databases(run, clinic.SCENES, clinic.today)
    try:
        show({engine: measure(databases, engine, run / "bench") for engine in engines.ENGINES})
    finally:
        databases.close()
        engines.close_run(run)


if __name__ == "__main__":
    main()
