"""The page Recovery: who may, what is kept and shown, corrections, taking back, meetings, and the chart's line."""

from datetime import date, timedelta

import pytest

from caseapp.core import clock
from caseapp.core.db import transaction
from caseapp.use.queries import last_use, meetings
from tests.chart.people import registered
from tests.measures.taking import path_of
from tests.use.telling import DAY, LAST_USE, noon, report, returned, someone
from tests.visitor import forms_on

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
NOV_15 = date(2036, 11, 15)


@pytest.fixture(autouse=True)
def at_noon():
    with clock.freeze(noon(DAY)):
        yield


@pytest.fixture
def ali(cast):
    return someone(cast.ana.actor)


def main(visitor, address):
    return visitor.get(address).text.split("<main")[1].split("</main>")[0]


def test_a_return_is_recorded_once_and_the_longest_run_stays_in_sight(visit, cast, ali):
    visitor, address = visit(cast.ana), f"/clients/{ali}/recovery/return"
    assert "36 (since Oct 13)" in main(visitor, f"/clients/{ali}")
    told = {"first_on": "Nov 15", "substances": ["alcohol"], "how_known": "family", "words": "Told <b>us</b>"}
    form = dict(visitor.form(address, to=address).fields) | told
    first, second = (visitor.raw.post(address, data=form) for _ in range(2))
    assert path_of(first) == path_of(second) == f"/clients/{ali}/recovery"
    assert "3 (returned to use Nov 15; longest 33)" in main(visitor, f"/clients/{ali}")
    page = main(visitor, f"/clients/{ali}/recovery")
    assert "The longest run so far: 33 days" in page and "alcohol" in page and "Told &lt;b&gt;us" in page
    assert "30 days reached" not in page and "Next: 30 days" in page
    with transaction():
        assert last_use([ali])[ali].day == NOV_15


@on_sqlite
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Enter the day"),
        ({"first_on": "Nov 15"}, "Choose how it is known"),
        ({"first_on": "Nov 15", "how_known": "rumour"}, "Choose one of these"),
        ({"first_on": "Nov 19, 2036", "how_known": "test"}, "must be on or before"),
        ({"first_on": "Oct 18, 2036", "how_known": "test"}, "on or after the admission, Oct 19"),
        ({"first_on": "Nov 15", "last_on": "Nov 14", "how_known": "test"}, "come before the first"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(visit, cast, ali, sent, said):
    address = f"/clients/{ali}/recovery/return"
    answer = visit(cast.ana).submit(address, sent, to=address)
    assert answer.status_code == 422 and said in answer.text
    with transaction():
        assert last_use([ali])[ali].day == LAST_USE


@on_sqlite
def test_who_may_and_who_must_not_know(visit, cast, ali):
    made = returned(ali, cast.ana.actor, NOV_15)
    addresses = [f"/clients/{ali}/recovery{more}" for more in ("", "/return", "/last-use", "/meetings")]
    for address in [*addresses, f"/use/{made}/correct", f"/use/{made}/take-back"]:
        statuses = [visit(member).get(address).status_code for member in (cast.ana, cast.sue, cast.ada, cast.otto)]
        assert statuses == [200, 200, 403, 404], address


@on_sqlite
def test_before_admission_nothing_can_be_recorded_yet(visit, cast):
    with transaction():
        new = registered(cast.ana.actor, "Ben").id
    assert "The last use is not known" in main(visit(cast.ana), f"/clients/{new}/recovery")
    assert visit(cast.ana).get(f"/clients/{new}/recovery/return").status_code == 404


def test_corrected_and_taken_back_stays_to_be_seen(visit, cast, ali):
    made = returned(ali, cast.ana.actor, NOV_15)
    visitor, address = visit(cast.ana), f"/use/{made}/correct"
    assert "Enter why" in visitor.submit(address, {"first_on": "Nov 10"}, to=address).text
    late = dict(visitor.form(address, to=address).fields) | {"first_on": "Nov 9", "reason": "Late"}
    path_of(visitor.submit(address, {"first_on": "Nov 10", "reason": "Wrong week"}, to=address))
    assert visitor.raw.post(address, data=late).status_code == 409
    page = main(visitor, f"/clients/{ali}/recovery")
    assert "It said Sat Nov 15" in page and "Wrong week" in page
    address = f"/use/{made}/take-back"
    path_of(visitor.submit(address, {"reason": "Another client's"}, to=address))
    assert "1 report taken back" in main(visitor, f"/clients/{ali}/recovery")
    assert visitor.get(address).status_code == 404
    with transaction():
        assert report(made).reading is None and last_use([ali])[ali].day == LAST_USE


def test_the_last_use_before_admission_can_be_said_anew_and_then_corrected(visit, cast, ali):
    visitor, address = visit(cast.ana), f"/clients/{ali}/recovery/last-use"
    sent = {"first_on": "Oct 20, 2036", "how_known": "said_so"}
    assert "as a return to use" in visitor.submit(address, sent, to=address).text
    path_of(visitor.submit(address, sent | {"first_on": "Oct 18, 2036"}, to=address))
    assert "31 (since Oct 18)" in main(visitor, f"/clients/{ali}")
    again = visitor.submit(address, sent | {"first_on": "Oct 17, 2036"}, to=address)
    assert again.status_code == 422 and "on record already" in again.text


def test_meetings_of_two_weeks_by_day(visit, cast, ali):
    visitor, address = visit(cast.ana), f"/clients/{ali}/recovery/meetings"
    assert "Choose at least one day" in visitor.submit(address, {}, to=address).text
    days = [(DAY - timedelta(days=back)).isoformat() for back in (1, 8)]
    sent = {"days": days, "kind": "twelve_step", "shown": "shown"}
    path_of(visitor.submit(address, sent, to=address))
    assert "on record already" in visitor.submit(address, sent, to=address).text
    page = main(visitor, f"/clients/{ali}/recovery")
    assert page.count("Twelve-step") == 2 and page.count("shown") == 2
    with transaction():
        assert meetings([ali], since=DAY - timedelta(days=7), until=DAY) == {ali: 1}
    back = next(one for one in forms_on(page) if one.action.startswith("/use/meetings/"))
    path_of(visitor.raw.post(back.action, data=back.fields))
    assert main(visitor, f"/clients/{ali}/recovery").count("Twelve-step") == 1


@on_sqlite
def test_the_page_costs_the_same_however_much_is_on_record(visit, cast, ali, statements):
    visitor, address = visit(cast.ana), f"/clients/{ali}/recovery"
    returned(ali, cast.ana.actor, date(2036, 10, 25))
    visitor.get(address)
    with statements() as few:
        visitor.get(address)
    for day in range(1, 6):
        returned(ali, cast.ana.actor, date(2036, 11, day))
    with statements() as many:
        visitor.get(address)
    assert len(many) == len(few)
