"""The page of parts: every part in every state, in the demo only."""

import pytest
from flask import render_template

from caseapp import create_app
from caseapp.core.pages import local_now
from caseapp.core.style import LONG_NAME, parts
from config import demo_secret_file
from tests.house.markup import page_mistakes

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def demo(app, settings):
    """The same installation, once it is a demo."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    demo_secret_file(settings.instance, settings.database_url).write_text("a secret of a demo")
    return create_app(settings)


def test_outside_the_demo_there_is_no_such_page(app):
    assert "style.show" not in app.view_functions


def test_nobody_signed_out_sees_it(demo):
    answer = demo.test_client().get("/style")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in")


def test_every_part_is_well_made_in_every_state(demo):
    with demo.test_request_context("/style"):
        html = render_template("style/show.html", **parts(local_now()))
    assert page_mistakes(html) == []
    for words in (LONG_NAME, "Overdue 2 h", "No clients in your caseload yet.", "There is a problem", "not asked yet"):
        assert words in html
