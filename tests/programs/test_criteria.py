"""Criteria in the editor: put together in sentences in a draft, tried on today's clients, never changed once published."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import actions, queries
from caseapp.programs.rules.criteria import Asks, Kind
from tests.programs import editing
from tests.sessions import person


@pytest.fixture
def draft(transaction, cast):
    with transaction():
        made = editing.draft(COMMAND_LINE)
        return made.id, made.phases[0].id


def sentences(transaction, phase_id):
    with transaction():
        return [row.asks.sentence for row in queries.get_phase(phase_id).criteria]


def test_added_changed_ordered_and_removed(visit, cast, transaction, draft):
    version, phase = draft
    ada = visit(cast.ada)
    assert "Attend … hours a week, … weeks in a row" in ada.get(f"/admin/programs/phases/{phase}/criteria").text
    path = f"/admin/programs/phases/{phase}/criteria/attendance_share"
    for wrong, said in (({"number": "101"}, "Enter the share from 1 to 100."), ({"span": ""}, "Enter a number.")):
        answer = ada.submit(path, {"number": "80", "span": "4", "must_be_met": "no"} | wrong)
        assert (answer.status_code, said in answer.text) == (422, True), wrong
    assert ada.submit(path, {"number": "80", "span": "4", "must_be_met": "no"}).status_code == 303
    before = sentences(transaction, phase)
    assert before[-1] == "Come to 80 % of sessions over 4 weeks"
    again = ada.submit(path, {"number": "80", "span": "4", "must_be_met": "no"})
    assert (again.status_code, "This phase asks that already." in again.text) == (422, True)
    with transaction():
        first, added = (queries.get_phase(phase).criteria[at].id for at in (0, -1))
    assert ada.submit(f"/admin/programs/criteria/{first}", {"number": "6"}).status_code == 303
    with transaction():
        actions.move_criterion(queries.get_criterion(added), 1, COMMAND_LINE)
        actions.move_criterion(queries.get_criterion(added), 1, COMMAND_LINE)
    assert sentences(transaction, phase)[:2] == [before[-1], "Be in this phase for 6 weeks or more"]
    shown = ada.get(f"/admin/programs/versions/{version}").text
    assert "to step down, Come to 80 % of sessions over 4 weeks (override with a reason) is added." in shown
    with transaction():
        actions.remove_criterion(queries.get_criterion(added), COMMAND_LINE)
    assert before[-1] not in sentences(transaction, phase)


def test_a_published_one_is_read_only_in_the_database_too(transaction, cast):
    with transaction():
        published = queries.version_in_use(editing.program(), editing.today()).phases[0]
        with pytest.raises(RuleBroken):
            actions.add_criterion(published, Asks(Kind.plan_signed), COMMAND_LINE)
    for change in ("UPDATE criterion SET span = 1", "DELETE FROM criterion"):
        with pytest.raises(IntegrityError, match="read.only"), transaction():
            db.execute(text(change))


def test_a_draft_is_tried_on_todays_clients(visit, cast, transaction, draft):
    version, phase = draft
    with transaction():
        person(cast.ana.actor, admitted_on=editing.today())
        for row in list(queries.get_phase(phase).criteria):
            actions.remove_criterion(row, COMMAND_LINE)
        actions.add_criterion(queries.get_phase(phase), Asks(Kind.no_open_crisis_follow_up), COMMAND_LINE)
    page = visit(cast.ada).get(f"/admin/programs/versions/{version}/try").text
    assert '<b>1</b> <span class="hint">now 0</span>' in page and "Ramos" not in page
    assert visit(cast.ana).get(f"/admin/programs/versions/{version}/try").status_code == 403
