"""The page Level of care: who may, what is kept, editions that stay apart, what is due, corrections, taking back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.assessments.models import AssessmentReading
from caseapp.assessments.queries import last_assessments
from caseapp.assessments.rules import Assessed
from caseapp.clients.models import Client
from caseapp.core.db import db, transaction
from tests.assessments.rating import assessed
from tests.chart.people import admitted
from tests.clinic import today
from tests.measures.taking import path_of, registered

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
RATED = {f"rating_{number}": "2" for number in range(1, 6)}
LEVELS = {"level_found": "2.5", "level_chosen": "2.1", "why_other": "own_choice"}


@pytest.fixture
def ali(cast):
    return registered(cast.ana.actor)


def pages(client_id, of="4"):
    tab = f"/clients/{client_id}/level-of-care"
    return tab, f"{tab}/new?of={of}"


def test_recorded_sealed_and_shown_with_both_levels(visit, cast, ali):
    visitor, (tab, new) = visit(cast.ana), pages(ali)
    assert "No assessment yet" in visitor.get(tab).text
    form = dict(visitor.form(new, to=new).fields) | RATED | LEVELS | {"words_4": "Drinks <b>alone</b>"}
    first, second = (visitor.raw.post(new, data=form) for _ in range(2))
    assert path_of(first) == path_of(second)
    shown = visitor.get(path_of(first)).text
    assert "Drinks &lt;b&gt;alone" in shown and "2.5 High-intensity outpatient" in shown
    assert "The client chose another level" in shown and "not rated" in shown and "trademarks" in shown
    assert "<b>2.1 Intensive outpatient</b>" in visitor.get(tab).text
    with transaction():
        assert last_assessments([ali])[ali] == Assessed(today(), "4", "2.1", dict.fromkeys(range(1, 6), 2))
        [blob] = db.scalars(select(AssessmentReading.words_sealed))
        assert b"alone" not in blob


@on_sqlite
@pytest.mark.parametrize(
    ("of", "sent", "said"),
    [
        ("4", RATED | {"rating_3": ""} | LEVELS, "Dimension 3: choose a rating"),
        ("3", RATED | LEVELS, "Dimension 6: choose a rating"),
        ("4", RATED | LEVELS | {"why_other": ""}, "Choose why another level"),
        ("4", RATED | LEVELS | {"level_found": "3.3"}, "Choose one of the list"),
        ("4", RATED | LEVELS | {"rating_1": "5"}, "Choose one of these"),
        ("4", RATED | LEVELS | {"assessed_on": "Jan 3, 1950"}, "before they were born"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(visit, cast, ali, of, sent, said):
    new = pages(ali, of)[1]
    answer = visit(cast.ana).submit(new, sent, to=new)
    assert answer.status_code == 422 and said in answer.text
    with transaction():
        assert last_assessments([ali]) == {}


@on_sqlite
def test_who_may_and_who_must_not_know(visit, cast, ali):
    row = assessed(ali, today(), cast.ana.actor)
    for address in (*pages(ali), *(f"/assessments/{row}{more}" for more in ("", "/correct", "/take-back"))):
        statuses = [visit(member).get(address).status_code for member in (cast.ana, cast.sue, cast.ada, cast.otto)]
        assert statuses == [200, 200, 403, 404], address
    assert visit(cast.ana).get(pages(ali, "5")[1]).status_code == 404


def test_editions_stand_apart_and_cost_the_same(visit, cast, ali, statements):
    visitor, tab = visit(cast.ana), pages(ali)[0]
    assessed(ali, today() - timedelta(days=90), cast.ana.actor, "3", rating=3)
    assessed(ali, today() - timedelta(days=80), cast.ana.actor)
    visitor.get(tab)
    with statements() as few:
        visitor.get(tab)
    for days in (60, 30, 0):
        assessed(ali, today() - timedelta(days=days), cast.ana.actor, rating=2)
    with statements() as many:
        page = visitor.get(tab).text
    assert len(many) == len(few)
    assert page.index("4th edition (2023)") < page.index("3rd edition (2013)")
    assert "Readiness to change over time" in page and page.count("measure-point") == 6 * 5


@on_sqlite
def test_what_is_due_after_the_admission(visit, cast, ali):
    with transaction():
        admitted(db.get(Client, ali), cast.ana.actor, today() - timedelta(days=9))
    tab = pages(ali)[0]
    assert "After the admission." in visit(cast.ana).get(tab).text
    assessed(ali, today(), cast.ana.actor)
    assert "An assessment is due" not in visit(cast.ana).get(tab).text


def test_corrected_and_taken_back_stays_to_be_seen(visit, cast, ali):
    row = assessed(ali, today(), cast.ana.actor)
    visitor, address = visit(cast.ana), f"/assessments/{row}/correct"
    late = dict(visitor.form(address, to=address).fields) | {"rating_2": "4", "reason": "Late"}
    assert "Enter why" in visitor.submit(address, {"rating_1": "4"}, to=address).text
    path_of(visitor.submit(address, {"rating_1": "4", "reason": "Misread"}, to=address))
    assert visitor.raw.post(address, data=late).status_code == 409
    shown = visitor.get(f"/assessments/{row}").text
    assert "What it said until" in shown and "Misread" in shown
    address = f"/assessments/{row}/take-back"
    path_of(visitor.submit(address, {"reason": "Another client's"}, to=address))
    assert "Another client&#39;s" in visitor.get(f"/assessments/{row}").text
    assert "No assessment yet" in visitor.get(pages(ali)[0]).text and visitor.get(address).status_code == 404
