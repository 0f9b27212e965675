"""A week that was put in place is taken back whole or not at all: series, members and lists as before; refused once anything changed."""

import json
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Place, Session, Waiting
from caseapp.scheduling.rules import WaitState, WhyNot
from caseapp.series import actions as series
from caseapp.series import queries as series_queries
from caseapp.series.models import Series, SeriesMember
from caseapp.series.recurrence import Repeats
from caseapp.weekplan import putting, queries, undoing
from caseapp.weekplan.facts import read
from caseapp.weekplan.keeping import proposal_as_json
from caseapp.weekplan.rules import Meeting
from tests.series.making import FIRST, make
from tests.sessions import at, person, room
from tests.weekplan.building import MONDAY, built, found, set_row, small_clinic, work
from tests.weekplan.clinics import span

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture(autouse=True)
def clinic(now, app, cast):
    with transaction():
        small_clinic(cast)


def stands() -> dict:
    """All that is on the schedule: each session that is held with its list, and who belongs to which series and until when."""
    with transaction():
        held = [one for one in db.scalars(select(Session)) if one.state == "scheduled"]
        lists = sessions.lists_of([one.id for one in held])
        told = {
            one.id: (one.starts_at, one.ends_at, one.room_id, one.mode, one.places, one.service_id, one.topic)
            + (sorted(lead.staff_id for lead in one.leads), sorted(p.client_id for p in lists.get(one.id, ())))
            for one in held
        }
        days = {
            (id, row.on_day): row.session_id
            for id in db.scalars(select(Series.id))
            for row in series_queries.days_of(id, FIRST)
        }
        belongs = {
            (m.id, m.started_on, m.ended_on) for m in db.scalars(select(SeriesMember)) if m.ended_on != m.started_on
        }
        return {"sessions": told, "days": days, "members": belongs}


def rooms_and_people() -> tuple:
    with transaction():
        clinic = read(MONDAY).clinic
        return clinic, {one.name: one.id for one in clinic.rooms}, [one.id for one in clinic.clients]


def a_week_of_every_kind(cast) -> str:
    """A week in which two series change places, one ends, one is new, and people join and leave; as if it had been found."""
    with transaction():
        by, other = cast.ana.actor, room("Room 3", 14)
        group = next(one for one in read(MONDAY).changing)
        make(by, starts=time(13), ends=time(16), room=other, repeats=Repeats(FIRST, weekdays=(1,)))
        late = make(by, starts=time(13), ends=time(16), repeats=Repeats(FIRST, weekdays=(3,)))
        castro = db.scalar(select(Client).where(Client.last_name == "Castro"))
        series.add_members(late, [castro], by, since=FIRST)
        adler = db.scalar(select(Client).where(Client.last_name == "Adler"))
        first = series_queries.days_of(group.id, MONDAY)[0].session
        away = next(place for place in sessions.list_of(first) if place.client_id == adler.id)
        scheduling.release(away, by)  # someone said that they can't come that day: that stays so
        service, ana = group.service_id, by.id
        week = (
            Meeting(service, span(0, 13, 16), other.id, ana, frozenset({adler.id, castro.id})),
            Meeting(service, span(2, 13, 16), other.id, ana, frozenset({adler.id, castro.id})),
            Meeting(service, span(4, 9, 12), group.room_id, ana, frozenset({castro.id})),
            Meeting(service, span(1, 9, 12), group.room_id, ana, frozenset({adler.id})),
        )
    id = built(cast)
    kept = json.loads(proposal_as_json(replace(found(id), meetings=week)))
    set_row(id, found=json.dumps(kept))
    return id


def put(monkeypatch, id: str, cast) -> None:
    """Put it in place, whatever the check says: of small weeks made by hand it would name the services left out."""
    monkeypatch.setattr(putting, "faults", lambda *_facts: [])
    with transaction():
        putting.put_in_place(queries.get_proposal(id), MONDAY, cast.sue.actor)


def take_back(id: str, cast) -> None:
    with transaction():
        undoing.take_back(queries.get_proposal(id), cast.sue.actor)


def test_everything_is_as_it_was(cast, monkeypatch):
    id = a_week_of_every_kind(cast)
    before = stands()
    put(monkeypatch, id, cast)
    done = queries_done(id)
    assert done["changed"] and done["ended"] and done["joined"] and done["left"]
    assert stands() != before
    take_back(id, cast)
    assert stands() == before
    with transaction(), pytest.raises(RuleBroken, match="no week in place"):
        undoing.take_back(queries.get_proposal(id), cast.sue.actor)
    put(monkeypatch, id, cast)  # and it can be put in place once more, and be taken back once more
    take_back(id, cast)
    assert stands() == before


def queries_done(id: str) -> dict:
    with transaction():
        return json.loads(queries.get_proposal(id).put_in)["done"]


def test_by_the_page_in_the_background(visit, cast):
    id = built(cast)
    before, path, sue = stands(), f"/week/{id}", visit(cast.sue)
    assert sue.submit(path, {"on": "Nov 23, 2026"}, to=f"{path}/put").status_code == 303
    work()
    assert "Undo all of it" in sue.get(path).text and stands() != before
    assert sue.submit(path, to=f"{path}/undo").status_code == 303
    assert "Being undone" in sue.get(path).text
    work()
    assert stands() == before
    page = sue.get(path).text
    assert "are as they were before this week was put in place" in page and "Put it in place" in page


def test_what_was_made_ahead_since_is_made_anew(cast, monkeypatch):
    id = a_week_of_every_kind(cast)
    put(monkeypatch, id, cast)
    with clock.freeze(at(9, day=FIRST + timedelta(days=4))):
        series.make_ahead()
        take_back(id, cast)
        series.make_ahead()
        after = stands()
    fresh = {day: session for (_series, day), session in after["days"].items() if day >= FIRST + timedelta(weeks=12)}
    assert fresh and all(after["sessions"][session] for session in fresh.values())


def first_session(since: date = MONDAY) -> Session:
    ahead = select(Session).where(Session.state == "scheduled", Session.on_day >= since)
    return db.scalars(ahead.order_by(Session.starts_at, Session.id)).first()


def someone_else_cancels(cast):
    scheduling.cancel(first_session(), WhyNot.weather, cast.ana.actor)


def someone_joins(cast):
    row = next(one for one in series_queries.running(MONDAY))
    series.add_members(row, [person(cast.ana.actor, "Dunn", "Ivy")], cast.ana.actor, since=MONDAY)


def someone_is_booked(cast):
    scheduling.book(first_session(), person(cast.ana.actor, "Dunn", "Ivy"), cast.ana.actor)


def someone_loses_a_place(cast):
    place = db.scalars(
        select(Place)
        .join(Place.session)
        .where(Session.on_day >= MONDAY, Place.released_at.is_(None), Session.state == "scheduled")
    ).first()
    scheduling.release(place, cast.ana.actor)


@pytest.mark.parametrize("deed", [someone_else_cancels, someone_joins, someone_is_booked, someone_loses_a_place])
def test_what_was_changed_since_is_named_and_nothing_is_undone(cast, visit, monkeypatch, deed):
    id = a_week_of_every_kind(cast)
    put(monkeypatch, id, cast)
    with transaction():
        deed(cast)
    left = stands()
    with transaction(), pytest.raises(RuleBroken, match="changed since. Nothing was undone"):
        undoing.take_back(queries.get_proposal(id), cast.sue.actor)
    answer = visit(cast.sue).submit(f"/week/{id}", to=f"/week/{id}/undo")
    assert answer.status_code == 422 and "Nothing was undone" in answer.text
    assert stands() == left


def test_a_time_that_someone_else_took_meanwhile_is_named_and_nothing_is_undone(cast, monkeypatch):
    id = a_week_of_every_kind(cast)
    put(monkeypatch, id, cast)
    with transaction():
        make(
            cast.carl.actor,
            starts=time(9),
            ends=time(12),
            room=room("Room 2"),
            repeats=Repeats(MONDAY, weekdays=(0,), times=1),
        )
    left = stands()
    with pytest.raises(RuleBroken, match="Nothing was undone"):
        take_back(id, cast)
    assert stands() == left


def test_not_once_the_week_has_come(cast, visit, monkeypatch):
    id = a_week_of_every_kind(cast)
    put(monkeypatch, id, cast)
    with clock.freeze(at(0, 1, MONDAY)):
        with pytest.raises(RuleBroken, match="has begun"):
            take_back(id, cast)
        assert "Undo all of it" not in visit(cast.sue).get(f"/week/{id}").text


def test_a_place_offered_since_is_offered_no_more_and_they_wait_where_they_stood(cast, monkeypatch):
    id = a_week_of_every_kind(cast)
    put(monkeypatch, id, cast)
    with transaction():
        mine = next(one for one in series_queries.running(MONDAY) if series_queries.members(one.id, MONDAY))
        waits = person(cast.ana.actor, "Dunn", "Ivy")
        [row] = scheduling.begin_waiting([waits], cast.ana.actor, series_id=mine.id)
        asked = row.asked_at
        assert [one.id for one in series.offer_free_places(mine, cast.ana.actor)] == [row.id]
    take_back(id, cast)
    with transaction():
        [row] = db.scalars(select(Waiting).where(Waiting.ended_at.is_(None)))
        assert (row.state, row.asked_at, row.offered_at) == (WaitState.waits, asked, None)
