"""A hundred thousand marks: what the reports of hours take in time and memory."""

import time
import tracemalloc
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from caseapp.attendance.hours import Looked, weeks
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import MarkState
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import new_id
from caseapp.programs import queries as programs
from caseapp.reports.queries import answer
from caseapp.reports.rules import Question
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState
from tests.sessions import WEDNESDAY, ZONE, person

pytestmark = pytest.mark.soak
PEOPLE, MARKS, FIRST = 240, 100_000, WEDNESDAY - timedelta(days=1_400)
SECONDS, MEGABYTES = 30, 30


def fill(session, by) -> int:
    """Groups of twelve on every other day, written straight into the tables; gives the number of marks."""
    ids = [person(by, f"N{number}", "X", admitted_on=FIRST).id for number in range(PEOPLE)]
    service, rows, day = programs.service("group_therapy"), {Session: [], Place: [], Mark: []}, FIRST
    site = clinic.site().id
    while len(rows[Mark]) < MARKS:
        starts = clock.instant(day, clock.time(9), ZONE)
        for first in range(0, PEOPLE, 12):
            held = {"id": new_id(), "site_id": site, "service_id": service.id, "on_day": day, "places": 12}
            held |= {"starts_at": starts, "ends_at": starts + timedelta(hours=3), "state": SessionState.held}
            rows[Session].append(held)
            for seat, client in enumerate(ids[first : first + 12], 1):
                place = {"id": new_id(), "session_id": held["id"], "seat": seat, "client_id": client}
                rows[Place].append(place)
                rows[Mark].append({"id": new_id(), "place_id": place["id"], "state": MarkState.present, "minutes": 180})
        day += timedelta(days=2)
    for table, made in rows.items():
        for at in range(0, len(made), 5_000):
            session.execute(insert(table), made[at : at + 5_000])
    return len(rows[Mark])


def test_a_hundred_thousand_marks(transaction, cast, engine):
    with transaction() as session, clock.freeze(clock.instant(WEDNESDAY, clock.time(8), ZONE)):
        marks = fill(session, cast.ana.actor)
    last: date = WEDNESDAY
    told = []
    for name, by in (("attendance", None), ("attendance", "phase"), ("dose", None), ("units", None)):
        with transaction():
            begin = time.perf_counter()
            _columns, rows = answer(name, Question(FIRST, last, last, by=by))
            seconds = time.perf_counter() - begin
        told.append(f"{name}{' by ' + by if by else ''} {len(rows):,} rows {seconds:.1f} s")
        assert seconds < SECONDS
    with transaction():
        tracemalloc.start()
        many = sum(len(theirs) for _client, theirs in weeks(Looked(FIRST, last, last)))
        most = tracemalloc.get_traced_memory()[1] / 1_000_000
        tracemalloc.stop()
    assert most < MEGABYTES
    print(f"\n{engine}: {marks:,} marks; {'; '.join(told)}; {many:,} weeks, {most:.0f} MB at most")
