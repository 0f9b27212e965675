"""One day alone of a series is changed, and returned to it; how people meet is said of a series and follows everywhere."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from caseapp.core import clock
from caseapp.core.errors import RuleBroken
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.rules import Mode, WhyNot
from caseapp.series import actions, queries
from caseapp.series.lines import preview_change
from caseapp.series.plans import plan_of
from caseapp.series.recurrence import Repeats
from caseapp.series.rules import Clash, Do
from tests.series.making import FIRST, change, held_on, make
from tests.sessions import at, group, room

MON, WED = date(2026, 11, 23), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def by(cast):
    return cast.ana.actor


def test_one_day_only_is_changed_and_the_series_stays_as_it_is(transaction, by, cast):
    with transaction():
        series = make(by)
        before, facts = held_on(series), plan_of(series)
        taken = group(
            cast.carl.actor, 0, day=WED, starts=time(13), room_id=room().id, topic="Life skills", ends=time(16)
        )
        line = preview_change(series, replace(facts, starts=time(13), ends=time(15)), WED, by, only=True).lines[0]
        assert (line.day, line.clashes, line.choices) == (WED, (Clash.room,), (Do.skip,))
        scheduling.cancel(taken, WhyNot.mistake, by)
        kept = change(series, by, WED, only=True, starts=time(13), ends=time(15), room=None)
        assert kept.sessions == 1 and plan_of(series) == facts
        assert held_on(series) == before | {WED: "13:00 - scheduled"}
        # Returned to its series, by the same way; that it was changed by hand stands in no way.
        [back] = preview_change(series, facts, WED, by, only=True).lines
        assert back.clashes == () and back.what.startswith("1:00 pm - 3:00 pm to 9:00 am - 12:00 pm, no room to Room 2")
        change(series, by, WED, only=True)
        assert held_on(series) == before
        actions.undo(series, by)
        assert held_on(series) == before | {WED: "13:00 - scheduled"}


def test_one_day_only_has_no_rule_of_its_own_and_no_other_day(transaction, by):
    with transaction():
        series = make(by)
        tuesdays = replace(plan_of(series), repeats=Repeats(WED, weekdays=(1,)))
        with pytest.raises(RuleBroken, match="for one day only"):
            preview_change(series, tuesdays, WED, by, only=True)
        thursday = replace(plan_of(series), topic="Another")
        assert preview_change(series, thursday, WED + timedelta(days=1), by, only=True).lines == []


def test_sessions_of_a_series_meet_as_it_says_and_undo_knows_how_they_met(transaction, by):
    def meet(series, since=FIRST):
        return {str(row.session.held_as) for row in queries.days_of(series.id, since)}

    with transaction():
        series = make(by, mode=Mode.telehealth)
        assert meet(series) == {"telehealth"}
        change(series, by, MON, mode=Mode.in_person)
        assert meet(series, MON) == {"in_person"} and meet(series) == {"telehealth", "in_person"}
        line = preview_change(series, replace(plan_of(series), mode=Mode.telehealth), WED, by).lines[0]
        assert line.what == "in person to telehealth"
        id = series.id
    with clock.freeze(at(8, day=FIRST + timedelta(days=9))):
        actions.make_ahead()
    with transaction():
        series = queries.get_series(id)
        assert meet(series, FIRST + timedelta(weeks=12)) == {"in_person"}
        actions.undo(series, by)
        assert meet(series) == {"telehealth"} and series.mode is Mode.telehealth


def test_without_being_said_a_series_meets_as_its_room_says(transaction, by):
    with transaction():
        series = make(by)
        change(series, by, MON, room=None)
        assert [row.session.held_as for row in queries.days_of(series.id, MON)][0] == Mode.telehealth
        change(series, by, MON, mode=Mode.in_person)
        change(series, by, MON, mode=None)
        assert {row.session.mode for row in queries.days_of(series.id, MON)} == {None}
