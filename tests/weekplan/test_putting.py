"""A proposed week is put in place whole or not at all: by the series' own actions, checked once more before, held sessions unchanged."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import product

import pytest
from sqlalchemy import select

from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.models import Session
from caseapp.series import actions as series
from caseapp.series import queries as series_queries
from caseapp.series.recurrence import Repeats
from caseapp.weekplan import putting, queries
from caseapp.weekplan.checking import faults
from caseapp.weekplan.facts import read
from caseapp.weekplan.keeping import proposal_as_json
from caseapp.weekplan.steps import What, compare
from tests.series.making import FIRST, make
from tests.sessions import at
from tests.weekplan.building import MONDAY, built, found, set_row, small_clinic, work
from tests.weekplan.clinics import span

AFTER = MONDAY + timedelta(weeks=1)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture(autouse=True)
def clinic(now, app, cast):
    with transaction():
        small_clinic(cast)


def sessions(before: date | None = None) -> list[tuple]:
    """Every session, as it stands."""
    with transaction():
        rows = [one for one in db.scalars(select(Session).order_by(Session.id)) if not before or one.on_day < before]
        return [(one.id, one.starts_at, one.ends_at, one.state, one.room_id, one.version) for one in rows]


def put_by_page(visit, cast, id: str, on: str = "Nov 23, 2026"):
    answer = visit(cast.sue).submit(f"/week/{id}", {"on": on}, to=f"/week/{id}/put")
    work()
    return answer


def moved(cast) -> str:
    """A proposed week in which one session of today's group is at another time, where that clashes with nothing."""
    id = built(cast)
    week = found(id)
    old = next(one for one in week.meetings if one.leader_id == cast.ana.actor.id)
    rest = tuple(one for one in week.meetings if one is not old)
    with transaction():
        clinic = read(MONDAY).clinic
    others = (replace(old, span=span(day, hour, hour + 3)) for day, hour in product((1, 3), (9, 12, 13, 14)))
    weeks = (replace(week, meetings=(*rest, one)) for one in others)
    set_row(id, found=proposal_as_json(next(one for one in weeks if not faults(clinic, one))))
    return id


def week_of(day: date) -> list[tuple]:
    """The sessions of a week's series, with who belongs to them."""
    with transaction():
        return sorted(_told(one) for one in read(day).clinic.today)


def _told(one) -> tuple:
    return one.service_id, one.span, one.room_id, one.leader_id, sorted(one.members)


def test_a_week_is_put_in_place_whole(visit, cast):
    id = moved(cast)
    before = sessions(before=MONDAY)
    assert put_by_page(visit, cast, id).status_code == 303
    assert week_of(AFTER) == sorted(_told(one) for one in found(id).meetings)
    assert sessions(before=MONDAY) == before
    shown = visit(cast.sue).get(f"/week/{id}").text
    assert "Put in place from Mon Nov 23, 2026" in shown and "0 ended" in shown
    week = found(id)
    with transaction():
        facts = read(AFTER)
        assert {step.what for step in compare(facts.changing, week.meetings)} == {What.stays}
        assert faults(facts.clinic, week) == []


def test_everyone_has_their_places_in_the_sessions_of_the_new_week(visit, cast):
    id = moved(cast)
    put_by_page(visit, cast, id)
    with transaction():
        held = [one for one in db.scalars(select(Session)) if MONDAY <= one.on_day < AFTER and one.may_change]
        lists = scheduling.lists_of([one.id for one in held])
        comes = sorted((one.on_day.weekday(), sorted(p.client_id for p in lists[one.id])) for one in held)
    assert comes == sorted((one.span.day, sorted(one.members)) for one in found(id).meetings)


def test_put_twice_is_put_once(visit, cast):
    id = moved(cast)
    put_by_page(visit, cast, id)
    with transaction(), pytest.raises(RuleBroken, match="was put in place already"):
        putting.put_in_place(queries.get_proposal(id), MONDAY, cast.sue.actor)


def test_a_clash_planted_in_what_is_kept_is_refused_and_nothing_is_changed(visit, cast):
    id = built(cast)
    week, before = found(id), sessions()
    first, second = week.meetings[:2]
    clash = replace(
        week, meetings=(first, replace(second, span=first.span, leader_id=first.leader_id), *week.meetings[2:])
    )
    path, sue = f"/week/{id}", visit(cast.sue)
    sent = sue.form(path, to=f"{path}/put").fields | {"on": "Nov 23, 2026"}
    set_row(id, found=proposal_as_json(clash))
    answer = sue.raw.post(f"{path}/put", data=sent)
    assert answer.status_code == 422 and "This week does not hold: " in answer.text
    with transaction(), pytest.raises(RuleBroken, match="Nothing was changed"):
        putting.put_in_place(queries.get_proposal(id), MONDAY, cast.sue.actor)
    assert sessions() == before


def test_what_breaks_halfway_leaves_everything_as_it_was(visit, cast, monkeypatch):
    def refuses(*_some, **_more):
        raise RuleBroken("The series is kept for someone else.")

    id = moved(cast)
    before, week = sessions(), week_of(AFTER)
    monkeypatch.setattr(series, "add_members", refuses)
    put_by_page(visit, cast, id)
    assert sessions() == before and week_of(AFTER) == week
    assert "The series is kept for someone else." in visit(cast.sue).get(f"/week/{id}").text


@pytest.mark.parametrize("on", ["Nov 24, 2026", "Nov 16, 2026", ""])
def test_a_week_begins_on_a_monday_ahead(visit, cast, on):
    id = built(cast)
    answer = visit(cast.sue).submit(f"/week/{id}", {"on": on}, to=f"/week/{id}/put")
    assert answer.status_code == 422


def test_a_series_that_would_begin_in_that_week_can_end_before_it_began(cast):
    with transaction():
        by = cast.ana.actor
        late = make(by, starts=time(14), ends=time(17), repeats=Repeats(MONDAY + timedelta(days=1), weekdays=(1,)))
        id_of_late = late.id
        assert id_of_late in {one.id for one in read(MONDAY).changing}
    id = built(cast)
    with transaction():
        putting.put_in_place(queries.get_proposal(id), MONDAY, cast.sue.actor)
    with transaction():
        held = [row for row in series_queries.days_of(id_of_late, FIRST) if row.session]
        assert held == [] and id_of_late not in {one.id for one in read(AFTER).changing}
