"""The sealer never anchors a log that does not fit the last anchor, and several of them never harm each other."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import func, select, text

from caseapp.audit import anchoring
from caseapp.audit.actions import changed
from caseapp.audit.models import AuditEvent, AuditSeal
from caseapp.audit.rules import LogBroken
from caseapp.audit.sealing import seal
from caseapp.audit.verifying import verify
from caseapp.core.access import COMMAND_LINE

CUT = "UPDATE audit_event SET seal_position = NULL WHERE seal_position = {head}; DELETE FROM audit_seal WHERE position = {head}"
WRITTEN_ANEW = {
    "its tail cut": CUT,
    "its head sealed again by someone without the key": "UPDATE audit_seal SET code = 'made up' WHERE position = {head}",
    "all of it removed": "DELETE FROM audit_client; DELETE FROM audit_event; DELETE FROM audit_seal",
}


def write(transaction, events: int) -> None:
    with transaction():
        for number in range(events):
            changed("clients.edit", "x", COMMAND_LINE, client_id=f"client {number}", number=number)


@pytest.fixture
def anchor(transaction, settings) -> Path:
    """The anchor of a log of a few seals."""
    path = anchoring.path(settings.key_file)
    for _batch in range(3):
        write(transaction, 2)
        assert seal(path)
    return path


@pytest.mark.parametrize("how", WRITTEN_ANEW)
def test_a_log_written_anew_gets_no_fresh_anchor(anchor, transaction, command, visit, cast, caplog, how):
    kept = anchor.read_text()
    with transaction() as session:
        for statement in WRITTEN_ANEW[how].format(head=kept.split()[0]).split("; "):
            session.execute(text(statement))
    write(transaction, 2)
    with pytest.raises(LogBroken):
        seal(anchor)
    assert anchor.read_text() == kept
    assert "seal" in command("audit", "verify", status=1).lower()
    command("work", "--once")  # the other jobs go on
    assert "The audit log is not sealed any more." in caplog.text and anchor.read_text() == kept
    page = visit(cast.ada).get("/admin/audit").text
    assert "The log does not fit what was sealed last" in page
    assert "a problem with the log" in visit(cast.ada).get("/reports").text
    assert "a problem with the log" not in visit(cast.sue).get("/today").text


def test_a_file_that_is_no_anchor_is_said(anchor, command):
    anchor.write_text("torn")
    with pytest.raises(LogBroken, match="does not hold a place"):
        seal(anchor)
    assert "does not hold a place" in command("audit", "verify", status=1)


@pytest.mark.parametrize(
    "engine", ["postgresql"], indirect=True
)  # its files are another process's: only the anchor's is full
def test_a_full_disk_of_the_anchor_stops_the_sealing_until_there_is_room(transaction, settings):
    path, limits = anchoring.path(settings.key_file), resource.getrlimit(resource.RLIMIT_FSIZE)
    for _batch in range(3):
        write(transaction, 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            with pytest.raises(OSError):
                seal(path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not path.exists()
    assert seal(path)
    with transaction() as session:
        assert anchoring.read(path).position == session.scalar(select(func.max(AuditSeal.position))) == 2
    assert not verify(path).broken


def test_a_sealer_of_another_machine_may_be_ahead(anchor, transaction, settings):
    here = anchor.with_name("other.audit-head")
    here.write_text(anchor.read_text())
    for _batch in range(3):
        write(transaction, 1)
        seal(anchor)
    assert verify(here).broken is None
    write(transaction, 1)
    assert seal(here) == 1 and here.read_text() != anchor.read_text()
    assert seal(anchor) == 0 and here.read_text() == anchor.read_text()


def test_many_sealers_and_a_writer_at_once(anchor, transaction):
    stop, wrong, sealed = Event(), [], []

    def work() -> None:
        while not stop.is_set():
            try:
                sealed.append(seal(anchor, most=7))
            except Exception as error:
                wrong.append(error)

    def look() -> None:
        while not stop.is_set():
            wrong.extend([found] if (found := verify(anchor).broken) else [])

    before = verify(anchor).events
    threads = [Thread(target=job) for job in (work, work, work, look)]
    for thread in threads:
        thread.start()
    for _time in range(15):
        write(transaction, 3)
    while sum(sealed) < 45 and not wrong:
        stop.wait(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    found = verify(anchor)
    assert (wrong, sum(sealed), found.broken) == ([], 45, None)
    assert found.events == before + 45 and found.unsealed == 0
    assert anchor.read_text().split()[0] == str(found.seals)
    assert not [
        path for path in anchor.parent.iterdir() if path.name.startswith(f"{anchor.name}.") and path.suffix != ".lock"
    ]


def test_two_programs_that_do_the_jobs(anchor, transaction, settings):
    write(transaction, 40)
    surroundings = os.environ | {
        "DATABASE_URL": settings.database_url, "KEY_FILE": str(settings.key_file), "SECRET_KEY": "for a test alone",
        "INSTANCE": str(settings.instance),
    }  # fmt: skip
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "work", "--once"]
    both = [subprocess.Popen(words, env=surroundings, stderr=subprocess.PIPE, text=True) for _time in range(2)]
    said = [one.communicate(timeout=60)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0] and not any(said), said
    with transaction() as session:
        assert session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.seal_position.is_(None))) == 0
        assert session.scalar(select(func.max(AuditSeal.position))) == int(anchor.read_text().split()[0])
    assert verify(anchor).broken is None


def test_verifying_goes_in_batches(anchor, transaction, monkeypatch, statements):
    monkeypatch.setattr("caseapp.audit.verifying.AT_ONCE", 4)
    write(transaction, 10)
    seal(anchor)
    write(transaction, 9)
    told = []
    found = verify(anchor, lambda done, total: told.append((done, total)))
    assert (found.broken, found.unsealed) == (None, 9)
    assert max(total for _done, total in told) == found.events and len(told) > 5
    with transaction() as session:
        session.execute(
            text("UPDATE audit_event SET actor_name = 'Nobody' WHERE id = (SELECT max(id) FROM audit_event)")
        )
    assert "was changed" in verify(anchor).broken
