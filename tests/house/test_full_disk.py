"""When the disk is full people get a calm sentence, nothing is half written, and with room again it all goes on."""

from sqlalchemy import func, select, update

from caseapp.audit.models import AuditEvent
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.jobs.models import Job
from tests.clients.test_new import GIVEN
from tests.full_disk import full_disk
from tests.interchange.lists import person, write
from tests.interchange.test_index import PAGE, hand_over, listed

MANY = 120
ROOM = "There is no room left on the disk to save anything."


def registered(transaction) -> tuple[int, int]:
    """How many clients there are, and of how many the log says that they were registered."""
    with transaction():
        said = select(func.count(AuditEvent.id)).where(AuditEvent.what == "clients.register")
        return db.scalar(select(func.count(Client.id))), db.scalar(said)


def test_a_page_that_writes(app, transaction, visit, cast):
    ana = visit(cast.ana)
    form = ana.form("/clients/new", to="/clients/new")
    with full_disk():
        answer = ana.raw.post("/clients/new", data=form.fields | GIVEN)
        assert answer.status_code == 503 and ROOM in answer.text and "988" in answer.text
        assert "Nothing was saved from this page" in answer.text
        assert registered(transaction) == (0, 0)
        assert ana.get("/healthz").status_code == 200
    answer = ana.raw.post("/clients/new", data=form.fields | GIVEN)
    assert answer.status_code == 303 and registered(transaction) == (1, 1)
    with full_disk():
        refused = ana.get(answer.headers["Location"])  # who looks could not be written down
        assert refused.status_code == 503 and ROOM in refused.text and "Ramos" not in refused.text
    assert "Ramos" in ana.get(answer.headers["Location"]).text


def test_an_import_a_job_and_a_backup(app, command, transaction, visit, cast, tmp_path):
    path = write(tmp_path / "patients.csv", *(person(number) for number in range(MANY)))
    job = hand_over(visit(cast.ada), {"patients.csv": listed(*(person(number) for number in range(MANY)))}).headers[
        "Location"
    ]
    with full_disk():
        said = command("import", "clients", str(path), status=2)
        assert said.startswith("Error: The database stopped the import (") and said.count("\n") == 1
        assert said.rstrip().endswith("Run it again: it goes on from here.")
        clients, told = registered(transaction)
        assert clients == told < MANY
        assert "Nothing was written." in command("backup", str(tmp_path / "backup"), status=2)
        assert list(tmp_path.glob("*backup*")) == []
    assert command("import", "clients", str(path)).endswith(
        f"imported {MANY - clients}, already known {clients}, rejected 0\n"
    )
    assert registered(transaction) == (MANY, MANY)
    with transaction():
        db.execute(update(Job).values(lease_until=clock.now()))
    command("work", "--once")
    assert "Looked through" in visit(cast.ada).get(job).text and PAGE in job
    assert "wrote" in command("backup", str(tmp_path / "backup"))
    assert "checked" in command("audit", "verify")
