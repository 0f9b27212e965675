"""Many at once for one last seat, one room, one member of staff, one person: one wins, on both engines."""

from datetime import time

import pytest
from sqlalchemy import func, select

from caseapp.attendance import actions as attendance
from caseapp.attendance import queries as marks
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import MarkState, Said, Sent
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import queries as programs
from caseapp.scheduling import actions, queries
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState, WhyAdded, WhyNot
from tests.at_once import together
from tests.sessions import NAMES, WEDNESDAY, at, group, person, room

MANY = 16


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


def at_eight(deed):
    """The clock of a thread is its own."""

    def frozen():
        with clock.freeze(at(8)):
            deed()

    return frozen


def booking(session, client, by):
    return at_eight(lambda: actions.book(db.get(Session, session), db.get(Client, client), by))


def test_one_last_seat(transaction, cast):
    with transaction():
        session = group(cast.ana.actor, 2, places=3).id
        people = [person(cast.ana.actor, f"N{number}", "X").id for number in range(MANY)]
    assert together([booking(session, client, cast.ana.actor) for client in people]) == 1
    with transaction():
        assert db.scalar(select(func.count(Place.id)).where(Place.session_id == session)) == 3
        assert queries.seats_taken(session) == {1, 2, 3}


def test_one_person_in_many_sessions(transaction, cast):
    with transaction():
        client = person(cast.ana.actor).id
        staff = [cast.ana.actor, cast.carl.actor, cast.sue.actor, cast.otto.actor]
        sessions = [group(one, 0, service=programs.service("crisis"), topic="").id for one in staff]
    assert together([booking(session, client, cast.ana.actor) for session in sessions]) == 1


def test_the_same_people_booked_the_other_way_round_never_wait_in_a_circle(transaction, cast):
    with transaction():
        people = [person(cast.ana.actor, last, first).id for last, first in NAMES[:6]]
        one, other = group(cast.ana.actor, 0).id, group(cast.carl.actor, 0, starts=time(13), ends=time(15)).id

    def both(session, order):
        ids = people[::order]

        def deed():
            clients = [db.get(Client, id) for id in ids]
            actions.book_all(db.get(Session, session), clients, cast.ana.actor)

        return at_eight(deed)

    assert together([both(one, 1), both(other, -1)]) == 2


def planned(staff, room_id=None, starts=time(9), ends=time(10)):
    return {"on_day": WEDNESDAY, "starts": starts, "ends": ends, "staff_ids": [staff], "room_id": room_id}


def adding(by, *facts):
    return at_eight(lambda: actions.add_session(by, service=programs.service("cbt"), **planned(*facts)))


def test_one_room_and_one_member_of_staff(transaction, cast):
    with transaction():
        here = room().id
    staff = [one.actor.id for one in (cast.ana, cast.carl, cast.sue, cast.otto)]
    assert together([adding(cast.ana.actor, one, here) for one in staff]) == 1
    with transaction():
        free = next(one for one in staff if not queries.led_by([one], at(9), at(10)))
    assert together([adding(cast.ana.actor, free) for _time in range(4)]) == 1


@pytest.mark.parametrize("what", ["room", "staff", "client"])
def test_moved_put_back_and_made_at_once_one_gets_the_hour(transaction, cast, what):
    """One session is moved to ten o'clock, a cancelled one of ten is put back, a new one is made for it."""
    by, shared = cast.ana.actor, cast.carl.actor.id
    others = [cast.ana.actor.id, cast.sue.actor.id, cast.otto.actor.id]
    with transaction():
        here, client = room().id, person(by).id
        lead = [shared] * 3 if what == "staff" else others
        place = here if what == "room" else None
        people = [client] if what == "client" else []
        facts = {"service": programs.service("crisis"), "client_ids": people}
        moved = actions.add_session(by, **facts, **planned(lead[0], place, time(14), time(15))).id
        cancelled = actions.add_session(by, **facts, **planned(lead[1], place, time(10), time(11)))
        actions.cancel(cancelled, WhyNot.mistake, by)
        put_back = cancelled.id

    def move():
        ten = planned(lead[0], place, time(10), time(11))
        actions.edit(db.get(Session, moved), by, service=programs.service("crisis"), **ten)

    def make():
        ten = planned(lead[2], place, time(10, 30), time(11, 30))
        actions.add_session(by, service=programs.service("crisis"), client_ids=people, **ten)

    deeds = [move, lambda: actions.restore(db.get(Session, put_back), by), make]
    assert together([at_eight(deed) for deed in deeds]) == 1
    with transaction():
        at_ten = select(Session).where(Session.starts_at < at(11), Session.ends_at > at(10))
        assert len(list(db.scalars(at_ten.where(Session.state == SessionState.scheduled)))) == 1


def test_a_place_freed_twice_is_freed_once(transaction, cast):
    with transaction():
        place = queries.list_of(group(cast.ana.actor, 1))[0].id
    freeing = at_eight(lambda: actions.release(db.get(Place, place), cast.ana.actor))
    together([freeing] * 4)
    with transaction() as session:
        from caseapp.audit.models import AuditEvent

        told = select(func.count(AuditEvent.id)).where(AuditEvent.what == "scheduling.release")
        assert session.scalar(told) == 1


def test_marks_at_once_are_all_kept_and_one_is_in_force_for_each(transaction, cast):
    with transaction():
        session = group(cast.ana.actor, 12).id
        places = [place.id for place in queries.list_of(db.get(Session, session))]

    def mark_all(state):
        def deed():
            with clock.freeze(at(9, 15)):
                rows = {db.get(Place, place): Sent(Said(state)) for place in places}
                refused = attendance.send(db.get(Session, session), rows, cast.ana.actor)
                assert all(isinstance(one, attendance.Differs) for one in refused.values())

        return deed

    states = [MarkState.present, MarkState.no_show] * 4
    assert together([mark_all(state) for state in states]) == 8
    with transaction():
        found = list(db.scalars(select(Mark)))
        assert len(found) == 12, "the first is kept; who differs is asked, who agrees changes nothing"
        assert len({mark.state for mark in found}) == 1


def test_two_finish_one_roll_call(transaction, cast):
    with transaction():
        session = group(cast.ana.actor, 2).id
        with clock.freeze(at(9, 15)):
            attendance.mark(queries.list_of(db.get(Session, session))[0], MarkState.no_show, cast.ana.actor)

    def finish():
        with clock.freeze(at(12, 5)):
            attendance.finish(db.get(Session, session), cast.ana.actor)

    assert together([finish] * 4) == 1
    with transaction():
        from caseapp.tasks.models import Task

        assert db.scalar(select(func.count(Task.id))) == 1


def test_nobody_is_marked_as_there_in_two_sessions_at_once(transaction, cast):
    """Booked in one, added at the roll-call of another, both lists marked at the same moment."""
    with transaction():
        one, other = group(cast.ana.actor, 1).id, group(cast.carl.actor, 0).id
        place = queries.list_of(db.get(Session, one))[0]
        place_id, client = place.id, place.client_id

    def mark():
        with clock.freeze(at(9, 30)):
            attendance.mark(db.get(Place, place_id), MarkState.present, cast.ana.actor)

    def add():
        with clock.freeze(at(9, 30)):
            facts = {"why": WhyAdded.make_up, "arrived_at": at(9, 20)}
            attendance.add(db.get(Session, other), db.get(Client, client), cast.carl.actor, **facts)

    assert together([mark, add]) == 1
    with transaction():
        there = [mark for mark in db.scalars(select(Mark)) if mark.superseded_at is None and marks.marked(mark)]
        assert len(there) == 1


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_session_that_changed_hands_before_it_is_put_back_asks_for_whom_it_is_now(transaction, cast):
    """What was read before the lock is read again: the leads too. (SQLite lets nobody write in between.)"""
    by = cast.ana.actor
    with transaction():
        session = actions.add_session(by, service=programs.service("cbt"), **planned(cast.ana.actor.id))
        id = session.id
    with pytest.raises(RuleBroken, match="Carl Ito leads"), transaction():
        stale = db.get(Session, id)
        assert [lead.staff_id for lead in stale.leads] == [cast.ana.actor.id]
        assert together([at_eight(lambda: _hand_over_and_cancel(id, cast))]) == 1
        actions.restore(stale, by)


def _hand_over_and_cancel(id, cast):
    session = db.get(Session, id)
    actions.edit(session, cast.ana.actor, service=session.service, **planned(cast.carl.actor.id))
    actions.cancel(session, WhyNot.mistake, cast.ana.actor)
    actions.add_session(cast.ana.actor, service=programs.service("crisis"), **planned(cast.carl.actor.id))
