"""In a real browser: how few presses it takes, and that the page's level is the server's for every set of answers."""

from datetime import timedelta
from itertools import product

import pytest

from caseapp.core import clock
from caseapp.crisis.rules import SCREEN, Asked, Behavior, risk_by_screen
from tests.browser import sign_in, violations
from tests.crisis.contacts import contacts, register, save, tasks

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


class Pointer:
    """Counts what a hand does with a pointer; typing and looking are not counted."""

    def __init__(self, page):
        self.page, self.presses = page, 0

    def press(self, found):
        self.presses += 1
        found.click()

    def radio(self, group, words):
        self.press(self.page.get_by_role("group", name=group).get_by_label(words, exact=True))


def begun(page, cast):
    """Sign in, open the form, find Ben by four letters."""
    register(cast.ana.actor)
    sign_in(page, cast.ana)
    hand = Pointer(page)
    hand.press(page.get_by_role("link", name="Record a crisis contact").first)
    hand.press(page.locator("#who"))
    page.keyboard.type("orti")
    hand.press(page.get_by_role("option", name="Ortiz, Ben"))
    return hand


def test_three_answers_within_six_presses(page, cast):
    hand = begun(page, cast)
    hand.radio("Risk in your judgment", "High risk")
    page.get_by_text("Do not leave them alone").wait_for()
    hand.press(page.get_by_role("button", name="Save and start the clock"))
    page.wait_for_url("**/crisis/*")
    page.get_by_text("The clock of the follow-up runs.").wait_for()
    assert hand.presses <= 6
    [contact], [task] = contacts(), tasks()
    assert contact.client_id and task.closed_at is None


def test_all_but_the_words_within_ten_presses(page, cast):
    hand = begun(page, cast)
    for question in ("1. Wish", "2. Thoughts", "6. Ever did"):
        hand.radio(question, "No")
    page.locator("[data-level=none_found]").wait_for()
    hand.radio("Risk in your judgment", "Low risk")
    hand.radio("Has a safety plan", "Yes")
    hand.radio("Ended as", "Settled while talking")
    hand.press(page.get_by_role("button", name="Save and start the clock"))
    page.wait_for_url("**/crisis/*")
    assert hand.presses <= 10
    # What is left are the words and what was done, neither of which a screen asks for.
    page.get_by_role("heading", name="Missing: 2").wait_for()


def test_an_attempt_within_four_presses_from_today(page, visit, cast):
    day = clock.today("America/New_York") - timedelta(days=3)
    times = {"started_day": f"{day:%b} {day.day}, {day.year}", "started": "9:00 am", "ended": "9:10 am"}
    save(visit(cast.ana), "high", register(cast.ana.actor), who="ort", **times)
    sign_in(page, cast.ana)
    page.goto("/today")
    hand = Pointer(page)
    hand.press(page.get_by_role("link", name="Record").and_(page.locator("[href$='/attempt']")).first)
    hand.radio("Did you reach them?", "No answer")
    hand.press(page.get_by_role("button", name="Save the attempt"))
    page.wait_for_url("**/crisis/*")
    assert hand.presses <= 4
    assert len(tasks()[0].attempts) == 1


LEVELS = """answers => {
  const form = document.querySelector("[data-module~=crisis]");
  return answers.map((given) => {
    for (const [name, value] of Object.entries(given)) form.querySelector(`[name=${name}][value=${value}]`).checked = true;
    form.dispatchEvent(new Event("input"));
    return [...form.querySelectorAll("[data-level]")].filter((one) => !one.hidden).map((one) => one.dataset.level).join();
  });
}"""


def test_the_level_on_the_page_is_the_rule_for_all_answers(page, cast):
    sign_in(page, cast.ana)
    page.goto("/crisis/new")
    page.get_by_role("group", name="4. Some intention").wait_for(state="hidden")
    page.get_by_role("group", name="2. Thoughts").get_by_label("Yes").check()
    page.get_by_role("group", name="4. Some intention").wait_for()
    given = [*product(*[Asked] * 5, Behavior)]
    shown = page.evaluate(LEVELS, [dict(zip(SCREEN, answers, strict=True)) for answers in given])
    assert shown == [risk_by_screen(*answers).value for answers in given]


def test_pages_without_script_in_error_and_on_a_phone(open_page, visit, cast):
    answer = save(visit(cast.ana), "high", register(cast.ana.actor), who="ort")
    path = answer.headers["Location"].replace("http://localhost", "")
    page = open_page()
    sign_in(page, cast.ana)
    for address in ("/crisis", "/crisis/new", path, path + "/edit", path + "/attempt", "/tasks", "/tasks/new"):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        if address in ("/crisis/new", "/tasks/new", path + "/attempt"):
            page.locator("main form button.btn-primary").first.click()
            page.get_by_role("heading", name="There is a problem").wait_for()
        assert violations(page) == [], address
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    plain = open_page(script=False)
    sign_in(plain, cast.ana)
    plain.goto("/crisis/new")
    plain.get_by_text("Ask 3 to 5 if the answer to 2 is yes.").wait_for()
    plain.get_by_label("Who is it about?").fill("ort")
    plain.get_by_role("button", name="Find", exact=True).last.click()
    plain.get_by_label("Ortiz, Ben").check()
    plain.get_by_role("group", name="Risk in your judgment").get_by_label("Low risk").check()
    plain.get_by_role("button", name="Save and start the clock").click()
    plain.get_by_text("The clock of the follow-up runs.").wait_for()
