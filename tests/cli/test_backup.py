"""A backup is whole, of one moment, and opens on either engine; whatever is wrong is said and changes nothing."""

import gzip
import json
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select, text

from caseapp.audit import anchoring
from caseapp.audit.models import AuditEvent
from caseapp.cli.backup import tables
from caseapp.cli.backup.file import Head, Writer
from caseapp.core import migrate, sealed
from caseapp.core.db import Base, db, transaction
from tests.browser import HERE, environment
from tests.cli.clinics import all_rows, anchor_of, empty_clinic, looked, registered_and_said
from tests.clinic import command
from tests.engines import ENGINES
from tests.episodes.people import registered
from tests.house.schema import counts, describe
from tests.visitor import Visitor

LEFT_OUT = {"sign_in", "sign_in_attempt", "one_time_link"}
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.mark.parametrize("scene", ["demo"], indirect=True)
@pytest.mark.parametrize("target", ENGINES)
def test_all_of_it_comes_back_on_either_engine(app, databases, visit, accounts, engine, target, tmp_path):
    someone, path = accounts["case_manager"], tmp_path / "caseapp.backup"
    visit(someone).get("/clients")
    command(app, "work", "--once")
    said, before, shape = command(app, "backup", str(path)), all_rows(), looked(describe, app)
    assert said.startswith(f"wrote {path}: ") and path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir() if "part" in one.name] == []
    assert before["sealing_key"] and before["phase_stay"] and "sign_in" not in before
    with empty_clinic(databases, target, app.config["SETTINGS"].key_file, tmp_path) as other:
        restored = command(other, "restore", str(path))
        assert f"restored {said.split()[2]} rows of {len(Base.metadata.tables) - len(LEFT_OUT)} tables" in restored
        assert all_rows() == before
        rows = looked(counts, other)
        assert {rows[name] for name in LEFT_OUT} == {0}
        assert anchor_of(other).read_text() == anchor_of(app).read_text()
        command(other, "work", "--once")  # goes on where the log was, and numbers go on too
        assert " 0 of them not sealed" in command(other, "audit", "verify")
        chart = f"/clients/{before['client'][0].split(chr(39))[1]}"
        assert Visitor(other).sign_in(accounts["supervisor"]).get(chart).status_code == 200
        assert engine != target or looked(describe, other) == shape


def test_what_was_done_is_in_the_log(app, databases, tmp_path):
    path, key_file = tmp_path / "one", app.config["SETTINGS"].key_file
    command(app, "backup", str(path))
    with transaction():
        assert db.scalar(select(AuditEvent.kind).where(AuditEvent.what == "backup.take")) == "export"
    with empty_clinic(databases, "sqlite", key_file, tmp_path) as other:
        anchor_of(other).write_text("7 of-another-time\n")
        command(other, "restore", str(path))
        with transaction():
            facts = db.scalar(select(AuditEvent.facts).where(AuditEvent.what == "backup.restore"))
            assert db.scalar(select(AuditEvent.id).where(AuditEvent.what == "backup.take")) is None
        assert facts["anchor_before"] == "7 of-another-time" and facts["log_fits"] is True


def test_a_backup_that_cannot_be_written_leaves_nothing(app, tmp_path):
    taken, kept = tmp_path / "taken", tmp_path / "kept"
    taken.mkdir()
    kept.write_text("an earlier one")
    assert "never replaces one" in command(app, "backup", str(kept), status=2) and kept.read_text() == "an earlier one"
    assert "is there already" in command(app, "backup", str(taken), status=2)
    assert "No such file" in command(app, "backup", str(tmp_path / "nowhere" / "one"), status=2)
    settings = app.config["SETTINGS"]
    full = subprocess.run(  # no file of that process may grow beyond 4 kB, as on a disk that is full
        [sys.executable, "-m", "flask", "--app", "wsgi", "backup", str(taken / "one")],
        cwd=HERE,
        env=os.environ | environment(settings),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)),
        capture_output=True,
        text=True,
    )
    assert full.returncode == 2 and full.stderr.count("\n") == 1 and "Nothing was written." in full.stderr, full.stderr
    assert list(taken.iterdir()) == []
    with transaction():
        assert db.scalar(select(AuditEvent.id).where(AuditEvent.what == "backup.take")) is None


def changed_one(whole: bytes) -> bytes:
    lines = gzip.decompress(whole).splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b"Care team" in line)
    lines[at] = lines[at].replace(b"Care team", b"Carl team")
    return gzip.compress(b"".join(lines))


def one_row_less(whole: bytes) -> bytes:
    lines = gzip.decompress(whole).splitlines(keepends=True)
    return gzip.compress(b"".join(line for line in lines if b"Care team" not in line))


def flipped(whole: bytes) -> bytes:
    middle = len(whole) // 2
    return whole[:middle] + bytes([whole[middle] ^ 16]) + whole[middle + 1 :]


def other_head(whole: bytes, **says) -> bytes:
    first, rest = gzip.decompress(whole).split(b"\n", 1)
    return gzip.compress(json.dumps(json.loads(first) | says).encode() + b"\n" + rest)


WRONG_FILES = {
    "empty": (lambda whole: b"", "is cut off"),
    "no backup": (lambda whole: b"%PDF-1.7 something else", "is not a backup of caseapp"),
    "zipped, no backup": (lambda whole: gzip.compress(b"[1, 2]\n"), "is not a backup of caseapp"),
    "cut at its first bytes": (lambda whole: whole[:20], "is cut off"),
    "cut in the middle": (lambda whole: whole[: len(whole) // 2], "is cut off"),
    "without its last byte": (lambda whole: whole[:-1], "is cut off"),
    "its last line missing": (
        lambda whole: gzip.compress(gzip.decompress(whole).rstrip().rsplit(b"\n", 1)[0] + b"\n"),
        "is cut off",
    ),
    "something behind its end": (lambda whole: gzip.compress(gzip.decompress(whole) + b"[]\n"), "was changed"),
    "a bit flipped": (flipped, "is damaged"),
    "a word changed": (changed_one, "was changed"),
    "a row taken out": (one_row_less, "was changed"),
    "its head changed": (lambda whole: other_head(whole, made_at="2020-01-01"), "was changed"),
    "its head with more": (lambda whole: other_head(whole, more=1), "was changed"),
    "a later form": (lambda whole: other_head(whole, caseapp_backup=2), "another version"),
    "an older schema": (lambda whole: other_head(whole, revision="20261124_first_tables"), "20261124_first_tables"),
    "another key": (lambda whole: other_head(whole, key="0123456789abcdef"), "another master key"),
}


def test_a_file_that_is_wrong_restores_nothing(app, databases, engine, tmp_path):
    path = tmp_path / "whole"
    command(app, "backup", str(path))
    whole = path.read_bytes()
    with empty_clinic(databases, engine, app.config["SETTINGS"].key_file, tmp_path) as other:
        anchor_of(other).write_text("7 of-another-time\n")
        for what, (spoil, said) in WRONG_FILES.items():
            wrong = tmp_path / "wrong"
            wrong.write_bytes(spoil(whole))
            answer = command(other, "restore", str(wrong), status=2)
            assert said in answer and answer.endswith("Nothing was restored.\n") and answer.count("\n") == 1, what
        assert "No such file" in command(other, "restore", str(tmp_path / "nothing"), status=2)
        assert looked(counts, other) == {} and anchor_of(other).read_text() == "7 of-another-time\n"


def test_only_an_empty_database_is_filled(app, databases, engine, tmp_path):
    path, before = tmp_path / "whole", looked(counts, app)
    command(app, "backup", str(path))
    anchor = anchor_of(app).read_text() if anchor_of(app).exists() else None
    assert "is not empty" in command(app, "restore", str(path), status=2)
    assert (anchor_of(app).read_text() if anchor_of(app).exists() else None) == anchor
    after = looked(counts, app)
    assert after == before | {"audit_event": before["audit_event"] + 1}  # of the backup
    with empty_clinic(databases, engine, app.config["SETTINGS"].key_file, tmp_path) as other:
        looked(migrate.upgrade, other)
        command(other, "restore", str(path))
        assert "is not empty" in command(other, "restore", str(path), status=2)


def test_another_key_or_none(app, databases, tmp_path):
    path = tmp_path / "whole"
    command(app, "backup", str(path))
    with empty_clinic(databases, "sqlite", app.config["SETTINGS"].key_file, tmp_path) as other:
        key_file = other.config["SETTINGS"].key_file
        key_file.write_text("ab" * 32)
        sealed.load_key_file(key_file)
        assert "another master key" in command(other, "restore", str(path), status=2)
        key_file.unlink()
        assert "There is no master key at KEY_FILE" in command(other, "restore", str(path), status=2)
        assert looked(counts, other) == {}


def made_up(path: Path, head: Head, change) -> None:
    """A backup that someone with the key wrote: its code fits, its rows are not those of a clinic."""
    with path.open("wb") as out, transaction() as session:
        writer = Writer(out, head)
        for name, table in tables.kept().items():
            writer.table(name, table.columns.keys())
            writer.rows(change(name, [row for some in tables.read(session, table) for row in some]))
        writer.end()


def head_now(app: Flask) -> Head:
    """What a backup made now would say of itself."""
    with transaction() as session:
        anchored = anchoring.read(anchor_of(app))
        return Head(migrate.head(), "now", anchored.position, anchored.code, tables.count(session))


UNFIT = {
    "rows that point at nothing": (lambda name, rows: [] if name == "team" else rows, {"team": 0}, ("point at nothing", "foreign key")),
    "fewer rows than it says": (lambda name, rows: rows, {"payer": 7}, ("as many rows",)),
    "the same row twice": (lambda name, rows: rows * 2 if name == "team" else rows, {}, ("UNIQUE", "unique")),
    "an event taken out": (
        lambda name, rows: rows[1:] if name == "audit_event" else rows,
        {"audit_event": -1},
        ("does not verify",),
    ),
}  # fmt: skip


def test_rows_that_do_not_fit_restore_nothing(app, databases, engine, tmp_path):
    command(app, "work", "--once")
    head, paths = head_now(app), {}
    for what, (change, says, _said) in UNFIT.items():
        numbers = {name: number if number >= 0 else head.rows[name] + number for name, number in says.items()}
        paths[what] = tmp_path / what
        made_up(paths[what], replace(head, rows=head.rows | numbers), change)
    with empty_clinic(databases, engine, app.config["SETTINGS"].key_file, tmp_path) as other:
        for what, path in paths.items():
            answer = command(other, "restore", str(path), status=2)
            assert any(word in answer for word in UNFIT[what][2]), (what, answer)
            assert looked(counts, other) == {} and not anchor_of(other).exists(), what


def test_a_broken_log_is_backed_up_said_and_only_restored_on_demand(app, databases, engine, tmp_path):
    command(app, "work", "--once")
    anchor_of(app).write_text("99 made-up\n")
    path = tmp_path / "whole"
    assert "its tail was cut" in command(app, "backup", str(path), status=1)
    with empty_clinic(databases, engine, app.config["SETTINGS"].key_file, tmp_path) as other:
        assert "its tail was cut. Once you know why" in command(other, "restore", str(path), status=2)
        assert looked(counts, other) == {} and not anchor_of(other).exists()
        assert "its tail was cut" in command(other, "restore", str(path), "--log-as-it-is")
        assert "its tail was cut" in command(other, "audit", "verify", status=1)


def test_a_database_of_another_version_is_not_backed_up(app, tmp_path):
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    assert "not set up for this version" in command(app, "backup", str(tmp_path / "one"), status=2)
    assert not list(tmp_path.glob("*one*"))


def test_it_is_of_one_moment_while_people_work(app, databases, engine, cast, tmp_path):
    stop, wrong, key_file = Event(), [], app.config["SETTINGS"].key_file

    def register() -> None:
        while not stop.is_set():
            try:
                with transaction():
                    registered(cast.ana.actor, "Alicia", "Ramos")
            except Exception as error:
                wrong.append(error)

    people = [Thread(target=register) for _person in range(2)]
    for one in people:
        one.start()
    taken = [tmp_path / name for name in ("first", "second")]
    for path in taken:
        command(app, "backup", str(path))
    stop.set()
    for one in people:
        one.join()
    assert not wrong
    numbers = []
    for path in taken:
        with empty_clinic(databases, engine, key_file, tmp_path) as other:
            command(other, "restore", str(path))
            clients, said = registered_and_said()
            assert clients == said
            numbers.append(clients)
            command(other, "audit", "verify")
    assert numbers[0] < numbers[1]
