"""Closures and leave: what they hit, what is done about it, and that nothing is booked into them unseen."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from caseapp.clinic import queries as clinic
from caseapp.closures import actions, queries
from caseapp.closures.hits import digest, hits_of
from caseapp.closures.rules import Decision, Do, call_by
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken, Stale
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Session, TimeOff
from caseapp.scheduling.rules import SessionState, WhyNot
from caseapp.scheduling.times_off import when_off
from caseapp.series import actions as series_actions
from caseapp.series.lines import preview_new
from caseapp.series.queries import days_of
from caseapp.series.recurrence import Repeats
from caseapp.series.rules import Clash
from caseapp.series.rules import Do as SeriesDo
from caseapp.tasks.models import Task
from caseapp.tasks.queries import titles_of
from caseapp.tasks.rules import TaskKind
from tests.at_once import together
from tests.series.making import FIRST, make, plan
from tests.sessions import at, group, person, room

MON, TUE, WED = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def by(cast):
    return cast.ana.actor


def off(whom=None, first: date = WED, last: date | None = None, starts=None, ends=None, name="") -> TimeOff:
    return actions.planned(clinic.site(), whom, first, last or first, starts, ends, name)


def staff(member) -> Staff:
    return db.get(Staff, member.actor.id)


def enter(one: TimeOff, by, **choices: Decision) -> int:
    """Enter it with what is proposed, but for what is chosen by topic."""
    hits, decisions = hits_of(one), {}
    for hit in hits:
        to = hit.to[0].astimezone(ZoneInfo("America/New_York")) if hit.to else None
        facts = {"on_day": to.date(), "starts": to.time()} if to else {}
        proposed = Decision(hit.choices[0], hit.free[0].id if hit.free else None, room_id=hit.session.room_id, **facts)
        decisions[hit.session.id] = choices.get(hit.session.topic) or proposed
    return actions.add(one, by, seen=digest(hit.session for hit in hits), decisions=decisions)


def told(client) -> list[str]:
    tasks = list(db.scalars(select(Task).where(Task.kind == TaskKind.tell_change, Task.client_id == client.id)))
    return list(titles_of(tasks).values())


def single(by, client, day=WED, starts=time(13)) -> Session:
    facts = {"service": programs.service("individual_counseling"), "starts": starts, "ends": time(starts.hour + 1)}
    return scheduling.add_session(by, on_day=day, staff_ids=[by.id], client_ids=[client.id], **facts)


def test_a_holiday_cancels_groups_moves_one_to_one_sessions_and_has_people_called(transaction, by):
    with transaction():
        morning, sam = group(by, 2, day=WED, topic="Morning"), person(by, "Moss", "Kit")
        alone, before = single(by, sam), group(by, 0, day=TUE, topic="Tuesday")
        assert enter(off(name="Thanksgiving"), by) == 3
        assert (morning.state, morning.state_reason) == (SessionState.cancelled, WhyNot.closed)
        assert before.state == alone.state == SessionState.scheduled
        assert (alone.on_day, alone.starts_at) == (WED + timedelta(days=1), at(13, day=WED + timedelta(days=1)))
        assert told(sam) == ["Individual counseling on Wed Nov 25, 2026, 1:00 pm moves to Thu Nov 26, 2026, 1:00 pm."]
        listed = [place.client for place in sessions.list_of(morning)]
        assert [told(one) for one in listed] == [["Morning on Wed Nov 25, 2026, 9:00 am is cancelled."]] * 2
        assert {task.owner_id for task in db.scalars(select(Task))} == {by.id}


def test_a_leave_is_led_by_others_first_by_who_is_free_and_the_same_kind(transaction, by, cast):
    with transaction():
        group(cast.sue.actor, 0, day=WED, topic="Busy")
        both = group(by, 0, day=WED, starts=time(13), ends=time(14), topic="Both")
        scheduling.edit(both, by, staff_ids=[by.id, cast.carl.actor.id], **_facts(both))
        alone = group(by, 1, day=WED, topic="Alone")
        [first, second] = hits_of(off(staff(cast.ana)))
        assert [(one.session.topic, one.choices[0]) for one in (first, second)] == [
            ("Alone", Do.given),
            ("Both", Do.without),
        ]
        # Otto is a case manager as Ana is; Sue is busy.
        assert [one.name for one in first.free] == ["Otto Brandt", "Carl Ito"]
        enter(off(staff(cast.ana)), by)
        assert [lead.staff.name for lead in alone.leads] == ["Otto Brandt"]
        assert [lead.staff.name for lead in both.leads] == ["Carl Ito"]
        assert queries.still_in([one.id for one in queries.coming()]) == {}


def _facts(session: Session) -> dict:
    facts = {name: getattr(session, name) for name in ("service", "on_day", "topic", "places", "room_id")}
    return facts | {"starts": time(), "span": (session.starts_at, session.ends_at)}


def test_a_room_that_is_closed_gives_each_session_a_room_of_its_own(transaction, by, cast):
    with transaction():
        two, three = room(), room("Room 3", 20)
        first = group(by, 0, day=WED, room_id=two.id, topic="First")
        later = group(by, 0, day=WED, room_id=two.id, starts=time(12), ends=time(14), topic="Later")
        group(cast.carl.actor, 0, day=WED, room_id=three.id, starts=time(13), ends=time(15), topic="There")
        half_day = off(two, starts=time(11), name="Painting")
        assert when_off(half_day) == "Wed Nov 25, 2026, 11:00 am until the end of the day"
        assert [hit.choices for hit in hits_of(half_day)] == [
            (Do.other_room, Do.cancel, Do.moved, Do.stays),
            (Do.cancel, Do.moved, Do.stays),
        ]
        enter(half_day, by)
        assert (first.room.name, later.state) == ("Room 3", SessionState.cancelled)


def test_nothing_free_is_proposed_twice(transaction, by, cast):
    with transaction():
        two, three = room(), room("Room 3", 20)
        group(by, 0, day=WED, room_id=two.id, topic="A")
        away = off(staff(cast.ana))
        group(cast.carl.actor, 0, day=WED, topic="Carl's")
        group(cast.sue.actor, 0, day=WED, topic="Sue's")
        hits = hits_of(away)
        assert [one.name for one in hits[0].free] == ["Otto Brandt"]
        sam, kit = person(by, "Moss", "Sam"), person(by, "Moss", "Kit")
        for client, lead in ((sam, cast.carl.actor), (kit, cast.sue.actor)):
            single(lead, client)
        scheduling.edit(
            next(iter(db.scalars(select(Session).where(Session.topic == "Carl's")))),
            by,
            staff_ids=[cast.carl.actor.id],
            **(_facts(_named("Carl's")) | {"room_id": three.id}),
        )
        both = [hit for hit in hits_of(off()) if hit.alone]
        assert [hit.to[0] for hit in both] == [at(13, day=WED + timedelta(days=1))] * 2  # each with a lead of their own


def _named(topic: str) -> Session:
    return db.scalar(select(Session).where(Session.topic == topic))


def test_a_move_to_a_time_of_the_same_leave_is_none(transaction, by, cast):
    """Found by the machine of series: another room at the same time left whoever is on leave leading it."""
    with transaction():
        there = room("Room 9", 14).id
        group(by, 1, day=WED, topic="First")
    for starts in (time(9), time(18)):
        with pytest.raises(RuleBroken), transaction():
            enter(off(staff(cast.ana)), by, First=Decision(Do.moved, on_day=WED, starts=starts, room_id=there))
    with transaction():
        assert queries.coming() == []
        enter(off(staff(cast.ana)), by, First=Decision(Do.moved, on_day=TUE, starts=time(9), room_id=there))
        [one] = queries.coming()
        assert queries.still_in([one.id]) == {}


def test_moved_by_choice_and_refused_whole_where_one_decision_cannot_be(transaction, by, cast):
    with transaction():
        first, second = (
            group(by, 1, day=WED, topic="First"),
            group(by, 0, day=WED, starts=time(13), ends=time(14), topic="Second"),
        )
        group(by, 0, day=TUE, starts=time(13), ends=time(14), topic="Taken")
        ids = [first.id, second.id]
    thursday = Decision(Do.moved, on_day=WED + timedelta(days=1), starts=time(10))
    with pytest.raises(RuleBroken, match="Second, Wed Nov 25, 2026: Ana Moreau leads Taken"), transaction():
        enter(off(), by, First=thursday, Second=Decision(Do.moved, on_day=TUE, starts=time(13)))
    with transaction():
        assert [db.get(Session, id).on_day for id in ids] == [WED, WED] and queries.coming() == []
    with pytest.raises(RuleBroken, match="The clinic is closed"), transaction():
        enter(off(), by, First=Decision(Do.moved, on_day=WED, starts=time(18)))
    with transaction():
        enter(off(), by, First=thursday, Second=Decision(Do.stays))
        assert db.get(Session, ids[0]).starts_at == at(10, day=WED + timedelta(days=1))
        [one] = queries.coming()
        assert queries.still_in([one.id]) == {one.id: 1}
        actions.decide(
            one, by, seen=digest(hit.session for hit in hits_of(one)), decisions={ids[1]: Decision(Do.cancel)}
        )
        assert queries.still_in([one.id]) == {} and [two.id for two in queries.cancelled_in(one)] == [ids[1]]


def test_what_was_seen_is_what_is_decided(transaction, by):
    with transaction():
        seen = digest([])
        group(by, 0, day=WED, topic="Meanwhile")
        with pytest.raises(Stale):
            actions.add(off(), by, seen=seen, decisions={})


def test_held_and_begun_sessions_are_not_hit(transaction, by):
    with transaction():
        group(by, 0, day=FIRST, starts=time(9), ends=time(12))
    with clock.freeze(at(10)), transaction():
        assert hits_of(off(first=FIRST)) == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"first": WED, "last": TUE}, "The end must be after the beginning"),
        ({"starts": time(12), "ends": time(11)}, "The end must be after the beginning"),
        ({"first": FIRST - timedelta(days=1)}, "over already"),
        ({"first": FIRST + timedelta(days=400)}, "within a year"),
    ],
)
def test_an_impossible_closure_is_refused(transaction, by, facts, sentence):
    with transaction(), pytest.raises(RuleBroken, match=sentence):
        actions.add(off(**facts), by, seen=digest([]), decisions={})


def test_nothing_is_booked_by_hand_into_a_closure_a_leave_or_off_hours(transaction, by, cast):
    with transaction():
        two, other = room(), room("Room 3", 20)
        kept = group(by, 1, day=WED, topic="Kept")
        cancelled = group(by, 0, day=WED, starts=time(13), ends=time(14), topic="Cancelled")
        enter(off(name="Thanksgiving"), by, Kept=Decision(Do.stays), Cancelled=Decision(Do.cancel))
        enter(off(two, first=TUE), by)
        enter(off(staff(cast.carl), first=MON, last=TUE), by)
        actions.set_hours(staff(cast.sue), {0: (time(9), time(17))}, by, seen="")
        for facts, sentence, field in (
            ({"day": WED}, "The clinic is closed: Thanksgiving, Wed Nov 25, 2026.", "on_day"),
            ({"day": TUE, "room_id": two.id}, "Room 2 is closed, Tue Nov 24, 2026.", "room"),
            (
                {"day": TUE, "leader": cast.carl.actor},
                "Carl Ito is away, Mon Nov 23, 2026 to Tue Nov 24, 2026.",
                "staff",
            ),
            (
                {"day": MON, "leader": cast.sue.actor, "starts": time(16), "ends": time(18)},
                "works 9:00 am - 5:00 pm on",
                "staff",
            ),
            ({"day": TUE, "leader": cast.sue.actor}, "Sue Okafor does not work on Tuesdays.", "staff"),
        ):
            with pytest.raises(RuleBroken) as refused:
                group(by, 0, **facts)
            assert sentence in refused.value.sentence and refused.value.field == field
        with pytest.raises(RuleBroken, match="Thanksgiving"):
            scheduling.restore(cancelled, by)
        group(by, 0, day=TUE, leader=cast.sue.actor, agreed=True)
        # What was kept may be changed, as long as it stays where it is.
        scheduling.edit(kept, by, staff_ids=[by.id], **(_facts(kept) | {"topic": "Kept, by phone"}))
        with pytest.raises(RuleBroken, match="Thanksgiving"):
            scheduling.edit(kept, by, staff_ids=[by.id], **(_facts(kept) | {"room_id": other.id}))
        assert "Room 2" not in str(_refusal(lambda: group(by, 0, day=TUE, room_id=two.id)).way_out)


def _refusal(deed) -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        deed()
    return refused.value


def test_a_series_knows_closures_leave_and_hours_before_it_is_saved(transaction, by, cast):
    with transaction():
        two, other = room(), room("Room 3", 20)
        friday = WED + timedelta(days=2)
        enter(off(first=MON, name="Holiday"), by)
        enter(off(staff(cast.ana), first=WED), by)
        enter(off(two, first=friday), by)
        wanted = plan(by, repeats=Repeats(MON, weekdays=(0, 2, 4), until=friday))
        said = {
            one.day: (one.clashes, one.choices) for one in preview_new(wanted, friday + timedelta(days=1), by).lines
        }
        assert said == {
            MON: ((Clash.closed,), (SeriesDo.skip,)),
            WED: ((Clash.leave,), (SeriesDo.other_lead, SeriesDo.skip)),
            friday: ((Clash.closed,), (SeriesDo.other_room, SeriesDo.skip)),
        }
        series = make(by, repeats=wanted.repeats, choices={f"do-{WED}": SeriesDo.skip})
        assert [row.left_out or row.session.room.name for row in days_of(series.id, MON)] == [
            "closed",
            "leave",
            other.name,
        ]
        actions.set_hours(staff(cast.carl), {0: (time(8), time(16))}, by, seen="")
        evenings = plan(
            cast.carl.actor, starts=time(17), ends=time(18), repeats=Repeats(MON + timedelta(7), weekdays=(0,), times=1)
        )
        [line] = preview_new(evenings, WED + timedelta(days=30), by).lines
        assert (line.clashes, line.choices) == ((Clash.hours,), (SeriesDo.go, SeriesDo.skip))
        assert line.why == "Carl Ito works 8:00 am - 4:00 pm on Mondays."


def test_sessions_made_ahead_leave_closed_days_out_and_say_so(transaction, by, cast):
    soon = FIRST + timedelta(weeks=12)
    with transaction():
        series = make(by).id
        enter(off(first=soon, name="Holiday"), by)
        actions.set_hours(staff(cast.ana), {weekday: (time(10), time(12)) for weekday in range(5)}, by, seen="")
    with clock.freeze(at(8, day=FIRST + timedelta(days=3))):
        assert series_actions.make_ahead() == 1  # the hours were agreed to when the series was made
    with transaction():
        assert [row.left_out for row in days_of(series, soon)] == ["closed", None]


def test_taken_back_it_stands_in_nobodys_way(transaction, by):
    with transaction():
        morning = group(by, 0, day=WED, topic="Morning")
        enter(off(), by)
        [one] = queries.coming()
        actions.withdraw(one, by)
        scheduling.restore(morning, by)
        assert queries.coming() == [] and morning.state is SessionState.scheduled
        with pytest.raises(RuleBroken, match="already"):
            actions.withdraw(one, by)


def test_hours_are_kept_by_weekday_and_two_who_change_them_do_not_undo_each_other(transaction, by, cast):
    with transaction():
        actions.set_hours(staff(cast.carl), {0: (time(9), time(17)), 2: (time(9), time(13))}, by, seen="")
        with pytest.raises(RuleBroken, match="Someone else"):
            actions.set_hours(staff(cast.carl), {}, by, seen="")
        with pytest.raises(RuleBroken, match="after the start"):
            actions.set_hours(staff(cast.carl), {0: (time(9), time(9))}, by, seen="0 09:00-17:00, 2 09:00-13:00")
        actions.set_hours(staff(cast.carl), {}, by, seen="0 09:00-17:00, 2 09:00-13:00")


def test_nobody_books_into_a_closure_that_is_being_entered(app, by, cast, transaction):
    """A closure and a booking of the same day at once: both can stand, but no session lies in it unseen."""
    for turn in range(5):
        day = WED + timedelta(days=7 * turn)

        def close(day=day):
            enter(off(first=day), by)

        def book(day=day):
            scheduling.add_session(
                by, service=programs.service("group_therapy"), on_day=day, starts=time(9), ends=time(10),
                staff_ids=[by.id],
            )  # fmt: skip

        with clock.freeze(at(8)):
            frozen = [_frozen(close), _frozen(book)]
            assert together(frozen) >= 1
            with transaction():
                assert queries.still_in([one.id for one in queries.coming()]) == {}


def _frozen(deed):
    def do():
        with clock.freeze(at(8)):
            deed()

    return do


def test_the_statements_of_what_is_hit_do_not_grow(transaction, by, cast, statements):
    with transaction():
        for hour in (8, 10):
            group(by, 2, day=WED, starts=time(hour), ends=time(hour + 1), topic=f"{hour}")
        with statements() as few:
            hits_of(off())
    with transaction():
        for hour in (12, 13, 14, 15, 16, 17, 18):
            group(by, 1, day=WED, starts=time(hour), ends=time(hour + 1), topic=f"{hour}")
        with statements() as many:
            assert len(hits_of(off())) == 9
    assert len(many) <= len(few)


def test_whoever_calls_has_time_and_those_called_too():
    now = at(8)
    assert call_by(at(9, day=WED), now) == at(9, day=MON)
    assert call_by(at(13), now) == at(10)
    assert call_by(at(9), now) == at(9)
