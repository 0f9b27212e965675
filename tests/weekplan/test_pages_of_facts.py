"""The small pages of the week's facts: when a client can come, who leads what."""

import pytest

from caseapp.core import clock
from caseapp.core.db import transaction
from caseapp.programs import queries as programs
from caseapp.weekplan import queries
from tests.sessions import at, person

WORKS = {"what": "work", "days": ["0", "1"], "starts": "8:00 am", "ends": "4:00 pm"}


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def times(app, cast):
    with transaction():
        return f"/clients/{person(cast.ana.actor).id}/times"


def test_what_a_client_has_each_week_is_entered_and_taken_out(visit, cast, times):
    ana = visit(cast.ana)
    assert "They are taken as free at all times." in ana.get(times).text
    assert ana.submit(times, WORKS).status_code == 303
    shown = ana.get(times)
    assert "Works: Mon, Tue, 8:00 am - 4:00 pm" in shown.text and "7:00 am - 8:00 am, 4:00 pm - 9:00 pm" in shown.text
    with transaction():
        (row,) = queries.times_of(times.split("/")[2])
        remove = f"/times/{row.id}/remove"
    assert ana.submit(times, to=remove).status_code == 303
    assert "Nothing is entered." in ana.get(times).text
    assert ana.raw.post(remove).status_code in (400, 404)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ends": "7:00 am"}, "The end must be after the start."),
        ({"days": []}, "Choose the days."),
        ({"what": ""}, "Choose what it is."),
        ({"starts": ""}, "Enter from when."),
    ],
)
def test_what_can_not_be_is_told_at_its_field(visit, cast, times, wrong, sentence):
    answer = visit(cast.ana).submit(times, WORKS | wrong)
    assert answer.status_code == 422 and sentence in answer.text
    with transaction():
        assert queries.times_of(times.split("/")[2]) == []


def test_whoever_must_not_know_of_a_client_finds_no_page(visit, cast, times):
    assert visit(cast.otto).get(times).status_code == 404
    assert visit(cast.ada).get(times).status_code == 403


def test_a_coordinator_says_who_leads_what(visit, cast, app):
    sue, path = visit(cast.sue), f"/week/leads/{cast.carl.actor.id}"
    with transaction():
        cbt = programs.service("cbt")
        id, name = cbt.id, cbt.name
    assert sue.submit(path, {"services": [id]}).status_code == 303
    assert name in sue.get("/week/leads").text
    with transaction():
        assert queries.leads_of([cast.carl.actor.id]) == {cast.carl.actor.id: {id}}
    stale = sue.submit(path, {"services": [], "seen": ""})
    assert stale.status_code == 422 and "Someone else has changed this meanwhile." in stale.text
    assert visit(cast.ana).get("/week/leads").status_code == 403
    assert sue.get("/week/leads/nobody").status_code == 404
