"""The roll-calls of the house's bars, done by a scripted browser that counts each key, click and tap. The counts are printed."""

import re

import pytest

from caseapp.attendance import queries
from caseapp.core.db import db
from caseapp.scheduling.models import Session
from tests.attendance.lists import Hand, place_of, running, states
from tests.browser import sign_in

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
TABLET, PHONE = {"width": 768, "height": 1024, "has_touch": True}, {"width": 390, "height": 844, "has_touch": True}
LATE, EARLY = "Late 12 min", "Left early 25 min"
# Five of thirty, two of them with minutes, each in another way.
FIVE = {"Castro": LATE, "Garza": "No-show", "Moss": EARLY, "Price": "Excused", "Tran": "Cancelled late"}
KEYS = {
    LATE: ["l", "1", "2", "Enter"],
    EARLY: ["o", "2", "5", "Enter"],
    "No-show": ["n"],
    "Excused": ["e"],
    "Cancelled late": ["c"],
}
TWO = {"Ortiz": LATE, "Webb": "No-show"}


@pytest.fixture
def open_list(open_page, cast, transaction):
    """`open_list(30, "/today", **page)`: a list of so many led by Carl, and Carl's page at an address of his."""

    def open_one(people: int, address: str = "", **how):
        with transaction():
            session = running(cast.ana.actor, people, leader=cast.carl.actor).id
        page = open_page(**how)
        sign_in(page, cast.carl)
        page.goto(address or f"/sessions/{session}/attendance#list")
        if not address:
            page.wait_for_selector(".with-script")
        return session, page

    return open_one


def expected(people: int, exceptions: dict[str, str]) -> list[str]:
    said = ["Present"] * people
    for last, state in exceptions.items():
        said[place_of(last, people)] = state
    return said


def finished(page, transaction, session: str, wanted: list[str]) -> None:
    page.get_by_text("Roll-call is finished.").wait_for()
    assert states(transaction, session) == wanted


def by_name(hand: Hand, exceptions: dict[str, str], people: int) -> None:
    """Whoever is an exception is found by two letters and marked; then the rest in one act, and finish."""
    for last, state in exceptions.items():
        hand.press("/", *last[:2].lower(), "Enter", *KEYS[state])
    hand.press("r")
    hand.page.get_by_text(f"{people} of {people} marked").first.wait_for()
    hand.press("Control+Enter")


def test_thirty_by_keys_exceptions_first(open_list, transaction, record_property):
    session, page = open_list(30)
    hand = Hand(page)
    by_name(hand, FIVE, 30)
    finished(page, transaction, session, expected(30, FIVE))
    record_property("counted", f"roll-call, 30 people, 5 exceptions first: {hand.done} keys of 34")
    assert hand.done <= 34


def test_thirty_by_keys_in_the_order_of_the_list(open_list, transaction, record_property):
    session, page = open_list(30)
    hand, wanted = Hand(page), expected(30, FIVE)
    for state in wanted:
        hand.press(*KEYS.get(state, ["p"]))
    page.get_by_text("30 of 30 marked").first.wait_for()
    hand.press("Control+Enter")
    finished(page, transaction, session, wanted)
    record_property("counted", f"roll-call, 30 people in the order of the list: {hand.done} keys of 38")
    assert hand.done <= 38


def by_touch(hand: Hand, exceptions: dict[str, str]) -> None:
    """Whoever is an exception is tapped, minutes as chips; then the rest, and finish."""
    rows = hand.page.locator(".person")
    for last, state in exceptions.items():
        row = rows.filter(has_text=last)
        hand.tap(row.locator(".cell", has_text=re.sub(r" \d+ min", "", state)).first)
        if "min" in state:
            which = "late" if state.startswith("Late") else "early"
            hand.tap(row.get_by_role("button", name=f"{state.split()[-2]} minutes {which}", exact=True))
    hand.tap(hand.page.get_by_role("button", name="Mark the remaining"))
    hand.page.get_by_text(f"{rows.count()} of {rows.count()} marked").first.wait_for()
    hand.tap(hand.page.get_by_role("button", name="Finish roll-call"))


@pytest.mark.parametrize(
    ("people", "exceptions", "most"),
    [
        (
            30,
            {"Castro": "Late 10 min", "Garza": "No-show", "Moss": "Late 20 min", "Price": "No-show", "Tran": "No-show"},
            9,
        ),
        (12, {"Ortiz": "Late 10 min", "Webb": "No-show"}, 5),
    ],
)
@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["tablet", "phone"])
def test_by_touch(open_list, transaction, record_property, people, exceptions, most, size):
    session, page = open_list(people, **size)
    hand = Hand(page)
    by_touch(hand, exceptions)
    finished(page, transaction, session, expected(people, exceptions))
    wide = f"{size['width']} px wide"
    record_property(
        "counted", f"roll-call, {people} people, {len(exceptions)} exceptions, {wide}: {hand.done} taps of {most}"
    )
    assert hand.done <= most


def test_every_state_is_within_nine_taps_on_a_tablet(open_list, transaction, record_property):
    session, page = open_list(30, **TABLET)
    exceptions = FIVE | {"Castro": "Late 15 min", "Moss": "Left early 30 min"}
    hand = Hand(page)
    by_touch(hand, exceptions)
    finished(page, transaction, session, expected(30, exceptions))
    record_property("counted", f"roll-call, 30 people, 5 exceptions of every kind, 768 px wide: {hand.done} taps of 9")
    assert hand.done <= 9


def test_twelve_by_keys(open_list, axe, transaction, record_property):
    session, page = open_list(12)
    hand = Hand(page)
    by_name(hand, TWO, 12)
    finished(page, transaction, session, expected(12, TWO))
    assert axe(page) == []
    record_property("counted", f"roll-call, 12 people, 2 exceptions: {hand.done} keys of 17")
    assert hand.done <= 17


@pytest.mark.parametrize("touch", [False, True], ids=["keys", "touch"])
def test_from_today_to_the_first_mark(open_list, transaction, record_property, touch):
    session, page = open_list(12, "/today", **(PHONE if touch else {}))
    hand = Hand(page)
    first = page.get_by_role("link", name="Take roll-call")
    if touch:
        hand.tap(first)
        page.wait_for_selector(".with-script")
        hand.tap(page.locator(".person").first.locator(".cell", has_text="Present"))
    else:
        hand.click(first)
        page.wait_for_selector(".with-script")
        hand.press("p")
    page.get_by_text("1 of 12 marked").first.wait_for()
    assert states(transaction, session)[0] == "Present"
    record_property("counted", f"Today to first mark saved, {'touch' if touch else 'keys'}: {hand.done} actions of 2")
    assert hand.done <= 2


def test_two_browsers_mark_the_same_thirty_at_once(open_page, cast, transaction, record_property):
    with transaction():
        session = running(cast.ana.actor, 30, leader=cast.carl.actor).id
    pages = {}
    for name, who in (("ana", cast.ana), ("carl", cast.carl)):
        pages[name] = open_page(width=1366, height=768)
        sign_in(pages[name], who)
        pages[name].goto(f"/sessions/{session}/attendance#list")
        pages[name].wait_for_selector(".with-script")
    wanted = {"ana": ["p"] * 30, "carl": ["p"] * 30}
    for at in (3, 11, 24):
        wanted["carl"][at] = "n"
    for at in range(30):
        for name in ("ana", "carl") if at % 2 else ("carl", "ana"):
            pages[name].keyboard.press(wanted[name][at])
    for page in pages.values():
        page.wait_for_function("!document.querySelector('.person-status').textContent.includes('Saving')")
        page.get_by_text("30 of 30 marked").first.wait_for()
    asked = [(name, page.locator("legend", has_text="You chose").count()) for name, page in pages.items()]
    history = marks_by(transaction, session)
    for at in range(30):
        said = {state for _who, state in history[at]}
        assert said == ({"present", "no_show"} & said) and said, "someone's mark is in force"
    both = sum(1 for at in (3, 11, 24) if len(history[at]) == 2)
    shown = sum(number for _name, number in asked)
    assert shown + both == 3, (
        "each of the three who differ is asked about, or was changed by someone who had seen the other's mark"
    )
    assert all(len(history[at]) == 1 for at in range(30) if at not in (3, 11, 24))
    record_property("counted", f"two browsers mark the same 30: 0 marks lost, {shown} of 3 differences asked about")


def marks_by(transaction, session_id: str) -> list[list[tuple[str, str]]]:
    """By person in the order of the list, every mark ever made: by whom, and what."""
    with transaction():
        places = [place.id for place, _mark in queries.roll(db.get(Session, session_id))]
        made = queries.history_of(places)
        return [[(mark.marked_by.name, mark.state.value) for mark in made[id]] for id in places]
