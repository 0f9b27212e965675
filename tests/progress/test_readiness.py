"""Readiness reads all facts of any number of people at once, on any day, and as the records stood at an instant."""

from datetime import time, timedelta

from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.measures import actions as measures
from caseapp.measures.instruments import CSSRS
from caseapp.programs import actions as programs
from caseapp.programs import queries as services
from caseapp.programs.models import Criterion
from caseapp.programs.rules.criteria import Asks, Kind
from caseapp.progress.criteria import State
from caseapp.progress.queries.readiness import readiness
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.queries import list_of
from tests.programs import editing
from tests.sessions import WEDNESDAY, at, group, person

EVERY_KIND = [Asks(kind, 1, 1, "phq9", "family_session") for kind in Kind]


def episodes() -> list[Episode]:
    return list(db.scalars(select(Episode)))


def stands(one, kind: Kind):
    return next(row for row in [*one.step_down, *one.step_up] if row.kind is kind)


def test_as_many_statements_for_five_as_for_sixty(transaction, cast, statements):
    counts = {}
    for many in (5, 60):
        with transaction():
            for number in range(many):
                person(cast.ana.actor, f"Ramos{many}", f"Alicia{number}")
            some = episodes()
            every = {row.phase_id: EVERY_KIND for row in db.scalars(select(Criterion))}
        with transaction():
            some = episodes()
            assert len(some) >= many
            with statements() as seen:
                found = readiness(some, WEDNESDAY, instead=every, warn=True)
            assert len(found) == len(some)
            counts[many] = len(seen)
    assert counts[5] == counts[60] <= 17, counts


def _marked(cast, client, state: MarkState, when) -> None:
    day = when.date()
    session = group(cast.ana.actor, 0, day=day)
    with clock.freeze(at(8, day=day)):
        scheduling.book(session, client, cast.ana.actor)
    with clock.freeze(at(13, day=day)):
        attendance.mark(list_of(session)[0], state, cast.ana.actor)


def test_a_past_day_and_a_past_instant_are_told_as_they_stood(transaction, cast):
    with transaction():
        with clock.freeze(at(9, day=WEDNESDAY - timedelta(days=30))):
            client = person(cast.ana.actor)
        missed, screened = WEDNESDAY - timedelta(days=7), WEDNESDAY - timedelta(days=2)
        _marked(cast, client, MarkState.no_show, at(9, day=missed))
    with transaction():
        one = episodes()
        with clock.freeze(at(10, day=screened)):
            measures.record(
                client, CSSRS, {"wish_to_be_dead": "no", "thoughts": "no", "behavior": "no"}, screened, cast.ana.actor
            )
        before, after = at(12, day=screened - timedelta(days=1)), at(12, day=screened)
        for day, known_at, state in (
            (WEDNESDAY, None, State.met),
            (WEDNESDAY, after, State.met),
            (WEDNESDAY, before, State.not_met),
            (screened - timedelta(days=1), None, State.not_met),
            (screened + timedelta(days=8), None, State.not_met),
        ):
            found = readiness(one, day, known_at)[one[0].id]
            assert stands(found, Kind.risk_screen).state is state, (day, known_at)
        assert stands(readiness(one, WEDNESDAY)[one[0].id], Kind.no_unexcused_absence).state is State.not_met
        early = readiness(one, WEDNESDAY, at(9, day=missed))[one[0].id]
        assert stands(early, Kind.no_unexcused_absence).state is State.met
        assert (
            stands(readiness(one, missed - timedelta(days=1))[one[0].id], Kind.no_unexcused_absence).state is State.met
        )
        weeks = stands(readiness(one, one[0].admitted_on + timedelta(days=27))[one[0].id], Kind.weeks_in_phase)
        assert weeks.state is State.not_met
        assert readiness(one, one[0].admitted_on - timedelta(days=1)) == {}


def test_a_new_version_changes_no_open_episode_and_no_past_day(transaction, cast):
    with transaction():
        person(cast.ana.actor)
        day = WEDNESDAY - timedelta(days=9)
        before = [readiness(episodes(), one) for one in (day, WEDNESDAY)]
        draft = editing.changed_draft(COMMAND_LINE)
        phase = draft.phases[0]
        assert [row.kind for row in phase.criteria][:2] == [Kind.weeks_in_phase, Kind.hours_attended]
        with clock.freeze(at(9)):
            programs.publish(draft, WEDNESDAY, COMMAND_LINE)
        assert [readiness(episodes(), one) for one in (day, WEDNESDAY)] == before


def test_hours_count_treatment_and_sessions_count_all(transaction, cast):
    with transaction():
        client = person(cast.ana.actor)
        day = WEDNESDAY - timedelta(days=1)
        held = group(
            cast.ana.actor,
            0,
            day=day,
            service=services.service("case_management"),
            topic="",
            starts=time(15),
            ends=time(16),
        )
        with clock.freeze(at(8, day=day)):
            scheduling.book(held, client, cast.ana.actor)
        with clock.freeze(at(17, day=day)):
            attendance.mark(list_of(held)[0], MarkState.present, cast.ana.actor)
        asks = [Asks(Kind.hours_attended, 1, 1), Asks(Kind.sessions_attended, 1, service="case_management")]
        one = episodes()
        phase = readiness(one, WEDNESDAY)[one[0].id].phase_id
        found = readiness(one, WEDNESDAY, instead={phase: asks})[one[0].id]
        assert [row.state for row in found.step_down] == [State.not_met, State.met]


def test_the_chart_says_what_is_missing_and_where_it_is_done(visit, cast, transaction):
    with transaction():
        id = person(cast.ana.actor, admitted_on=editing.today() - timedelta(days=27)).id
    chart = visit(cast.ana).get(f"/clients/{id}").text
    assert "What is missing to step down to Phase 2" in chart and "1 of 6 met" not in chart
    assert "Attend 9 hours a week, 3 weeks in a row" in chart and f'href="/clients/{id}/measures"' in chart
    assert "must be met first" in chart
    board = visit(cast.ana).get("/phases").text
    assert "Ramos, Alicia" in board and "Clients by counselor" not in board
