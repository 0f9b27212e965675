"""The list of clients: whose, in which order, by which filter; at a cost that does not grow with the rows."""

from datetime import timedelta

import pytest

from caseapp.core.access import Role
from caseapp.identity.actions import add_staff
from caseapp.identity.queries import by_email
from tests.episodes.people import admitted, registered, screened, today, version


@pytest.fixture
def people(transaction, cast):
    by = cast.ana.actor
    with transaction():
        mia = add_staff("mia@clinic.example", "Mia Lund", {Role.case_manager}, by)
        here = admitted(registered(by, "Alicia", "Ramos"), by, today() - timedelta(days=8), clinician=cast.carl.actor)
        admitted(registered(by, "Alina", "Ramos"), by, today() - timedelta(days=30), position=2, case_manager=mia)
        screened(registered(by, "Ben", "Ortiz"), by)
        return here


def names(answer, *known):
    return [name for name in known if name in answer.text]


def test_my_caseload_all_and_the_filters(visit, cast, people):
    ana = visit(cast.ana)
    everyone = ("Ramos, Alicia", "Ramos, Alina", "Ortiz, Ben")
    mine = ana.get("/clients")
    assert names(mine, *everyone) == ["Ramos, Alicia"]
    assert "week 2 of 4 to 6" in mine.text
    every = ana.get("/clients?show=all")
    assert names(every, *everyone) == list(everyone)
    assert every.text.count("Similar name") == 2
    phase = version_phase(2)
    assert names(ana.get(f"/clients?show=all&phase={phase}"), *everyone) == ["Ramos, Alina"]
    assert names(ana.get("/clients?show=all&phase=none"), *everyone) == ["Ortiz, Ben"]
    assert names(ana.get(f"/clients?show=all&manager={mia_id()}"), *everyone) == ["Ramos, Alina"]
    assert "No client fits these filters" in ana.get("/clients?show=all&phase=nothing").text
    assert names(visit(cast.carl).get("/clients"), *everyone) == ["Ramos, Alicia"]
    assert "No clients" in visit(cast.otto).get("/clients").text
    assert visit(cast.ada).get("/clients").status_code == 403


def mia_id():
    from caseapp.core.db import transaction

    with transaction():
        return by_email("mia@clinic.example").id


def version_phase(position):
    from caseapp.core.db import transaction

    with transaction():
        return version().phases[position - 1].id


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("sort=name", ["Ortiz, Ben", "Ramos, Alicia", "Ramos, Alina"]),
        ("sort=name&down=1", ["Ramos, Alina", "Ramos, Alicia", "Ortiz, Ben"]),
        ("sort=phase", ["Ramos, Alicia", "Ramos, Alina", "Ortiz, Ben"]),
        ("sort=phase&down=1", ["Ramos, Alina", "Ramos, Alicia", "Ortiz, Ben"]),
        ("sort=manager", ["Ramos, Alicia", "Ramos, Alina", "Ortiz, Ben"]),
        ("sort=nonsense&page=-3&size=7", ["Ortiz, Ben", "Ramos, Alicia", "Ramos, Alina"]),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)
def test_in_which_order(visit, cast, people, order, expected):
    text = visit(cast.ana).get(f"/clients?show=all&{order}").text
    assert sorted(expected, key=lambda name: text.index(f"<bdi>{name}</bdi>")) == expected


def test_the_cost_does_not_grow_with_the_rows(visit, cast, transaction, people, statements):
    ana = visit(cast.ana)

    def cost(path):
        ana.get(path)
        with statements() as seen:
            assert ana.get(path).status_code == 200
        return len(seen)

    paths = ("/clients?show=all", "/phases?show=all", "/clients?show=all&sort=phase")
    few = [cost(path) for path in paths]
    with transaction():
        for at in range(9):
            client = registered(cast.ana.actor, f"Kim{'abcdefghi'[at]}", "Lund")
            if at % 2:
                admitted(client, cast.ana.actor, today() - timedelta(days=at), position=1 + at % 4)
    assert [cost(path) for path in paths] == few
