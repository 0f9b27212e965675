"""The schedule is bent in a real browser: a series moves, a leave is seen to in one go, a place that frees is offered on."""

from datetime import time, timedelta

import pytest

from caseapp.attendance import actions as attendance
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.scheduling import actions, queries
from caseapp.scheduling.models import Session
from caseapp.series import queries as series_queries
from caseapp.series.recurrence import Repeats
from caseapp.waitlist.actions import keep_offering
from tests.browser import sign_in
from tests.journeys.test_main_job import Hand
from tests.series.making import held_on, make
from tests.sessions import group, person, room

pytestmark = [
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
    pytest.mark.parametrize("script", [True, False], ids=["script", "no script"]),
]


@pytest.fixture
def next_week():
    """A working day of next week; people are known from today on."""
    today = clock.today("America/New_York")
    return today + timedelta(days=7 - today.weekday() + 2)


def made_today(by, day, **facts) -> Session:
    """A group of that day on the schedule, made today."""
    return group(by, 0, day=day, **facts)


def typed(day) -> str:
    """A day as one types it."""
    return f"{day:%b} {day.day}, {day.year}"


class Counted(Hand):
    """The same hand, whose actions are counted: each field, each choice, each press, each link."""

    def __init__(self, page):
        super().__init__(page)
        self.actions = 0

    def fill(self, **texts: str) -> None:
        self.actions += len(texts)
        super().fill(**texts)

    def choose(self, **values: str) -> None:
        self.actions += len(values)
        super().choose(**values)

    def press(self, name: str) -> None:
        self.actions += 1
        super().press(name)

    def follow(self, name: str) -> None:
        self.actions += 1
        super().follow(name)


MOST_ACTIONS = 6  # ui.md 9, row 12


def test_a_series_is_moved_from_a_date_on_then_all_of_it_but_a_day_then_one_session(
    open_page, cast, transaction, record_property, script
):
    by, today = cast.ana.actor, clock.today("America/New_York")
    first = today - timedelta(days=13)
    held, days = [first, first + timedelta(days=7)], [first + timedelta(days=7 * week) for week in range(2, 6)]
    with clock.freeze(clock.now() - timedelta(days=14)), transaction():
        room("Room 3")
        series = make(by, topic="Evening group", repeats=Repeats(first, weekdays=(first.weekday(),))).id
    with transaction():
        for row in series_queries.days_of(series, first)[:2]:
            attendance.finish(row.session, by)
        was = held_on(series_queries.get_series(series), first)
    page = open_page(script=script)
    sign_in(page, cast.ana)
    hand = Counted(page)
    page.goto(f"/series/{series}")
    hand.follow(f"Change from here on.*{days[1]:%b} {days[1].day},")
    hand.choose(since=days[1].isoformat())
    hand.fill(starts="10:00 am", ends="1:00 pm")
    hand.press("Check the dates")
    hand.reads("2 sessions were held or begun and stay as they are.")
    hand.press("Change the series")
    assert hand.actions <= MOST_ACTIONS
    record_property(
        "counted", f"row 12: a series moved from a date on in {hand.actions} actions, held sessions changed: 0"
    )
    now = shown(transaction, series, first)
    assert [now[day] for day in held] == [was[day] for day in held] and now[days[0]] == was[days[0]]
    assert all(now[day].startswith("10:00 Room 2") for day in days[1:])
    _all_but_a_day(hand, cast, transaction, series, days)
    _one_session(hand, transaction, series, days)
    _one_day_with_a_preview_returned_and_undone(hand, transaction, series, days)
    again = shown(transaction, series, first)
    assert [again[day] for day in held] == [was[day] for day in held]


def shown(transaction, series: str, since) -> dict:
    """By day, what a series has now."""
    with transaction():
        return held_on(series_queries.get_series(series), since)


def _all_but_a_day(hand: Hand, cast, transaction, series: str, days: list) -> None:
    """All that are not held move to the afternoon; on one day the room is taken and nobody wants the other room."""
    with transaction():
        made_today(cast.carl.actor, days[2], starts=time(14), ends=time(16), room_id=room().id, topic="In the way")
    hand.page.goto(f"/series/{series}/change")
    hand.choose(since=days[0].isoformat())
    hand.fill(starts="1:00 pm", ends="4:00 pm")
    hand.press("Check the dates")
    hand.reads("Room 2 is taken: In the way")
    hand.choose(**{f"do-{days[2].isoformat()}": "skip"})
    hand.press("Change the series")
    now = shown(transaction, series, days[0])
    assert now[days[2]].startswith("10:00") and all(now[day].startswith("13:00") for day in (days[0], days[1], days[3]))


def _one_session(hand: Hand, transaction, series: str, days: list) -> None:
    """One of them alone is changed on its own page; the others stay."""
    with transaction():
        session = next(row.session_id for row in series_queries.days_of(series, days[3]))
    before = shown(transaction, series, days[0])
    hand.page.goto(f"/sessions/{session}/edit")
    hand.fill(starts="5:00 pm", ends="8:00 pm")
    hand.press("Change session")
    now = shown(transaction, series, days[0])
    assert now[days[3]].startswith("17:00") and now | {days[3]: ""} == before | {days[3]: ""}


def _one_day_with_a_preview_returned_and_undone(hand: Counted, transaction, series: str, days: list) -> None:
    """One day alone, looked at before it is saved; it returns to its series, and that is undone."""
    before = shown(transaction, series, days[0])
    hand.page.goto(f"/series/{series}")
    hand.follow(f"Change from here on.*{days[1]:%b} {days[1].day},")
    hand.choose(since=f"only-{days[1].isoformat()}", mode="telehealth")
    hand.fill(starts="3:00 pm", ends="6:00 pm")
    hand.press("Check the dates")
    hand.reads("1 session changes.")
    hand.reads("1:00 pm - 4:00 pm to 3:00 pm - 6:00 pm, in person to telehealth")
    hand.press("Change this day")
    changed = shown(transaction, series, days[0])
    assert changed[days[1]].startswith("15:00") and changed | {days[1]: ""} == before | {days[1]: ""}
    hand.follow(f"Return to the series.*{days[1]:%b} {days[1].day},")
    hand.press("Change this day")
    assert shown(transaction, series, days[0]) == before
    hand.press("Undo")
    assert shown(transaction, series, days[0]) == changed


def test_someone_falls_ill_and_every_session_is_seen_to(open_page, cast, transaction, next_week, script):
    with transaction():
        kit = person(cast.ana.actor, "Moss", "Kit", admitted_on=clock.today("America/New_York") - timedelta(days=9))
        morning = made_today(cast.carl.actor, next_week, room_id=room().id, topic="Morning group")
        actions.book(morning, kit, cast.ana.actor)
        later = made_today(cast.carl.actor, next_week, starts=time(13), ends=time(14), topic="Later group")
        third = made_today(cast.carl.actor, next_week, starts=time(15), ends=time(16), topic="Third group")
        morning_id, later_id, third_id = morning.id, later.id, third.id
    page = open_page(script=script)
    sign_in(page, cast.ana)
    hand = Hand(page)
    page.goto("/schedule")
    hand.follow("Closures and leave")
    hand.follow("New closure or leave")
    hand.choose(whom=cast.carl.actor.id)
    hand.fill(first_on=typed(next_week))
    hand.press("See what it hits")
    hand.reads("3 sessions ahead lie in it.")
    assert not page.locator(f"[name='{later_id}-day']").is_visible()  # it belongs to a choice that is not made
    hand.choose(**{f"{morning_id}-do": "cancel", f"{later_id}-do": "moved", f"{third_id}-do": "given"})
    hand.choose(**{f"{third_id}-lead": cast.otto.actor.id})
    hand.fill(**{f"{later_id}-day": typed(next_week + timedelta(days=1))})
    hand.press("Save it with all of these")
    hand.reads("No session ahead lies in it.")
    hand.reads("Morning group")
    page.goto("/tasks")
    hand.reads(f"Morning group on {next_week:%a %b} {next_week.day}, {next_week.year}, 9:00 am is cancelled.")
    page.goto(f"/sessions/{later_id}")
    hand.reads("1:00 pm")
    with transaction():
        assert db.get(Session, later_id).on_day == next_week + timedelta(days=1)
        assert [lead.staff.name for lead in db.get(Session, third_id).leads] == ["Otto Brandt"]


def test_a_place_that_frees_is_offered_to_who_waits_and_booked_with_their_yes(
    open_page, cast, transaction, next_week, script
):
    with transaction():
        since = clock.today("America/New_York") - timedelta(days=9)
        kit, lee, moe = (person(cast.ana.actor, name, "Kit", admitted_on=since) for name in ("Moss", "Leeds", "Moe"))
        session = made_today(cast.ana.actor, next_week, places=1, topic="Small group", phases_served="1")
        actions.book(session, kit, cast.ana.actor)
        id, first, second = session.id, lee.id, moe.id
    page = open_page(script=script)
    sign_in(page, cast.ana)
    hand = Hand(page)
    for one in (first, second):
        page.goto(f"/sessions/{id}")
        hand.choose(clients=one)
        hand.press("Put on the wait-list")
    hand.reads("Waiting: 2")
    hand.press("Free this place")
    hand.reads("a place is kept until")
    page.goto("/tasks")
    hand.follow("Offer a place: Small group")
    hand.follow("Record their answer")
    hand.choose(answer="no")
    hand.press("Save")
    hand.reads("Did not want it")
    assert keep_offering() == 0  # the next one was offered it in the same act
    page.goto("/waitlist")
    hand.follow("Moe, Kit")
    hand.choose(answer="yes")
    hand.press("Save")
    hand.reads("Has a place now")
    with transaction():
        assert [place.client_id for place in queries.list_of(db.get(Session, id))] == [second]
