"""What stands around every page of a client: banner, chips, tabs, who looked."""

import re
from datetime import timedelta

import pytest

from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.crisis import actions as crisis
from caseapp.crisis.rules import Caller, Channel, Risk
from tests.chart.people import admitted, registered

LOOKED = re.compile(r"(Only you|You and \d+ others?) opened this record this week")


@pytest.fixture
def alicia(transaction, cast):
    with transaction():
        return registered(cast.ana.actor, goes_by="Ali", pronouns="she/her").id


def test_before_admission_and_tabs(visit, cast, alicia):
    page = visit(cast.ana).get(f"/clients/{alicia}").text
    assert "Before admission" in page
    assert page.index("Ramos, Alicia") < page.index("goes by") < page.index("Mar 4, 1988") < page.index("she/her")
    assert f'href="/clients/{alicia}" aria-current="page"' in page
    assert (
        page.count('aria-current="page"') == 3
    )  # this tab, and the header's link to Clients, which stands there twice
    assert "Similar name" not in page


def test_phase_follow_up_and_similar_name_on_every_page(visit, cast, alicia, transaction):
    with transaction():
        today = clock.today(clinic.zone())
        admitted(get_client(alicia, cast.ana.actor), cast.ana.actor, today - timedelta(days=9))
        registered(cast.ana.actor, "Alina")
        now = clock.now()
        crisis.record(
            cast.ana.actor, client_id=alicia, caller=Caller.client, channel=Channel.phone, risk=Risk.not_asked,
            started_at=now - timedelta(hours=30), ended_at=now - timedelta(hours=26),
        )  # fmt: skip
    for path in (f"/clients/{alicia}", f"/clients/{alicia}/edit"):
        page = visit(cast.ana).get(path).text
        assert "Phase 1" in page
        assert "Crisis follow-up overdue 2 h" in page
        assert "Similar name: Ramos, Alina, born 1988" in page
    assert "Alina" not in re.search(r"<title>.*?</title>", page)[0]


def test_a_similar_name_that_the_reader_may_not_see_is_not_told(visit, cast, alicia, transaction):
    with transaction():
        registered(cast.otto.actor, "Alina")
    assert "Alina" not in visit(cast.ana).get(f"/clients/{alicia}").text


def test_who_opened_it_this_week(visit, cast, alicia):
    path = f"/clients/{alicia}"
    assert LOOKED.search(visit(cast.ana).get(path).text)[1] == "Only you"
    visit(cast.sue).get("/clients")
    assert LOOKED.search(visit(cast.ana).get(path).text)[1] == "Only you"
    visit(cast.sue).get(path)
    assert LOOKED.search(visit(cast.ana).get(path).text)[1] == "You and 1 other"


def test_the_frame_costs_the_same_however_many_people(visit, cast, alicia, transaction, statements):
    visitor = visit(cast.ana)

    def cost():
        with statements() as seen:
            visitor.get(f"/clients/{alicia}")
        return len(seen)

    cost()
    few = cost()
    with transaction():
        for at in range(12):
            registered(cast.ana.actor, f"Alicia{'abcdefghijkl'[at]}")
    assert cost() == few


@pytest.mark.parametrize("tab", ["weeks", "plan", "drug-tests"])
def test_every_tab_of_a_client_is_a_place_among_clients(visit, cast, alicia, tab):
    page = visit(cast.ana).get(f"/clients/{alicia}/{tab}").text
    assert 'href="/clients" aria-current="page"' in page
    assert 'href="/schedule" aria-current="page"' not in page
