"""A return to use in a real browser: the days before stay in sight, the milestone moves on, and nobody is discharged."""

from datetime import timedelta

from caseapp.core.db import transaction
from caseapp.episodes.queries import open_episode
from tests.browser import sign_in
from tests.clinic import today
from tests.use.telling import someone


def test_a_return_to_use_and_the_next_milestone(page, cast, axe):
    client = someone(cast.ana.actor, last_use=today() - timedelta(days=40), admitted_on=today() - timedelta(days=34))
    sign_in(page, cast.ana)
    page.goto(f"/clients/{client}")
    page.get_by_role("link", name="Recovery").first.click()
    assert page.get_by_text("30 days reached").is_visible()
    assert axe(page) == []
    page.get_by_role("link", name="Record a return to use").click()
    page.get_by_label("Day of use").fill("yesterday")
    page.get_by_label("Alcohol").check()
    page.get_by_label("They said so themselves").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The longest run so far: 39 days").wait_for()
    assert page.get_by_text("Next: 30 days").is_visible()
    with transaction():
        assert open_episode(client).discharged_on is None
