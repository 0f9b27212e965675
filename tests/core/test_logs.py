"""The program's log: a line of JSON for each request and for what broke, and nothing in it that anyone typed."""

import json
import logging

import pytest
from sqlalchemy import text

from caseapp.core import logs, web
from caseapp.core.access import public
from caseapp.core.db import db, engine
from tests.sessions import person

TYPED = ("Zebulon", "Quartzmann", "+15550199", "zeb@home.example", "Xw7-secret-link", "fell from the ladder")


@pytest.fixture
def lines(capsys):
    """The lines written since the last look; whatever else stands on standard error is none."""

    def written() -> list[dict]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    written()
    return written


def test_a_request_is_a_line_without_its_address(visit, cast, transaction, lines):
    with transaction():
        client = person(cast.ana.actor).id
    ana = visit(cast.ana)
    lines()
    assert ana.get(f"/clients/{client}?from=Quartzmann").status_code == 200
    assert ana.get("/no/such/page/Quartzmann").status_code == 404
    chart, nowhere = lines()
    assert (chart["from"], chart["says"], chart["level"]) == ("caseapp.requests", "request", "info")
    assert (chart["method"], chart["endpoint"], chart["status"]) == ("GET", "chart.show", 200)
    assert chart["ms"] > 0 and chart["at"].endswith("+00:00")
    assert (nowhere["endpoint"], nowhere["status"]) == ("nowhere", 404)
    assert client not in json.dumps([chart, nowhere]) and "Quartzmann" not in json.dumps([chart, nowhere])


def test_nothing_that_is_typed_or_followed_is_in_the_log(app, visit, cast, transaction, lines, monkeypatch):
    def breaking():
        raise ValueError(f"can't read {' '.join(TYPED)}")

    def colliding():
        with db.begin_nested():
            db.execute(text("INSERT INTO team (id, name) VALUES ('same', 'Zebulon'), ('same', 'Quartzmann')"))

    ana = visit(cast.ana)
    for name, view in {"breaking": breaking, "colliding": colliding}.items():
        monkeypatch.setitem(app.view_functions, "healthz", public(view))
        monkeypatch.setattr(app, "testing", False)
        answer = visit().get("/healthz")
        assert answer.status_code in (422, 500), name
    ana.submit("/clients/new", {"first_name": TYPED[0], "last_name": TYPED[1], "phone": TYPED[2], "email": TYPED[3]})
    ana.post("/clients/find", {"q": TYPED[1]}, page="/today")
    ana.get(f"/password/{TYPED[4]}")
    ana.get(f"/reports/transitions?from={TYPED[1]}")
    visit().post("/sign-in", {"email": TYPED[3], "password": TYPED[4]})
    written = lines()
    assert len(written) > 8
    told = json.dumps(written)
    for word in TYPED:
        assert word not in told, word


def test_what_broke_says_its_type_its_places_and_the_number_on_the_page(app, visit, lines, monkeypatch):
    def breaking():
        try:
            raise KeyError("Quartzmann")
        except KeyError as error:
            raise RuntimeError("Zebulon") from error

    monkeypatch.setitem(app.view_functions, "healthz", public(breaking))
    monkeypatch.setattr(app, "testing", False)
    page = visit().get("/healthz").text
    broke, request = (line for line in lines() if "healthz" in json.dumps(line))
    assert [one["type"] for one in broke["error"]] == ["RuntimeError", "KeyError"]
    assert broke["error"][0]["places"][-1].endswith(" breaking") and "test_logs.py:" in broke["error"][0]["places"][-1]
    assert broke["level"] == "error" and f"number {request['number']} " in broke["says"]
    assert request["number"] in page and request["status"] == 500


def test_one_line_for_each_however_many_applications_there_are(lines):
    logs.begin()
    logs.begin()
    logging.getLogger("caseapp.jobs").info("once")
    assert [line["says"] for line in lines()] == ["once"]


def test_healthz_says_whether_the_database_answers_and_is_of_this_version(app, visit, monkeypatch):
    machine = visit()
    answer = machine.get("/healthz")
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (200, "ok", "no-store")
    with engine().begin() as connection:
        before = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        connection.execute(text("UPDATE alembic_version SET version_num = 'another'"))
    answer = machine.get("/healthz")
    assert (answer.status_code, answer.text) == (503, "the tables are not those of this version")
    with engine().begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :before"), {"before": before})
    assert machine.get("/healthz").status_code == 200


def test_what_escapes_every_page_is_logged_without_its_address(app, visit, lines, monkeypatch):
    def breaking(_response):
        raise ValueError("Zebulon")

    monkeypatch.setattr(web, "settle", breaking)
    monkeypatch.setattr(app, "testing", False)
    assert visit().get(f"/password/{TYPED[4]}?from=Quartzmann").status_code == 500
    told = json.dumps(lines())
    assert "broke at identity.set_password" in told and "ValueError" in told
    assert not [word for word in (*TYPED, "/password/") if word in told]
