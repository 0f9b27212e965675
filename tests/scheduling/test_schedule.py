"""The week, day and list: whose sessions, in which words, in a fixed number of statements."""

from datetime import time, timedelta

import pytest

from caseapp.core import clock
from caseapp.programs import queries as programs
from caseapp.scheduling import actions
from caseapp.scheduling.rules import WhyNot
from tests.sessions import WEDNESDAY, at, group, person, room


@pytest.fixture
def week(transaction, cast):
    """A full group led by Carl, a cancelled one, and someone alone with Ana; it is noon on Wednesday."""
    with clock.freeze(at(8, day=WEDNESDAY - timedelta(days=1))), transaction():
        group(cast.ana.actor, 3, leader=cast.carl.actor, places=3, phases_served="1 2", room_id=room().id)
        off = group(cast.ana.actor, 0, leader=cast.carl.actor, day=WEDNESDAY + timedelta(days=1), topic="Called off")
        actions.cancel(off, WhyNot.weather, cast.ana.actor)
        alone = group(
            cast.ana.actor, 0, starts=time(14), ends=time(14, 50), service=programs.service("crisis"), topic=""
        )
        actions.book(alone, person(cast.ana.actor, "Webb", "Tia"), cast.ana.actor)
    with clock.freeze(at(12, 30)):
        yield


def test_the_week_says_everything_in_words(visit, cast, week):
    page = visit(cast.ana).get("/schedule?show=all").text
    for words in (
        "9:00 am - 12:00 pm",
        "P1 P2",
        "3 of 3, full",
        "3 not marked",
        "Cancelled",
        "Webb, Tia",
        "Wed Nov 18, today",
    ):
        assert words in page, words
    assert "Webb, Tia" not in visit(cast.otto).get("/schedule?show=all").text
    assert visit().get("/schedule").status_code in (302, 303)


def test_mine_for_who_leads_and_all_for_who_does_not(visit, cast, week):
    assert "Relapse prevention" in visit(cast.carl).get("/schedule").text
    assert "Webb" not in visit(cast.carl).get("/schedule").text
    assert "Relapse prevention" in visit(cast.sue).get("/schedule").text
    mine = visit(cast.sue).get("/schedule?show=mine").text
    assert "No sessions this week that are yours." in mine and "Show all" in mine


@pytest.mark.parametrize(
    ("query", "there"),
    [("phase=2", True), ("phase=3", False), ("week=2026-11-09", False), ("week=nonsense", True), ("room=nowhere", True),
     ("view=list", True), ("view=day", True), ("view=day&week=2026-11-19", False), ("week=9999-12-31", True)],
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_filters_and_views(visit, cast, week, query, there):
    answer = visit(cast.sue).get(f"/schedule?show=all&{query}")
    assert answer.status_code == 200
    assert ("Relapse prevention" in answer.text) is there


def test_statements_do_not_grow_with_sessions(visit, cast, week, transaction, statements):
    visitor, counts = visit(cast.ana), []
    visitor.get("/schedule?show=all")
    for more in (0, 12):
        with transaction():
            for number in range(more):
                starts = time(8 + number % 4 * 3)
                day = WEDNESDAY + timedelta(days=2 + number // 4 % 3)
                facts = {"leader": cast.sue.actor, "starts": starts, "ends": time(starts.hour + 1), "day": day}
                service = programs.service("crisis" if number % 2 else "life_skills")
                session = group(cast.ana.actor, 0, service=service, topic="", **facts)
                actions.book(session, person(cast.ana.actor, f"N{number}", "X"), cast.ana.actor)
        with statements() as seen:
            visitor.get("/schedule?show=all")
        counts.append(len(seen))
    assert counts[0] == counts[1]
