"""Who says that an absence is excused: whoever marks, or by the rule profile a supervisor."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from caseapp.attendance import actions, queries
from caseapp.attendance.rules import MarkState
from caseapp.clients.actions import give_access
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs.actions.settings import save_setting
from caseapp.programs.models import Program
from caseapp.scheduling.models import Session
from tests.sessions import WEDNESDAY, at, group


@pytest.fixture
def by_supervisor(transaction, cast):
    """A group of two led by Carl, on a day on which only a supervisor excuses; the clock stands at 9:15 am."""
    with transaction(), clock.freeze(at(7)):
        save_setting(db.scalars(select(Program)).one(), "excused_by", Decimal(1), WEDNESDAY, cast.ada.actor)
    with transaction(), clock.freeze(at(7)):
        session = group(cast.ana.actor, 2, leader=cast.carl.actor)
        places = [place.id for place in queries.list_of(session)]
        for place in queries.list_of(session):
            give_access(place.client_id, Ground.given, cast.ana.actor, staff_id=cast.sue.actor.id)
    with clock.freeze(at(9, 15)):
        yield f"/sessions/{session.id}/attendance", session.id, places


def states(transaction, id) -> list[str]:
    with transaction():
        return [str(queries.said_by(mark, "")) for _place, mark in queries.roll(db.get(Session, id))]


def test_where_whoever_marks_excuses(cast, transaction):
    with transaction(), clock.freeze(at(9, 15)):
        place = queries.list_of(group(cast.ana.actor, 1))[0]
        assert actions.mark(place, MarkState.excused, cast.ana.actor).marked_by_id == cast.ana.actor.id


def test_where_a_supervisor_excuses_others_cannot(visit, cast, by_supervisor, transaction):
    path, id, (first, second) = by_supervisor
    carl, sue = visit(cast.carl), visit(cast.sue)
    page = carl.get(path).text
    assert "Here a supervisor says who is excused" in page
    assert f'id="state-{first}-excused" value="excused" disabled' in page
    refused = carl.submit(path, {f"state-{first}": "excused", f"state-{second}": "present"}, to=path)
    assert refused.status_code == 422 and "Here a supervisor says who is excused." in refused.text
    assert states(transaction, id) == ["not marked", "not marked"]
    assert "Here a supervisor" not in sue.get(path).text
    assert sue.submit(path, {f"state-{first}": "excused"}, to=path).status_code == 303
    with transaction():
        assert queries.marks_of([first])[first].marked_by_id == cast.sue.actor.id


def test_what_a_supervisor_excused_stays_and_whoever_came_after_all_is_marked(visit, cast, by_supervisor, transaction):
    path, id, (first, second) = by_supervisor
    assert visit(cast.sue).submit(path, {f"state-{first}": "excused"}, to=path).status_code == 303
    carl = visit(cast.carl)
    token = {"csrf_token": carl.token(path)}
    untouched = carl.raw.post(path, data=token | {f"seen-{first}": "", f"state-{second}": "present"})
    assert untouched.status_code == 303 and states(transaction, id) == ["Excused", "Present"]
    with transaction():
        seen = queries.marks_of([first])[first].id
    assert (
        carl.raw.post(
            path, data=token | {f"seen-{first}": seen, f"state-{first}": "late", f"late-{first}": "20"}
        ).status_code
        == 303
    )
    assert states(transaction, id) == ["Late 20 min", "Present"]


def test_the_action_itself_refuses(cast, by_supervisor, transaction):
    _path, id, _places = by_supervisor
    with transaction(), pytest.raises(RuleBroken, match="a supervisor"):
        place = queries.list_of(db.get(Session, id))[0]
        actions.mark(place, MarkState.excused, cast.carl.actor)


def test_a_finished_list_takes_who_was_not_marked_beside_those_who_are_locked(visit, cast, by_supervisor, transaction):
    path, id, (first, second) = by_supervisor
    carl = visit(cast.carl)
    form = carl.form(path, to=path).fields | {f"state-{first}": "present", "anyway": "yes"}
    assert carl.raw.post(f"{path}/finish", data=form).status_code == 303
    with transaction():
        seen = queries.marks_of([first])[first].id
    # What a browser sends of the finished page: of a locked row, whose controls are disabled, only what was seen.
    sent = {"csrf_token": carl.token(path), f"seen-{first}": seen, f"seen-{second}": "", f"state-{second}": "no_show"}
    assert carl.raw.post(path, data=sent).status_code == 303
    assert states(transaction, id) == ["Present", "No-show"]
