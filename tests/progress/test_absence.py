"""Who has been missing: a table of the thresholds, what counts as contact, and that nothing happens by itself."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from caseapp.attendance import actions, outreach
from caseapp.attendance.rules import MarkState
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.models import Episode, Transition
from caseapp.programs.actions.settings import save_setting
from caseapp.programs.models import Program
from caseapp.progress.queries.absence import absences
from caseapp.progress.rules import Absence
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.queries import list_of
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Task
from caseapp.tasks.rules import Result
from tests.sessions import WEDNESDAY, at, group, person

DAY = date(2026, 11, 18)
PRESENT, MISSED, EXCUSED, LATE_CANCEL = (
    MarkState.present, MarkState.no_show, MarkState.excused, MarkState.cancelled_late,
)  # fmt: skip


@pytest.mark.parametrize(
    ("in_a_row", "unexcused", "days", "says"),
    [
        (0, 0, 13, []),
        (1, 1, 0, []),
        (2, 0, 0, ["Absent 2 times in a row"]),
        (0, 2, 0, ["2 unexcused absences in 30 days: for the team to review"]),
        (0, 3, 0, ["!3 unexcused absences in 30 days: for the team to decide"]),
        (0, 0, 14, ["No contact for 14 days"]),
        (0, 0, 29, ["No contact for 29 days"]),
        (0, 0, 30, ["!No contact for 30 days: for the team to decide"]),
        (3, 3, 14, ["!3 unexcused absences in 30 days: for the team to decide", "No contact for 14 days", "Absent 3 times in a row"]),
    ],
)  # fmt: skip
def test_what_a_person_should_look_at(in_a_row, unexcused, days, says):
    absence = Absence(DAY, in_a_row, unexcused, DAY - timedelta(days=days))
    assert ["!" * flag.urgent + flag.words for flag in absence.flags] == says


@pytest.fixture
def history(transaction, cast):
    """`history(states)`: a client admitted 60 days ago with a session on each of the last days, marked so; gives the id."""

    def make(*states: MarkState | None) -> str:
        with transaction():
            client = person(cast.ana.actor, admitted_on=WEDNESDAY - timedelta(days=60))
            for back, state in enumerate(reversed(states)):
                day = WEDNESDAY - timedelta(days=back + 1)
                session = group(cast.ana.actor, 0, day=day)
                with clock.freeze(at(8, day=day)):
                    scheduling.book(session, client, cast.ana.actor)
                with clock.freeze(at(10, day=day)):
                    actions.mark(list_of(session)[0], state, cast.ana.actor) if state else None
                    actions.finish(session, cast.ana.actor)
            return client.id

    return make


@pytest.mark.parametrize(
    ("states", "in_a_row", "unexcused"),
    [
        ((PRESENT, MISSED, EXCUSED, LATE_CANCEL), 3, 2),
        ((MISSED, MISSED, PRESENT), 0, 2),
        ((MISSED, None, None), 1, 1),
        ((None, None, None), 0, 0),
        ((MISSED,) + (EXCUSED,) * 30, 31, 0),
    ],
    ids=["since they came", "came again", "not marked is not absent", "nobody marked", "over a month ago"],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_absences_are_counted_from_marks_alone(history, transaction, states, in_a_row, unexcused):
    id = history(*states)
    with transaction(), clock.freeze(at(9)):
        found = absences([id])[id]
    assert (found.in_a_row, found.unexcused) == (in_a_row, unexcused)


def test_contact_is_coming_speaking_or_calling(history, transaction, cast):
    id = history(PRESENT, MISSED)
    with transaction(), clock.freeze(at(9)):
        assert absences([id])[id].last_contact == DAY - timedelta(days=2)
        [task] = db.scalars(select(Task))
        tasks.attempt(task, Result.left_message, cast.ana.actor)
        assert absences([id])[id].last_contact == DAY - timedelta(days=2), "a message left is no contact"
        tasks.attempt(task, Result.spoke, cast.ana.actor)
        assert absences([id])[id].last_contact == DAY


def test_the_profile_sets_the_numbers_and_nothing_is_done_by_itself(history, transaction, cast, visit):
    id = history(MISSED, MISSED, MISSED)
    with transaction(), clock.freeze(at(8)):
        save_setting(db.scalars(select(Program)).one(), "absences_review", Decimal(3), WEDNESDAY, cast.ada.actor)
    later = at(9, day=WEDNESDAY + timedelta(days=40))
    with clock.freeze(later):
        outreach.open_what_waits()
        with transaction():
            flags = absences([id])[id].flags
            assert [flag.words for flag in flags] == [
                "No contact for 100 days: for the team to decide",
                "Absent 3 times in a row",
            ]
            assert db.scalar(select(func.count()).select_from(Episode).where(Episode.discharged_on.is_not(None))) == 0
            assert db.scalar(select(func.count()).select_from(Transition)) == 1
        for path, says in (("/clients", "Absent 3 times in a row"), (f"/clients/{id}", "Absent 3 times in a row"),
                           ("/today", "Missing from sessions 1")):  # fmt: skip
            assert says in visit(cast.ana).get(path).text


def test_whoever_has_left_is_not_missed(history, transaction):
    id = history(MISSED, MISSED)
    with transaction(), clock.freeze(at(9)):
        db.scalars(select(Episode)).one().discharged_on = WEDNESDAY
        db.flush()
        assert absences([id]) == {}


def test_statements_do_not_grow_with_clients(transaction, cast, statements):
    counts = []
    with transaction(), clock.freeze(at(10)):
        session = group(cast.ana.actor, 6)
        ids = [place.client_id for place in list_of(session)]
        for place in list_of(session):
            actions.mark(place, MISSED, cast.ana.actor)
        for some in (ids[:1], ids):
            with statements() as seen:
                assert len(absences(some)) == len(some)
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 7


def test_sessions_ahead_and_those_that_did_not_happen_do_not_count(transaction, cast):
    with transaction():
        session = group(cast.ana.actor, 1, starts=time(9), ends=time(12))
        id = list_of(session)[0].client_id
        with clock.freeze(at(8)):
            actions.mark(list_of(session)[0], LATE_CANCEL, cast.ana.actor)
            assert absences([id])[id].in_a_row == 0
        with clock.freeze(at(9, 30)):
            assert absences([id])[id].in_a_row == 1
            actions.did_not_happen(session, actions.WhyNot.weather, cast.ana.actor)
            assert absences([id])[id].in_a_row == 0
