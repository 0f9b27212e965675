"""The pages of a plan: written, changed, signed by all, reviewed; who may, what is wrong, as it stood on a day."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.episodes.models import Episode
from caseapp.identity.models import Staff
from caseapp.plans import actions, queries
from caseapp.plans.models import PlanGoal, PlanSignature
from caseapp.plans.rules import Goal, Outcome, Progress
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind
from tests.clinic import ZONE, today
from tests.plans.writing import COPE, HOME, episode_of, planned, signed, written

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
FIRST = {
    "g1_goal": "Stay away from alcohol",
    "g1_problem": "Drinks when alone",
    "g1_objectives": "Name three triggers\nCall someone",
    "g1_what1": "Individual session",
    "g1_who1": "Carl Ito",
    "g1_often1": "weekly",
    "g1_target_on": "Jan 15, 2027",
}


def client_of(episode_id):
    with transaction():
        return db.get(Episode, episode_id).client_id


@pytest.fixture
def episode(cast):
    return episode_of(cast, today())


@pytest.fixture
def path(episode):
    return f"/clients/{client_of(episode)}/plan"


def tasks(kind):
    """(due day, whether it is closed) of each task of a kind."""
    with transaction():
        rows = db.scalars(select(Task).where(Task.kind == kind).order_by(Task.opened_at))
        return [(clock.day_of(one.due_at, ZONE), one.closed_at is not None) for one in rows]


def test_a_plan_is_written_signed_by_all_and_reviewed(visit, cast, path):
    carl = visit(cast.carl)
    assert "No plan. Due " in carl.get(path).text
    assert carl.submit(f"{path}/write", FIRST).headers["Location"].endswith("/plan/sign")
    shown = carl.get(path).text
    assert all(
        words in shown
        for words in ("Needs signatures", "Name three triggers", "Individual session · Carl Ito · weekly")
    )
    carl.submit(f"{path}/sign")
    [(due, closed)] = tasks(TaskKind.plan_due)
    assert not closed and "Still to sign" in carl.get(f"{path}/sign").text
    assert carl.submit(f"{path}/client-signature", {"how": "on_paper"}).headers["Location"].endswith("/plan")
    assert "In force, signed" in carl.get(path).text and "Next review due" in carl.get(path).text
    assert tasks(TaskKind.plan_due) == [(due, True)]
    month = today() + timedelta(days=30)
    assert tasks(TaskKind.plan_review) == [(month, False)]
    assert carl.submit(f"{path}/review", {"progress1": "Three evenings.", "outcome1": "met"}).status_code == 303
    shown = carl.get(path).text
    assert "Three evenings." in shown and "Met " in shown
    assert tasks(TaskKind.plan_review) == [(month, True), (month, False)]


def test_a_change_is_a_new_revision_and_what_was_signed_stays(visit, cast):
    with clock.freeze(clock.now() - timedelta(days=9)):
        episode = planned(cast, today())
    path, carl = f"/clients/{client_of(episode)}/plan", visit(cast.carl)
    carl.submit(f"{path}/write", {"g2_goal": "Rent a room of their own", "g3_goal": "Work again"})
    shown = carl.get(path).text
    assert "Revision 2" in shown and "stays in force until then" in shown and "Rent a room of their own" in shown
    before = carl.get(f"{path}?on={today() - timedelta(days=5):%b %d, %Y}").text
    assert "Revision 1" in before and "nobody drinks" in before and "Rent a room" not in before
    none = carl.get(f"{path}?on={today() - timedelta(days=20):%b %d, %Y}").text
    assert "No plan was on record" in none
    signed(episode, cast, today())
    assert "Work again" in carl.get(f"{path}/goal?of=3").text and "In force" in carl.get(path).text


@on_sqlite
@pytest.mark.parametrize(
    ("page", "sent", "said"),
    [
        ("write", {}, "Nothing is changed yet"),
        ("write", {"g1_goal": "", "g1_problem": ""}, "Write goal 1"),
        ("write", {"g2_goal": "", "g2_problem": ""}, "Goal 2 was signed, so it stays"),
        ("write", {"g1_target_on": "some day"}, "day"),
        ("review", {}, "Write how it goes"),
        ("review", {"words": "Well", "reviewed_on": "tomorrow"}, "on or before"),
        ("goal", {"outcome": "done"}, "Choose one of these"),
        ("goal", {"outcome": "met", "on_day": "Jan 3, 2001"}, "before admission"),
        ("work", {"words": ""}, "Enter what they are to write"),
        ("work", {"words": "A letter", "due_on": "Jan 3, 2001"}, "due before it was given"),
        ("work", {"words": "A letter", "goal": "7"}, "Choose one of the list"),
    ],
)
def test_what_is_wrong_is_said(visit, cast, page, sent, said):
    path = f"/clients/{client_of(planned(cast, today()))}/plan/{page}"
    answer = visit(cast.carl).submit(path, sent)
    assert answer.status_code == 422 and said in answer.text, answer.text


@on_sqlite
def test_a_client_signs_by_telehealth_only_with_the_reason(visit, cast, path, episode):
    written(episode, cast.carl.actor)
    ana = visit(cast.ana)
    answer = ana.submit(f"{path}/client-signature", {"how": "verbally"})
    assert answer.status_code == 422 and "Enter why it was not signed on paper" in answer.text
    assert "Choose how they signed" in ana.submit(f"{path}/client-signature", {}).text
    ana.submit(f"{path}/client-signature", {"how": "verbally", "reason": "Session by video."})
    assert "verbally: Session by video." in ana.get(path).text
    assert "Your signature" not in ana.get(f"{path}/sign").text


@on_sqlite
def test_who_needs_a_supervisor_is_signed_beside(visit, cast, path, episode):
    with transaction():
        db.get(Staff, cast.carl.actor.id).notes_cosigned = True
    written(episode, cast.carl.actor)
    signed(episode, cast, today())
    carl, sue = visit(cast.carl), visit(cast.sue)
    assert "Needs signatures" in carl.get(path).text and "Your signature" not in carl.get(f"{path}/sign").text
    assert "Sign as supervisor" in sue.get(f"{path}/sign").text
    sue.submit(f"{path}/sign")
    assert "In force" in sue.get(path).text


def test_what_is_signed_is_locked_in_the_database(cast):
    episode = planned(cast, today())
    for statement in (
        "UPDATE plan_goal SET target_on = NULL",
        "DELETE FROM plan_goal",
        "UPDATE plan_signature SET part = 'client'",
        "UPDATE plan_revision SET number = 7",
        "DELETE FROM plan_revision",
    ):
        with pytest.raises(IntegrityError), transaction():
            db.execute(text(statement))
    with transaction():
        assert len(queries.plan_of(episode).revisions[0].goals) == 2


@on_sqlite
def test_what_was_changed_since_is_not_signed(visit, cast, path, episode):
    written(episode, cast.carl.actor)
    carl = visit(cast.carl)
    form = carl.form(f"{path}/sign", to=f"{path}/sign")
    written(episode, cast.ana.actor, COPE)
    answer = carl.raw.post(f"{path}/sign", data=form.fields)
    assert answer.status_code == 422 and "This plan was changed since" in answer.text
    with transaction():
        assert not list(db.scalars(select(PlanSignature)))


@on_sqlite
def test_two_who_change_a_plan_at_once_see_each_other(visit, cast, path, episode):
    written(episode, cast.carl.actor)
    carl = visit(cast.carl)
    form = carl.form(f"{path}/write", to=f"{path}/write")
    written(episode, cast.ana.actor, COPE, Goal(2, "Rent a room"))
    sent = {**form.fields, "g2_goal": "Live with an aunt"}
    assert carl.raw.post(f"{path}/write", data=sent).status_code == 409


@on_sqlite
def test_written_work_is_given_and_done(visit, cast):
    episode = planned(cast, today())
    path, carl = f"/clients/{client_of(episode)}/plan", visit(cast.carl)
    carl.submit(f"{path}/work", {"words": "List three triggers", "goal": "1", "due_on": "tomorrow"})
    shown = carl.get(path).text
    assert "List three triggers" in shown and "Due " in shown
    work = shown.split('href="/plan-work/')[1].split('"')[0]
    carl.submit(f"/plan-work/{work}", {"outcome": "done"})
    assert "Done " in carl.get(path).text
    carl.submit(f"/plan-work/{work}", {"outcome": "open"})
    assert "Done " not in carl.get(path).text
    assert visit(cast.otto).get(f"/plan-work/{work}").status_code == 404


@on_sqlite
def test_who_may_and_who_must_not_know(visit, cast):
    path = f"/clients/{client_of(planned(cast, today()))}/plan"
    for more in ("", "/write", "/sign", "/client-signature", "/review", "/goal", "/work"):
        assert visit(cast.ana).get(path + more).status_code == 200
        assert visit(cast.otto).get(path + more).status_code == 404
        assert visit(cast.ada).get(path + more).status_code == 403


@on_sqlite
def test_words_are_sealed(cast):
    planned(cast, today())
    with transaction():
        assert all(b"cravings" not in blob for blob in db.scalars(select(PlanGoal.body_sealed)))


@on_sqlite
def test_a_plan_takes_the_same_statements_however_long(cast, visit, statements):
    short, long = planned(cast, today()), planned(cast, today(), first="Ben")
    with transaction():
        plan, by = queries.plan_of(long), cast.carl.actor
        for number in range(4):
            actions.assign(plan, f"Work {number}", by, given_on=today(), goal=1)
            actions.review(plan, today(), Progress({1: "Well"}), {}, by)
        actions.settle_goal(plan, 2, Outcome.met, today(), by)
    written(long, cast.carl.actor, COPE, HOME, *(Goal(number, f"Goal {number}") for number in range(3, 9)))
    signed(long, cast, today())
    carl, counted = visit(cast.carl), []
    for episode in (short, long):
        carl.get(f"/clients/{client_of(episode)}/plan")
        with statements() as seen:
            assert carl.get(f"/clients/{client_of(episode)}/plan").status_code == 200
        counted.append(len(seen))
    assert counted[1] <= counted[0]
