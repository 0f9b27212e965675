"""Places that a discharge freed come back with it, where they still can, and one is told which could not."""

from datetime import time, timedelta

import pytest

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.words import day
from caseapp.episodes.models import Episode, Transition
from caseapp.episodes.rules import MoveKind
from caseapp.programs import queries as programs
from caseapp.progress import actions
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import WhyNot
from tests.episodes.people import admitted, moved, registered, today


@pytest.fixture
def plan(transaction, cast):
    """Alicia with places in five groups of the days ahead, who is to leave in two days: by name, the sessions' ids."""
    by = cast.ana.actor
    with transaction():
        client = registered(by)
        episode = admitted(client, by, today() - timedelta(days=8), clinician=cast.carl.actor)
        names = ("Tomorrow", "Free", "Full", "Cancelled", "Busy")
        made = {name: group(cast, name, 1 + ahead, places=2) for ahead, name in enumerate(names)}
        for session in made.values():
            scheduling.book(session, client, by)
        leaving = moved(episode, by, MoveKind.discharge, today() + timedelta(days=2))
        return client.id, episode.id, leaving.id, {name: session.id for name, session in made.items()}


def group(cast, topic, ahead, lead=None, **more):
    facts = {"on_day": today() + timedelta(days=ahead), "starts": time(9), "ends": time(10)}
    facts |= {"staff_ids": [(lead or cast.ana).actor.id], "service": programs.service("group_therapy"), "topic": topic}
    return scheduling.add_session(cast.ana.actor, **facts, **more)


def on_list_of(sessions, client):
    return {name for name, id in sessions.items() if client in {p.client_id for p in queries.list_of(_get(id))}}


def _get(id):
    return db.get(Session, id)


def test_taken_back(visit, cast, transaction, plan):
    client, _episode, leaving, sessions = plan
    by = cast.ana.actor
    with transaction():
        assert on_list_of(sessions, client) == {"Tomorrow"}
        for name in ("Ben", "Cal"):
            admitted_one = registered(by, name, "Lund")
            admitted(admitted_one, by, today())
            scheduling.book(_get(sessions["Full"]), admitted_one, by)
        scheduling.cancel(_get(sessions["Cancelled"]), WhyNot.weather, by)
        scheduling.add_session(
            by, service=programs.service("crisis"), on_day=today() + timedelta(days=5), starts=time(9, 30), ends=time(10),
            staff_ids=[cast.sue.actor.id], client_ids=[client],
        )  # fmt: skip
    ana, path = visit(cast.ana), f"/clients/{client}/moves/{leaving}/take-back"
    page = ana.get(path).text
    assert "Free" in page
    assert "Tomorrow" not in page
    answer = ana.submit(path, {"words": "Stays after all"})
    assert answer.status_code == 303
    told = ana.get(f"/clients/{client}/moves").text
    assert "1 place booked again." in told
    for name, ahead, why in (
        ("Full", 3, "is full"),
        ("Cancelled", 4, "is not held, or has begun"),
        ("Busy", 5, "they have another session at that time"),
    ):
        on = day(clock.today("America/New_York") + timedelta(days=ahead))
        assert f"Not booked again: {name}, {on}, 9:00 am" in told
        assert why in told
    with transaction():
        assert on_list_of(sessions, client) == {"Tomorrow", "Free"}


def test_what_was_freed_by_hand_stays_free(cast, transaction, plan):
    client, episode, leaving, sessions = plan
    with transaction():
        [tomorrow] = [p for p in queries.list_of(_get(sessions["Tomorrow"])) if p.client_id == client]
        scheduling.release(tomorrow, cast.ana.actor)
    with transaction():
        row, of = db.get(Transition, leaving), db.get(Episode, episode)
        again = actions.take_back(row, of, cast.ana.actor, words="Stays")
        assert [one.why_not for one in again] == ["", "", "", ""]
        assert on_list_of(sessions, client) == set(sessions) - {"Tomorrow"}


def test_a_later_day_gives_back_what_is_before_it_and_an_earlier_one_frees_more(cast, transaction, plan):
    client, episode, leaving, sessions = plan

    def corrected(id, ahead):
        with transaction():
            row = db.get(Transition, id)
            on = today() + timedelta(days=ahead)
            facts = {"effective_on": on, "reason": row.reason, "words": "Another day"}
            new = actions.correct(row, db.get(Episode, episode), cast.ana.actor, **facts)
            return new.id, on_list_of(sessions, client)

    later, on_list = corrected(leaving, 4)
    assert on_list == {"Tomorrow", "Free", "Full"}
    earlier, on_list = corrected(later, 1)
    assert on_list == set()
    with transaction():
        again = actions.take_back(db.get(Transition, earlier), db.get(Episode, episode), cast.ana.actor, words="Stays")
        assert len(again) == 5
        assert on_list_of(sessions, client) == set(sessions)
