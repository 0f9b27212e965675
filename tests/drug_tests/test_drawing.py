"""Drawn days: one in each stretch, where someone is there and the clinic open; once; drawn anew when a day no longer holds."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.drug_tests import drawing, models, queries
from caseapp.drug_tests.rules import every_days, windows
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session, TimeOff
from caseapp.scheduling.rules import Mode, SessionState
from tests.sessions import WEDNESDAY, at, group, person


def draws(in_force_only=True):
    with transaction():
        rows = db.scalars(select(models.TestDraw).order_by(models.TestDraw.day, models.TestDraw.id))
        return [(one.day, one.why_withdrawn) for one in rows if one.in_force or not in_force_only]


@pytest.fixture
def sessions(cast):
    """Three people of the first phase with a group on each day of the week after, Thursday to Saturday."""
    days = [WEDNESDAY + timedelta(days=number) for number in (1, 2, 3)]
    with transaction():
        first = group(cast.ana.actor, 3, day=days[0], mode=Mode.in_person)
        clients = [one.client for one in first.roster]
        for day in days[1:]:
            other = group(cast.ana.actor, 0, day=day, mode=Mode.in_person)
            for one in clients:
                scheduling.book(other, one, cast.ana.actor)
    return days


def draw(day=WEDNESDAY, choose=max):
    with clock.freeze(at(8, day=day)), transaction():
        return drawing.draw(day, choose)


def test_one_day_in_each_stretch_where_they_are(sessions):
    assert draw() == 3
    assert draws() == [(sessions[2], None)] * 3
    assert draw() == 0


def test_a_day_on_which_the_clinic_is_closed_is_not_drawn(cast, sessions):
    draw()
    with transaction():
        starts, ends = clock.day_bounds(sessions[2], clinic.zone())
        db.add(TimeOff(site_id=clinic.site().id, starts_at=starts, ends_at=ends))
    assert draw() == 3
    assert draws() == [(sessions[1], None)] * 3
    assert {why.value for _day, why in draws(False) if why} == {"closed"}


def test_a_cancelled_session_draws_another_day_and_a_day_that_has_come_stays(sessions):
    draw(choose=min)
    with transaction():
        for one in db.scalars(select(Session).where(Session.on_day == sessions[0])):
            one.state = SessionState.cancelled
    assert draw(sessions[0]) == 0 and draws() == [(sessions[0], None)] * 3
    assert draw(choose=min) == 3
    assert draws() == [(sessions[1], None)] * 3


def test_the_work_of_a_day_is_done_once(sessions):
    with clock.freeze(at(8)):
        assert [drawing.draw_ahead(), drawing.draw_ahead()] == [3, 0]


def test_statements_do_not_grow_with_people(cast, sessions, statements):
    with clock.freeze(at(8)), transaction(), statements() as few:
        drawing.draw(WEDNESDAY)
    with transaction():
        for number in range(6):
            person(cast.ana.actor, f"More{number}", "Ann", WEDNESDAY - timedelta(days=9))
    with clock.freeze(at(8)), transaction(), statements() as many:
        drawing.draw(WEDNESDAY)
    assert len(many) <= len(few)


def test_a_drawn_day_waits_until_someone_says_what_happened(cast, sessions):
    draw(choose=min)
    with clock.freeze(at(9, day=sessions[1])), transaction():
        waiting = queries.waiting(cast.ana.actor, sessions[1])
        assert (len(waiting.today), len(waiting.earlier)) == (0, 3)
        assert queries.waiting(cast.otto.actor, sessions[1]).many == 0
        assert queries.results([one.client_id for one in waiting.earlier]) == {}


@pytest.mark.parametrize(("level", "days"), [("2.1", 7), ("2.5", 7), ("1.7", 30), ("1", 30), ("3.1", 7)])
def test_how_often_follows_the_level_of_care(level, days):
    assert every_days(level, {"drug_test_days": 7, "drug_test_stable_days": 30}) == days


def test_stretches_follow_each_other_from_the_start():
    start = date(2026, 11, 2)
    found = windows(start, 7, date(2026, 11, 18), date(2026, 11, 25))
    assert [begins for begins, _ends in found] == [date(2026, 11, 16), date(2026, 11, 23)]
    assert found[0][1] == date(2026, 11, 22)
    assert windows(date(2026, 12, 1), 7, date(2026, 11, 18), date(2026, 11, 25)) == []
