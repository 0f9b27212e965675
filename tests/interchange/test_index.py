"""The page to bring people in: looked at first, done in the background, told in figures, with the rejects to take away."""

import io
import json
from datetime import timedelta
from itertools import islice

import pytest
from sqlalchemy import func, select, update

from caseapp.audit.models import AuditEvent
from caseapp.clients.models import CareAccess, Client, ClientReference
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.models import ReferralProblem
from caseapp.interchange.uploads import JOBS, KEEP_FILES, base_name
from caseapp.jobs.models import Job, JobFile
from caseapp.jobs.running import run_next
from tests.interchange.lists import COLUMNS
from tests.interchange.lists import NORA as LISTED
from tests.interchange.lists import person as someone
from tests.interchange.referrals import bundle, condition

PAGE = "/admin/import"


def listed(*people: dict[str, str]) -> bytes:
    """A list of these people."""
    rows = [COLUMNS, *([one.get(name, "") for name in COLUMNS] for one in people)]
    return "\n".join(map(",".join, rows)).encode()


SENT = json.dumps(bundle(condition("7200002", "Alcoholism"))).encode()
DEAD = someone(1, DEATHDATE="2020-01-01", FIRST="=cmd()")
FILES = {
    "lists/patients.csv": listed(LISTED, someone(2), DEAD),
    "conditions.csv": b"START,STOP,PATIENT,CODE,DESCRIPTION\n2001-02-03,,a-1,7200002,Alcoholism\n",
    "nora.json": SENT.replace(b"Quist", b"Lund"),
    "cut.json": SENT[:99],
}


def hand_over(visitor, files: dict[str, bytes], **more: str):
    fields = {"csrf_token": visitor.token(PAGE), "form_key": more.pop("form_key", "k" * 22)} | more
    fields["files"] = [(io.BytesIO(content), name) for name, content in files.items()]
    return visitor.raw.post(PAGE, data=fields, content_type="multipart/form-data")


def press(visitor, path: str, deed: str):
    return visitor.raw.post(f"{path}/{deed}", data={"csrf_token": visitor.token(PAGE)})


def on_record(transaction) -> tuple[int, ...]:
    with transaction():
        tables = (Client, ClientReference, ReferralProblem, JobFile)
        return tuple(db.scalar(select(func.count()).select_from(table)) for table in tables)


def test_people_are_looked_at_then_brought_in_then_known(command, transaction, visit, cast):
    ada = visit(cast.ada)
    assert "None yet." in ada.get(PAGE).text
    answer = hand_over(ada, FILES)
    path = answer.headers["Location"]
    assert answer.status_code == 303 and path.startswith(f"{PAGE}/")
    assert hand_over(ada, FILES).headers["Location"] == path  # twice is once
    waiting = ada.get(path).text
    assert "Waiting" in waiting and "not begun" in waiting and '<meta http-equiv="refresh"' in waiting
    assert "Nobody works on it" not in waiting
    command("work", "--once")
    looked = ada.get(path).text
    assert 'Would be brought in</dt><dd class="number">3<' in looked and 'Refused</dt><dd class="number">2<' in looked
    assert "Nothing is written yet" in looked and "Quist, Nora" in looked and "Has died (Jan 1, 2020)" in looked
    assert on_record(transaction) == (0, 0, 0, 4)
    assert press(ada, path, "go-on").headers["Location"] == path
    assert press(ada, path, "go-on").status_code == 422
    command("work", "--once")
    done = ada.get(path).text
    assert 'Brought in</dt><dd class="number">3<' in done and "Bring them in" not in done
    assert on_record(transaction) == (3, 3, 2, 0)
    with transaction():
        assert all(number in done for number in db.scalars(select(Client.record_number)))
    rejects = ada.get(f"{path}/rejects/1")
    assert (
        rejects.mimetype == "text/csv"
        and "'=cmd()" in rejects.text
        and rejects.text.endswith('"Has died (Jan 1, 2020)"\r\n')
    )
    assert "Is cut off in line 1" in ada.get(f"{path}/rejects/2").text
    again = hand_over(ada, FILES, form_key="l" * 22).headers["Location"]
    command("work", "--once")
    assert 'Known already</dt><dd class="number">3<' in ada.get(again).text


def test_who_brought_in_what_is_recorded_and_gives_no_access(command, transaction, visit, cast):
    ada = visit(cast.ada)
    path = hand_over(ada, FILES).headers["Location"]
    command("work", "--once")
    press(ada, path, "go-on")
    command("work", "--once")
    with transaction():
        given = db.execute(select(CareAccess.staff_id, CareAccess.team_id)).all()
        events = select(AuditEvent.actor_id, AuditEvent.facts).where(AuditEvent.what == "interchange.import_clients")
        told = [
            (by, facts["file"], facts.get("imported", 0)) for by, facts in db.execute(events.order_by(AuditEvent.id))
        ]
        each = select(AuditEvent.actor_id, AuditEvent.actor_name).where(AuditEvent.what == "clients.register")
        assert set(db.execute(each).all()) == {(None, "Ada Lindt")}
    assert len(given) == 3 and all(staff is None and team for staff, team in given)
    who = cast.ada.actor.id
    assert told == [(who, "conditions.csv", 0), (who, "patients.csv", 2), (who, "nora.json", 1), (who, "cut.json", 0)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("C:\\a\\b.csv", "b.csv"), ("../b.csv", "b.csv"), ("a/", "file"), ("\u202eb", "b"), ("x" * 300, "x" * 200)],
)
def test_a_file_goes_by_its_own_name(sent, kept):
    assert base_name(sent) == kept


def test_who_may_and_whose_it_is(command, transaction, visit, cast):
    ada = visit(cast.ada)
    path = hand_over(ada, FILES).headers["Location"]
    for other in (cast.ana, cast.carl, cast.sue):
        assert visit(other).get(PAGE).status_code == visit(other).get(path).status_code == 403
    for lost in (f"{PAGE}/{'x' * 22}", f"{path}/rejects/1", f"{path}/rejects/x"):
        assert ada.get(lost).status_code == 404
    with transaction():
        db.execute(update(Job).values(asked_by_id=cast.sue.actor.id))
    assert (
        ada.get(path).status_code
        == press(ada, path, "go-on").status_code
        == press(ada, path, "stop").status_code
        == 404
    )


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "Choose the files to bring in."),
        ({"patients.csv": b""}, "Choose the files to bring in."),
        ({"careplans.csv": b"Id,START\n"}, "careplans.csv lacks the columns BIRTHDATE"),
        ({"a.zip": b"PK\x03\x04"}, "a.zip is a spreadsheet or an archive, not UTF-8 text"),
        ({"conditions.csv": b"START,STOP,PATIENT,CODE,DESCRIPTION\n"}, "conditions.csv lacks the columns Id"),
        ({"<b>.csv": b"\xff\xfe"}, "&lt;b&gt;.csv is UTF-16"),
    ],
)
def test_what_can_not_be_read_at_all_is_said_at_the_field(transaction, visit, cast, files, says):
    answer = hand_over(visit(cast.ada), files)
    assert answer.status_code == 422 and says in answer.text and "field-error" in answer.text
    with transaction():
        assert db.scalar(select(func.count()).select_from(Job)) == 0
    long = hand_over(visit(cast.ada), {"patients.csv": listed(LISTED)}, source="x" * 61)
    assert long.status_code == 422


def test_an_import_is_stopped_or_thrown_away_and_says_when_nobody_works(command, transaction, visit, cast):
    ada = visit(cast.ada)
    path = hand_over(ada, FILES).headers["Location"]
    with transaction():
        db.execute(update(Job).values(asked_at=clock.now() - timedelta(minutes=1)))
    assert "Nobody works on it" in ada.get(path).text
    assert press(ada, path, "stop").headers["Location"] == path
    assert "Nothing was brought in" in ada.get(path).text
    command("work", "--once")
    assert on_record(transaction) == (0, 0, 0, 0)
    other = hand_over(ada, FILES, form_key="l" * 22).headers["Location"]
    command("work", "--once")
    press(ada, other, "stop")
    assert on_record(transaction) == (0, 0, 0, 0)
    assert "Stopped" in ada.get(PAGE).text and "Ada Lindt" in ada.get(PAGE).text
    assert press(ada, other, "go-on").status_code == 422


def test_a_worker_that_dies_leaves_an_import_that_another_ends(command, transaction, visit, cast):
    ada = visit(cast.ada)
    path = hand_over(ada, {"patients.csv": listed(*(someone(at) for at in range(250)), DEAD)}).headers["Location"]
    command("work", "--once")
    press(ada, path, "go-on")
    dead = run_next(JOBS, KEEP_FILES)
    assert [step.so_far.get("many") for step in islice(dead, 3)] == [None, 100, 200]
    with transaction():
        db.execute(update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
    assert "Nobody works on it" in ada.get(path).text
    command("work", "--once")
    assert list(dead) == []
    done = ada.get(path).text
    assert 'Brought in</dt><dd class="number">250<' in done and 'Known already</dt><dd class="number">0<' in done
    assert "and 50 more" in done
    assert on_record(transaction) == (250, 250, 0, 0)


def test_an_import_that_is_stopped_keeps_whom_it_brought_in(command, transaction, visit, cast):
    ada = visit(cast.ada)
    path = hand_over(ada, {"patients.csv": listed(*(someone(at) for at in range(150)))}).headers["Location"]
    command("work", "--once")
    press(ada, path, "go-on")
    work = run_next(JOBS, KEEP_FILES)
    assert len(list(islice(work, 2))) == 2
    press(ada, path, "stop")
    assert list(work) == []
    assert "Whoever was brought in until then stays (100)" in ada.get(path).text
    assert on_record(transaction)[0] in (100, 150)  # the batch under way is ended, and no other begun
