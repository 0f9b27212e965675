"""When the time is over, the page is taken away and asks to sign in; only the same person comes back to what they typed."""

import pytest

from tests.browser import sign_in


def type_and_wait_for_the_end(page, staff) -> None:
    """Type into a form until the server has kept it, then let twenty minutes pass for the browser and for the server."""
    sign_in(page, staff)
    page.clock.install()
    page.goto("/clients/new", wait_until="networkidle")  # what keeps drafts is loaded by then
    page.get_by_label("Last name").first.fill("Ortiz")
    with page.expect_response("**/drafts") as kept:
        page.clock.run_for(4_000)
    assert kept.value.ok
    page.clock.fast_forward(16 * 60_000)
    page.clock.run_for(2_000)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", ["ana", "sue"])
def test_only_the_same_person_comes_back_to_what_was_typed(page, cast, who, axe):
    type_and_wait_for_the_end(page, cast.ana)
    assert page.locator("main, header, dialog").count() == 0 and "Ortiz" not in page.content()
    assert page.title() == "Signed out - caseapp"
    assert page.evaluate("document.activeElement.id") == "cover-email"
    assert axe(page) == []
    back = getattr(cast, who)
    page.get_by_label("Email").fill(back.email)
    page.get_by_label("Password").fill(back.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    if who == "ana":
        assert page.url.endswith("/clients/new?draft=continue")
        assert page.get_by_label("Last name").first.input_value() == "Ortiz"
    else:
        assert page.url.endswith("/today") and "Ortiz" not in page.content()
