"""Who may see a record: given, ended, denied by a supervisor; nobody lost; and who has seen it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.clients import actions
from caseapp.clients.models import CareAccess
from caseapp.clients.queries import care, get_client
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import NotFound, RuleBroken
from tests.episodes.people import registered, today


@pytest.fixture
def alicia(transaction, cast):
    with transaction():
        return registered(cast.ana.actor).id


def sees(transaction, who, client_id):
    with transaction():
        try:
            return bool(get_client(client_id, who.actor))
        except NotFound:
            return False


def decide(visitor, alicia, ground, whom, **more):
    path = f"/clients/{alicia}/access/decide"
    return visitor.submit(
        path, {"ground": ground, "whom": f"staff:{whom.actor.id}", "reason": "Asked by the client", **more}
    )


def test_a_supervisor_gives_ends_and_denies(visit, cast, transaction, alicia):
    sue = visit(cast.sue)
    assert not sees(transaction, cast.otto, alicia)
    assert decide(sue, alicia, "given", cast.otto).status_code == 303
    assert sees(transaction, cast.otto, alicia)
    assert "Asked by the client" in sue.get(f"/clients/{alicia}/access").text
    assert "Asked by the client" not in visit(cast.otto).get(f"/clients/{alicia}/access").text
    with transaction():
        row = db.scalar(select(CareAccess).where(CareAccess.staff_id == cast.otto.actor.id))
        assert b"Asked" not in row.reason_sealed
    end = f"/clients/{alicia}/access/{row.id}/end"
    assert sue.submit(end, {"reason": ""}).status_code == 422
    assert sue.submit(end, {"reason": "Not needed any more"}).status_code == 303
    assert not sees(transaction, cast.otto, alicia)
    assert sue.submit(end, {"reason": "Again"}).status_code == 422
    assert decide(sue, alicia, "denied", cast.ana).status_code == 303
    assert not sees(transaction, cast.ana, alicia)
    assert visit(cast.ana).get(f"/clients/{alicia}/access").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_may_open_these_pages(visit, cast, alicia):
    for path in (f"/clients/{alicia}/access", f"/clients/{alicia}/seen"):
        assert visit(cast.ana).get(path).status_code == 200
        assert visit(cast.otto).get(path).status_code == 404
        assert visit(cast.ada).get(path).status_code == 403
    assert visit(cast.ana).get(f"/clients/{alicia}/access/decide").status_code == 403
    assert visit(cast.sue).get(f"/clients/{alicia}/access/nothing/end").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "Enter the reason"),
        ({"whom": "staff:nobody"}, "Choose one of the list"),
        ({"ground": None}, "Choose whether"),
        ({"ground": "caseload"}, "Choose one of these"),
        ({"started_on": "yesterday"}, "must be on or after"),
        ({"ended_on": "today"}, "must be after the first"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_refused(visit, cast, transaction, alicia, wrong, said):
    path = f"/clients/{alicia}/access/decide"
    given = {"ground": "given", "whom": f"staff:{cast.otto.actor.id}", "reason": "Covers for Ana"}
    answer = visit(cast.sue).submit(path, given | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert not sees(transaction, cast.otto, alicia)


def test_nobody_is_lost(transaction, cast, alicia):
    with transaction():
        rows = {row.ground: row.id for row in db.scalars(select(CareAccess).where(CareAccess.client_id == alicia))}
        assert care.keepers(alicia) == {cast.ana.actor.id, cast.sue.actor.id}
        actions.end_access(
            db.get(CareAccess, rows[Ground.team]), cast.sue.actor, ended_on=today(), reason="Team changes"
        )
        assert care.keepers(alicia) == {cast.ana.actor.id}
    with pytest.raises(RuleBroken, match="nobody here could open"), transaction():
        actions.end_access(db.get(CareAccess, rows[Ground.caseload]), cast.sue.actor, ended_on=today(), reason="Leaves")
    with pytest.raises(RuleBroken, match="nobody here could open"), transaction():
        client = get_client(alicia, cast.ana.actor)
        actions.decide_access(client, Ground.denied, cast.sue.actor, reason="x", staff_id=cast.ana.actor.id)
    assert sees(transaction, cast.ana, alicia)


def test_access_that_ends_by_itself_stays_with_the_last_one(transaction, cast):
    with transaction():
        client = registered(cast.otto.actor)
        given = db.scalar(
            select(CareAccess).where(CareAccess.client_id == client.id, CareAccess.ground == Ground.given)
        )
        actions.end_access(given, cast.sue.actor, ended_on=today(), reason="x")
        until = today() + timedelta(days=30)
        assert not actions.close_caseload(client.id, cast.otto.actor.id, cast.otto.actor, ended_on=until)
        actions.give_access(client.id, Ground.caseload, cast.otto.actor, staff_id=cast.ana.actor.id)
        assert actions.close_caseload(client.id, cast.otto.actor.id, cast.otto.actor, ended_on=until)


def test_from_a_day_to_a_day(transaction, cast, alicia):
    with transaction():
        client = get_client(alicia, cast.ana.actor)
        days = {"started_on": today() + timedelta(days=2), "ended_on": today() + timedelta(days=4)}
        actions.decide_access(
            client, Ground.given, cast.sue.actor, reason="Covers", staff_id=cast.otto.actor.id, **days
        )
    for ahead, expected in ((0, False), (2, True), (3, True), (4, False)):
        with clock.freeze(clock.now() + timedelta(days=ahead)):
            assert sees(transaction, cast.otto, alicia) is expected


def test_who_has_seen_it_in_words_and_the_cost_does_not_grow(visit, cast, alicia, statements):
    ana = visit(cast.ana)
    ana.get(f"/clients/{alicia}")
    ana.get("/clients?show=all")
    page = visit(cast.sue).get(f"/clients/{alicia}/seen").text
    assert "1 person opened this record this week" in page
    assert "Opened the chart" in page
    assert "Name shown in the list of clients" in page
    assert "Registered" in page

    def cost():
        with statements() as seen:
            ana.get(f"/clients/{alicia}/seen")
        return len(seen)

    few = cost()
    for _ in range(8):
        ana.get(f"/clients/{alicia}")
    assert cost() == few
