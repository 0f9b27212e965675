"""Someone is short of hours: a make-up session is offered when they can come, booked with one press, and taken back."""

from datetime import timedelta

import pytest

from caseapp.core import clock
from caseapp.scheduling import actions, queries
from caseapp.scheduling.queries import get_session
from tests.browser import sign_in
from tests.journeys.test_main_job import Hand
from tests.sessions import ZONE, group, person

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_short_client_then_make_up_booked_then_undone(open_page, cast, transaction, script):
    today = clock.today(ZONE)
    monday = clock.week_of(today)[1]
    with transaction():
        ben = person(cast.ana.actor, "Ortiz", "Ben", admitted_on=today - timedelta(days=30))
        for days in (0, 2):
            actions.book(group(cast.ana.actor, 0, day=monday + timedelta(days=days), topic=""), ben, cast.ana.actor)
        free = group(cast.ana.actor, 0, day=monday + timedelta(days=4), phases_served="1").id
    page = open_page(script=script)
    sign_in(page, cast.ana)
    hand = Hand(page)
    page.goto("/schedule")
    hand.follow("Who is short")
    hand.follow("Next week")
    hand.reads("can reach 6.0 at most: Mon 9:00 am, Wed 9:00 am")
    hand.follow("Ortiz, Ben")
    hand.reads("Make-up sessions that fit")
    _works_on_that_day_then_no_more(hand, page.url)
    hand.press("Book")
    hand.reads("can still reach 9.0: Mon 9:00 am, Wed 9:00 am, Fri 9:00 am")
    with transaction():
        assert [one.client.last_name for one in queries.list_of(get_session(free, cast.ana.actor))] == ["Ortiz"]
    hand.press("Undo")
    hand.reads("can reach 6.0 at most: Mon 9:00 am, Wed 9:00 am")
    with transaction():
        assert queries.list_of(get_session(free, cast.ana.actor)) == []


def _works_on_that_day_then_no_more(hand: Hand, week: str) -> None:
    """As long as they work then, the session is not offered, and the page says why."""
    hand.follow("When they can come")
    hand.choose(what="work", days="4")
    hand.fill(starts="8:00 am", ends="4:00 pm")
    hand.press("Add")
    hand.page.goto(week)
    hand.reads("Of 1 session with a free place that gives what is missing, 1 is when they said they can't come.")
    hand.reads("Works Fri 8:00 am - 4:00 pm")
    hand.follow("When they can come")
    hand.press("Remove")
    hand.page.goto(week)
    hand.reads("Make-up sessions that fit")
