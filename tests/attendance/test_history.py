"""Sessions that have been held are brought in with their roll-calls, in as many statements for one as for many."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.attendance import queries
from caseapp.attendance.history import bring_in_past
from caseapp.attendance.rules import MarkState, Said
from caseapp.audit.models import AuditEvent
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs.models import Service
from caseapp.scheduling.actions import PastSession
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import SessionState
from tests.sessions import NAMES, WEDNESDAY, at, person, room

NOW = at(12, day=WEDNESDAY + timedelta(days=30))


@pytest.fixture
def past(transaction, cast):
    """A group of three people that Ana led on a Wednesday, from 9 to 12."""
    with transaction():
        people = [person(cast.ana.actor, last, first).id for last, first in NAMES[:3]]
        service = db.scalar(select(Service).where(Service.code == "group_therapy"))
        return PastSession(
            service,
            cast.ana.actor,
            room(),
            WEDNESDAY,
            at(9),
            at(12),
            at(8),
            at(12, 5),
            12,
            tuple(people),
            "Mornings",
            "1",
        )


def later(one: PastSession, days: int) -> PastSession:
    span = timedelta(days=days)
    moved = {name: getattr(one, name) + span for name in ("on_day", "starts_at", "ends_at", "made_at", "finished_at")}
    return replace(one, **moved)


def test_sessions_lists_marks_and_minutes(transaction, past):
    first, second, third = past.client_ids
    says = {first: Said(MarkState.late, late=20), second: Said(MarkState.no_show)}
    with clock.freeze(NOW), transaction():
        bring_in_past([(past, says)])
    with transaction():
        session = db.scalar(select(Session))
        assert (session.state, session.minutes, session.finished_at) == (SessionState.held, 180, at(12, 5))
        marks = {place.client_id: mark for place, mark in queries.roll(session)}
        assert [marks[first].minutes, marks[second].minutes, marks[third]] == [160, 0, None]
        event = db.scalar(select(AuditEvent).where(AuditEvent.what == "attendance.bring_in_past"))
        assert {one.client_id for one in event.clients} == set(past.client_ids) and event.facts == {"sessions": 1}


def test_as_many_statements_for_many_as_for_one(transaction, past, statements):
    def bring(days) -> int:
        says = {client_id: Said(MarkState.present) for client_id in past.client_ids}
        with clock.freeze(NOW), transaction(), statements() as seen:
            bring_in_past([(later(past, day), says) for day in days])
        return len(seen)

    assert bring([0]) == bring(range(1, 10))


def test_what_cannot_have_been_is_refused_and_nothing_is_kept(transaction, past):
    first = past.client_ids[0]
    wrong = {
        "has not ended": ([past], {}, at(11)),
        "is full": ([replace(past, places=2)], {}, NOW),
        "a room twice": ([past, later(replace(past, starts_at=at(10), client_ids=()), 0)], {}, NOW),
        "a client twice": ([past, replace(past, room=None, starts_at=at(11), client_ids=(first,))], {}, NOW),
        "no minutes left": ([past], {first: Said(MarkState.late, late=180)}, NOW),
        "late by nothing": ([past], {first: Said(MarkState.late)}, NOW),
    }
    for name, (sessions, says, now) in wrong.items():
        with pytest.raises(RuleBroken), clock.freeze(now), transaction():
            bring_in_past([(one, says) for one in sessions])
            pytest.fail(name)
    with transaction():
        assert db.scalar(select(Session)) is None
