"""Finding: parts of names in any order, other scripts, birth dates, sounds; only what one may see."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from caseapp.clients import queries
from caseapp.clients.actions import give_access
from caseapp.clients.models import CareAccess, Client, ClientName
from caseapp.clients.rules import Ground, NameKind
from caseapp.core import clock
from caseapp.core.db import db, new_id, own_transaction
from caseapp.identity.queries import teams
from tests.episodes.people import registered

PEOPLE = [
    ("Alicia", "Ramos", "Ali", date(1988, 3, 4)),
    ("Ben", "Ortiz", "", date(1990, 5, 2)),
    ("Seán", "O'Brien-Núñez", "", date(1975, 12, 25)),
    ("سامي", "حداد", "", date(1981, 1, 9)),
    ("O", "Lo", "", date(1986, 8, 19)),  # no record number begins so
    ("", "Sukarno", "", date(1960, 6, 6)),
]


@pytest.fixture
def people(transaction, cast):
    with transaction():
        for first, last, goes_by, born in PEOPLE:
            registered(cast.ana.actor, first, last, goes_by=goes_by, born=born)
        registered(cast.otto.actor, "Benita", "Ortizova")


def found(transaction, who, text):
    with transaction():
        return [client.last_first for client in queries.find(text, who.actor)]


CASES = [
    ("ram", ["Ramos, Alicia"]),
    ("alicia ram", ["Ramos, Alicia"]),
    ("RAMOS, ali", ["Ramos, Alicia"]),
    ("ort", ["Ortiz, Ben"]),
    ("obrien", ["O'Brien-Núñez, Seán"]),
    ("o\u2019brien sean", ["O'Brien-Núñez, Seán"]),
    ("nunez", ["O'Brien-Núñez, Seán"]),
    ("brien", ["O'Brien-Núñez, Seán"]),
    ("حداد", ["حداد, سامي"]),
    ("lo o", ["Lo, O"]),
    ("sukarno", ["Sukarno"]),
    ("3/4/88", ["Ramos, Alicia"]),
    ("ortiz 5/2/1990", ["Ortiz, Ben"]),
    ("ortiz 5/3/1990", []),
    ("ben 1990", ["Ortiz, Ben"]),
    ("mos", []),
    ("%", []),
    ("' OR 1=1 --", []),
    ("", []),
    ("x" * 100, []),
]


def test_what_is_found(transaction, cast, people):
    assert [(text, found(transaction, cast.ana, text)) for text, _names in CASES] == CASES
    assert found(transaction, cast.otto, "ort") == ["Ortizova, Benita"]
    assert found(transaction, cast.carl, "ram") == []


def test_by_record_number(transaction, cast, people):
    with transaction():
        [ramos] = queries.find("ramos", cast.ana.actor)
    assert found(transaction, cast.ana, ramos.record_number.lower()) == ["Ramos, Alicia"]
    assert found(transaction, cast.otto, ramos.record_number) == []


def test_the_page_offers_what_only_sounds_so_and_a_new_client_when_there_is_nobody(visit, cast, people):
    ana = visit(cast.ana)

    def search(text):
        return ana.raw.post("/clients/find", data={"q": text, "csrf_token": ana.token("/clients")})

    said = search("orteez").text
    assert "Did you mean" in said
    assert "Ortiz, Ben" in said
    assert "Ortizova" not in said
    nobody = search("<script>alert(1)</script>")
    assert "No client called “&lt;script&gt;" in nobody.text
    assert "/clients/new" in nobody.text
    assert "Ramos, Alicia" in search("ramos").text
    assert visit(cast.ada).raw.post("/clients/find", data={"q": "ramos"}).status_code in (400, 403)


def test_suggestions_are_few_and_say_who_it_is(visit, cast, people):
    ana = visit(cast.ana)
    answer = ana.raw.post("/clients/suggest", data={"q": "ram", "csrf_token": ana.token("/clients")}).json
    assert [(one["label"], one["hint"].split(" · ")[:2]) for one in answer] == [
        ("Ramos, Alicia", ["goes by Ali", "born Mar 4, 1988 (38)"])
    ] or answer[0]["hint"].startswith("goes by Ali · born Mar 4, 1988")


def test_changing_a_name_changes_by_which_it_is_found(transaction, cast, people):
    from caseapp.clients import actions

    with transaction():
        [ben] = queries.find("ortiz", cast.ana.actor)
        actions.edit(ben, cast.ana.actor, last_name="Orozco")
    assert found(transaction, cast.ana, "ortiz") == []
    assert found(transaction, cast.ana, "oroz") == ["Orozco, Ben"]


def test_of_more_than_are_shown_those_whose_names_come_closest_are(transaction, cast):
    sue = cast.sue.actor
    with transaction():
        many_of_one_letter(sue, 2_100)
        registered(sue, "Abe", "A", born=date(1990, 5, 5))
    assert _anew(transaction, lambda: queries.find("a", sue, most=2))[0].last_name == "A"


def test_finding_waits_for_nobody_who_writes(visit, cast, people):
    visitor = visit(cast.ana)
    with own_transaction():  # SQLite has one writer at a time
        assert "No client" in visitor.post("/clients/find", {"q": "xyzzy"}, page="/clients").text


def many_of_one_letter(by, number):
    """So many people whose names begin with A, seen by the first team, and one whom `by` must not see."""
    ids = [new_id() for _ in range(number)]
    since, now = clock.today("America/New_York") - timedelta(days=9), clock.now()
    people = [
        {"id": id, "record_number": f"{n:05d}Z", "first_name": "Bo", "last_name": f"A{n:05d}", "born": date(1980, 1, 1)}
        for n, id in enumerate(ids)
    ]
    words = [
        {"kind": NameKind.word, "token": word, "client_id": id}
        for n, id in enumerate(ids)
        for word in (f"a{n:05d}", "bo")
    ]
    access = [
        {"id": new_id(), "client_id": id, "team_id": teams()[0].id, "ground": Ground.team, "started_on": since, "given_at": now}
        for id in ids
    ]  # fmt: skip
    for table, rows in ((Client, people), (ClientName, words), (CareAccess, access)):
        db.execute(insert(table), rows)
    give_access(ids[1], Ground.denied, by, staff_id=by.id)


@pytest.mark.parametrize("number", [12, 2_100])
def test_a_letter_that_few_or_many_share_finds_the_first_by_name(transaction, cast, statements, number):
    sue = cast.sue.actor
    with transaction():
        many_of_one_letter(sue, number)
    with transaction(), statements() as seen:
        found = [one.last_name for one in queries.find("a", sue, most=3)]
    assert found == ["A00000", "A00002", "A00003"]
    for both in ("a b", "bo a0000"):
        read = _anew(transaction, lambda both=both: queries.find(both, sue, most=3))
        assert [one.last_name for one in read] == ["A00000", "A00002", "A00003"]
    assert len(seen) <= 7
    assert _anew(transaction, lambda: queries.find("a", cast.otto.actor)) == []


def _anew(transaction, read):
    with transaction():
        return read()
