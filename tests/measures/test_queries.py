"""First and last values of many clients: in force, as known at an instant, in one statement."""

from datetime import UTC, datetime, timedelta

from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.measures import actions
from caseapp.measures.instruments import GAD7
from caseapp.measures.models import Measure
from caseapp.measures.queries import first_values, last_values
from tests.clinic import today
from tests.measures.taking import answers, recorded, registered


def test_the_first_and_the_last_of_many_in_one_statement(cast, statements):
    by, day = cast.ana.actor, today()
    ids = [registered(by, first) for first in ("Ann", "Ben", "Cy", "Dee")]
    for number, client_id in enumerate(ids[:3]):
        recorded(client_id, "gad7", day - timedelta(days=30), by, "3")
        recorded(client_id, "gad7", day - timedelta(days=number), by, "1")
        recorded(client_id, "phq9", day, by, "0")
    recorded(ids[0], "gad7", day, by, "2", **dict.fromkeys(("q1", "q2", "q3")))  # not scored, so it is no value
    with transaction():
        with statements() as seen:
            last = last_values(ids, "gad7")
            first = first_values(ids, "gad7")
        assert len(seen) == 2
        assert {id: (one.points, (day - one.day).days) for id, one in last.items()} == {
            ids[0]: (7, 0),
            ids[1]: (7, 1),
            ids[2]: (7, 2),
        }
        assert {one.points for one in first.values()} == {21} and ids[3] not in first
        assert last_values(ids, "gad7", until=day - timedelta(days=9))[ids[1]].points == 21
        assert first_values(ids, "gad7", since=day - timedelta(days=9))[ids[1]].points == 7
        assert last_values([], "gad7") == {}


def test_of_one_day_the_last_recorded_counts(cast):
    client_id = registered(cast.ana.actor)
    for points in "231":
        recorded(client_id, "gad7", today(), cast.ana.actor, points)
    with transaction():
        assert last_values([client_id], "gad7")[client_id].points == 7
        assert first_values([client_id], "gad7")[client_id].points == 14


def test_a_past_instant_answers_as_the_records_stood(cast):
    by, client_id = cast.ana.actor, registered(cast.ana.actor)
    first, then = (datetime(2026, 6, day, 15, tzinfo=UTC) for day in (1, 8))
    with clock.freeze(first):
        measure = recorded(client_id, "gad7", first.date(), by, "3")
    with clock.freeze(then), transaction():
        actions.correct(db.get(Measure, measure), answers(GAD7, "1"), first.date(), "Misread", by)
    with transaction():
        known = {
            moment: last_values([client_id], "gad7", known_at=moment).get(client_id)
            for moment in (first - timedelta(hours=1), first, then - timedelta(hours=1), then)
        }
    assert [one.points if one else None for one in known.values()] == [None, 21, 21, 7]
