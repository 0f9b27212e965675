"""What was looked at is written down once for a look, also by pages that ask by themselves; and nothing is shown that can't be."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from caseapp.audit.models import AuditEvent
from caseapp.audit.rules import Kind
from caseapp.clients import actions as clients
from caseapp.core import clock
from caseapp.core import db as database

POLL = {"X-Poll": "1"}


@pytest.fixture
def cara(transaction, cast):
    with transaction():
        return clients.register(cast.ana.actor, first_name="Cara", last_name="Diaz", born=date(1985, 1, 2))


def reads(transaction, what: str) -> int:
    with transaction() as session:
        found = select(AuditEvent.id).where(AuditEvent.kind == Kind.read, AuditEvent.what == what)
        return len(session.scalars(found).all())


def test_a_page_that_asks_by_itself_is_one_event_a_minute(visit, cast, cara, transaction):
    ana, sue, now, edit = visit(cast.ana), visit(cast.sue), clock.now(), f"/clients/{cara.id}/edit"
    with clock.freeze(now):
        for _time in range(4):
            assert "Diaz" in ana.get(edit, headers=POLL).text
    assert reads(transaction, "clients.edit") == 1
    with clock.freeze(now + timedelta(seconds=59)):
        ana.get(edit, headers=POLL)
        assert reads(transaction, "clients.edit") == 1
        sue.get(edit, headers=POLL)  # someone else
        assert reads(transaction, "clients.edit") == 2
        ana.get(f"/clients/{cara.id}", headers=POLL)  # another page
        assert reads(transaction, "chart.show") == 1
    with clock.freeze(now + timedelta(seconds=61)):
        ana.get(edit, headers=POLL)
    assert reads(transaction, "clients.edit") == 3


def test_other_clients_are_another_event_and_a_look_by_hand_always_one(visit, cast, cara, transaction):
    ana, now = visit(cast.ana), clock.now()
    with transaction():
        ben = clients.register(cast.ana.actor, first_name="Ben", last_name="Ortiz", born=date(1985, 1, 2))
    with clock.freeze(now):
        for client in (cara, ben, cara, ben):
            ana.get(f"/clients/{client.id}/edit", headers=POLL)
        assert reads(transaction, "clients.edit") == 2
        ana.get(f"/clients/{cara.id}/edit")
        ana.get(f"/clients/{cara.id}/edit")
        ana.get(f"/clients/{cara.id}/edit", headers=POLL)
    assert reads(transaction, "clients.edit") == 4


def test_what_cannot_be_recorded_is_not_shown(visit, cast, cara, transaction, caplog):
    ana = visit(cast.ana)
    with transaction() as session:
        session.execute(text("ALTER TABLE audit_event RENAME COLUMN actor_name TO out_of_reach"))
    answer = ana.get(f"/clients/{cara.id}/edit")
    assert answer.status_code == 503 and "Diaz" not in answer.text and "Cara" not in answer.text
    assert "We could not write to the log who looks at this" in answer.text and "988" in answer.text
    number = answer.text.split('<b class="number">')[1].split("<")[0]
    assert f"number {number} at clients.edit" in caplog.text
    assert answer.headers["Content-Security-Policy"] and answer.headers["Cache-Control"] == "no-store"


def test_a_refusal_that_cannot_be_recorded_is_a_sentence_too(visit, cast, transaction):
    otto = visit(cast.otto)
    with transaction() as session:
        session.execute(text("ALTER TABLE audit_event RENAME TO out_of_reach"))
    answer = otto.get("/clients/nobody-nobody-nobodyx/edit")
    assert answer.status_code == 503 and "988" in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_without_a_database_the_page_still_speaks(visit, cast, cara, caplog, monkeypatch, settings, tmp_path, method):
    ana = visit(cast.ana)
    there = database.engine()
    away = (
        "postgresql://nobody@127.0.0.1:1/nothing"
        if there.dialect.name == "postgresql"
        else f"sqlite:////{tmp_path}/no/x.db"
    )
    database.bind(database.make_engine(away))
    try:
        answer = getattr(ana.raw, method)(f"/clients/{cara.id}/edit")
    finally:
        database.bind(there)
    assert answer.status_code == 503 and "We are updating" in answer.text and "988" in answer.text
    number = answer.text.split('<b class="number">')[1].split("<")[0]
    assert f"number {number} at clients.edit" in caplog.text
    assert ("Nothing was saved" in answer.text) == (method == "post")


def test_what_broke_has_a_number_and_asks_no_database(app, visit, cast, caplog, statements):
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    from caseapp.core.access import public

    app.view_functions["healthz"] = public(lambda: 1 / 0)
    with statements() as seen:
        answer = visit().get("/healthz")
    assert answer.status_code == 500 and "Something broke on our side" in answer.text and not seen
    number = answer.text.split('<b class="number">')[1].split("<")[0]
    assert f"number {number} at healthz" in caplog.text
