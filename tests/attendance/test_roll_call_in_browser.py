"""Roll-call in a real browser: without script, two browsers on one list at once, a lost connection, a phone."""

import pytest

from tests.attendance.lists import running, states
from tests.browser import sign_in

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def twelve(transaction, cast):
    with transaction():
        return running(cast.ana.actor, 12).id


def test_letters_outside_the_list_do_nothing(open_page, cast, twelve, transaction):
    page = open_page()
    sign_in(page, cast.ana)
    page.goto(f"/sessions/{twelve}/attendance")
    page.wait_for_selector(".with-script")
    page.locator("#find-row").focus()
    page.keyboard.type("pnc")
    page.keyboard.press("Escape")
    page.locator("body").press("n")
    page.wait_for_timeout(600)
    assert set(states(transaction, twelve)) == {"not marked"}


def test_without_script_one_form_does_it(open_page, axe, cast, twelve, transaction):
    page = open_page(script=False, width=390, height=844)
    sign_in(page, cast.ana)
    page.goto(f"/sessions/{twelve}/attendance")
    rows = page.locator(".person")
    rows.nth(4).get_by_text("Late", exact=True).click()
    rows.nth(4).get_by_label("Minutes late").fill("12")
    rows.nth(10).get_by_text("No-show").click()
    page.get_by_role("button", name="present", exact=False).first.click()
    assert page.get_by_text("10 people marked present with the rest.").is_visible()
    page.get_by_role("button", name="Finish roll-call").click()
    assert page.get_by_text("Roll-call is finished.", exact=False).first.is_visible()
    assert states(transaction, twelve).count("Present") == 10


def test_two_browsers_lose_no_mark_and_are_asked_only_where_they_differ(open_page, cast, twelve, transaction):
    ana, sue = open_page(), open_page()
    for page, who in ((ana, cast.ana), (sue, cast.sue)):
        sign_in(page, who)
        page.goto(f"/sessions/{twelve}/attendance#list")
        page.wait_for_selector(".with-script")
    ana.locator("#list").focus()
    for key in "ppnpp":
        ana.keyboard.press(key)
    ana.get_by_text("5 of 12 marked").first.wait_for()
    sue.locator(".person").nth(2).locator("input[value=present]").focus()
    for key in "ppp":
        sue.keyboard.press(key)
    sue.locator("legend", has_text="You chose: Present.").wait_for()
    assert states(transaction, twelve)[:5] == ["Present", "Present", "No-show", "Present", "Present"]
    sue.get_by_text("Use Present").click()
    sue.locator("legend", has_text="You chose: Present.").wait_for(state="detached")
    assert states(transaction, twelve)[2] == "Present"
    ana.locator("#find-row").focus()
    ana.locator(".person").nth(2).get_by_text("Sue Okafor", exact=False).wait_for()


def test_a_lost_connection_keeps_marks_and_sends_them_later(open_page, cast, twelve, transaction):
    page = open_page()
    sign_in(page, cast.ana)
    page.goto(f"/sessions/{twelve}/attendance#list")
    page.wait_for_selector(".with-script")
    page.context.set_offline(True)
    page.locator("#list").focus()
    for key in "pp":
        page.keyboard.press(key)
    page.get_by_text("2 marks not saved yet. Keep this page open.").wait_for()
    assert set(states(transaction, twelve)) == {"not marked"}
    page.context.set_offline(False)
    page.get_by_text("2 of 12 marked").first.wait_for()
    page.get_by_text("2 marks not saved yet", exact=False).wait_for(state="hidden")
    assert states(transaction, twelve)[:2] == ["Present", "Present"]


ABOVE_THE_BAR = """
() => {
  const rows = [...document.querySelectorAll(".person")], bar = document.querySelector(".roll-bar").getBoundingClientRect();
  return rows.length === 12 && rows.every((row) => row.getBoundingClientRect().bottom <= bar.top);
}
"""


def test_thirty_rows_show_twelve_and_a_phone_does_not_scroll_sideways(open_page, axe, cast, transaction):
    with transaction():
        session = running(cast.ana.actor, 12).id
    page = open_page(width=1366, height=768)
    sign_in(page, cast.ana)
    page.goto(f"/sessions/{session}/attendance")
    page.wait_for_selector(".with-script")
    page.wait_for_function(ABOVE_THE_BAR)  # once every script has put its part in place
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert axe(page) == []
