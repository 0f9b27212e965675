"""The clinic's settings: its name, sites, rooms, payers, other providers, and the list of what is still missing."""

import pytest

from caseapp.clinic import actions, queries
from caseapp.clinic.rules import ProviderKind, getting_started, zone_named
from caseapp.core.access import COMMAND_LINE
from caseapp.core.errors import RuleBroken
from tests import sessions

INDEX = "/admin/clinic"
NEW = {
    "sites": {"name": "Annex", "zone": "america/chicago"},
    "rooms": {"name": "Room 9", "seats": "12"},
    "payers": {"name": "State plan"},
    "providers": {"name": "Harbor Hospital", "kind": "withdrawal_management", "phone": "555-0190", "address": "1 Elm St"},
}  # fmt: skip
KINDS = list(NEW)


def added(visitor, transaction, kind: str) -> str:
    """Add one of a kind through its page; the address at which it is changed."""
    assert visitor.submit(f"{INDEX}/{kind}/new", NEW[kind]).status_code == 303
    with transaction():
        row = next(row for row in queries.everything(kind) if row.name == NEW[kind]["name"])
        return f"{INDEX}/{kind}/{row.id}"


def test_only_admins_open_the_settings_and_what_is_not_there_is_not_found(visit, cast, transaction):
    admin, manager = visit(cast.ada), visit(cast.ana)
    pages = [INDEX, f"{INDEX}/name", *(f"{INDEX}/{kind}/new" for kind in KINDS)]
    pages += [added(admin, transaction, kind) for kind in KINDS]
    for path in pages:
        assert (admin.get(path).status_code, manager.get(path).status_code) == (200, 403), path
    for path in (
        f"{INDEX}/staff/new",
        f"{INDEX}/organizations/{'A' * 22}",
        *(f"{INDEX}/{kind}/{'A' * 22}" for kind in KINDS),
    ):
        assert admin.get(path).status_code == 404, path


@pytest.mark.parametrize("kind", KINDS)
def test_added_once_changed_and_stale_is_asked(visit, cast, transaction, kind):
    visitor, new = visit(cast.ada), f"{INDEX}/{kind}/new"
    form = visitor.form(new, to=new)
    for _time in range(2):
        assert visitor.raw.post(new, data=form.fields | NEW[kind]).status_code == 303
    answer = visitor.submit(new, NEW[kind] | {"name": NEW[kind]["name"].upper()})
    assert answer.status_code == 422 and f"There is a {kind[:-1]} of this name" in answer.text
    with transaction():
        rows = [row for row in queries.everything(kind) if row.name == NEW[kind]["name"]]
        assert len(rows) == 1
    path = f"{INDEX}/{kind}/{rows[0].id}"
    stale = visitor.form(path, to=path)
    assert visitor.submit(path, {"name": "<b>Other"}).status_code == 303
    shown = visitor.get(INDEX).text
    assert "&lt;b&gt;Other" in shown and "<b>Other" not in shown
    answer = visitor.raw.post(path, data=stale.fields | {"form_key": ["another"], "name": ["Mine"]})
    assert answer.status_code == 409 and "Mine" in answer.text and "Ada Lindt" in answer.text
    if kind != "sites":
        assert visitor.submit(path, {"active": None}).status_code == 303
        with transaction():
            assert not queries.get(kind, rows[0].id).active
            assert "<b>Other" not in {row.name for row in (queries.rooms() + queries.payers() + queries.providers())}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_bad_input_is_told_at_its_field(visit, cast):
    visitor = visit(cast.ada)
    for kind, changes, said in (
        ("sites", {"name": ""}, "Enter a name"),
        ("sites", {"zone": "Middle/Earth"}, "Choose a time zone of the list"),
        ("rooms", {"seats": "0"}, "Enter seats from 1 to 500"),
        ("rooms", {"seats": "many"}, "Enter seats from 1 to 500"),
        ("rooms", {"site_id": "A" * 22}, "Choose one of the list"),
        ("rooms", {"name": "x" * 101}, "Shorten this to 100"),
        ("payers", {"name": "x" * 201}, "Shorten this to 200"),
        ("providers", {"kind": "castle"}, "Choose one of these"),
        ("providers", {"kind": None}, "Choose what they do"),
        ("providers", {"phone": "5" * 41}, "Shorten this to 40"),
    ):
        answer = visitor.submit(f"{INDEX}/{kind}/new", NEW[kind] | changes)
        assert (answer.status_code, said in answer.text) == (422, True), (kind, changes)
        assert f'id="{next(iter(changes))}-error"' in answer.text


def test_the_zone_stays_once_sessions_are_on_record_and_other_sites_do_not_move_the_clinic(cast, transaction):
    with transaction():
        site = queries.site()
        actions.add_site("A place before it by name", "Asia/Tokyo", cast.ada.actor)
        assert queries.site().id == site.id and queries.zone() == "America/New_York"
        actions.edit(site, cast.ada.actor, name=site.name, zone="America/Chicago")
        assert queries.zone() == "America/Chicago"
        actions.edit(site, cast.ada.actor, name=site.name, zone="america/new york")
        sessions.group(cast.ana.actor, people=0)
        actions.edit(site, cast.ada.actor, name="Main house", zone="America/New_York")
        with pytest.raises(RuleBroken, match="Sessions are on record here in Eastern time") as refused:
            actions.edit(site, cast.ada.actor, name="Main house", zone="America/Denver")
        assert refused.value.field == "zone"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("America/New_York", "America/New_York"), (" america/new york ", "America/New_York"), ("UTC", "UTC"), ("", None),
     ("New York", None), ("../etc/passwd", None)],
)  # fmt: skip
def test_a_zone_is_one_of_the_list(typed, zone):
    assert zone_named(typed) == zone


def test_what_is_missing_is_listed_until_nothing_is(visit, cast, transaction):
    visitor = visit(cast.ada)
    shown = visitor.get(INDEX).text
    assert "To get started" in shown and "1 of 5 done" in shown and "Your clinic" in shown  # the staff is there
    for kind in ("rooms", "payers", "providers"):
        added(visitor, transaction, kind)
    assert "4 of 5 done" in visitor.get(INDEX).text
    assert "No changes yet" not in shown
    assert visitor.submit(f"{INDEX}/name", {"name": ""}).status_code == 422
    assert visitor.submit(f"{INDEX}/name", {"name": "Riverside"}).status_code == 303
    shown = visitor.get(INDEX).text
    assert "To get started" not in shown and "Riverside" in shown


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (1, 0, 1, 0), (1, 1, 1, 1)])
def test_each_step_is_done_by_its_own_thing(counts):
    steps = getting_started("Riverside", *counts)
    assert [step.done for step in steps] == [True, *(bool(number) for number in counts)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_page_asks_as_little_for_many_as_for_few(visit, cast, transaction, statements):
    visitor = visit(cast.ada)
    for kind in KINDS:
        added(visitor, transaction, kind)
    visitor.get(INDEX)
    with statements() as few:
        visitor.get(INDEX)
    with transaction():
        for number in range(6):
            site = actions.add_site(f"Site {number}", "UTC", COMMAND_LINE)
            actions.add_room(site, "Room 9", 4, COMMAND_LINE)  # of another site: the name is free
            actions.add_payer(f"Payer {number}", COMMAND_LINE)
            actions.add_provider(f"Provider {number}", ProviderKind.hospital, COMMAND_LINE)
    with statements() as many:
        visitor.get(INDEX)
    assert len(many) == len(few)


def test_an_admin_is_led_to_what_is_missing_from_their_first_page(visit, cast, transaction):
    visitor = visit(cast.ada)
    reports = visitor.get("/reports").text
    assert "To get started" in reports and f"{INDEX}/rooms/new" in reports
    assert "To get started" not in visit(cast.sue).get("/reports").text
    for kind in ("rooms", "payers", "providers"):
        added(visitor, transaction, kind)
    visitor.submit(f"{INDEX}/name", {"name": "Riverside"})
    assert "To get started" not in visitor.get("/reports").text


def test_the_settings_have_a_short_address(visit, cast):
    answer = visit(cast.ada).get("/admin")
    assert (answer.status_code, answer.location) == (303, INDEX)
    assert visit(cast.sue).get("/admin").status_code == 403
