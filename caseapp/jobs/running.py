"""How a worker does jobs: takes one, says at each step that it goes on, and leaves it to another one if it dies.

A job is a generator: it yields how far it has come, between transactions of its own, and returns its result. It may be cut off
at any step and begun anew, so what it does must be fit to be done twice.
"""

import json
import logging
from collections.abc import Callable, Generator, Iterator
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, selectinload

from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import NO_DATABASE, db, new_id, transaction
from caseapp.core.errors import RuleBroken
from caseapp.jobs.actions import drop_files
from caseapp.jobs.models import Job
from caseapp.jobs.queries import facts_of, files_of, free_at, result_of
from caseapp.jobs.rules import GOING, LEASE, JobState, Step

Result = dict[str, Any]
Files = list[tuple[str, bytes]]
Work = Callable[[dict[str, Any], Files, Actor], Generator[Step, None, Result]]
log = logging.getLogger("caseapp.jobs")


class _Lost(Exception):
    """The job was stopped, or another worker has it."""


def run_next(kinds: dict[str, Work], keep_files: frozenset[str] = frozenset()) -> Iterator[Step]:
    """Do the job that waits longest, step by step; nothing if none waits. `kinds` says what does a job of a kind.

    The files of a kind in `keep_files` stay when it is done, for what goes on from there.
    """
    worker = new_id()
    job = _taken(worker, frozenset(kinds))
    if job is None:
        return
    try:
        with transaction():
            known = db.get(Job, job.id, options=[selectinload(Job.files), joinedload(Job.asked_by)])
            facts = facts_of(known) | {"so_far": result_of(known).get("so_far", {})}
            files, by = files_of(known), Actor(id=known.asked_by_id, name=known.asked_by.name)
        result = yield from _steps(job, worker, kinds[job.kind](facts, files, by))
        _end(job, worker, JobState.done, result=result, keep=job.kind in keep_files)
    except _Lost:
        log.info("job %s was stopped or is done by another worker", job.id)
    except NO_DATABASE:
        log.exception(
            "job %s: the database went away or has no room; once its lease has ended it is taken up again", job.id
        )
    except RuleBroken as refused:
        _end(job, worker, JobState.failed, sentence=refused.sentence)
    except Exception:
        log.exception("job %s broke", job.id)
        _end(job, worker, JobState.failed, sentence="It broke on our side. What was done until then stays.")


def _steps(job: Job, worker: str, work: Generator[Step, None, Result]) -> Generator[Step, None, Result]:
    while True:
        try:
            step = next(work)
        except StopIteration as ended:
            return ended.value
        _goes_on(job, worker, step)
        yield step


def _taken(worker: str, kinds: frozenset[str]) -> Job | None:
    """The job that waits longest, now held by this worker; of several workers at once one gets it."""
    now = clock.now()
    free = free_at(now)
    with transaction():
        waiting = select(Job).where(Job.kind.in_(kinds), free).order_by(Job.asked_at, Job.id).limit(10)
        for job in db.scalars(waiting):
            take = update(Job).where(Job.id == job.id, free)
            take = take.values(state=JobState.running, worker=worker, lease_until=now + LEASE)
            if db.execute(take.execution_options(synchronize_session=False)).rowcount:
                return job
    return None


def _goes_on(job: Job, worker: str, step: Step) -> None:
    with transaction():
        mine = update(Job).where(Job.id == job.id, Job.worker == worker, Job.state == JobState.running)
        values = {"done": step.done, "total": step.total, "lease_until": clock.now() + LEASE}
        if step.so_far:
            values["result_sealed"] = sealed.seal(job.asked_by_id, json.dumps({"so_far": step.so_far}))
        if db.execute(mine.values(**values)).rowcount == 0:
            raise _Lost


def _end(
    job: Job, worker: str, state: JobState, *, result: Result | None = None, sentence: str = "", keep: bool = False
) -> None:
    with transaction():
        mine = update(Job).where(Job.id == job.id, Job.worker == worker, Job.state.in_(GOING))
        values = {"state": state, "sentence": sentence[:300], "ended_at": clock.now()}
        if result is not None:
            values["result_sealed"] = sealed.seal(job.asked_by_id, json.dumps(result))
        if db.execute(mine.values(**values)).rowcount and not keep:
            drop_files(job.id)
