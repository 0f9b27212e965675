"""Registering: real names, plausible facts, likely duplicates before anything is saved."""

from datetime import date

import pytest
from sqlalchemy import func, select

from caseapp.clients import queries
from caseapp.clients.models import CareAccess, Client
from caseapp.core.db import db
from tests.episodes.people import registered

GIVEN = {
    "first_name": "Alicia", "last_name": "Ramos", "born-month": "3", "born-day": "4", "born-year": "1988", "sex": "female",
    "may_call": "yes", "may_text": "no", "may_leave_message": "unknown",
}  # fmt: skip


def count(transaction):
    with transaction():
        return db.scalar(select(func.count(Client.id)))


@pytest.mark.parametrize(
    ("first", "last"),
    [("Ægir", "Þórðarson"), ("O", "U"), ("سامي", "حداد"), ("D'Arcy", "O’Neil-Łukasz"), ("", "Sukarno")],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_names_as_people_have_them(visit, cast, transaction, first, last):
    answer = visit(cast.ana).submit("/clients/new", GIVEN | {"first_name": first, "last_name": last})
    assert answer.status_code == 303
    with transaction():
        client = db.scalar(select(Client))
        assert (client.first_name, client.last_name) == (first, last)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_name": "", "last_name": " "}, "Enter a first name or a last name"),
        ({"first_name": "123"}, "at least one letter"),
        ({"last_name": "x" * 101}, "Shorten this"),
        ({"phone": "call me"}, "Enter a phone number"),
        ({"email": "ramos at home"}, "Enter an email address"),
        ({"emergency_phone": "12"}, "Enter a phone number"),
        ({"born-year": "2999"}, "year"),
        ({"born-month": "13"}, "month"),
        ({"may_call": None}, "Calls: choose yes, no or not asked yet"),
        ({"contact_wishes": "x" * 1001}, "Shorten this"),
        ({"interpreter_needed": "maybe"}, "Choose one of these"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_and_nothing_is_saved(visit, cast, transaction, wrong, said):
    answer = visit(cast.ana).submit("/clients/new", GIVEN | {"goes_by": "Ali"} | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Ali"' in answer.text
    assert count(transaction) == 0


def test_sent_twice_is_once_and_the_wishes_are_kept_sealed(visit, cast, transaction):
    ana = visit(cast.ana)
    form = ana.form("/clients/new", to="/clients/new").fields | GIVEN | {"contact_times": "After five only"}
    first, second = (ana.raw.post("/clients/new", data=form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert count(transaction) == 1
    page = first.headers["Location"].replace("http://localhost", "") + "/edit"
    assert "After five only" in ana.get(page).text
    with transaction():
        assert b"After five" not in db.scalar(select(Client.contact_times_sealed))


DUPLICATES = [
    (("Alicia", "Ramos", date(1988, 3, 4)), "Same name and birth date"),
    (("Alicia", "Ramos", date(1988, 4, 3)), "other way round"),
    (("Alicia", "Ramos", date(1988, 3, 5)), "one digit apart"),
    (("Alizia", "Ramoz", date(1988, 3, 4)), "names alike"),
    (("Ramos", "Alicia", date(1988, 3, 4)), "names alike"),
    (("Ali", "Ramos", date(1988, 3, 4)), "names alike"),
    (("Maria", "Ramos", date(1988, 3, 4)), "one name alike"),
    (("Alicia", "Ramos", date(1970, 7, 7)), "another birth date"),
    (("Alícia", "RAMOS", date(1988, 3, 4)), "Same name and birth date"),
    (("", "Ramos", date(1988, 3, 4)), "names alike"),
    (("Alicia", "Webb", date(1988, 3, 5)), None),
    (("Maria", "Reed", date(1988, 3, 4)), None),
    (("Alicia", "Ortega", date(1990, 1, 1)), None),
]


def test_likely_duplicates(transaction, cast):
    with transaction():
        registered(cast.ana.actor, goes_by="Ali")
        registered(cast.ana.actor, "Ben", "Ortiz", born=date(1990, 5, 2))
    for asked, why in DUPLICATES:
        with transaction():
            alike = queries.likely_duplicates(*asked)
            assert bool(alike) is bool(why), asked
            assert not why or why in alike[0].why, (asked, alike[0].why)


def test_a_likely_duplicate_is_shown_first_and_what_one_may_not_see_stays_hidden(visit, cast, transaction):
    with transaction():
        registered(cast.otto.actor)
    answer = visit(cast.ana).submit("/clients/new", GIVEN)
    assert answer.status_code == 422
    assert "Ask a supervisor" in answer.text
    assert "Same name and birth date" not in answer.text
    otto = visit(cast.otto).submit("/clients/new", GIVEN)
    assert "Same name and birth date" in otto.text
    assert count(transaction) == 1
    assert visit(cast.otto).submit("/clients/new", GIVEN | {"another_person": "yes"}).status_code == 303
    assert count(transaction) == 2


def test_nobody_registers_someone_whom_no_one_else_may_see(transaction, cast):
    with transaction():
        client = registered(cast.otto.actor)
        rows = db.scalars(select(CareAccess).where(CareAccess.client_id == client.id))
        assert {(row.ground.value, row.staff_id) for row in rows} == {
            ("caseload", cast.otto.actor.id), ("given", cast.sue.actor.id),
        }  # fmt: skip


def test_a_stale_form_shows_both_and_loses_neither(visit, cast, transaction):
    with transaction():
        path = f"/clients/{registered(cast.ana.actor).id}/edit"
    ana, sue = visit(cast.ana), visit(cast.sue)
    mine = ana.form(path, to=path).fields
    assert sue.submit(path, {"pronouns": "she/her", "goes_by": "Lici"}).status_code == 303
    answer = ana.raw.post(path, data=mine | {"goes_by": "Ali"})
    assert answer.status_code == 409
    assert "Lici" in answer.text
    assert "Ali" in answer.text
    assert visit(cast.otto).get(path).status_code == 404
    assert visit(cast.ada).get(path).status_code == 403
