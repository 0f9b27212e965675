"""Who belongs to a series has a place in each of its sessions, from a day on and up to one, as far as they can."""

from datetime import date, timedelta

import pytest

from caseapp.core import clock
from caseapp.core.errors import RuleBroken
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.series import actions, queries
from caseapp.series.recurrence import Repeats
from tests.series.making import FIRST, change, make
from tests.sessions import at, person

MON, WED, FRI = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def by(cast):
    return cast.ana.actor


def test_members_have_places_from_their_day_on_where_they_can(transaction, by, cast):
    with transaction():
        series = make(by, places=2)
        sam, dae = person(by, "Haddad", "Sam"), person(by, "Kim", "Dae")
        new = person(by, "Lund", "Mia", admitted_on=None)
        for one in ("Ortiz", "Patel"):
            scheduling.book(queries.days_of(series.id, WED)[0].session, person(by, one, "B"), by)
        looked = actions.look_at_members(series, [sam, dae, new], MON)
        assert [(len(one.sessions), one.without[:1]) for one in looked] == [
            (33, [(WED, "the session is full")]),
            (33, [(WED, "the session is full")]),
            (0, [(MON, "in no phase of a program that day")]),
        ]
        actions.add_members(series, [sam, dae], by, since=MON)
        roster = {row.on_day: len(sessions.list_of(row.session)) for row in queries.days_of(series.id, FIRST)}
        assert roster.pop(FIRST) == roster.pop(FRI - timedelta(days=7)) == 0
        assert set(roster.values()) == {2}
        with pytest.raises(RuleBroken, match="Haddad, Sam belongs to this series already"):
            actions.add_members(series, [sam], by, since=WED)
        [mine, _other] = queries.members(series.id)
        assert actions.end_membership(mine, by, on=FRI) == 32
        assert [row.client.last_name for row in queries.members(series.id, FRI)] == ["Kim"]
        with pytest.raises(RuleBroken, match="until Thu Nov 26, 2026 already"):
            actions.end_membership(mine, by, on=FRI)


def test_an_undo_gives_nobody_a_place_on_a_day_on_which_they_do_not_belong(transaction, by):
    with transaction():
        series = make(by, repeats=Repeats(FIRST, weekdays=(0,)))
        old, new = person(by, "Haddad", "Sam"), person(by, "Kim", "Dae")
        actions.add_members(series, [old], by, since=FIRST)
        change(series, by, MON, repeats=Repeats(MON, weekdays=(2,)))  # from Mondays to Wednesdays
        actions.add_members(series, [new], by, since=WED)
        actions.end_membership(queries.members(series.id)[0], by, on=WED + timedelta(days=7))
        actions.undo(series, by)
        lists = {
            row.on_day: {place.client.last_name for place in sessions.list_of(row.session)}
            for row in queries.days_of(series.id, FIRST)[:3]
        }
        assert lists == {MON: {"Haddad"}, MON + timedelta(days=7): {"Haddad", "Kim"}, MON + timedelta(days=14): {"Kim"}}


def test_who_comes_back_later_keeps_those_places_when_they_leave_sooner(transaction, cast):
    """Found by the machine of series: ending the first stay took the places of the second one too."""
    by = cast.ana.actor
    with transaction():
        series, kit = make(by), person(by, "Moss", "Kit")
        back = FIRST + timedelta(days=14)
        actions.add_members(series, [kit], by, since=FIRST)
        [first] = queries.members(series.id)
        actions.end_membership(first, by, on=back)
        actions.add_members(series, [kit], by, since=back)
        actions.end_membership(first, by, on=FIRST + timedelta(days=7))
        lists = sessions.lists_of([row.session_id for row in queries.days_of(series.id, FIRST)])
        there = {row.on_day for row in queries.days_of(series.id, FIRST) if lists.get(row.session_id)}
        expected = {row.on_day for row in queries.days_of(series.id, FIRST)}
        assert there == {day for day in expected if day < FIRST + timedelta(days=7) or day >= back}
