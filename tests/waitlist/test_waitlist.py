"""The wait-list: a place that is free is offered to the next by rule, once, and nobody is booked without a yes."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.programs import actions as programs_actions
from caseapp.programs import queries as programs
from caseapp.scheduling import actions, queries
from caseapp.scheduling.models import Session, Waiting
from caseapp.scheduling.rules import WaitState, WhyNot, answer_by
from caseapp.series import actions as series_actions
from caseapp.series import queries as series_queries
from caseapp.tasks.models import Task
from caseapp.tasks.queries import titles_of
from caseapp.tasks.rules import TaskKind
from caseapp.waitlist.actions import answer, keep_offering
from caseapp.waitlist.rules import Answer
from tests.at_once import together
from tests.series.making import FIRST, make
from tests.sessions import at, group, person, room

WED = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def by(cast):
    return cast.ana.actor


def line(session) -> list[tuple[str, str]]:
    return [(row.client.last_name, row.state.value) for row in queries.waiting_for(session_id=session.id)]


def tasks() -> list[Task]:
    return list(db.scalars(select(Task).where(Task.kind == TaskKind.offer_place).order_by(Task.opened_at, Task.id)))


def full(by, waiting: tuple[str, ...] = ("A", "B", "C"), places: int = 2, **facts) -> Session:
    """A group without a free place, with these people on its wait-list, in that order."""
    session = group(by, places, day=WED, places=places, phases_served="1", **facts)
    for minute, name in enumerate(waiting):
        with clock.freeze(at(8, minute)):
            actions.wait_for(session, [person(by, name, "X")], by)
    return session


def release(session, by, number: int = 1) -> None:
    for place in queries.list_of(session)[:number]:
        actions.release(place, by)


def test_a_free_place_is_offered_to_who_waited_longest_by_a_task_with_a_deadline(transaction, by):
    with transaction():
        session = full(by)
        assert line(session) == [("A", "waits"), ("B", "waits"), ("C", "waits")] and tasks() == []
        release(session, by)
        assert line(session) == [("A", "offered"), ("B", "waits"), ("C", "waits")]
        [task] = tasks()
        assert (task.client.last_name, task.owner_id, task.due_at) == ("A", by.id, at(8, day=FIRST + timedelta(days=1)))
        assert titles_of([task])[task.id] == "Offer a place: Relapse prevention, Wed Nov 25, 2026, 9:00 am"
        assert len(queries.list_of(session)) == 1  # nobody is booked without a yes
        assert actions.offer_free_places(session, by) == [] and len(tasks()) == 1


def test_yes_books_and_no_lets_the_next_one_be_asked(transaction, by):
    with transaction():
        session = full(by)
        release(session, by)
        answer(queries.waiting_for(session_id=session.id)[0], Answer.no, by)
        assert line(session) == [("B", "offered"), ("C", "waits")]
        second = queries.waiting_for(session_id=session.id)[0]
        answer(second, Answer.yes, by)
        assert second.state is WaitState.booked and line(session) == [("C", "waits")]
        assert "B" in {place.client.last_name for place in queries.list_of(session)}
        assert [task.closed_at is not None for task in tasks()] == [True, True]
        with pytest.raises(RuleBroken, match="No place is offered"):
            answer(second, Answer.yes, by)


def test_when_the_time_is_over_the_next_one_is_offered_by_work(transaction, by):
    with transaction():
        session = full(by)
        release(session, by)
    assert keep_offering() == 0
    with clock.freeze(at(8, day=FIRST + timedelta(days=1))):
        assert keep_offering() == 1
        assert keep_offering() == 0
        with transaction():
            assert line(db.get(Session, session.id)) == [("B", "offered"), ("C", "waits")]
            first, second = tasks()
            assert first.closed_at is not None and second.closed_at is None
            lapsed = db.scalar(select(Waiting).where(Waiting.state == WaitState.not_reached))
            assert lapsed.client.last_name == "A"


def test_who_is_in_a_phase_it_serves_comes_first_and_who_cannot_come_is_passed_over(transaction, by, cast):
    with transaction():
        session = full(by, ())
        other_group = group(cast.carl.actor, 0, day=WED, starts=time(11), ends=time(13), topic="Else")
        busy, free = person(by, "Busy", "X"), person(by, "Free", "X")
        later = person(by, "Later", "X", admitted_on=WED - timedelta(days=60))
        for minute, one in enumerate((busy, later, free)):
            with clock.freeze(at(8, minute)):
                actions.wait_for(session, [one], by)
        actions.book(other_group, busy, by)
        session.phases_served = "2"  # neither is in it: then whoever has waited longer
        release(session, by)
        assert line(session) == [("Busy", "waits"), ("Later", "offered"), ("Free", "waits")]
        outside = person(by, "Outside", "X", admitted_on=None)
        with pytest.raises(RuleBroken, match="in no phase"):
            actions.wait_for(session, [outside], by)


def test_an_offered_place_is_kept_from_everyone_else(transaction, by):
    with transaction():
        session = full(by)
        release(session, by)
        with pytest.raises(
            RuleBroken, match="1 of 2 places are taken, and 1 place is kept for who waits, until Thu Nov 19"
        ):
            actions.book(session, person(by, "Z", "X"), by)
        # Booked by hand whom it is kept for: that is a yes.
        actions.book(session, queries.waiting_for(session_id=session.id)[0].client, by)
        assert line(session) == [("B", "waits"), ("C", "waits")]


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        (
            lambda session, by: actions.wait_for(session, [queries.list_of(session)[0].client], by),
            "has a place already",
        ),
        (
            lambda session, by: actions.wait_for(
                group(by, 1, day=WED, starts=time(14), ends=time(15)), [person(by)], by
            ),
            "free",
        ),
    ],
)
def test_who_has_a_place_or_could_have_one_does_not_wait(transaction, by, deed, sentence):
    with transaction():
        session = full(by)
        with pytest.raises(RuleBroken, match=sentence):
            deed(session, by)


def test_nothing_is_offered_shortly_before_or_of_a_cancelled_session(transaction, by):
    assert answer_by(at(12), at(8)) == at(10)
    assert answer_by(at(12), at(10)) is None
    with transaction():
        session = full(by)
        release(session, by)
        actions.cancel(session, WhyNot.weather, by)
        assert line(session) == [] and all(task.closed_at for task in tasks())
        again = full(by, ("D",), starts=time(14), ends=time(15))
    with clock.freeze(at(12, day=WED)), transaction():
        release(db.get(Session, again.id), by)
        assert line(again) == [("D", "waits")]


def test_more_places_are_offered_too(transaction, by):
    with transaction():
        session = full(by)
        facts = {name: getattr(session, name) for name in ("service", "on_day", "topic", "room_id", "phases_served")}
        span = (session.starts_at, session.ends_at)
        actions.edit(session, by, staff_ids=[by.id], starts=time(), span=span, **(facts | {"places": 4}))
    assert keep_offering() == 2
    with transaction():
        assert line(session) == [("A", "offered"), ("B", "offered"), ("C", "waits")]


def _frozen(deed):
    def do():
        with clock.freeze(at(9)):
            deed()

    return do


def test_two_places_freed_at_once_are_offered_to_two_people_once_each(app, by):
    for turn in range(4):
        with clock.freeze(at(8)), transaction():
            session = full(by, places=2, starts=time(8 + 3 * turn), ends=time(9 + 3 * turn))
            places = [place.id for place in queries.list_of(session)]

        def free(place_id, session_id=session.id):
            actions.release(queries.get_place(db.get(Session, session_id), place_id), by)

        deeds = [_frozen(lambda one=one: free(one)) for one in places]
        again = _frozen(lambda id=session.id: actions.offer_free_places(db.get(Session, id), by))
        assert together([*deeds, again]) == 3
        with transaction():
            assert line(session) == [("A", "offered"), ("B", "offered"), ("C", "waits")]
            assert len([task for task in tasks() if task.source_id in _ids(session)]) == 2


def _ids(session) -> set[str]:
    return {row.id for row in queries.waiting_for(session_id=session.id)}


def test_a_series_offers_the_place_of_who_leaves_and_yes_makes_a_member(transaction, by):
    with transaction():
        room()
        series = make(by, places=1)
        kim, lee = person(by, "Kim", "X"), person(by, "Lee", "X")
        series_actions.add_members(series, [kim], by, since=FIRST)
        with pytest.raises(RuleBroken, match="belongs to this series already"):
            series_actions.wait_for(series, [kim], by)
        series_actions.wait_for(series, [lee], by)
        series_actions.end_membership(series_queries.members(series.id)[0], by, on=FIRST)
        [row] = queries.waiting_for(series_id=series.id)
        assert row.state is WaitState.offered and len(tasks()) == 1
        with pytest.raises(RuleBroken, match="kept for who waits"):
            series_actions.add_members(series, [person(by, "Else", "X")], by, since=FIRST)
        answer(row, Answer.yes, by)
        assert [one.client.last_name for one in series_queries.members(series.id, FIRST)] == ["Lee"]
        assert row.state is WaitState.booked and tasks()[0].closed_at is not None


def test_a_series_offers_again_by_work_when_nobody_answered(transaction, by):
    with transaction():
        series = make(by, places=1).id
        kim, lee, moe = (person(by, name, "X") for name in ("Kim", "Lee", "Moe"))
        series_actions.add_members(series_queries.get_series(series), [kim], by, since=FIRST)
        series_actions.wait_for(series_queries.get_series(series), [lee], by)
        series_actions.wait_for(series_queries.get_series(series), [moe], by)
        series_actions.end_membership(series_queries.members(series)[0], by, on=FIRST)
    with clock.freeze(at(8, day=FIRST + timedelta(days=1))):
        assert (keep_offering(), keep_offering()) == (1, 0)
    with transaction():
        assert [(row.client.last_name, row.state) for row in queries.waiting_for(series_id=series)] in (
            [("Moe", WaitState.offered)],
            [("Lee", WaitState.offered)],
        )


def test_least_and_most_come_from_the_service_within_the_rule_profile(transaction, by, cast):
    with transaction():
        therapy, skills = programs.service("group_therapy"), programs.service("life_skills")
        assert (queries.least_of(therapy, WED), queries.limit_of(therapy, WED)) == (2, 12)
        assert queries.limit_of(skills, WED) == queries.limit_of(programs.service("education"), WED) == 35
        facts = {
            "name": therapy.name,
            "counts_as_hours": True,
            "capacity": therapy.capacity,
            "minutes": 180,
            "active": True,
        }
        programs_actions.edit_service(therapy, cast.ada.actor, least=4, most=8, **facts)
        assert (queries.least_of(therapy, WED), queries.limit_of(therapy, WED)) == (4, 8)
        programs_actions.edit_service(therapy, cast.ada.actor, most=40, **facts)
        assert queries.limit_of(therapy, WED) == 12
        with pytest.raises(RuleBroken, match="must not be above"):
            programs_actions.edit_service(therapy, cast.ada.actor, least=9, most=8, **facts)


def test_the_pages_of_who_waits(visit, cast, transaction, by):
    with transaction():
        session = full(by, ("Alder",))
        zoe = person(by, "Zimmer", "Zoe").id
        session_id = session.id
    ana, path = visit(cast.ana), f"/sessions/{session_id}"
    assert "Waiting: 1" in ana.get(path).text and "Alder" in ana.get("/waitlist").text
    with clock.freeze(at(8, 5)):
        sent = ana.submit(path, {"clients": zoe, "wait": "1"}, to=f"{path}/places")
    assert sent.status_code == 303
    with transaction():
        assert [name for name, _state in line(db.get(Session, session_id))] == ["Alder", "Zimmer"]
        release(db.get(Session, session_id), by)
        first = queries.waiting_for(session_id=session_id)[0].id
        task = tasks()[0].id
    assert f"/waitlist/{first}" in ana.get(f"/tasks/{task}").text
    assert ana.submit(f"/waitlist/{first}", {}, to=f"/waitlist/{first}").status_code == 422
    assert ana.submit(f"/waitlist/{first}", {"answer": "yes"}, to=f"/waitlist/{first}").status_code == 303
    assert "Has a place now" in ana.get(f"/waitlist/{first}").text
    assert visit(cast.ada).get("/waitlist").status_code == 403
    otto = visit(cast.otto)
    assert otto.get(f"/waitlist/{first}").status_code == 404 and "Zimmer" not in otto.get("/waitlist").text
    assert "Nobody waits for a place." in otto.get("/waitlist").text


def test_the_page_of_a_series_puts_people_on_its_list(visit, cast, transaction, by):
    with transaction():
        series = make(by, places=1)
        series_actions.add_members(series, [person(by, "Kim", "X")], by, since=FIRST)
        lee, id = person(by, "Lee", "X").id, series.id
    ana = visit(cast.ana)
    sent = ana.submit(f"/series/{id}/members", {"clients": lee, "wait": "1"}, to=f"/series/{id}/members")
    assert sent.status_code == 303 and "Waiting: 1" in ana.get(f"/series/{id}").text
