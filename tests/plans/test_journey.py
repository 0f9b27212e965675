"""In a real browser: a plan is written, signed by both, reviewed, and a note of a group names one of its goals."""

from datetime import timedelta

import pytest

from tests.browser import sign_in
from tests.clinic import today
from tests.notes.held import held

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def press(page, name):
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


def fits_a_telephone(page, client):
    """No page of the plan scrolls sideways at 320 px."""
    page.set_viewport_size({"width": 320, "height": 800})
    for path in ("plan", "plan/write", "plan/sign", "plan/review", "plan/goal", "plan/work"):
        page.goto(f"/clients/{client}/{path}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, (path, wide)


@on_sqlite
def test_a_plan_from_its_first_word_to_a_note_on_a_goal(page, axe, cast, transaction):
    with transaction():
        group = held(cast, day=today() - timedelta(days=1), people=2)
        client = group.places["Haddad"].client_id
    sign_in(page, cast.carl)
    page.goto(f"/clients/{client}/plan")
    page.get_by_role("link", name="Write the plan").click()
    page.get_by_label("Problem behind goal 1").fill("Cravings in the evening")
    page.get_by_label("Goal 1", exact=True).fill("Cope with cravings")
    page.get_by_label("Objectives of goal 1").fill("Name three triggers\nCall someone")
    page.get_by_text("Add goal 2").click()
    page.get_by_label("Goal 2", exact=True).fill("Go back to work")
    assert axe(page) == []
    press(page, "Save and go on to signatures")
    assert axe(page) == []
    press(page, "Sign as clinician")
    page.get_by_label("Verbally").check()
    press(page, "Record the client's signature")
    page.get_by_role("link", name="Enter why it was not signed on paper").first.click()
    page.keyboard.type("Session by video")
    press(page, "Record the client's signature")
    assert page.get_by_text("In force, signed").is_visible() and axe(page) == []
    page.get_by_role("link", name="Review the plan").click()
    page.get_by_label("Progress on goal 1").fill("Two evenings without.")
    assert axe(page) == []
    press(page, "Save the review")
    assert page.get_by_text("Two evenings without.").is_visible()
    page.goto(group.path)
    page.get_by_label("What the group did").fill("We planned the weekend.")
    page.get_by_label("About Haddad, Sam").fill("Named two triggers.")
    page.get_by_label("Goal of Haddad, Sam").select_option(label="1 Cope with cravings")
    assert axe(page) == []
    press(page, "Read it over and sign")
    press(page, "Sign for 1 person")
    page.goto(f"/clients/{client}/plan")
    page.get_by_role("link", name="What came of it, and notes on goal 1").click()
    assert page.get_by_text("Named two triggers.").is_visible() and axe(page) == []
    fits_a_telephone(page, client)
