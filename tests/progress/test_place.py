"""Someone brought in from another system without phases is placed in one, and goes on from there."""

from datetime import timedelta

import pytest

from caseapp.episodes import queries
from caseapp.episodes.actions import PastEpisode, bring_in_past
from tests.browser import sign_in
from tests.clinic import today
from tests.episodes.people import registered, version


@pytest.fixture
def ben(transaction, cast):
    """In the program for forty days, as another system said; it knew of no phases."""
    with transaction():
        client = registered(cast.ana.actor)
        of = version()
        days = {"admitted_on": today() - timedelta(days=40), "last_contact_on": None, "discharged_on": None}
        told = {"reason": None, "education": None, "teds_service": None}
        comes_from = {"source": "old system", "source_reference": "B1", "source_digest": "0" * 16}
        ids = {"client_id": client.id, "program_id": of.program_id, "program_version_id": of.id}
        bring_in_past([PastEpisode(**ids, **days, **told, **comes_from)], cast.ana.actor)
        return client.id


def path_of(transaction, client_id):
    with transaction():
        return [(stay.phase.name, stay.started_on) for stay in queries.stays(queries.get_open_episode(client_id).id)]


def test_placed_once_and_moved_from_there(visit, cast, transaction, ben):
    ana, path = visit(cast.ana), f"/clients/{ben}/phase"
    with transaction():
        second = version().phases[1].id
    assert f'href="{path}"' in ana.get(f"/clients/{ben}").text
    assert "no phase to leave yet" in ana.get(f"/clients/{ben}/review").text
    for wrong, said in (
        ({"phase": ""}, "Choose a phase."),
        ({"since": "tomorrow"}, "on or before"),
        ({"since": f"{today() - timedelta(days=41):%m/%d/%Y}"}, "before it"),
    ):
        answer = ana.submit(path, {"phase": second, "since": "yesterday"} | wrong)
        assert (answer.status_code, said in answer.text) == (422, True), (wrong, said)
    form = ana.form(path, to=path).fields | {"phase": second, "since": "yesterday"}
    assert [ana.raw.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    yesterday = today() - timedelta(days=1)
    assert path_of(transaction, ben) == [("Phase 2", yesterday)]
    assert ana.get(path).status_code == 404
    assert "Phase 2 since" in ana.get(f"/clients/{ben}/review").text
    with transaction():
        placed = queries.stays(queries.get_open_episode(ben).id)[0].transition_in_id
    correcting = f"/clients/{ben}/moves/{placed}/correct"
    early = {"effective_on": f"{today() - timedelta(days=41):%m/%d/%Y}", "words": "Looked again."}
    assert ana.submit(correcting, early).status_code == 422
    earlier = today() - timedelta(days=9)
    assert ana.submit(correcting, early | {"effective_on": f"{earlier:%m/%d/%Y}"}).status_code == 303
    assert path_of(transaction, ben) == [("Phase 2", earlier)]
    with transaction():
        assert queries.get_open_episode(ben).admitted_on == today() - timedelta(days=40)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_its_page(open_page, axe, cast, ben):
    page = open_page(width=320)
    sign_in(page, cast.ana)
    page.goto(f"/clients/{ben}/phase")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
