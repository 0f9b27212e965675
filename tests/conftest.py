"""What tests are given: a database of their own on each engine, an application, visitors, a browser."""

import gc
import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests import engines
from tests.browser import axe, browser, live_server, open_page, page  # noqa: F401  fixtures are found by their names here
from tests.statements import statements  # noqa: F401


def pytest_configure(config: pytest.Config) -> None:
    """One folder per run; the processes of a parallel run share the one that the first has opened."""
    gc.set_threshold(50_000, 20, 50)  # looking for rings of objects takes a tenth of the time; a run has memory enough
    if hasattr(config, "workerinput"):
        config.run_folder = Path(config.workerinput["run_folder"])
    else:
        os.environ["CASEAPP_TEST_RUN_PID"] = str(os.getpid())
        config.run_folder = engines.open_run()


def pytest_configure_node(node) -> None:
    """Tell a parallel process where the run has its folder."""
    node.workerinput["run_folder"] = str(node.config.run_folder)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, so that `-m "not soak and not browser"` is the quick round."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


pytest_configure_node = pytest.hookimpl(optionalhook=True)(pytest_configure_node)


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what tests counted (`record_property("counted", ...)`), also of those that went well."""
    for report in terminalreporter.stats.get("passed", []):
        for name, words in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(words)


def pytest_unconfigure(config: pytest.Config) -> None:
    """The end of the run, whatever happened: stop what was started and leave nothing behind."""
    if not hasattr(config, "workerinput") and hasattr(config, "run_folder"):
        engines.close_run(config.run_folder)


@pytest.fixture(scope="session")
def databases(pytestconfig) -> Iterator[engines.Databases]:
    """Makes databases on either engine; most tests want `app` or `database` instead."""
    from tests.clinic import SCENES, today

    made = engines.Databases(pytestconfig.run_folder, SCENES, today)
    yield made
    made.close()


@pytest.fixture(params=engines.ENGINES)
def engine(request) -> str:
    """The name of the engine a test runs on. To run on one alone: parametrize("engine", ["sqlite"], indirect=True)."""
    return request.param


@pytest.fixture
def scene(request) -> str:
    """What stands in the database when a test begins: `clinic`, set up before its first client. Another one:
    parametrize("scene", ["demo"], indirect=True).
    """
    return getattr(request, "param", "clinic")


LONGEST = timedelta(minutes=5)


def await_midnight(scene: str) -> None:
    """The demo clinic is a clinic as of today: a test on it that began so late would end on a day it was not made for."""
    from caseapp.core import clock
    from tests.clinic import ZONE, today

    until = clock.day_bounds(today(), ZONE)[1] - clock.now()
    if scene == "demo" and until < LONGEST:
        time.sleep(until.total_seconds())


@pytest.fixture
def database(databases, engine, scene) -> Iterator[str]:
    """The address of this test's own database, a copy of its scene."""
    await_midnight(scene)
    address = databases.copy(engine, scene)
    yield address
    databases.drop(address)


@pytest.fixture
def empty_database(databases, engine) -> Iterator[str]:
    """The address of a database without a table."""
    address = databases.empty(engine)
    yield address
    databases.drop(address)


@pytest.fixture
def settings(databases, database, engine, scene):
    """The settings of this test's clinic, with a folder of its own for keys and anchors."""
    from tests.clinic import settings_for

    folder = databases.folder(database)
    shutil.copytree(databases.instance(engine, scene), folder)
    yield settings_for(database, folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def applications():
    """Lends applications to the tests of one process; tests want `app`."""
    from tests.clinic import Applications

    return Applications()


@pytest.fixture
def app(applications, settings):
    """The application on this test's database."""
    with applications.lent(settings) as app:
        yield app


@pytest.fixture
def visit(app):
    """Makes visitors: `visit()` is signed out, `visit(cast.ana)` is signed in as that member of staff."""
    from tests.visitor import Visitor

    def visitor(staff=None) -> Visitor:
        return Visitor(app).sign_in(staff) if staff else Visitor(app)

    return visitor


@pytest.fixture
def client(visit):
    """One visitor, not signed in yet: `client.sign_in(cast.ana)`."""
    return visit()


@pytest.fixture
def cast(app):
    """The staff of the clinic in which tests play, see tests/cast.py."""
    from tests.cast import staff

    return staff()


@pytest.fixture
def transaction(app):
    """`with transaction(): ...` is one unit of work on the test's database, committed at its end."""
    from caseapp.core.db import transaction

    return transaction


@pytest.fixture
def command(app):
    """`command("report", "census", status=0)` runs a command of ours on the test's database; what it printed."""
    from tests.clinic import command

    return lambda *words, status=0: command(app, *words, status=status)


@pytest.fixture
def accounts(app, scene):
    """An account by role, of the cast or of the demo clinic: `visit(accounts["admin"])`."""
    from tests.clinic import accounts

    return accounts(app, scene)
