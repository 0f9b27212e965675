"""`import clients`: nobody twice, nobody half, and everyone who stays outside with a reason."""

import shutil
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import func, select

from caseapp.audit.models import AuditEvent
from caseapp.clients import actions as clients
from caseapp.clients.models import CareAccess, Client, ClientReference
from caseapp.clients.queries import find
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.identity.queries import teams
from caseapp.interchange.runs import bring_in
from caseapp.interchange.sources import file_in_memory, sources_of
from caseapp.interchange.tables import rejects_of
from tests.interchange.lists import NORA, person, rejected, write

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "synthea-csv" / "patients.csv"


def last(output: str) -> str:
    return output.splitlines()[-1]


def on_record(transaction) -> tuple[int, int, int]:
    """Clients, references, and clients whom a team may see."""
    with transaction():
        seen = select(func.count(func.distinct(CareAccess.client_id))).where(CareAccess.team_id.is_not(None))
        return tuple(db.scalar(one) for one in (*(select(func.count(t.id)) for t in (Client, ClientReference)), seen))


def test_the_set_made_elsewhere_comes_in_but_for_who_has_died_or_is_too_young(command, transaction, tmp_path, cast):
    if not SHARED.exists():
        print(f"{SHARED.name} is not beside this clone: the lists made in the other tests stand for it")
        return
    path = Path(shutil.copy(SHARED, tmp_path))
    path.chmod(0o600)
    assert last(command("import", "clients", str(path), status=1)) == "imported 19, already known 0, rejected 8"
    reasons = sorted(rejected(path).values())
    assert [reason[:8] for reason in reasons] == ["Has died"] * 2 + ["Is 12. I"] * 2 + [r[:8] for r in reasons[4:]]
    assert all(reason.startswith("Is ") and "from 18 on" in reason for reason in reasons[2:])
    assert on_record(transaction) == (19, 19, 19)
    assert last(command("import", "clients", str(path), status=1)) == "imported 0, already known 19, rejected 8"
    assert on_record(transaction) == (19, 19, 19)
    with transaction():
        assert [one.last_first for one in find("pacocha", cast.ana.actor)] == ["Pacocha, Amos"]
        assert find("pacocha", cast.otto.actor) == []


def test_who_is_known_already(command, transaction, tmp_path, cast):
    with transaction():
        for name, born, sex in (("Åsa", 1, "female"), ("Twin", 2, "male"), ("Twin", 2, "male"), ("Kim", 3, "male")):
            clients.register(cast.ana.actor, first_name=name, last_name="Lund", born=date(1990, 1, born), sex=sex)
    rows = [
        NORA,
        NORA | {"Id": "a-2"},
        NORA | {"LAST": "Married"},
        NORA | {"BIRTHDATE": "1970-01-01", "LAST": "Other"},
        NORA,
        person(1, Id="l-1", FIRST="Asa9", LAST="LUND1", BIRTHDATE="1990-01-01"),
        person(1, Id="l-2", FIRST="Twin", LAST="Lund", BIRTHDATE="1990-01-02", GENDER="M"),
        person(1, Id="l-3", FIRST="Kim", LAST="Lund", BIRTHDATE="1990-01-03", GENDER="F"),
        person(1, Id="l-4", FIRST="Asa", LAST="Lund", BIRTHDATE="1991-01-01"),
    ]
    path = write(tmp_path / "patients.csv", *rows)
    assert last(command("import", "clients", str(path), status=1)) == "imported 2, already known 3, rejected 4"
    reasons = rejected(path)
    assert reasons["a-2"].startswith("Someone of this name and birth date came from the same source under another id")
    assert reasons["a-1"] == "This id stands for someone else on record: another name and another birth date"
    assert reasons["l-2"].startswith("2 people of this name and birth date are on record")
    assert reasons["l-3"].startswith("Someone of this name and birth date is on record with another sex")
    assert on_record(transaction) == (6, 3, 6)
    assert last(command("import", "clients", str(path), status=1)) == "imported 0, already known 5, rejected 4"
    again = write(tmp_path / "elsewhere.csv", NORA | {"Id": "77"})
    assert (
        last(command("import", "clients", str(again), "--source", "County"))
        == "imported 0, already known 1, rejected 0"
    )
    with transaction():
        names = select(ClientReference.source, ClientReference.reference).join(
            Client, Client.id == ClientReference.client_id
        )
        of_nora = db.execute(names.where(Client.last_name == "Quist").order_by(ClientReference.source)).all()
        assert of_nora == [("County", "77"), ("patients.csv", "a-1")]


def test_hostile_rows_are_refused_one_by_one_and_the_rest_comes_in(command, transaction, tmp_path):
    path = write(tmp_path / "patients.csv", person(1), person(2), person(3))
    lines = [
        b'p-9,"1980-01-01,,Ann,Lee,,,F,,,,\r\n',
        b"p-10,1980-01-01,,An\x00n,Lee,,,F,,,,\r\n",
        "p-11,1980-01-01,,René,Lee,,,F,,,,\r\n".encode("latin-1"),
        b"p-12,1980-01-01,,Ann\r\n",
        b"p-13,1980-01-01,,Ann," + b"x" * 150_000 + b",,,F,,,,\r\n",
        "p-14,1980-01-01,,{0},{0},,,F,,,,\r\n".format("\ufdfa" * 100).encode(),
        b'=HYPERLINK("http://x"),2030-01-01,,Ann,Lee,,,F,,,,\r\n',
    ]
    head, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(head + rest[0] + b"".join(lines) + rest[1] + rest[2])
    imported = command("import", "clients", str(path), status=1)
    counted = on_record(transaction)[0]
    assert counted in (3, 4)  # one engine keeps the name that spells out to 1,800 letters, the other can't
    assert last(imported) == f"imported {counted}, already known 0, rejected {10 - counted}"
    text = path.with_name("patients.csv.rejects.csv").read_bytes()
    assert b"\r\n\"'=HYPERLINK(" in text  # as text, not as a formula
    assert len(text) < 20_000


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_no_file_changes_nothing(command, transaction, tmp_path):
    good = write(tmp_path / "good.csv", NORA)
    for name in ("none.csv", ".", "none.json"):
        said = command("import", "clients", str(good), str(tmp_path / name), status=2)
        assert said.startswith("Error: ") and len(said.splitlines()) == 1
    assert "Name the source" in command("import", "clients", str(good), "--source", " ", status=2)
    assert on_record(transaction) == (0, 0, 0)
    nobody = write(tmp_path / "nobody.csv")
    assert last(command("import", "clients", str(nobody))) == "imported 0, already known 0, rejected 0"
    assert sorted(path.name for path in tmp_path.iterdir() if "reject" in path.name) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_import_without_a_set_up_clinic_says_so(app, command, transaction, tmp_path):
    with transaction():
        for team in teams():
            team.takes_referrals = False
    said = command("import", "clients", str(write(tmp_path / "patients.csv", NORA)))
    assert said.splitlines()[0] == "No team takes referrals, so nobody will see the people brought in."
    with transaction():
        db.connection().exec_driver_sql("DROP TABLE alembic_version")
    assert "Run: flask --app wsgi setup" in command("import", "clients", str(tmp_path / "patients.csv"), status=1)


def test_an_import_that_was_cut_off_goes_on(app, command, transaction, tmp_path):
    path = write(
        tmp_path / "patients.csv", *(person(number) for number in range(250)), person(1, DEATHDATE="2020-01-01")
    )
    with pytest.raises(RuntimeError), ExitStack() as opened:
        (people,) = sources_of([file_in_memory(str(path), path.read_bytes())], opened)
        rejects = opened.enter_context(rejects_of(path, people.header))
        for _done in islice(bring_in(people, rejects, "", COMMAND_LINE), 2):
            pass
        raise RuntimeError("cut off")
    assert on_record(transaction) == (200, 200, 200)
    assert last(command("import", "clients", str(path), status=1)) == "imported 50, already known 200, rejected 1"
    assert on_record(transaction) == (250, 250, 250)
    assert rejected(path) == {"p-1": "Has died (Jan 1, 2020)"}
    with transaction():
        registered = select(func.count(AuditEvent.id)).where(AuditEvent.what == "clients.register")
        assert db.scalar(registered) == 250
