"""Services: added, renamed, no longer offered; what was counted stays as it was counted."""

import pytest
from sqlalchemy import select

from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import actions, queries
from caseapp.programs.models import Service
from caseapp.programs.rules import Capacity
from tests import sessions
from tests.programs import editing

NEW = "/admin/programs/services/new"
FIELDS = {"name": "Art therapy", "counts_as_hours": "yes", "capacity": "counseling_group", "minutes": "90"}


def test_a_service_is_added_once_and_a_taken_name_is_refused(visit, cast, transaction):
    visitor = visit(cast.ada)
    form = visitor.form(NEW, to=NEW)
    for _time in range(2):
        assert visitor.raw.post(NEW, data=form.fields | FIELDS).status_code == 303
    for changes, said in (
        ({"name": "ART therapy"}, "There is a service of this name already"),
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 101}, "Shorten this"),
        ({"name": "Other", "counts_as_hours": None}, "Choose yes or no"),
        ({"name": "Other", "capacity": "stadium"}, "Choose one of these"),
        ({"name": "Other", "minutes": "0"}, "Enter minutes from 5 to 480"),
    ):
        answer = visitor.submit(NEW, FIELDS | changes)
        assert (answer.status_code, said in answer.text) == (422, True), changes
    with transaction():
        assert [row.code for row in queries.services()][-1] == "art_therapy"


def test_one_no_longer_offered_stays_on_record_and_is_not_asked_for_again(visit, cast, transaction):
    visitor = visit(cast.ada)
    with transaction():
        path = f"/admin/programs/services/{queries.service('life_skills').id}"
    stale = visitor.form(path, to=path)
    assert visitor.submit(path, {"active": None}).status_code == 303
    assert visitor.raw.post(path, data=stale.fields | {"form_key": ["another"], "minutes": ["45"]}).status_code == 409
    assert "No longer offered" in visitor.get("/admin/programs/services").text
    with transaction():
        gone = queries.service("life_skills")
        assert gone not in queries.services() and gone in queries.all_services()
        with pytest.raises(RuleBroken, match="no longer offered"):
            actions.add_requirement(editing.draft(cast.ada.actor).phases[0], gone, cast.ada.actor, **editing.NEED)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_how_a_service_counts_stays_once_sessions_are_on_record(cast, transaction):
    facts = {"name": "CBT", "capacity": Capacity.counseling_group, "minutes": 90, "active": True}
    with transaction():
        row = db.scalar(select(Service).where(Service.code == "cbt"))
        actions.edit_service(row, cast.ada.actor, counts_as_hours=False, **facts)
        actions.edit_service(row, cast.ada.actor, counts_as_hours=True, **facts)
        sessions.group(cast.ana.actor, people=0, service=row)
        with pytest.raises(RuleBroken, match="past hours stay as they were counted"):
            actions.edit_service(row, cast.ada.actor, counts_as_hours=False, **facts)
        actions.edit_service(row, cast.ada.actor, counts_as_hours=True, **facts | {"name": "CBT group"})
