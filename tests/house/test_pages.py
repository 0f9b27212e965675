"""Walks the demo clinic as each role: what is true of every page, and that looking changes nothing."""

import pytest

from caseapp.core.access import Can, Role, access_of, requires
from caseapp.core.db import db
from tests.house.markup import page_mistakes
from tests.house.walk import SCENES_TO_WALK, first_pages, pages
from tests.house.writes import written_tables

# Once without a client, once filled.
empty_and_filled = pytest.mark.parametrize("scene", SCENES_TO_WALK, indirect=True)
filled = pytest.mark.parametrize("scene", SCENES_TO_WALK[1:], indirect=True)


@empty_and_filled
@pytest.mark.parametrize("role", list(Role))
def test_looking_at_every_page_changes_nothing_and_every_page_is_well_made(app, visit, accounts, role):
    walk, wrong = pages(visit(accounts[role]), first_pages(app, role)), []
    while True:
        with written_tables() as tables:
            step = next(walk, None)
        if step is None:
            break
        endpoint, path, answer = step
        wrong += [f"GET {path} wrote to {table}" for table in sorted(tables)]
        if answer.status_code >= 400 and endpoint != "nowhere":
            wrong.append(f"GET {path} is linked to and answers {answer.status_code}")
        elif answer.status_code == 200 and answer.mimetype == "text/html":
            wrong += [f"{path}: {mistake}" for mistake in page_mistakes(answer.text)]
    assert not wrong, "\n".join(["", *wrong])


# Reached by no link: each with its reason.
NOT_ADMITTED = "opens from the chart of someone who is not admitted yet; the walk opens few charts"
NO_IMPORT = "opens from an import, and nobody has imported anything into the demo"
NO_WEEK = "opens from a week that was asked for, and nobody has built one in the demo"
NO_DRAFT = "needs a draft of a program, and the demo has none"
REACHED_OTHERWISE = {
    "calendars.feed": "its address is told once, to whoever makes it",
    "tasks.reopen": "opens from a task that is closed; the walk opens few tasks",
    "plans.sign": "opens from a plan that is not signed yet; the walk opens few charts",
    "scheduling.edit": "opens from a session that is still ahead; the walk opens few sessions",
    "healthz": "for machines",
    "medications.take_visit_back": "opens from a medication visit; the walk opens few charts",
    "use.correct": "opens from a return to use; the walk opens few charts",
    "use.take_back": "opens from a return to use; the walk opens few charts",
    "clinic.first": "a short address, for whoever types it",
    "icons": "loaded by every page",
    "identity.set_password": "its address is handed over by an admin",
    "episodes.prescreen": NOT_ADMITTED,
    "episodes.gate": NOT_ADMITTED,
    "episodes.clearance": NOT_ADMITTED,
    "episodes.refer": NOT_ADMITTED,
    "episodes.not_admitted": NOT_ADMITTED,
    "progress.admit": NOT_ADMITTED,
    "interchange.rejects": NO_IMPORT,
    "interchange.show": NO_IMPORT,
    "progress.place": "opens from the chart of someone whom another system's history brought in without phases",
    "progress.take_back": "opens from the moves of someone who has one ahead; the walk opens few charts",
    "weekplan.session": NO_WEEK,
    "weekplan.show": NO_WEEK,
    "programs.discard": NO_DRAFT,
    "programs.edit_criterion": NO_DRAFT,
    "programs.edit_phase": NO_DRAFT,
    "programs.edit_requirement": NO_DRAFT,
    "programs.new_criterion": NO_DRAFT,
    "programs.criteria": NO_DRAFT,
    "programs.new_phase": NO_DRAFT,
    "progress.try_version": NO_DRAFT,
    "programs.new_requirement": NO_DRAFT,
    "programs.publish": NO_DRAFT,
    "programs.remove_phase": NO_DRAFT,
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@filled
def test_every_page_can_be_reached_by_links_and_every_link_leads_somewhere(app, visit, accounts):
    walked = [step for role in Role for step in pages(visit(accounts[role]), ["/"])]
    walked += pages(visit(), ["/"])
    assert [path for endpoint, path, _answer in walked if endpoint == "nowhere"] == []
    there = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.endpoint.endswith("static") and access_of(app, rule.endpoint)
    }
    reached = {endpoint for endpoint, _path, _answer in walked}
    assert sorted(there - reached - REACHED_OTHERWISE.keys()) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_page_that_writes_is_caught(app, visit, accounts):
    def planted() -> str:
        db.connection().exec_driver_sql("DELETE FROM sealing_key WHERE id = 'none'")
        return "<title>Planted</title><main><h1>Planted</h1></main>"

    app._got_first_request = False  # a route is planted into an application that is already made
    app.add_url_rule("/planted", "planted", requires(Can.use_own_account)(planted))
    visitor = visit(accounts[Role.clinician])
    with written_tables() as tables:
        assert visitor.get("/planted").status_code == 200
    assert tables == {"sealing_key"}
