"""A small disk of its own that gets full under pages, imports, jobs and backups, and is made bigger again. Needs to be root."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from caseapp.audit.models import AuditEvent
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.db import db, make_engine
from caseapp.interchange.rules import LOOK
from caseapp.jobs import actions as jobs
from caseapp.jobs.models import Job
from config import Settings
from tests.clients.test_new import GIVEN
from tests.house.test_full_disk import ROOM
from tests.house.test_servers import Browser, server
from tests.interchange.lists import person, write
from tests.interchange.test_index import listed
from tests.processes import ended, start

pytestmark = pytest.mark.soak
MANY, BIGGER = 600, "200m"


@pytest.fixture
def disk(databases) -> Iterator[Path]:
    """A folder on a disk of its own; `mount -o remount,size=…` changes its size."""
    place = databases.run / f"disk-{os.getpid()}"  # where PostgreSQL, who may be another user, gets through
    place.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={BIGGER}", "none", str(place)], capture_output=True
    ).returncode:
        pytest.skip(
            "Nobody here may mount a small disk, so only the sample in tests/house/test_full_disk.py was tried."
        )
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def resize(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)


def leave(disk: Path, kilobytes: int) -> None:
    """Make the disk so small that only so much is free."""
    used = int(subprocess.run(["du", "-sk", str(disk)], check=True, capture_output=True, text=True).stdout.split()[0])
    resize(disk, f"{used + kilobytes}k")


@pytest.fixture
def on_the_disk(app, settings, databases, engine, disk) -> Iterator[Settings]:
    """The settings of the clinic of this test with its database on the small disk."""
    address = settings.database_url
    if engine == "sqlite":
        _engine_away()
        moved = disk / "clinic.db"
        moved.write_bytes(Path(address.removeprefix("sqlite:///")).read_bytes())
        settings = replace(settings, database_url=f"sqlite:///{moved}")
        _bind(settings.database_url)
        yield settings
        _engine_away()
    else:
        folder, name = disk / "tables", address.split("?")[0].rsplit("/", 1)[1]
        folder.mkdir()
        owner = (databases.run / "postgresql").stat()
        for one in (disk, folder):
            os.chown(one, owner.st_uid, owner.st_gid)
        _engine_away()
        databases.run_sql(f"CREATE TABLESPACE small LOCATION '{folder}'")
        databases.run_sql(f'ALTER DATABASE "{name}" SET TABLESPACE small')
        yield settings
        _engine_away()
        databases.run_sql(f'ALTER DATABASE "{name}" SET TABLESPACE pg_default')
        databases.run_sql("DROP TABLESPACE small")


def _engine_away() -> None:
    database.db.remove()
    database.engine().dispose()


def _bind(address: str) -> None:
    database.bind(make_engine(address))


def on_record(transaction) -> tuple[int, int]:
    with transaction():
        said = select(func.count(AuditEvent.id)).where(AuditEvent.what == "clients.register")
        return db.scalar(select(func.count(Client.id))), db.scalar(said)


def test_a_disk_gets_full_and_is_made_bigger(on_the_disk, disk, databases, engine, transaction, cast, tmp_path):
    settings, path = on_the_disk, write(tmp_path / "patients.csv", *(person(number) for number in range(MANY)))
    with transaction():
        job = jobs.ask_for(LOOK, cast.ada.actor, {"source": ""}, [("patients.csv", listed(person(1)))]).id
    with server(settings, tmp_path / "log", "--threads", "4") as (base, _process), working(settings) as worker:
        browser = Browser()
        browser.sign_in(base, cast.ana)
        form = browser.form(f"{base}/clients/new", "first_name") | GIVEN
        leave(disk, 400)
        stopped = ended(start(settings, "import", "clients", str(path)))
        assert stopped.status == 2 and stopped.last.startswith("Error: The database stopped the import ("), stopped
        assert stopped.said.count("\n") == 1
        leave(disk, 0)
        pages = [browser.open(f"{base}/clients/new", form | {"form_key": f"{at:022}"}) for at in range(20)]
        refused = [page for status, _to, page in pages if status == 503]
        assert refused and all(ROOM in page for page in refused), (tmp_path / "log").read_text()[-3_000:]
        assert {status for status, *_rest in pages} <= {303, 422, 503}, (tmp_path / "log").read_text()[-3_000:]
        backup = ended(start(settings, "backup", str(disk / "backup")))
        assert backup.status == 2 and "Nothing was written." in backup.last and not list(disk.glob("*backup*"))
        clients, said = on_record(transaction)
        assert clients == said < MANY and worker.poll() is None
        print(
            f"\n{engine}: full at {clients} clients; {len(refused)} of 20 forms refused; {stopped.last}; {backup.last}"
        )
        resize(disk, BIGGER)
        assert ended(start(settings, "import", "clients", str(path))).last.endswith(", rejected 0")
        zed = GIVEN | {"first_name": "Zed", "last_name": "Zimmer", "born-day": "9"}
        assert browser.open(f"{base}/clients/new", browser.form(f"{base}/clients/new", "first_name") | zed)[0] == 303
    with transaction():
        db.execute(update(Job).where(Job.state == "running").values(lease_until=clock.now()))
    assert ended(start(settings, "work", "--once")).status == 0
    with transaction():
        assert db.get(Job, job).state == "done"
    clients, said = on_record(transaction)
    assert clients == said >= MANY + 1
    assert "checked" in ended(start(settings, "audit", "verify")).last
    assert ended(start(settings, "backup", str(tmp_path / "backup"))).status == 0
    print(f"{engine}: with room again {clients} clients are there, each once; the job is done; the log verifies")


@contextmanager
def working(settings: Settings) -> Iterator[subprocess.Popen]:
    """`work` beside the block; all that it has said at the end are lines of the log."""
    worker = start(settings, "work")
    try:
        yield worker
    finally:
        worker.terminate()
        said = worker.communicate()[0]
    assert all(json.loads(line)["from"].startswith("caseapp") for line in said.splitlines())
