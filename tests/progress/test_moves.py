"""Admission, moves and reassignment as pages, with what follows: access, tasks, places in sessions."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from caseapp.clients.actions import decide_access
from caseapp.clients.models import CareAccess
from caseapp.clients.queries import get_client
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.clock import working_day
from caseapp.core.db import db
from caseapp.episodes import queries
from caseapp.episodes.models import Episode, Transition
from caseapp.episodes.rules import MoveKind
from caseapp.plans.rules import plan_due_on
from caseapp.programs.rules.settings import DEFAULTS
from caseapp.progress import actions
from caseapp.tasks.models import Task
from tests.episodes.people import admitted, moved, registered, screened, today, version


@pytest.fixture
def alicia(transaction, cast):
    """In Phase 1 for eight days, with Ana and Carl."""
    with transaction():
        client = registered(cast.ana.actor)
        admitted(client, cast.ana.actor, today() - timedelta(days=8), clinician=cast.carl.actor)
        return client.id


def day(ahead):
    one = clock.today("America/New_York") + timedelta(days=ahead)
    return f"{one:%b} {one.day}, {one.year}"


def path_of(transaction, client_id):
    with transaction():
        episode = queries.open_episode(client_id) or queries.episodes_of(client_id)[0]
        return [(stay.phase.name, stay.started_on, stay.ended_on) for stay in queries.stays(episode.id)]


def phase(transaction, position):
    with transaction():
        return version().phases[position - 1].id


def tasks(transaction):
    with transaction():
        return sorted((task.kind.value, task.owner.name) for task in db.scalars(select(Task)))


def test_admission_and_what_follows(visit, cast, transaction):
    with transaction():
        client = registered(cast.ana.actor)
        screened(client, cast.ana.actor)
    ana, path = visit(cast.ana), f"/clients/{client.id}/admit"
    given = {"case_manager": cast.ana.actor.id, "clinician": cast.carl.actor.id, "phase": phase(transaction, 2)}
    late = ana.submit(path, given)
    assert (late.status_code, "do not begin with the first phase" in late.text) == (422, True)
    ahead = ana.submit(path, given | {"admitted_on": "tomorrow"})
    assert (ahead.status_code, "on or before" in ahead.text) == (422, True)
    assert ana.submit(path, given | {"admitted_on": "yesterday", "phase": phase(transaction, 1)}).status_code == 422
    form = ana.form(path, to=path).fields | given | {"words": "Comes from partial hospitalization."}
    assert [ana.raw.post(path, data=form).status_code for _ in range(2)] == [303, 303]
    assert [name for name, _from, _to in path_of(transaction, client.id)] == ["Phase 2"]
    assert tasks(transaction) == [("hand_over", "Carl Ito"), ("plan_due", "Carl Ito")]
    assert visit(cast.carl).get(f"/clients/{client.id}").status_code == 200
    assert ana.get(path).status_code == 404
    assert visit(cast.carl).get(path).status_code == 403


def test_step_down_without_a_review_with_what_will_change(visit, cast, transaction, alicia):
    sue, path = visit(cast.sue), f"/clients/{alicia}/move?kind=step_down"
    to_review = visit(cast.ana).get(path)
    assert to_review.status_code == 303 and to_review.headers["Location"].endswith("/review?kind=step_down")
    page = sue.get(path).text
    assert "2.1 to 1.5" in page
    assert "9 h to 6 h" in page
    assert "Left before completing" not in page
    given = {"kind": "step_down", "to_phase": phase(transaction, 2), "effective_on": day(-1), "reason": "goals_met"}
    given["words"] = "Decided on paper."
    for wrong, said in (
        ({"reason": "returned_to_use"}, "Choose a reason that fits"),
        ({"to_phase": ""}, "Choose the phase"),
        ({"effective_on": day(-9), "words": "x"}, "begins on"),
        ({"words": ""}, "why there is no review"),
        ({"effective_on": "today"}, "is decided in a review"),
        ({"kind": "step_up"}, "Choose a reason that fits"),
    ):
        answer = submit(sue, alicia, given | wrong)
        assert (answer.status_code, said in answer.text) == (422, True), (wrong, said)
    assert submit(sue, alicia, given | {"step": "look"}).status_code == 200
    assert len(path_of(transaction, alicia)) == 1
    sent = sue.form(path, to=f"/clients/{alicia}/move").fields | given
    ana = visit(cast.ana)
    assert ana.raw.post(f"/clients/{alicia}/move", data=sent | {"csrf_token": ana.token("/today")}).status_code == 403
    assert submit(sue, alicia, given).status_code == 303
    assert [name for name, _from, _to in path_of(transaction, alicia)] == ["Phase 1", "Phase 2"]
    assert ("risk_screen", "Carl Ito") in tasks(transaction)


def submit(visitor, client_id, data):
    return visitor.submit(f"/clients/{client_id}/move", data, to=f"/clients/{client_id}/move")


def test_leaving_is_confirmed_and_keeps_the_client_in_until_then(visit, cast, transaction, alicia):
    sue = visit(cast.sue)
    given = {
        "kind": "discharge",
        "effective_on": day(3),
        "reason": "left_before_completing",
        "words": "Called to say so.",
    }
    first = submit(sue, alicia, given)
    assert first.status_code == 200
    assert "freed from that day on" in first.text
    other_day = submit(sue, alicia, given | {"looked": f"discharge {today_iso(2)}"})
    assert other_day.status_code == 200
    assert submit(sue, alicia, given | {"looked": f"discharge {today_iso(3)}"}).status_code == 303
    with transaction():
        episode = queries.episodes_of(alicia)[0]
        assert episode.discharged_on == today() + timedelta(days=3)
        assert queries.stay_on(episode.id, today()).phase.name == "Phase 1"
        until = {row.ended_on for row in accesses(alicia, Ground.caseload)}
        assert until == {today() + timedelta(days=33)}
    with clock.freeze(clock.now() + timedelta(days=32)):
        assert visit(cast.carl).get(f"/clients/{alicia}").status_code == 200
    with clock.freeze(clock.now() + timedelta(days=33)):
        assert visit(cast.carl).get(f"/clients/{alicia}").status_code == 404


def today_iso(ahead):
    return (clock.today("America/New_York") + timedelta(days=ahead)).isoformat()


def accesses(client_id, ground):
    return list(db.scalars(select(CareAccess).where(CareAccess.client_id == client_id, CareAccess.ground == ground)))


def test_a_move_ahead_is_taken_back_and_a_past_one_corrected(visit, cast, transaction, alicia):
    with transaction():
        episode = queries.get_open_episode(alicia)
        down = moved(episode, cast.ana.actor, MoveKind.step_down, today() - timedelta(days=2), 2)
        away = moved(episode, cast.ana.actor, MoveKind.discharge, today() + timedelta(days=3))
    ana, moves = visit(cast.ana), f"/clients/{alicia}/moves"
    assert ana.get(moves).text.count("Take back") == 1
    assert ana.submit(f"{moves}/{away.id}/take-back", {"words": ""}).status_code == 422
    assert ana.submit(f"{moves}/{away.id}/take-back", {"words": "Stays"}).status_code == 303
    assert ana.submit(f"{moves}/{away.id}/take-back", {"words": "Again"}).status_code == 422
    assert ana.submit(f"{moves}/{down.id}/take-back", {"words": "Too late"}).status_code == 422
    wrong = ana.submit(f"{moves}/{down.id}/correct", {"effective_on": day(-8), "words": "x"})
    assert (wrong.status_code, "must be after" in wrong.text) == (422, True)
    assert (
        ana.submit(f"{moves}/{down.id}/correct", {"effective_on": day(-4), "words": "Typed wrongly"}).status_code == 303
    )
    assert path_of(transaction, alicia)[-1][:2] == ("Phase 2", clock.today("America/New_York") - timedelta(days=4))
    said = ana.get(moves).text
    assert "Typed wrongly" in said
    assert "Stays" in said
    with transaction():
        lasting = {row.staff_id for row in accesses(alicia, Ground.caseload) if row.ended_on is None}
        assert lasting == {cast.ana.actor.id, cast.carl.actor.id}
    assert visit(cast.carl).get(moves).status_code == 200
    assert visit(cast.otto).get(moves).status_code == 404
    for who, status in ((cast.carl, 403), (cast.otto, 404)):
        assert visit(who).get(f"{moves}/{down.id}/correct").status_code == status
    assert ana.get(f"{moves}/nothing/correct").status_code == 404


def test_readmission_and_one_open_episode_per_program(transaction, cast, alicia):
    from caseapp.core.errors import RuleBroken

    by = cast.ana.actor
    with pytest.raises(RuleBroken, match="open episode"), transaction():
        admitted(get_client(alicia, by), by, today())
    with transaction():
        moved(queries.get_open_episode(alicia), by, MoveKind.complete, today() - timedelta(days=1))
    with pytest.raises(RuleBroken, match="ends after that day"), transaction():
        admitted(get_client(alicia, by), by, today() - timedelta(days=2))
    with transaction():
        again = admitted(get_client(alicia, by), by, today())
        assert [one.id for one in queries.episodes_of(alicia)][0] == again.id
        first = queries.episodes_of(alicia)[1]
        out = db.scalar(
            select(Transition).where(Transition.episode_id == first.id, Transition.kind == MoveKind.complete)
        )
    with pytest.raises(RuleBroken, match="later episode"), transaction():
        actions.correct(
            db.get(Transition, out.id), db.get(Episode, first.id), by,
            effective_on=today() + timedelta(days=1), reason=out.reason, words="x",
        )  # fmt: skip


def test_reassign_and_access_follows(visit, cast, transaction, alicia):
    ana, path = visit(cast.ana), f"/clients/{alicia}/reassign"
    stale = ana.form(path, to=path).fields
    chosen = {"case_manager": cast.otto.actor.id, "words": "Speaks Spanish"}
    assert ana.submit(path, chosen).status_code == 303
    assert ana.raw.post(path, data=stale).status_code == 409
    assert visit(cast.otto).get(f"/clients/{alicia}").status_code == 200
    assert ("hand_over", "Otto Brandt") in tasks(transaction)
    with transaction():
        assert queries.get_open_episode(alicia).case_manager_id == cast.otto.actor.id
        ends = {row.staff_id: row.ended_on for row in accesses(alicia, Ground.caseload)}
        assert ends[cast.ana.actor.id] == today() + timedelta(days=14)
        assert ends[cast.otto.actor.id] is None
        told = [(one.part.value, one.staff.name) for one in queries.assignments(queries.get_open_episode(alicia).id)]
    assert told == [("case_manager", "Ana Moreau"), ("clinician", "Carl Ito"), ("case_manager", "Otto Brandt")]
    assert ana.submit(path, {"clinician": "nobody"}).status_code == 422
    assert visit(cast.carl).get(path).status_code == 403


def test_nobody_is_assigned_to_whom_the_client_is_denied(visit, cast, transaction, alicia):
    path = f"/clients/{alicia}/reassign"
    with transaction():
        client = get_client(alicia, cast.sue.actor)
        decide_access(client, Ground.denied, cast.sue.actor, reason="Kin.", staff_id=cast.otto.actor.id)
    refused = visit(cast.ana).submit(path, {"case_manager": cast.otto.actor.id})
    assert refused.status_code == 422 and "They must not see this client" in refused.text
    with transaction():
        assert queries.get_open_episode(alicia).case_manager_id == cast.ana.actor.id


def test_the_board(visit, cast, transaction, alicia):
    with transaction():
        moved(queries.get_open_episode(alicia), cast.ana.actor, MoveKind.step_down, today() + timedelta(days=2), 2)
    board = visit(cast.ana).get("/phases").text
    assert "Ramos, Alicia" in board
    assert f"to Phase 2 on {day(2).split(',')[0]}" in board
    assert "Week 2 of 4 to 6 · 0.0 of 9 h this week" in board
    assert "Nobody in Phase 3" in board
    assert '<span class="number">1</span> admitted' in board
    assert "Ramos, Alicia" not in visit(cast.sue).get("/phases?show=mine").text
    assert "Ramos, Alicia" in visit(cast.sue).get("/phases").text
    assert "Ramos, Alicia" not in visit(cast.otto).get("/phases?show=all").text
    assert visit(cast.ada).get("/phases").status_code == 403


@pytest.mark.parametrize(
    ("admitted_on", "due"), [("2026-11-20", "2026-12-01"), ("2026-11-21", "2026-12-01"), ("2026-11-23", "2026-12-02")]
)
def test_the_plan_is_due_on_the_seventh_working_day(admitted_on, due):
    from datetime import date

    assert plan_due_on(date.fromisoformat(admitted_on), DEFAULTS) == date.fromisoformat(due)
    assert working_day(date(2026, 11, 27), 1) == date(2026, 11, 30)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_one_may_change_ones_mind_about_the_kind_without_script(visit, cast, transaction, alicia):
    page = visit(cast.sue).get(f"/clients/{alicia}/move?kind=complete").text
    assert "Left before completing" in page
    assert "Goes on with another provider" in page
    assert "Goals of this phase met" not in page
