"""Every route says who may call it, and the list of that is in the repository for a person to read."""

import re

import pytest

from caseapp.core.access import ROLES, Can, Role, access_of, public, requires
from caseapp.core.db import new_id
from tests.house.access import access_list, undeclared
from tests.house.tree import ROOT

on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@on_one_engine
def test_every_route_declares_who_may_call_it(app):
    assert undeclared(app) == []


@on_one_engine
def test_the_list_is_as_the_routes_declare(app):
    assert (ROOT / "access.txt").read_text() == access_list(app), "run: make access, and read what changed"


@on_one_engine
def test_an_undeclared_route_is_caught_and_refused_to_everyone(app, client):
    app._got_first_request = False  # a route is planted into an application that is already made
    app.add_url_rule("/planted", "planted", lambda: "secret")
    app.add_url_rule("/planted-public", "planted_public", public(lambda: "open"))
    app.add_url_rule("/planted-staff", "planted_staff", requires(Can.see_audit)(lambda: "staff"))
    assert undeclared(app) == ["planted"]
    assert "NOBODY" in access_list(app)
    assert client.get("/planted").status_code in {302, 303, 403}
    assert client.get("/planted-staff").status_code in {302, 303}
    assert client.get("/planted-public").status_code == 200


@on_one_engine
def test_every_route_refuses_whoever_is_not_listed(app, visit, cast):
    """With ids that lead nowhere: the gate answers by role, before anything is looked up."""
    people = {Role.case_manager: cast.ana, Role.clinician: cast.carl, Role.supervisor: cast.sue, Role.admin: cast.ada}
    visitors = {role: visit(person) for role, person in people.items()}
    tokens = {role: visitor.token("/account") for role, visitor in visitors.items()}
    wrong = []
    for rule in app.url_map.iter_rules():
        needed = access_of(app, rule.endpoint)
        if needed == "public":
            continue
        path = rule.rule
        for name in rule.arguments:
            path = re.sub(rf"<(?:\w+:)?{name}>", new_id(), path)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            if visit().raw.open(path, method=method).status_code not in {302, 400}:
                wrong.append(f"{method} {rule.rule} is open to whoever is not signed in")
            for role, visitor in visitors.items():
                if needed not in ROLES[role]:
                    answer = visitor.raw.open(path, method=method, data={"csrf_token": tokens[role]})
                    if answer.status_code != 403:
                        wrong.append(f"{method} {rule.rule} answers {answer.status_code} to a {role}")
    assert not wrong, "\n".join(["", *wrong])
