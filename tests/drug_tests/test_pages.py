"""The pages of drug tests: who may, all negative in one act, exceptions, explained, declined, corrected, the laboratory."""

from datetime import timedelta

import pytest

from caseapp.core.db import db, transaction
from caseapp.drug_tests import models, queries
from caseapp.episodes.queries import open_episode
from tests.clinic import today
from tests.drug_tests.testing import in_treatment, recorded, screen, takes

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
COLLECTED = {"happened": "collected", "observed": "yes", "sample": "valid"}
OTHER = {"why": "concern"}


@pytest.fixture
def ali(cast):
    return in_treatment(cast.ana.actor)


def send(visitor, client_id, **values):
    address = f"/clients/{client_id}/drug-tests/new"
    return visitor.submit(address, OTHER | values, to=address)


def drawn(client_id, day):
    """The id of a day that was drawn for someone."""
    with transaction():
        episode = open_episode(client_id)
        row = models.TestDraw(client_id=client_id, episode_id=episode.id, window_on=day, day=day)
        db.add(row)
        db.flush()
        return row.id


def told(client_id):
    with transaction():
        return [(one.outcome.value, one.unexpected) for one in queries.results([client_id]).get(client_id, [])]


def test_all_negative_is_one_act(visit, cast, ali):
    answer = send(visit(cast.ana), ali, **COLLECTED, read="all_negative")
    assert answer.status_code == 303 and told(ali) == [("negative", False)]
    tab = visit(cast.ana).get(f"/clients/{ali}/drug-tests").text
    assert "Weekly while in Phase 1" in tab and "Negative" in tab


def test_a_prescription_offers_expected_and_a_person_decides(visit, cast, ali):
    visitor = visit(cast.ana)
    assert "expected: buprenorphine" not in visitor.get(f"/clients/{ali}/drug-tests/new").text
    takes(ali, cast.ana.actor, "Buprenorphine 8 mg")
    assert "Positive, expected: buprenorphine" in visitor.get(f"/clients/{ali}/drug-tests/new").text
    send(visitor, ali, **COLLECTED, read="some", buprenorphine="expected")
    assert told(ali) == [("positive", False)]
    assert "Positive, expected" in visitor.get(f"/clients/{ali}/drug-tests").text


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose what happened"),
        ({"happened": "collected", "read": "all_negative", "sample": "valid"}, "Choose whether it was observed"),
        (COLLECTED, "Choose whether all are negative"),
        (COLLECTED | {"read": "some"}, "Mark below what is not negative"),
        (COLLECTED | {"read": "all_negative", "cocaine": "positive"}, "is marked below"),
        (COLLECTED | {"read": "some", "buprenorphine": "expected"}, "Choose one of these"),
        ({"happened": "missed", "why": ""}, "Choose why they were tested"),
        ({"happened": "excused"}, "Enter why it is excused"),
        ({"happened": "missed", "day": "tomorrow"}, "must be on or before"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(visit, cast, ali, sent, said):
    answer = send(visit(cast.ana), ali, **sent)
    assert answer.status_code == 422 and said in answer.text
    assert told(ali) == []


@on_sqlite
def test_who_may_and_who_must_not_know(visit, cast, ali):
    test = recorded(ali, cast.ana.actor, screen(today(), positive={"cocaine"}))
    addresses = [f"/clients/{ali}/drug-tests", f"/clients/{ali}/drug-tests/new", f"/drug-tests/{test}"]
    addresses += [f"/drug-tests/{test}/{more}" for more in ("correct", "laboratory", "take-back")]
    for address in addresses:
        statuses = [visit(one).get(address).status_code for one in (cast.ana, cast.sue, cast.ada, cast.otto)]
        assert statuses == [200, 200, 403, 404], address


def test_the_day_that_was_drawn_waits_in_the_list_until_someone_says_what_happened(visit, cast, ali):
    now, before = drawn(ali, today()), drawn(ali, today() - timedelta(days=1))
    visitor = visit(cast.ana)
    listed = visitor.get("/drug-tests").text
    assert "To collect today 1" in listed and "Not collected 1" in listed and told(ali) == []
    assert "1 to collect today, 1 not collected" in visitor.get("/today").text
    for draw, values in ((now, COLLECTED | {"read": "all_negative"}), (before, {"happened": "refused"})):
        address = f"/clients/{ali}/drug-tests/new?draw={draw}"
        assert visitor.submit(address, values, to=address.split("?")[0]).status_code == 303
    assert told(ali) == [("negative", False), ("refused", False)]
    assert "No drug test is to be collected today" in visitor.get("/drug-tests").text
    assert visitor.get(f"/clients/{ali}/drug-tests/new?draw={now}").status_code == 404


def test_read_later_then_corrected_then_not_confirmed(visit, cast, ali):
    visitor = visit(cast.ana)
    send(visitor, ali, **COLLECTED, read="later")
    assert told(ali) == [] and "Collected, not read 1" in visitor.get("/drug-tests").text
    with transaction():
        test = queries.tests_of(ali)[0].id
    page = f"/drug-tests/{test}"
    assert visitor.submit(f"{page}/correct", {"read": "some", "cocaine": "positive"}).status_code == 303
    assert told(ali) == [("positive", True)]
    assert visitor.submit(f"{page}/correct", {"cocaine": "invalid"}).status_code == 422
    assert visitor.submit(f"{page}/laboratory", {"substance": "cocaine", "step": "sent"}).status_code == 303
    assert "At the laboratory 1" in visitor.get("/drug-tests").text
    visitor.submit(f"{page}/laboratory", {"substance": "cocaine", "step": "not_confirmed"})
    assert told(ali) == [("negative", False)]
    shown = visitor.get(page).text
    assert (
        "Not confirmed by the laboratory" in shown.replace("not confirmed", "Not confirmed")
        and "What it said until" in shown
    )


def test_the_tab_costs_the_same_however_many_tests(visit, cast, ali, statements):
    visitor = visit(cast.ana)
    recorded(ali, cast.ana.actor, screen(today()))
    visitor.get(f"/clients/{ali}/drug-tests")
    with statements() as few:
        visitor.get(f"/clients/{ali}/drug-tests")
    for number in range(5):
        recorded(ali, cast.ana.actor, screen(today() - timedelta(days=number)))
    with statements() as many:
        visitor.get(f"/clients/{ali}/drug-tests")
    assert len(many) <= len(few)
