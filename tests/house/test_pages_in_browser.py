"""Every page of the demo clinic, as each role: empty, filled and with an error, under axe-core, and on small screens."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from caseapp.core.access import Role
from tests.browser import sign_in, violations
from tests.house.forms import of_subjects, posts_to
from tests.house.shapes import first_to_see, shape_of
from tests.house.walk import SCENES_TO_WALK, first_pages, pages
from tests.visitor import Visitor, forms_on

# A small phone, and a small desk screen at 200 %.
SCREENS = {320: 640, 640: 400}
# Ends the sign-in with which the walk is done, or is asked by script alone.
NOT_SENT = {"identity.sign_out", "identity.stay", "drafts.keep"}

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
each_role = pytest.mark.parametrize("role", list(Role))


class Looker:
    """Shows answers in a browser and keeps what is wrong with them."""

    def __init__(self, page, seen: Path):
        """`seen` is the folder in which a run keeps the shapes of pages that some process of it has looked at."""
        self.page, self.seen, self.wrong = page, seen, []

    def look(self, name: str, path: str, answer) -> None:
        """Show an answer as the page of its address, on a tall screen (nothing then lies under a bar), then on small ones.

        Of pages alike but for their words one is looked at.
        """
        if not first_to_see(shape_of(answer.text), self.seen):
            return
        shown = {"status": 200, "headers": dict(answer.headers), "body": answer.text}
        self.page.set_viewport_size({"width": 1280, "height": 3000})
        self.page.route(f"**{path}", lambda route: route.fulfill(**shown), times=1)
        self.page.goto(path)
        self.wrong += [f"{name}: {violation}" for violation in violations(self.page)]
        for width, height in SCREENS.items():
            self.page.set_viewport_size({"width": width, "height": height})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                self.wrong.append(f"{name}: {wide} pixels wide on a screen of {width}")


@pytest.fixture
def looker(open_page, accounts, role, pytestconfig) -> Iterator[Looker]:
    """A browser in which someone of the role is signed in; at the end nothing may have been wrong."""
    looker = Looker(open_page(), pytestconfig.run_folder / "shapes")
    sign_in(looker.page, accounts[role])
    yield looker
    assert not looker.wrong, "\n".join(["", *looker.wrong])


@each_role
@pytest.mark.parametrize("scene", SCENES_TO_WALK, indirect=True)
def test_every_page_is_accessible_and_fits_small_screens(app, visit, accounts, looker, role):
    for path, answer in every_page(app, visit(accounts[role]), role):
        looker.look(path, path, answer)


@each_role
@pytest.mark.parametrize("scene", ["demo"], indirect=True)
def test_every_page_with_an_error_is_accessible_and_fits_small_screens(app, visit, accounts, looker, role):
    visitor, seen = visit(accounts[role]), 0
    for name, path, answer in refusals(app, visitor, every_page(app, visitor, role)):
        looker.look(name, path, answer)
        seen += 1
    assert seen > 5


def every_page(app, visitor: Visitor, role: Role) -> Iterator[tuple[str, object]]:
    """What links lead to, and one of each page beyond: of people, sessions and programs in states that few of them are in."""
    if role is Role.admin:  # the pages of a draft need one
        program = next(form for form in forms_on(visitor.get("/admin/programs").text) if form.action.endswith("/draft"))
        visitor.raw.post(program.action, data=program.fields)
    seen = set()
    for endpoint, path, answer in pages(visitor, first_pages(app, role)):
        if _is_page(answer):
            seen.add(endpoint)
            yield path, answer
    for endpoint, paths in of_subjects(app, role).items():
        answers = ((path, visitor.get(path)) for path in paths if endpoint not in seen)
        yield from islice(((path, answer) for path, answer in answers if _is_page(answer)), 1)


def _is_page(answer) -> bool:
    return answer.status_code == 200 and answer.mimetype == "text/html"


def refusals(app, visitor: Visitor, found: Iterable[tuple[str, object]]) -> Iterator[tuple[str, str, object]]:
    """The answers to each form of these pages sent empty: what is refused, by the endpoint that refuses it."""
    done = set(NOT_SENT)
    for path, answer in list(found):
        for form in forms_on(answer.text):
            endpoint = posts_to(app, form.action or path)
            if form.method != "post" or endpoint in done:
                continue
            done.add(endpoint)
            refused = visitor.raw.post(form.action or path, data=form.hidden() | {name: [""] for name in form.seen})
            if refused.status_code >= 400 and refused.mimetype == "text/html":
                yield f"{endpoint} sent empty from {path}", path, refused
