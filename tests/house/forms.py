"""Finds every form of the house, with the pages on which they stand, and the ways in which forms are got wrong."""

import re
from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from caseapp.core.access import Role, access_of
from caseapp.core.db import Base, new_id, transaction
from tests.house.walk import endpoint_of, first_pages
from tests.visitor import FormOnPage, Visitor, forms_on

# By the beginning of an address: in which table its `<id>` is kept. A page with an id must be found here.
SUBJECTS = {
    "/clients/": "client",
    "/sessions/": "session",
    "/series/": "series",
    "/closures/": "time_off",
    "/closures/hours/": "staff",
    "/crisis/": "crisis_contact",
    "/notes/": "note",
    "/tasks/": "task",
    "/waitlist/": "waiting",
    "/times/": "client_time",
    "/week/": "week_proposal",
    "/week/leads/": "staff",
    "/measures/": "measure",
    "/assessments/": "assessment",
    "/use/": "use_report",
    "/use/meetings/": "meeting",
    "/medications/": "medication",
    "/medication-visits/": "medication_visit",
    "/drug-tests/": "drug_test",
    "/plan-work/": "plan_assignment",
    "/reviews/": "phase_review",
    "/admin/import/": "job",
    "/admin/staff/": "staff",
    "/admin/teams/": "team",
    "/admin/programs/versions/": "program_version",
    "/admin/programs/phases/": "phase",
    "/admin/programs/": "program",
    "/admin/programs/criteria/": "criterion",
    "/admin/programs/requirements/": "service_requirement",
    "/admin/programs/services/": "service",
}
# Reached by a secret or by the name of a thing, not by the id of a row.
NOT_BY_ID = {"calendars.feed", "identity.set_password", "reports.show", "reports.people", "clinic.new"}
# People are in the most states, and a supervisor sees them all; of others, and for others, a few are enough.
MOST_PEOPLE, MOST_OTHERS = 40, 6

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
WRONG = {
    "empty": "",
    "too long": "x" * 20_000,
    "of another kind": "‽ none of these",
    "long past": "Jan 1, 1901",
    "far ahead": "Dec 31, 2198",
    "markup": MARKUP,
    "control characters": "a\x00b\u202ec\x07",
    "a number too large": "99999999999999999999",
    "not a number": "NaN",
    "below nothing": "-1",
}
_ID = re.compile(r"[\w-]{22}")


def subject_of(rule: str) -> str | None:
    """The table in which the id of an address is kept."""
    return next((SUBJECTS[start] for start in sorted(SUBJECTS, key=len, reverse=True) if rule.startswith(start)), None)


def addresses(app: Flask, role: Role) -> Iterator[str]:
    """Every page that a role may open: those without an id, then those with one, for rows in many states."""
    yield from first_pages(app, role)
    for paths in of_subjects(app, role).values():
        yield from paths


def of_subjects(app: Flask, role: Role) -> dict[str, list[str]]:
    """By endpoint: the pages with an id in their address, for rows in many states."""
    found = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or len(rule.arguments) != 1 or access_of(app, rule.endpoint) in {None, "public"}:
            continue
        table = subject_of(rule.rule)
        if table:
            name = next(iter(rule.arguments))
            most = MOST_PEOPLE if table == "client" and role is Role.supervisor else MOST_OTHERS
            found[rule.endpoint] = [rule.rule.replace(f"<{name}>", id) for id in ids_in(table, most)]
    return found


def ids_in(table: str, most: int) -> list[str]:
    """Ids of at most so many rows of a table; ids are random, so they come from all over it."""
    column = Base.metadata.tables[table].c.id
    with transaction() as session:
        return list(session.scalars(select(column).order_by(column).limit(most)))


def forms_of(app: Flask, visitor: Visitor, role: Role) -> dict[str, tuple[str, FormOnPage]]:
    """By the endpoint they post to: the first page on which each form stands, and the form."""
    found: dict[str, tuple[str, FormOnPage]] = {}
    for path in addresses(app, role):
        answer = visitor.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for form in forms_on(answer.text):
            endpoint = posts_to(app, form.action or path)
            if form.method == "post" and endpoint:
                found.setdefault(endpoint, (path, form))
    return found


def posts_to(app: Flask, path: str) -> str | None:
    """The endpoint that a POST to this path reaches."""
    return endpoint_of(app, path, "POST")


def variants(form: FormOnPage) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The form with everything in it wrong in one way, once for each way."""
    if form.seen:
        for name, text in WRONG.items():
            yield name, form.fields | {field: [text] for field in form.seen}
        yield "nothing filled in", form.hidden()
    yield "another's id", {field: [_ID.sub(_another, one) for one in values] for field, values in form.fields.items()}
    if "version" in form.fields:
        yield "a version that is none", form.fields | {"version": ["soon"]}
    if "form_key" in form.fields:
        yield "a key too long", form.fields | {"form_key": ["k" * 500]}


def _another(match: re.Match[str]) -> str:
    return new_id() if match[0] == match.string else match[0]
