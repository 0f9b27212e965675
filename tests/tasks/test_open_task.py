"""Tasks: one per source, closed once, by a person; who may know of which."""

from datetime import UTC, date, datetime, timedelta

import pytest

from caseapp.clients import actions as clients
from caseapp.core import clock
from caseapp.core.errors import NotFound, Refused, RuleBroken
from caseapp.tasks import actions, queries, rules
from caseapp.tasks.rules import Result, TaskKind

DUE = datetime(2026, 11, 25, 12, tzinfo=UTC)


def opened(by, source="source-1", owner=None, kind=TaskKind.crisis_follow_up, client_id=None, **more):
    owner = owner or by
    return actions.open_task(kind, source, by, client_id=client_id, owner_id=owner.id, due_at=DUE, **more)


def test_one_task_per_source(transaction, cast):
    with transaction():
        first = opened(cast.ana.actor)
        assert opened(cast.sue.actor).id == first.id
        assert opened(cast.ana.actor, source="source-2").id != first.id
        assert [task.due_at for task in queries.open_tasks(cast.ana.actor)] == [DUE, DUE]
        assert queries.count_open(cast.ana.actor, TaskKind.crisis_follow_up) == 2
        assert queries.count_open(cast.ana.actor, TaskKind.plan_due) == 0


def knows(task, *members):
    found = []
    for member in members:
        try:
            found.append(queries.get_task(task.id, member.actor) is task)
        except NotFound:
            found.append(False)
    return found


def test_who_may_know_of_a_task(transaction, cast):
    everyone = (cast.ana, cast.carl, cast.sue, cast.otto, cast.ada)
    with transaction():
        ben = clients.register(cast.ana.actor, first_name="Ben", last_name="Ortiz", born=date(1990, 5, 2))
        # Ben is seen by Ana and her team; Carl owns the task.
        hers = opened(cast.ana.actor, "a", cast.carl.actor, TaskKind.plan_due, ben.id)
        assert knows(hers, *everyone) == [True, True, True, False, False]
        # About nobody: its owner, who opened it, and supervisors.
        own = opened(cast.otto.actor, None, cast.carl.actor, TaskKind.other, title="Order forms")
        assert knows(own, *everyone) == [False, True, True, True, False]
        # After an unknown caller: all who follow up crises.
        caller = opened(cast.ana.actor, "b")
        assert knows(caller, *everyone) == [True, True, True, True, False]
        assert [task.id for task in queries.open_tasks(cast.otto.actor, mine=False)] == sorted([own.id, caller.id])
        assert queries.open_tasks(cast.otto.actor) == []


def test_a_title_is_sealed(transaction, cast):
    with transaction():
        task = opened(cast.ana.actor, None, kind=TaskKind.other, title="Ask about the court date")
        assert b"court" not in task.title_sealed
        assert queries.titles_of([task]) == {task.id: "Ask about the court date"}


def test_closed_once_and_nothing_noted_after(transaction, cast):
    with transaction():
        task = opened(cast.ana.actor)
        actions.attempt(task, Result.no_answer, cast.ana.actor)
        with pytest.raises(RuleBroken, match="not reached"):
            actions.end(task, cast.ana.actor)
        actions.end(task, cast.ana.actor, "Moved away")
        assert task.closed_by_id == cast.ana.actor.id
        assert queries.open_tasks(cast.ana.actor) == []
        for verb in (
            lambda: actions.end(task, cast.ana.actor, "again"),
            lambda: actions.attempt(task, Result.spoke, cast.ana.actor),
            lambda: actions.move(task, clock.now() + timedelta(days=1), cast.ana.actor),
            lambda: actions.reassign(task, cast.sue.actor.id, cast.ana.actor),
        ):
            with pytest.raises(RuleBroken, match="closed already"):
                verb()
        actions.reopen(task, cast.ana.actor)
        actions.close(task, cast.sue.actor)
        with pytest.raises(RuleBroken, match="Enter why"):
            actions.reopen(task, cast.ana.actor)
        said = [entry.title for entry in queries.history(task, reads=True)]
        assert said == ["No answer", "Closed", "Opened again", "Closed"]


def test_given_by_its_owner_or_a_supervisor_to_someone_who_works_here(transaction, cast):
    with transaction():
        task = opened(cast.ana.actor)
        with pytest.raises(Refused, match="Ana Moreau or a supervisor"):
            actions.reassign(task, cast.carl.actor.id, cast.otto.actor)
        for owner_id in (cast.ada.actor.id, "nobody", cast.ana.actor.id):
            with pytest.raises(RuleBroken):
                actions.reassign(task, owner_id, cast.ana.actor)
        actions.reassign(task, cast.carl.actor.id, cast.ana.actor, "On leave")
        actions.reassign(task, cast.otto.actor.id, cast.sue.actor)
        assert task.owner.name == "Otto Brandt"
        assert [entry.title for entry in queries.history(task, True)] == ["Given to Carl Ito", "Given to Otto Brandt"]


def test_every_kind_has_its_words():
    assert set(rules.KIND_WORDS) == set(TaskKind)
    assert rules.what(TaskKind.no_show_outreach) == "Reach out after no-show"
    assert set(rules.RESULT_WORDS) == set(Result)
