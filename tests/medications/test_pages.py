"""The pages of medications: asked apart from recorded, changed and ended, taken over from a referral, visits, taken back."""

import pytest

from caseapp.core import sealed
from caseapp.core.db import db, transaction
from caseapp.episodes.models import ReferralProblem
from caseapp.episodes.rules import CodeSystem, ProblemStatus
from caseapp.medications import models, queries
from tests.clinic import today
from tests.drug_tests.testing import in_treatment, takes

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
BUPRENORPHINE = {"name": "Buprenorphine 8 mg film", "dose": "once a day", "prescriber": "elsewhere"}


@pytest.fixture
def ali(cast):
    return in_treatment(cast.ana.actor)


def tab(visitor, client_id):
    return visitor.get(f"/clients/{client_id}/medications").text


def test_asked_none_is_apart_from_none_recorded(visit, cast, ali):
    visitor = visit(cast.ana)
    assert "None recorded." in tab(visitor, ali)
    visitor.submit(f"/clients/{ali}/medications", to=f"/clients/{ali}/medications/none")
    shown = tab(visitor, ali)
    assert "Asked: none." in shown and "Ana Moreau" in shown and "None recorded." not in shown


def test_a_medication_is_marked_sealed_changed_and_ended(visit, cast, ali):
    visitor = visit(cast.ana)
    assert visitor.submit(f"/clients/{ali}/medications/new", BUPRENORPHINE).status_code == 303
    shown = tab(visitor, ali)
    assert "Medication for opioid use disorder" in shown and "explains in a drug test: buprenorphine" in shown
    with transaction():
        row = db.query(models.Medication).one()
        assert b"Buprenorphine" not in row.entry.name_sealed
        change = f"/medications/{row.id}/change"
    ended = {"ended_on": today().isoformat(), "why_ended": "side_effects"}
    assert visitor.submit(change, {"ended_on": ended["ended_on"]}).status_code == 422
    assert visitor.submit(change, ended).status_code == 303
    with transaction():
        assert [one.in_force for one in db.query(models.Medication).one().entries] == [None, 1]
    assert "side effects" in tab(visitor, ali)
    assert "What was said before" in visitor.get(change).text


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": ""}, "Enter the medication"),
        ({"prescriber": ""}, "Choose who prescribes it"),
        ({"started_on": "tomorrow"}, "must be on or before"),
        ({"why_ended": "other"}, "Enter the last day"),
        ({"started_on": "Nov 2, 2020", "ended_on": "Nov 1, 2020", "why_ended": "other"}, "before it started"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(visit, cast, ali, sent, said):
    answer = visit(cast.ana).submit(f"/clients/{ali}/medications/new", BUPRENORPHINE | sent)
    assert answer.status_code == 422 and said in answer.text
    with transaction():
        assert queries.listed(ali) == []


def test_what_a_referral_names_is_taken_over_with_one_press_once(visit, cast, ali):
    with transaction():
        words = sealed.seal(ali, "Naltrexone hydrochloride 50 MG Oral Tablet")
        days = {"onset_on": "2026-02-01", "ended_on": ""}
        facts = {"source": "fhir", "code_system": CodeSystem.rxnorm, "code": "1483744", "words_sealed": words}
        db.add(ReferralProblem(client_id=ali, status=ProblemStatus.active, **facts, **days))
    visitor = visit(cast.ana)
    assert "Named by a referral" in tab(visitor, ali)
    address, to = f"/clients/{ali}/medications", f"/clients/{ali}/medications/take-over"
    form = dict(visitor.form(address, to=to).fields)
    answers = [visitor.raw.post(to, data=form).status_code for _ in range(2)]
    assert answers == [303, 404]
    shown = tab(visitor, ali)
    assert "Named by a referral" not in shown and "Feb 1" in shown
    with transaction():
        [one] = queries.prescribed([ali])[ali]
        assert one.known.code == "naltrexone"


def test_a_visit_says_what_is_taken_and_may_be_taken_back(visit, cast, ali):
    takes(ali, cast.ana.actor, "Acamprosate 333 mg")
    visitor, address = visit(cast.ana), f"/clients/{ali}/medication-visits/new"
    assert visitor.submit(address, {}).status_code == 422
    assert visitor.submit(address, {"takes_0": "partly", "words": "Forgets the noon dose"}).status_code == 303
    assert "Partly" in tab(visitor, ali) and "Forgets the noon dose" in tab(visitor, ali)
    with transaction():
        visit_id = queries.visits(ali)[0].id
    assert (
        visitor.submit(f"/medication-visits/{visit_id}/take-back", {"reason": "Of another client"}).status_code == 303
    )
    assert "Forgets the noon dose" not in tab(visitor, ali)


@on_sqlite
def test_who_may_and_who_must_not_know(visit, cast, ali):
    medication = takes(ali, cast.ana.actor, "Disulfiram 250 mg")
    addresses = [
        f"/clients/{ali}/medications",
        f"/clients/{ali}/medications/new",
        f"/clients/{ali}/medication-visits/new",
    ]
    addresses += [f"/medications/{medication}/{more}" for more in ("change", "take-back")]
    for address in addresses:
        statuses = [visit(one).get(address).status_code for one in (cast.ana, cast.sue, cast.ada, cast.otto)]
        assert statuses == [200, 200, 403, 404], address


@on_sqlite
def test_what_was_taken_back_explains_nothing_more(visit, cast, ali):
    medication = takes(ali, cast.ana.actor, "Methadone 40 mg")
    with transaction():
        assert [one.known.code for one in queries.prescribed([ali])[ali]] == ["methadone"]
    visit(cast.ana).submit(f"/medications/{medication}/take-back", {"reason": "Of another client"})
    with transaction():
        assert queries.prescribed([ali]) == {}
