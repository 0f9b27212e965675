"""A job is done once by whoever takes it, taken up when its worker dies, and stopped before its next step."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.jobs import actions as jobs
from caseapp.jobs.models import Job, JobFile
from caseapp.jobs.queries import facts_of, files_of, get_job, result_of, why_it_waits
from caseapp.jobs.rules import FILES_LAST, PATIENCE, JobState, Step
from caseapp.jobs.running import run_next
from tests.at_once import together

FILES = [("a.csv", bytes(range(256))), ("b.json", "é".encode())]


def asked(transaction, cast, kind="count", **facts) -> str:
    with transaction():
        return jobs.ask_for(kind, cast.ada.actor, facts, FILES).id


def state(transaction, id: str) -> tuple[str, int, int, str]:
    with transaction():
        job = db.get(Job, id)
        return job.state.value, job.done, job.total, job.sentence


def counting(facts, files, _by):
    for at in range(1, facts.get("to", 2) + 1):
        yield Step(at, facts.get("to", 2), {"at": at})
    return {
        "begun": facts["so_far"].get("at", 0),
        "names": [name for name, _content in files],
        "first": list(files[0][1][:3]),
    }


def refusing(_facts, _files, _by):
    yield Step(0, 1)
    raise RuleBroken("That can't be done.")


def breaking(_facts, _files, _by):
    yield Step(0, 1)
    raise KeyError("no")


KINDS = {"count": counting, "refuse": refusing, "break": breaking}


def test_a_job_is_done_and_its_files_go(transaction, cast):
    assert list(run_next(KINDS)) == []
    first, second = asked(transaction, cast, to=3), asked(transaction, cast)
    assert [step.done for step in run_next(KINDS)] == [1, 2, 3]
    assert state(transaction, first) == ("done", 3, 3, "")
    with transaction():
        job = get_job(first, frozenset(KINDS), cast.ada.actor)
        assert result_of(job) == {"begun": 0, "names": ["a.csv", "b.json"], "first": [0, 1, 2]}
        assert (job.files, facts_of(job)) == ([], {"to": 3})
        assert b"a.csv" not in job.result_sealed
        assert files_of(get_job(second, frozenset(KINDS), cast.ada.actor)) == FILES
        for id, kinds, by in ((first, {"other"}, cast.ada), (first, KINDS, cast.ana), ("x" * 22, KINDS, cast.ada)):
            with pytest.raises(NotFound):
                get_job(id, frozenset(kinds), by.actor)


def test_what_can_not_be_done_says_why(app, transaction, cast):
    refused, broken = asked(transaction, cast, "refuse"), asked(transaction, cast, "break")
    assert len(list(run_next(KINDS))) == len(list(run_next(KINDS))) == 1
    assert state(transaction, refused)[::3] == ("failed", "That can't be done.")
    assert state(transaction, broken)[::3] == ("failed", "It broke on our side. What was done until then stays.")
    assert list(run_next(KINDS)) == []


def test_a_dead_worker_leaves_its_job_to_the_next_and_may_come_back(transaction, cast):
    id = asked(transaction, cast, to=4)
    dead = run_next(KINDS)
    assert next(dead).done == 1
    assert list(run_next(KINDS)) == []  # it is held
    with transaction():
        db.execute(update(Job).values(lease_until=clock.now() - timedelta(seconds=1)))
        assert why_it_waits(db.get(Job, id)).nobody_works
    other = run_next(KINDS)
    assert next(other).done == 1
    assert list(dead) == []  # it sees that the job is another's
    assert [step.done for step in other] == [2, 3, 4]
    assert state(transaction, id)[:2] == ("done", 4)
    with transaction():
        assert result_of(db.get(Job, id))["begun"] == 1  # it knew how far the other had come


def test_a_job_is_stopped_before_its_next_step(transaction, cast):
    running, waiting = asked(transaction, cast), asked(transaction, cast)
    work = run_next(KINDS)
    next(work)
    with transaction():
        for id in (running, waiting):
            jobs.stop(db.get(Job, id), cast.ada.actor)
    assert list(work) == list(run_next(KINDS)) == []
    assert state(transaction, running)[0] == state(transaction, waiting)[0] == "stopped"
    with transaction():
        assert db.scalar(select(func.count()).select_from(JobFile)) == 0


def test_what_was_prepared_goes_on_once_with_the_same_files(transaction, cast):
    id = asked(transaction, cast)
    assert list(run_next(KINDS, keep_files=frozenset({"count"})))
    with transaction():
        jobs.go_on_as(db.get(Job, id), "refuse", cast.ada.actor)
    with transaction(), pytest.raises(RuleBroken):
        jobs.go_on_as(db.get(Job, id), "refuse", cast.ada.actor)
    assert len(list(run_next(KINDS))) == 1
    with transaction(), pytest.raises(RuleBroken):
        jobs.go_on_as(db.get(Job, id), "count", cast.ada.actor)


def test_files_left_lying_are_taken_away(transaction, cast):
    old, waiting = asked(transaction, cast), asked(transaction, cast)
    list(run_next(KINDS, keep_files=frozenset({"count"})))
    with transaction():
        jobs.drop_old_files(clock.now())
        assert db.scalar(select(func.count()).select_from(JobFile)) == 4
        jobs.drop_old_files(clock.now() + FILES_LAST + timedelta(minutes=1))
        assert set(db.scalars(select(JobFile.job_id))) == {waiting}
        assert db.get(Job, old).state is JobState.done


def test_a_page_can_tell_that_nobody_works(transaction, cast):
    id = asked(transaction, cast)
    with transaction():
        assert not why_it_waits(db.get(Job, id)).nobody_works
        db.execute(update(Job).values(asked_at=clock.now() - PATIENCE * 2))
    with transaction():
        assert why_it_waits(db.get(Job, id)).nobody_works
    other = asked(transaction, cast, "break")
    assert next(run_next({"break": counting})).done == 1
    with transaction():
        waits = why_it_waits(db.get(Job, id))
        assert waits.another_runs and not waits.nobody_works
    assert state(transaction, other)[0] == "running"


def test_of_several_workers_at_once_each_job_has_one(transaction, cast):
    numbers = {asked(transaction, cast, number=at) and at for at in range(4)}
    done = []

    def noting(facts, _files, _by):
        done.append(facts["number"])
        yield Step(1, 1)
        return {}

    together([lambda: [list(run_next({"count": noting})) for _ in range(4)]] * 4)
    assert sorted(done) == sorted(numbers)
