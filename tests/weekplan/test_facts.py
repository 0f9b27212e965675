"""The plain problem of a week, read from the tables of a clinic."""

from datetime import time, timedelta

import pytest

from caseapp.clinic import actions as clinic
from caseapp.clinic import queries as clinic_queries
from caseapp.closures import actions as closures
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.series import actions as series
from caseapp.series.recurrence import Repeats
from caseapp.weekplan import actions
from caseapp.weekplan.facts import read
from caseapp.weekplan.rules import Kind, Meeting, Need
from caseapp.weekplan.times import What
from tests.series.making import FIRST, make
from tests.sessions import at, person, room
from tests.weekplan.clinics import span

MONDAY = FIRST + timedelta(days=5)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def by(cast):
    return cast.ana.actor


def therapy() -> Kind:
    return Kind(programs.service("group_therapy").id, 180)


def of(some, id: str):
    return next(one for one in some if one.id == id)


def test_a_client_is_asked_for_what_their_phase_asks_for_in_their_free_times(app, by):
    with transaction():
        alicia = person(by)
        actions.add_time(alicia, What.work, [0, 1, 2, 3, 4], time(8), time(16), by)
        facts = read(MONDAY)
        client = of(facts.clinic.clients, alicia.id)
        assert Need(therapy(), 3) in client.needs
        assert [one for one in client.free if one.day == 0] == [span(0, 7, 8), span(0, 16, 21)]
        assert facts.missing.free_times == ()
        groups = of(facts.clinic.services, therapy().service_id)
        assert groups.most == 12 and groups.is_group


def test_who_is_not_admitted_is_not_planned_for(app, by):
    with transaction():
        person(by, admitted_on=None)
        assert read(MONDAY).clinic.clients == ()


def test_what_is_not_on_record_is_taken_from_today_and_said(app, by, cast):
    with transaction():
        alicia = person(by)
        make(by)
        facts = read(MONDAY)
        ana = of(facts.clinic.leaders, by.id)
        assert ana.leads == {therapy().service_id} and span(0, 9, 17) in ana.works
        assert facts.missing.hours == ("Ana Moreau",) and "Ana Moreau" in facts.missing.leads
        assert facts.missing.free_times == (alicia.id,)
        closures.set_hours(db.get(Staff, by.id), {0: (time(12), time(20))}, cast.sue.actor, seen="")
        actions.set_leads(db.get(Staff, by.id), {programs.service("cbt").id}, cast.sue.actor, seen="")
        facts = read(MONDAY)
        ana = of(facts.clinic.leaders, by.id)
        assert ana.works == (span(0, 12, 20),) and ana.leads == {programs.service("cbt").id}
        assert facts.missing.hours == () and "Ana Moreau" not in facts.missing.leads


def test_a_weekly_series_is_todays_week(app, by):
    with transaction():
        alicia = person(by)
        group = make(by)
        series.add_members(group, [alicia], by, since=FIRST)
        facts = read(MONDAY)
        meeting = Meeting(therapy().service_id, span(0, 9, 12), group.room_id, by.id, frozenset({alicia.id}))
        assert facts.clinic.today[0] == meeting and [one.span.day for one in facts.clinic.today] == [0, 2, 4]
        assert [one.id for one in facts.changing] == [group.id] and facts.staying == ()


def test_what_is_not_weekly_stays_and_takes_its_room_leader_and_people(app, by):
    with transaction():
        alicia = person(by)
        every_other = make(by, repeats=Repeats(FIRST, every=2, weekdays=(2,)))
        series.add_members(every_other, [alicia], by, since=FIRST)
        facts = read(MONDAY)
        assert facts.clinic.today == () and [one.id for one in facts.staying] == [every_other.id]
        assert of(facts.clinic.rooms, every_other.room_id).taken == (span(2, 9, 12),)
        for works in (of(facts.clinic.leaders, by.id).works, of(facts.clinic.clients, alicia.id).free):
            assert not any(one.meets(span(2, 9, 12)) for one in works)
        assert Need(therapy(), 3) in of(facts.clinic.clients, alicia.id).needs


def test_a_series_that_stays_counts_for_what_its_people_need(app, by, cast):
    with transaction():
        alicia = person(by)
        group = make(by, by, cast.carl.actor)
        series.add_members(group, [alicia], by, since=FIRST)
        client = of(read(MONDAY).clinic.clients, alicia.id)
        assert therapy() not in {need.kind for need in client.needs}


def test_who_is_kept_free_does_not_work_then(app, by):
    with transaction():
        works = of(read(MONDAY, kept_free=((by.id, span(0, 10, 11)),)).clinic.leaders, by.id).works
        assert [one for one in works if one.day == 0] == [span(0, 9, 10), span(0, 11, 17)]


def test_reading_costs_the_same_for_one_and_for_many(app, by, statements):
    def cost() -> int:
        with transaction(), statements() as seen:
            read(MONDAY)
        return len(seen)

    with transaction():
        series.add_members(make(by), [person(by)], by, since=FIRST)
    one = cost()
    with transaction():
        other = clinic.add_room(clinic_queries.site(), "Another room", 20, by)
        for number in range(4):
            group = make(by, room=other, starts=time(13 + number), ends=time(14 + number))
            people = [person(by, last=f"Person{number}{at}") for at in range(3)]
            series.add_members(group, people, by, since=FIRST)
            actions.add_time(people[0], What.work, [0], time(8), time(9), by)
    assert cost() == one


def test_rooms_are_those_in_use(app, by):
    with transaction():
        assert room().id in {one.id for one in read(MONDAY).clinic.rooms}
