"""Whoever leads a session may open the records of those on its list, as long as a session gives it and some days after."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from caseapp.clients import actions as clients
from caseapp.clients.models import CareAccess, Client
from caseapp.clients.queries import visible_ids
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.scheduling import actions, queries
from caseapp.scheduling.actions.places import ACCESS_AFTER
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import WhyNot
from caseapp.series import actions as series
from caseapp.series import queries as of_series
from caseapp.series.recurrence import Repeats
from tests.series.making import make
from tests.sessions import WEDNESDAY, at, group, person

TOMORROW = WEDNESDAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


def lasts_until(staff, client) -> list:
    """Until when someone has access by sessions, a day for each row."""
    rows = select(CareAccess.ended_on).where(CareAccess.client_id == client.id, CareAccess.staff_id == staff.id)
    return list(db.scalars(rows.where(CareAccess.ground == Ground.group)))


def test_of_many_sessions_the_last_one_counts_and_freeing_it_takes_it_back(transaction, cast):
    ana, carl = cast.ana.actor, cast.carl.actor
    with transaction():
        sam = person(ana, "Haddad", "Sam")
        near, far = (group(ana, 0, leader=carl, day=WEDNESDAY + timedelta(days=days)) for days in (2, 40))
        places = [actions.book(one, sam, ana) for one in (near, far)]
        assert lasts_until(carl, sam) == [far.on_day + ACCESS_AFTER]
        actions.release(places[1], ana)
        assert lasts_until(carl, sam) == [near.on_day + ACCESS_AFTER]
        actions.release(places[0], ana)
        assert lasts_until(carl, sam) == [TOMORROW]  # a slip can be undone today
        assert visible_ids([sam.id], carl) == {sam.id}
    with clock.freeze(at(8, day=TOMORROW)), transaction():
        assert visible_ids([sam.id], carl) == set()


def test_who_leads_it_no_more_and_whose_session_is_cancelled_have_no_access_by_it(transaction, cast):
    ana, carl, sue = cast.ana.actor, cast.carl.actor, cast.sue.actor
    with transaction():
        sam = person(ana, "Haddad", "Sam")
        session = group(ana, 0, leader=carl, day=WEDNESDAY + timedelta(days=20))
        actions.book(session, sam, ana)
        facts = {"service": session.service, "on_day": session.on_day, "starts": time(9), "ends": time(12)}
        actions.edit(session, ana, staff_ids=[sue.id], places=12, topic=session.topic, **facts)
        assert lasts_until(carl, sam) == [TOMORROW] and lasts_until(sue, sam) == [session.on_day + ACCESS_AFTER]
        actions.cancel(session, WhyNot.weather, ana)
        assert lasts_until(sue, sam) == [TOMORROW]
        actions.restore(session, ana)
        assert lasts_until(sue, sam) == [session.on_day + ACCESS_AFTER]


def test_what_was_held_lets_write_for_some_days(transaction, cast):
    ana, carl = cast.ana.actor, cast.carl.actor
    with transaction():
        sam = person(ana, "Haddad", "Sam")
        today, later = (group(ana, 0, leader=carl, day=WEDNESDAY + timedelta(days=days)) for days in (0, 40))
        _today, place = (actions.book(one, sam, ana) for one in (today, later))
    with clock.freeze(at(13)), transaction():
        actions.release(next(one for one in queries.list_of(db.merge(later)) if one.id == place.id), ana)
        assert lasts_until(carl, sam) == [WEDNESDAY + ACCESS_AFTER]


def test_what_a_supervisor_has_ended_is_not_made_longer(transaction, cast):
    ana, carl, sue = cast.ana.actor, cast.carl.actor, cast.sue.actor
    with transaction():
        sam = person(ana, "Haddad", "Sam")
        actions.book(group(ana, 0, leader=carl, day=WEDNESDAY + timedelta(days=2)), sam, ana)
        row = db.scalar(select(CareAccess).where(CareAccess.staff_id == carl.id, CareAccess.client_id == sam.id))
        clients.end_access(row, sue, ended_on=TOMORROW, reason="Asked for another clinician")
        actions.book(group(ana, 0, leader=carl, day=WEDNESDAY + timedelta(days=9)), sam, ana)
        assert sorted(lasts_until(carl, sam)) == [TOMORROW, WEDNESDAY + timedelta(days=9) + ACCESS_AFTER]


def test_who_leaves_a_series_is_not_open_to_its_leads_for_the_months_ahead(transaction, cast):
    ana, carl = cast.ana.actor, cast.carl.actor
    with transaction():
        sam = person(ana, "Haddad", "Sam")
        weekly = make(ana, carl, repeats=Repeats(WEDNESDAY + timedelta(days=1), weekdays=(3,)))
        series.add_members(weekly, [sam], ana, since=TOMORROW)
        assert lasts_until(carl, sam) == [TOMORROW + timedelta(weeks=11) + ACCESS_AFTER]
        series.end_membership(of_series.members(weekly.id)[0], ana, on=TOMORROW + timedelta(weeks=1))
        assert lasts_until(carl, sam) == [TOMORROW + ACCESS_AFTER]


def test_whoever_is_booked_long_after_a_session_opens_no_record(transaction, cast):
    """Found by the machine of series: a list that is completed in arrears asked for access that had ended before it began."""
    with transaction():
        sam = person(cast.ana.actor, "Haddad", "Sam")
        session = group(cast.ana.actor, 0, leader=cast.carl.actor)
    with clock.freeze(at(8, day=WEDNESDAY + ACCESS_AFTER + timedelta(days=1))), transaction():
        actions.book(db.get(Session, session.id), db.get(Client, sam.id), cast.ana.actor)
        assert lasts_until(cast.carl.actor, sam) == []
