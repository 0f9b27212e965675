"""`import clients` with FHIR Bundles and with what lies beside a list: whoever screens sees what a referral says."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from caseapp.audit.models import AuditEvent
from caseapp.clients.models import Client, ClientReference
from caseapp.core.db import db
from caseapp.episodes.models import ReferralProblem
from caseapp.episodes.queries import referred_with
from tests.interchange import lists
from tests.interchange.lists import rejected
from tests.interchange.referrals import NORA, bundle, condition, request, write

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def last(output: str) -> str:
    return output.splitlines()[-1]


def on_record(transaction) -> tuple[int, int, int]:
    """Clients, references, problems."""
    with transaction():
        return tuple(db.scalar(select(func.count(table.id))) for table in (Client, ClientReference, ReferralProblem))


def problems_of(name: str) -> list[tuple[str, str, str, str, int]]:
    client = db.scalar(select(Client).where(Client.last_name == name))
    return [(one.words, one.since, one.until, one.status.value, one.mentions) for one in referred_with(client.id)]


def test_the_sets_made_elsewhere_come_in_but_for_who_has_died_or_is_too_young(command, transaction, tmp_path):
    if not SHARED.exists():
        print(f"{SHARED} is not beside this clone: the Bundles and lists made in the other tests stand for it")
        return
    folder = Path(shutil.copytree(SHARED, tmp_path / "data", copy_function=shutil.copyfile))
    for one in (folder, folder / "synthea-csv", folder / "fhir-referrals"):
        one.chmod(0o700)
    paths = [str(folder / "synthea-csv" / "patients.csv"), *map(str, sorted(folder.glob("fhir-referrals/*.json")))]
    assert last(command("import", "clients", *paths, status=1)) == "imported 24, already known 0, rejected 11"
    assert on_record(transaction) == (24, 24, 26)
    died = [path for path in map(Path, paths[1:]) if rejected(path)]
    assert [path.name.partition("_")[0] for path in died] == ["Gilberto", "Kendall", "Murray"]
    assert all(reason.startswith("Has died (") for path in died for reason in rejected(path).values())
    with transaction():
        assert problems_of("Mercado") == [("Opioid abuse (disorder)", "1988-10-25", "", "active", 1)]
        assert problems_of("Conroy") == [
            ("Unhealthy alcohol drinking behavior (finding)", "2008-07-16", "", "active", 2)
        ]
        assert problems_of("DuBuque") == []
    assert last(command("import", "clients", *paths, status=1)) == "imported 0, already known 24, rejected 11"
    assert on_record(transaction) == (24, 24, 26)


def test_one_bundle_among_bad_ones_comes_in_and_each_bad_one_has_its_reason(command, transaction, tmp_path):
    good = write(tmp_path / "good.json", bundle(condition("7200002", "Alcoholism"), request("864706")))
    cut = write(tmp_path / "cut.json", good.read_bytes()[:200])
    dead = write(tmp_path / "=dead.JSON", bundle(client=NORA | {"deceasedBoolean": True}))
    both = command("import", "clients", str(cut), str(good), str(dead), status=1)
    assert last(both) == "imported 1, already known 0, rejected 2"
    assert rejected(cut) == {str(cut): "Is cut off in line 1. Send the whole file again"}
    assert dead.with_name("=dead.JSON.rejects.csv").read_text().splitlines() == [
        "FILE,LAST,FIRST,BIRTHDATE,reject_reason",
        f"{dead},Lund,Nora,1988-03-04,Has died",
    ]
    assert not good.with_name("good.json.rejects.csv").exists()
    again = write(tmp_path / "again.json", bundle(condition("7200002"), condition("5602001"), request("864706")))
    assert last(command("import", "clients", str(again))) == "imported 0, already known 1, rejected 0"
    assert on_record(transaction) == (1, 1, 3)
    with transaction():
        assert [one[0] for one in problems_of("Quist")] == [
            "Alcoholism",
            "Opioid abuse",
            "Methadone hydrochloride 10 MG Oral Tablet",
        ]
        facts = select(AuditEvent.facts).where(AuditEvent.what == "interchange.import_clients").order_by(AuditEvent.id)
        assert [one["file"] for one in db.scalars(facts)] == ["cut.json", "good.json", "=dead.JSON", "again.json"]
        assert db.scalar(select(ReferralProblem.words_sealed)).find(b"Alcohol") == -1


def test_a_client_of_a_list_and_of_a_bundle_is_one_client(command, transaction, tmp_path):
    listed = lists.write(tmp_path / "patients.csv", lists.NORA | {"FIRST": "Nora Mae"})
    sent = write(tmp_path / "nora.json", bundle())
    assert last(command("import", "clients", str(listed), str(sent))) == "imported 1, already known 1, rejected 0"
    with transaction():
        references = select(ClientReference.source, ClientReference.reference).order_by(ClientReference.source)
        assert db.execute(references).all() == [("county.example", "C-77"), ("patients.csv", "a-1")]
    assert last(command("import", "clients", str(sent), "--source", "Fax")) == "imported 0, already known 1, rejected 0"


def test_the_lists_beside_a_list_come_with_it(command, transaction, tmp_path):
    listed = lists.write(tmp_path / "patients.csv", lists.NORA)
    head = "START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION\n"
    (tmp_path / "conditions.csv").write_text(
        head
        + "2001-02-03,2002-02-03,a-1,e,7200002,Alcoholism\n2005-01-01,,a-1,e,706893006,Victim of intimate partner abuse\n"
        + "2001-13-03,,a-1,e,7200002,Alcoholism\n2001-02-03,,nobody,e,7200002,Alcoholism\n2001-02-03,,a-1\n"
    )
    (tmp_path / "medications.csv").write_text(
        head
        + "2019-01-05T10:00:00Z,2019-02-05T10:00:00Z,a-1,e,1049625,Percocet\n"
        + "2019-03-05T10:00:00Z,2019-04-05T10:00:00Z,a-1,e,1049625,Percocet\n"
    )
    (tmp_path / "careplans.csv").write_text("Id\n")
    assert last(command("import", "clients", str(listed), status=1)) == "imported 1, already known 0, rejected 2"
    assert sorted(rejected(tmp_path / "conditions.csv").items()) == [
        ("2001-02-03", "This row has 3 cells, and the header has 6"),
        ("2001-13-03", 'START "2001-13-03" is not a day. Write it as YYYY-MM-DD'),
    ]
    with transaction():
        assert problems_of("Quist") == [
            ("Alcoholism", "2001-02-03", "2002-02-03", "ended", 1),
            ("Percocet", "2019-01-05", "2019-04-05", "ended", 2),
        ]
    everything = [str(one) for one in sorted(tmp_path.glob("*.csv")) if one.name in ("conditions.csv", "patients.csv")]
    assert last(command("import", "clients", *everything, status=1)) == "imported 0, already known 1, rejected 2"
    assert on_record(transaction) == (1, 1, 3)
    (tmp_path / "conditions.csv").write_text("a,b\n")
    said = command("import", "clients", str(listed), status=1)
    assert "conditions.csv lacks the columns START" in said
    assert last(said) == "imported 0, already known 1, rejected 1"


def test_whoever_screens_sees_what_the_referral_says(command, transaction, tmp_path, visit, cast):
    said = [
        condition("7200002", "<b>Alcoholism</b>", onsetDateTime="2001-08"),
        condition("75544000", "Opioid dependence", clinicalStatus={"coding": [{"code": "remission"}]}),
        request("198031", "Nicotine patch", authoredOn="2001-08-13", status="stopped"),
    ]
    command("import", "clients", str(write(tmp_path / "nora.json", bundle(*said))))
    with transaction():
        id = db.scalar(select(Client.id))
    for path in (f"/clients/{id}", f"/clients/{id}/prescreen"):
        page = visit(cast.ana).get(path)
        assert page.status_code == 200
        assert "&lt;b&gt;Alcoholism&lt;/b&gt;, first in Aug 2001" in page.text
        assert "Opioid dependence, in remission" in page.text and "county.example" in page.text
        assert "Nicotine patch, medication, first on Aug 13, 2001, ended" in page.text
    assert visit(cast.otto).get(f"/clients/{id}").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_chart_without_a_referral_says_nothing_of_one(command, transaction, tmp_path, visit, cast):
    command("import", "clients", str(write(tmp_path / "nora.json", bundle())))
    with transaction():
        id = db.scalar(select(Client.id))
    assert "Referred with" not in visit(cast.ana).get(f"/clients/{id}").text
    assert "The referral says" not in visit(cast.ana).get(f"/clients/{id}/prescreen").text
