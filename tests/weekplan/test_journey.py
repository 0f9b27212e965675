"""In a real browser: free times are entered, a week is built, one session is moved, it is built again, put in place and undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.weekplan import queries
from tests.browser import sign_in, violations
from tests.journeys.test_main_job import Hand
from tests.sessions import ZONE
from tests.weekplan.building import set_row, small_clinic, work

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def someone(app, cast) -> str:
    """A client of the small clinic, whose group begins today; their id."""
    with transaction():
        small_clinic(cast, clock.today(ZONE))
        return db.scalar(select(Client.id).order_by(Client.last_name).limit(1))


def look_for_it(page, hand: Hand) -> None:
    """The search, cut short, by a worker; then the page goes on by itself."""
    hand.reads("Waiting")
    set_row(page.url.rsplit("/", 1)[1], seconds=30)
    work()
    page.get_by_role("heading", name="Groups").wait_for()


def test_a_week_is_built_changed_and_put_in_place(open_page, cast, someone):
    page = open_page()
    sign_in(page, cast.sue)
    hand = Hand(page)
    page.goto(f"/clients/{someone}/times")
    hand.choose(what="work", days="0")
    hand.fill(starts="3:00 pm", ends="6:00 pm")
    hand.press("Add")
    hand.reads("Works: Mon, 3:00 pm - 6:00 pm")
    page.goto("/schedule")
    hand.follow("Build my week")
    hand.reads("2 clients without free times")
    assert violations(page) == []
    hand.press("Build a week")
    look_for_it(page, hand)
    hand.reads("3 of 3 clients get all that their phase asks for each week.")
    assert violations(page) == []
    page.get_by_role("row").filter(has_text="Group therapy").get_by_role("link").first.click()
    hand.choose(do="change", day="1")
    hand.fill(starts="1:00 pm")
    hand.press("Save")
    hand.reads("Tue 1:00 pm - 4:00 pm")
    hand.choose(seconds="30")
    hand.press("Build again")
    look_for_it(page, hand)
    hand.press("Put it in place")
    hand.reads("Being put in place")
    work()
    page.get_by_text("Put in place from").wait_for()
    built = page.url
    hand.follow("Look at the schedule of that week")
    hand.reads("1:00 pm - 4:00 pm")
    with transaction():
        monday = queries.newest_proposals()[0].put_on
    assert monday.weekday() == 0 and timedelta() < monday - clock.today(ZONE) <= timedelta(weeks=1)
    _undone(hand, built, monday)


def _undone(hand: Hand, built: str, monday) -> None:
    """All of it is undone with one press: the week is as it was before."""
    page = hand.page
    page.goto(built)
    hand.press("Undo all of it")
    hand.reads("Being undone")
    work()
    page.get_by_text("are as they were before this week was put in place").wait_for()
    page.goto(f"/schedule?week={monday.isoformat()}&show=all")
    hand.reads("9:00 am - 12:00 pm")
    assert page.locator("main").get_by_text("1:00 pm - 4:00 pm").count() == 0
