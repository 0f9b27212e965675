"""A week is asked for on a page, looked for by a job, shown beside today's, changed by hand and built again around that."""

import time
from dataclasses import replace

import pytest

from caseapp.core import clock
from caseapp.core.db import transaction
from caseapp.jobs.running import run_next
from caseapp.programs import queries as programs
from caseapp.weekplan import actions, building, queries, solving
from caseapp.weekplan.checking import faults
from caseapp.weekplan.facts import read
from caseapp.weekplan.keeping import around_of, proposal_as_json, proposal_of
from caseapp.weekplan.rules import Ended
from caseapp.weekplan.solving import Progress
from caseapp.weekplan.steps import What, compare
from tests.sessions import at, person
from tests.weekplan.building import MONDAY, ask, built, by_hand, found, set_row, small_clinic, work
from tests.weekplan.clinics import span


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture(autouse=True)
def clinic(now, app, cast):
    with transaction():
        small_clinic(cast)


def therapy() -> str:
    with transaction():
        return programs.service("group_therapy").id


def test_a_week_is_found_that_keeps_todays_group_and_takes_everyone_in(cast):
    week = found(built(cast))
    with transaction():
        facts = read(MONDAY)
        assert faults(facts.clinic, week) == [] and week.shortfalls == ()
        steps = compare(facts.changing, week.meetings)
        (group,) = [one for one in steps if one.was]
        assert group.what is What.stays and len(group.joins) == 1 and not group.leaves
        assert proposal_of(proposal_as_json(week)) == week


def test_the_pages_tell_what_is_missing_how_it_goes_and_what_was_found(visit, cast):
    sue = visit(cast.sue)
    first = sue.get("/week").text
    assert (
        "3 clients without free times: taken as always free" in first and "Without working hours: Ana Moreau" in first
    )
    asked = sue.submit("/week")
    path = asked.headers["Location"]
    assert asked.status_code == 303 and "Check again" in sue.get(path).text
    set_row(path.split("/")[2], seconds=2)
    work()
    shown = sue.get(path).text
    assert "3 of 3 clients get all that their phase asks for each week." in shown
    assert "As today" in shown and "1 join, 0 leave" in shown and "Castro, Alicia" in shown
    assert "Proposed" in sue.get("/week").text
    assert visit(cast.ana).get("/week").status_code == 403 and sue.get("/week/none").status_code == 404


def test_who_may_see_no_client_reads_ids(visit, cast):
    shown = visit(cast.ada).get(f"/week/{built(cast)}")
    assert shown.status_code == 200 and "Castro" not in shown.text and "ID " in shown.text


def test_a_search_that_is_stopped_keeps_the_best_so_far(visit, cast, monkeypatch):
    def until_stopped(_clinic, _seconds, tell):
        while tell(Progress(3000, 1000)):
            time.sleep(0.05)
        return replace(week, ended=Ended.stopped)

    week = found(built(cast))
    monkeypatch.setattr(solving, "propose", until_stopped)
    monkeypatch.setattr(building, "TOLD_EVERY", 0.1)
    id, sue = ask(cast, seconds=60), visit(cast.sue)
    steps = run_next(building.JOBS)
    assert [next(steps).done for _time in range(2)] == [0, 0]
    assert "No week could meet more than 2.0 hours beyond it." in sue.get(f"/week/{id}").text
    assert sue.submit(f"/week/{id}", to=f"/week/{id}/stop").status_code == 303
    for _step in steps:
        pass
    assert found(id).ended is Ended.stopped and "It was stopped." in sue.get(f"/week/{id}").text


def test_one_that_has_not_begun_is_not_looked_for_when_stopped(visit, cast):
    id = ask(cast)
    visit(cast.sue).submit(f"/week/{id}", to=f"/week/{id}/stop")
    work()
    assert "It was stopped before it had begun." in visit(cast.sue).get(f"/week/{id}").text


def test_a_session_is_moved_by_hand_and_the_week_is_built_around_it(visit, cast):
    id, group = built(cast), therapy()
    number, old = next((at, one) for at, one in enumerate(found(id).meetings) if one.service_id == group)
    sue, page = visit(cast.sue), f"/week/{id}/sessions/{number}"
    moved = {"do": "change", "day": "1", "starts": "1:00 pm"}
    assert sue.submit(page, moved).status_code == 303
    assert by_hand(id).fixed == (replace(old, span=span(1, 13, 16)),)
    assert "stands" in sue.get(f"/week/{id}").text
    again = sue.submit(f"/week/{id}", {"seconds": "30"}, to=f"/week/{id}/again").headers["Location"].split("/")[2]
    set_row(again, seconds=2)
    work()
    week = found(again)
    assert span(1, 13, 16) in [one.span for one in week.meetings if one.service_id == group] and week.shortfalls == ()


WRONG = (
    ({"do": "change", "starts": "9:00 pm"}, "who leads does not work then"),
    ({"do": "change", "starts": "soon"}, "time"),
    ({"do": ""}, "Choose what should become of it."),
)


def test_what_can_not_be_by_hand_is_refused(visit, cast):
    id, group = built(cast), therapy()
    number = next(at for at, one in enumerate(found(id).meetings) if one.service_id == group)
    for typed, sentence in WRONG:
        answer = visit(cast.sue).submit(f"/week/{id}/sessions/{number}", typed)
        assert answer.status_code == 422 and sentence in answer.text
    answer = visit(cast.sue).submit(f"/week/{id}", {"seconds": "1"}, to=f"/week/{id}/again")
    assert answer.status_code == 422 and by_hand(id).fixed == ()


def test_what_is_dropped_is_not_proposed_again_until_it_is_left_open(visit, cast):
    id, group = built(cast), therapy()
    number, one = next((at, one) for at, one in enumerate(found(id).meetings) if one.service_id == group)
    sue, page = visit(cast.sue), f"/week/{id}/sessions/{number}"
    assert sue.submit(page, {"do": "drop"}).status_code == 303
    again = ask(cast, around=by_hand(id))
    work()
    assert not [
        other for other in found(again).meetings if other.leader_id == one.leader_id and other.span.meets(one.span)
    ]
    sue.submit(page, {"do": "open"})
    assert by_hand(id).kept_free == ()
    assert sue.get(f"/week/{id}/sessions/999").status_code == 404


def test_a_week_that_does_not_hold_any_more_is_said_to(visit, cast):
    id = built(cast)
    with transaction():
        person(cast.ana.actor, last="Dunn")
    assert "This week does not hold any more, so it can't be put in place" in visit(cast.sue).get(f"/week/{id}").text


def test_what_the_check_refuses_is_not_offered(visit, cast, monkeypatch):
    def planted(clinic, *_more):
        return replace(week, meetings=(*week.meetings, week.meetings[0]))

    week = found(built(cast))
    monkeypatch.setattr(solving, "propose", planted)
    id = built(cast)
    shown = visit(cast.sue).get(f"/week/{id}").text
    assert "is not sound, so it is not offered: a room is used twice" in shown
    with transaction():
        assert queries.get_proposal(id).found is None


def test_around_is_kept_as_it_was(cast):
    id = built(cast)
    with transaction():
        row = queries.get_proposal(id)
        one = proposal_of(row.found).meetings[0]
        actions.fix(row, one, one, cast.sue.actor)
        assert around_of(row.by_hand).fixed == (one,)
        actions.forget(row, one, cast.sue.actor)
        assert around_of(row.by_hand).fixed == ()
