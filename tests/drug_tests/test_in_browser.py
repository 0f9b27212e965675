"""The week of a drug test in a real browser: drawn, collected, explained, declined, confirmed by the laboratory."""

from datetime import timedelta

import pytest

from caseapp.core.db import db
from caseapp.drug_tests import drawing, models
from caseapp.drug_tests.queries import results
from caseapp.scheduling.rules import Mode
from tests.browser import sign_in
from tests.clinic import today
from tests.journeys.test_main_job import Hand
from tests.sessions import group

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def people(cast, transaction):
    """The ids of two people with a group today, for which their tests were drawn yesterday."""
    with transaction():
        session = group(cast.ana.actor, 2, day=today(), mode=Mode.in_person)
        ids = [one.client_id for one in sorted(session.roster, key=lambda place: place.client.last_name)]
        assert drawing.draw(today() - timedelta(days=1)) == 2
        return ids


def put_on_the_list(hand, client_id):
    """Buprenorphine, prescribed elsewhere."""
    hand.page.goto(f"/clients/{client_id}/medications")
    hand.reads("None recorded.")
    hand.follow("Add a medication")
    hand.fill(name="Suboxone 8 mg film", dose="Once a day")
    hand.choose(prescriber="elsewhere")
    hand.press("Save")
    hand.reads("Medication for opioid use disorder")


def test_drawn_collected_explained_declined_and_confirmed(open_page, cast, people, transaction, axe):
    page = open_page()
    sign_in(page, cast.ana)
    hand = Hand(page)
    put_on_the_list(hand, people[0])
    page.goto("/today")
    hand.reads("2 to collect today")
    hand.follow("Open the list of drug tests")
    hand.follow("Something else for Haddad")
    hand.choose(happened="collected")
    hand.choose(observed="yes", sample="valid", read="some")
    page.locator("summary", has_text="What is not negative").click()
    hand.choose(buprenorphine="expected", cocaine="positive")
    hand.press("Save")
    hand.reads("Positive, unexpected")
    hand.reads("Positive, expected")
    for step in ("sent", "not_confirmed"):
        hand.follow("Note a step of the laboratory")
        hand.choose(substance="cocaine", step=step)
        hand.press("Save")
    hand.reads("not confirmed by the laboratory")
    assert axe(page) == []

    page.goto("/drug-tests")
    hand.follow("Something else for Kim")
    hand.choose(happened="refused")
    hand.press("Save")
    hand.reads("Declined")
    page.goto("/drug-tests")
    hand.reads("No drug test is to be collected today")
    with transaction():
        told = results(people)
        assert [(one.outcome.value, one.unexpected) for id in people for one in told[id]] == [
            ("positive", False),
            ("refused", False),
        ]
        assert db.query(models.DrugTest).count() == 2
