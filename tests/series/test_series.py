"""Series: made, made ahead, changed from a day on with everything that stands in the way, undone; what was held never changes."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select

from caseapp.attendance import actions as attendance
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken, Stale
from caseapp.identity import actions as identity
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import WhyNot
from caseapp.series import actions, queries
from caseapp.series.lines import Kind, preview_change, preview_new
from caseapp.series.plans import plan_of
from caseapp.series.recurrence import Frequency, Repeats
from caseapp.series.rules import Clash, Do
from tests.at_once import together
from tests.series.making import FIRST, change, held_on, make, plan
from tests.sessions import at, group, person, room

MON, WED, FRI = date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 27)
OPEN = "09:00 Room 2 scheduled"


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def by(cast):
    return cast.ana.actor


def test_twelve_weeks_are_made_at_the_wall_time_the_whole_winter(transaction, by):
    with transaction():
        days = held_on(make(by))
    assert list(days)[:3] == [FIRST, FRI - timedelta(days=7), MON]
    assert len(days) == 36 and set(days.values()) == {OPEN}
    assert max(days) < FIRST + timedelta(weeks=12)


def test_the_clocks_change_and_the_wall_time_stays(transaction, by):
    with transaction():
        series = make(by, repeats=Repeats(date(2027, 3, 8), weekdays=(0,), until=date(2027, 3, 22)))
        assert set(held_on(series, date(2027, 1, 1)).values()) == {OPEN}
        begins = [row.session.starts_at.hour for row in queries.days_of(series.id, FIRST)]
        assert begins == [14, 13, 13]  # UTC: an hour earlier from March 14 on


@pytest.mark.parametrize(("day", "starts"), [(date(2027, 3, 14), time(2, 30)), (date(2027, 11, 7), time(1, 30))])
def test_a_start_that_the_clocks_skip_or_show_twice_is_asked_about(transaction, by, day, starts):
    facts = {"starts": starts, "ends": time(starts.hour + 2, 30), "room": None}
    with clock.freeze(at(8, day=day - timedelta(days=20))), transaction():
        wanted = plan(by, repeats=Repeats(day - timedelta(days=7), weekdays=(6,), times=2), **facts)
        odd = preview_new(wanted, day + timedelta(days=30), by).lines[1]
        assert (odd.clashes, odd.choices) == ((Clash.clock,), (Do.skip, Do.earlier, Do.later))
        begins = {}
        for number, do in enumerate(odd.choices):
            series = make(by, choices={odd.key: do}, repeats=wanted.repeats, **(facts | {"topic": f"{number}"}))
            begins[do] = [row.session and row.session.starts_at for row in queries.days_of(series.id, day)]
            actions.undo(series, by)
    assert begins[Do.skip] == [None]
    assert begins[Do.later][0] - begins[Do.earlier][0] == timedelta(hours=1)


def test_what_stands_in_the_way_is_said_by_kind_and_can_be_gone_round(transaction, by, cast):
    with transaction():
        taken, other = room(), room("Room 3", 20)
        group(cast.carl.actor, 0, day=MON, room_id=taken.id, topic="Life skills")
        group(by, 0, day=WED, starts=time(11), ends=time(13), topic="Family night")
        wanted = plan(by, room=taken, repeats=Repeats(FIRST, weekdays=(0, 2, 4), until=FRI))
        preview = preview_new(wanted, FIRST + timedelta(weeks=12), by)
        said = {line.day: (line.clashes, line.why, line.choices) for line in preview.lines if line.needs_a_decision}
        assert said == {
            MON: ((Clash.room,), "Room 2 is taken: Life skills, 9:00 am - 12:00 pm.", (Do.other_room, Do.skip)),
            WED: ((Clash.staff,), "Ana Moreau leads Family night, 11:00 am - 1:00 pm.", (Do.other_lead, Do.skip)),
        }
        series = actions.add_series(wanted, by, seen=preview.digest, choices={f"do-{WED}": Do.skip})
        assert held_on(series) == {
            FIRST: OPEN,
            FRI - timedelta(days=7): OPEN,
            MON: f"09:00 {other.name} scheduled",
            WED: "staff",
            FRI: OPEN,
        }
        # Of two who lead it the busy one is left out that day.
        both = make(
            by,
            by,
            cast.sue.actor,
            room=other,
            starts=time(12),
            ends=time(14),
            repeats=Repeats(WED, weekdays=(2,), until=WED),
        )
        [row] = queries.days_of(both.id, WED)
        assert [lead.staff_id for lead in row.session.leads] == [cast.sue.actor.id]


def test_what_is_saved_is_what_was_seen(transaction, by):
    with transaction():
        seen = preview_new(plan(by), FIRST + timedelta(weeks=12), by).digest
        group(by, 0, day=MON, topic="Meanwhile")
        with pytest.raises(Stale):
            actions.add_series(plan(by), by, seen=seen, choices={})
        digest = preview_new(plan(by), FIRST + timedelta(weeks=12), by).digest
        with pytest.raises(RuleBroken, match=f"{MON:%a %b %d, %Y}"):
            actions.add_series(plan(by), by, seen=digest, choices={f"do-{MON.isoformat()}": Do.without})


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"places": 40}, "Group therapy is for 12 people at most"),
        ({"repeats": Repeats(FIRST, until=FIRST - timedelta(days=1))}, "must not be before the first"),
        ({"repeats": Repeats(FIRST, every=0)}, "from 1 to 12"),
        ({"leads": ()}, "Choose who leads it"),
    ],
)
def test_an_impossible_plan_is_refused(transaction, by, facts, sentence):
    with transaction(), pytest.raises(RuleBroken, match=sentence):
        actions.add_series(replace(plan(by), **facts), by, seen="", choices={})


def test_made_ahead_every_day_and_twice_is_once(transaction, by):
    with transaction():
        series = make(by).id
    assert actions.make_ahead() == 0
    with clock.freeze(at(8, day=FIRST + timedelta(days=9))):
        assert actions.make_ahead() == 4
        assert actions.make_ahead() == 0
        with transaction():
            assert len(held_on(queries.get_series(series))) == 40


def test_made_ahead_leaves_out_what_clashes_and_says_why(transaction, by, cast):
    soon = FIRST + timedelta(weeks=12)
    with transaction():
        series = make(by).id
        sam = person(by, "Haddad", "Sam")
        actions.add_members(queries.get_series(series), [sam, person(by, "Kim", "Dae")], by, since=FIRST)
        group(cast.carl.actor, 0, day=soon, room_id=room().id, topic="Life skills")
        alone = group(cast.carl.actor, 0, day=soon + timedelta(days=2), service=programs.service("crisis"), topic="")
        scheduling.book(alone, sam, by)
    with clock.freeze(at(8, day=FIRST + timedelta(days=3))):
        assert actions.make_ahead() == 1
    with transaction():
        first, second = queries.days_of(series, soon)
        assert first.left_out == "room"
        assert [place.client.last_name for place in sessions.list_of(second.session)] == ["Kim"]


def test_a_change_from_a_day_on_leaves_what_was_before_and_what_was_held(transaction, by):
    with transaction():
        series = make(by)
        held = queries.days_of(series.id, FIRST)[0].session
    with clock.freeze(at(12, 30)), transaction():
        attendance.finish(db.get(Session, held.id), by)
    with clock.freeze(at(13)), transaction():
        series = queries.get_series(series.id)
        kept = change(series, by, WED, starts=time(9, 30), ends=time(12, 30), room=room("Room 3", 20))
        days = held_on(series)
        assert days.pop(FIRST).startswith("09:00 Room 2 ") and days.pop(FRI - timedelta(days=7)) == OPEN
        assert days.pop(MON) == OPEN
        assert set(days.values()) == {"09:30 Room 3 scheduled"}
        # Monday is as the series was before, and not changed by hand.
        assert not any(
            line.clashes for line in preview_change(series, replace(plan_of(series), starts=time(8)), MON, by).lines
        )
        assert kept.sessions == len(days) == 33
        assert series.starts == time(9, 30)


def test_moved_to_other_days_within_the_week_with_everyone_on_the_list(transaction, by):
    with transaction():
        series = make(by)
        sam = person(by, "Haddad", "Sam")
        scheduling.book(queries.days_of(series.id, WED)[0].session, sam, by)
        tuesdays = Repeats(WED, weekdays=(1, 3))
        preview = preview_change(series, replace(plan_of(series), repeats=tuesdays), WED, by)
        # In the first week Tuesday is over: one of the two days moves to Thursday, the other ends.
        assert [(line.kind, line.day) for line in preview.lines[:2]] == [
            (Kind.moved, WED + timedelta(days=1)),
            (Kind.ends, FRI),
        ]
        change(series, by, WED, repeats=tuesdays)
        thursday = queries.days_of(series.id, WED)[0]
        assert thursday.on_day == thursday.session.on_day == WED + timedelta(days=1)
        assert [place.client.last_name for place in sessions.list_of(thursday.session)] == ["Haddad"]
        assert {f"{day:%a}" for day in held_on(series, WED)} == {"Tue", "Thu"}
        ended = db.scalar(select(Session).where(Session.on_day == FRI))
        assert (ended.state, ended.state_reason) == ("cancelled", WhyNot.series_changed)


def test_one_changed_by_hand_stays_unless_it_is_changed_too(transaction, by):
    with transaction():
        series = make(by)
        hand = queries.days_of(series.id, WED)[0].session
        facts = {"service": hand.service, "on_day": WED, "starts": time(13), "ends": time(15), "staff_ids": [by.id]}
        scheduling.edit(hand, by, places=12, topic="Relapse prevention", **facts)
        line = preview_change(series, replace(plan_of(series), starts=time(10)), MON, by).lines[1]
        assert (line.day, line.clashes, line.choices) == (WED, (Clash.by_hand,), (Do.skip, Do.go))
        assert line.why == "Changed by hand: 1:00 pm - 3:00 pm, no room."
        change(series, by, MON, starts=time(10))
        assert held_on(series)[WED] == "13:00 - scheduled" and held_on(series)[MON] == "10:00 Room 2 scheduled"
        change(series, by, MON, starts=time(9), choices={line.key: Do.go})
        assert held_on(series)[WED] == OPEN


def test_a_member_who_is_busy_then_gives_up_the_place_or_the_day_is_left(transaction, by, cast):
    with transaction():
        series = make(by)
        sam = person(by, "Haddad", "Sam")
        actions.add_members(series, [sam], by, since=FIRST)
        alone = group(
            cast.carl.actor,
            0,
            day=WED,
            starts=time(12, 15),
            ends=time(13),
            service=programs.service("crisis"),
            topic="",
        )
        scheduling.book(alone, sam, by)
        later = {"starts": time(10), "ends": time(13)}
        line = preview_change(series, replace(plan_of(series), **later), MON, by).lines[1]
        assert line.why == "Haddad, Sam: Crisis, 12:15 pm - 1:00 pm."
        assert line.choices == (Do.skip, Do.without)  # nobody could come
        others = [person(by, *name) for name in (("Kim", "Dae"), ("Lund", "Mia"))]
        actions.add_members(series, others, by, since=FIRST)
        line = preview_change(series, replace(plan_of(series), **later), MON, by).lines[1]
        assert line.choices == (Do.without, Do.skip)
        # Who may not see Sam learns that somebody is busy, and no name.
        unknowing = preview_change(series, replace(plan_of(series), **later), MON, cast.otto.actor).lines[1]
        assert unknowing.why == "1 on the list is busy."
        change(series, by, MON, **later)
        listed = sessions.list_of(queries.days_of(series.id, WED)[0].session)
        assert [place.client.last_name for place in listed] == ["Kim", "Lund"]
        actions.undo(series, by)
        assert len(sessions.list_of(queries.days_of(series.id, WED)[0].session)) == 3


def test_undo_puts_everything_back(transaction, by, cast):
    with transaction():
        series = make(by)
        before, facts = held_on(series), plan_of(series)
        change(
            series,
            by,
            MON,
            starts=time(10),
            ends=time(12),
            room=room("Room 3", 20),
            leads=(db.get(Staff, cast.carl.actor.id), db.get(Staff, by.id)),
            repeats=Repeats(MON, weekdays=(1, 3, 4, 5)),
        )
        assert held_on(series) != before
        actions.undo(series, by)
        assert held_on(series) == before
        assert plan_of(series) == facts
        with pytest.raises(RuleBroken, match="no change to undo"):
            actions.undo(series, by)


def test_undo_is_refused_once_a_session_has_begun_or_was_changed(transaction, by):
    with transaction():
        series = make(by)
        change(series, by, MON, starts=time(10))
        before = held_on(series)
        with clock.freeze(at(10, 1, MON)), pytest.raises(RuleBroken, match="can't be undone as a whole"):
            actions.undo(series, by)
        scheduling.cancel(queries.days_of(series.id, WED)[0].session, WhyNot.weather, by)
        with pytest.raises(RuleBroken, match="can't be undone as a whole"):
            actions.undo(series, by)
        assert held_on(series) == before | {WED: "10:00 Room 2 cancelled"}


def test_undo_of_a_change_after_more_was_made_ahead(transaction, by):
    with transaction():
        series = make(by).id
        change(queries.get_series(series), by, FRI + timedelta(days=3), starts=time(10))
    with clock.freeze(at(8, day=FIRST + timedelta(days=7))):
        assert actions.make_ahead() == 3
        with transaction():
            actions.undo(queries.get_series(series), by)
        assert actions.make_ahead() == 3
        with transaction():
            assert set(held_on(queries.get_series(series)).values()) == {OPEN}
            assert len(held_on(queries.get_series(series))) == 39


def test_ending_a_series_cancels_what_is_ahead_but_what_is_held(transaction, by):
    with transaction():
        series = make(by)
        change(series, by, MON, repeats=replace(series.repeats, until=MON))
        assert list(held_on(series)) == [FIRST, FRI - timedelta(days=7), MON]
        assert db.scalar(select(func.count()).where(Session.state == "cancelled")) == 33
    with clock.freeze(at(8, day=FIRST + timedelta(days=30))):
        assert actions.make_ahead() == 0


def test_of_two_at_once_who_saw_a_free_room_one_has_it(transaction, by, cast):
    weekly = Repeats(FIRST, weekdays=(2,))
    with transaction():
        seen = preview_new(plan(by, repeats=weekly), FIRST + timedelta(weeks=12), by).digest

    def saving(actor):
        def frozen():
            with clock.freeze(at(8)):
                actions.add_series(plan(actor, repeats=weekly), actor, seen=seen, choices={})

        return frozen

    assert together([saving(one.actor) for one in (cast.ana, cast.carl, cast.sue, cast.otto)]) == 1
    with transaction():
        assert db.scalar(select(func.count()).select_from(Session)) == 12


def test_daily_and_monthly_series(transaction, by):
    with transaction():
        daily = make(by, repeats=Repeats(FIRST, Frequency.daily, every=2, times=5))
        assert len(held_on(daily)) == 5 and daily.until == FIRST + timedelta(days=8)
        monthly = make(by, starts=time(13), ends=time(14), repeats=Repeats(FIRST, Frequency.monthly))
        assert [f"{day:%b %d}" for day in held_on(monthly)] == ["Nov 18", "Dec 16", "Jan 20"]


def test_a_preview_asks_no_more_for_a_year_than_for_a_month(transaction, by, statements):
    with transaction():
        sam = person(by, "Haddad", "Sam")
        short = make(by, repeats=Repeats(FIRST, weekdays=(0,), times=3))
        long = make(
            by,
            starts=time(13),
            ends=time(14),
            repeats=Repeats(FIRST, Frequency.daily, until=FIRST + timedelta(weeks=20)),
        )
        for series in (short, long):
            actions.add_members(series, [sam], by, since=FIRST)
        numbers = []
        for series in (short, long):
            db.expire_all()
            wanted = replace(plan_of(queries.get_series(series.id)), starts=time(15), ends=time(16))
            with statements() as told:
                lines = preview_change(series, wanted, FIRST, by).lines
            numbers.append((len(lines), len(told)))
        assert numbers[0][0] < 4 and numbers[1][0] > 80
        assert numbers[0][1] == numbers[1][1], numbers


def test_a_room_no_longer_used_is_no_way_out(transaction, by, cast):
    with transaction():
        taken, closed = room(), room("Old room", 30)
        closed.active = False
        group(cast.carl.actor, 0, day=MON, room_id=taken.id)
        [line] = preview_new(plan(by, repeats=Repeats(MON, weekdays=(0,), times=1)), MON + timedelta(days=9), by).lines
        assert (line.clashes, line.choices) == ((Clash.room,), (Do.skip,))


def test_who_has_left_the_staff_leads_nothing_that_is_made_ahead(transaction, by, cast):
    soon = FIRST + timedelta(weeks=12)
    with transaction():
        alone = make(cast.carl.actor, cast.carl.actor, repeats=Repeats(FIRST, weekdays=(2,))).id
        both = make(by, by, cast.carl.actor, starts=time(13), ends=time(14), repeats=Repeats(FIRST, weekdays=(2,))).id
        identity.end_work(db.get(Staff, cast.carl.actor.id), COMMAND_LINE)
    with clock.freeze(at(8, day=FIRST + timedelta(days=2))):
        assert actions.make_ahead() == 1
    with transaction():
        assert held_on(queries.get_series(alone), soon) == {soon: "staff"}
        [row] = queries.days_of(both, soon)
        assert [lead.staff_id for lead in row.session.leads] == [by.id]
