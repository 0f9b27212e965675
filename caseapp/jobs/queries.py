"""Jobs as a page tells of them, and the files that they were given."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.jobs.models import Job
from caseapp.jobs.rules import PATIENCE, JobState

NEWEST = 20


@dataclass(frozen=True)
class Waits:
    """Why nothing moves, if nothing does: too long without a worker, or behind another job."""

    nobody_works: bool
    another_runs: bool


def get_job(id: str, kinds: frozenset[str], by: Actor) -> Job:
    """A job of one of these kinds that this person asked for. Raises NotFound: what it took and gave is theirs alone."""
    found = select(Job).where(Job.id == id, Job.kind.in_(kinds), Job.asked_by_id == by.id)
    job = db.scalar(found.options(selectinload(Job.files)))
    if job is None:
        raise NotFound
    return job


def newest_jobs(kinds: frozenset[str]) -> list[Job]:
    """The newest jobs of these kinds, whoever asked for them; what they took and gave stays sealed."""
    found = select(Job).where(Job.kind.in_(kinds)).order_by(Job.asked_at.desc(), Job.id).limit(NEWEST)
    return list(db.scalars(found.options(joinedload(Job.asked_by))))


def why_it_waits(job: Job) -> Waits:
    """Whether a job waits although it should not."""
    now = clock.now()
    if job.state is JobState.running and job.lease_until and job.lease_until < now:
        return Waits(nobody_works=True, another_runs=False)
    if job.state is not JobState.waiting or job.asked_at > now - PATIENCE:
        return Waits(nobody_works=False, another_runs=False)
    others = exists().where(Job.state == JobState.running, Job.lease_until > now)
    another = bool(db.scalar(select(others)))
    return Waits(nobody_works=not another, another_runs=another)


def free_at(now: datetime) -> ColumnElement[bool]:
    """Whether a job may be taken up: it waits, or its worker has not said in time that it goes on."""
    return or_(Job.state == JobState.waiting, (Job.state == JobState.running) & (Job.lease_until < now))


def how_jobs_stand(session: Session, now: datetime) -> tuple[dict[JobState, int], float]:
    """How many jobs are in each state, and how long the oldest of those that nobody works on has waited, in seconds."""
    many = dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    oldest = session.scalar(select(func.min(Job.asked_at)).where(free_at(now)))
    return many, (now - oldest).total_seconds() if oldest else 0.0


def facts_of(job: Job) -> dict[str, Any]:
    """What a job was told when it was asked for."""
    return json.loads(sealed.unseal(job.asked_by_id, job.facts_sealed) or "{}")


def result_of(job: Job) -> dict[str, Any]:
    """What a job gave; before it has ended, at most what it has `so_far`."""
    return json.loads(sealed.unseal(job.asked_by_id, job.result_sealed) or "{}")


def files_of(job: Job) -> list[tuple[str, bytes]]:
    """The files of a job, by name and content."""
    owner = job.asked_by_id
    return [
        (
            sealed.unseal(owner, one.name_sealed) or "",
            (sealed.unseal(owner, one.content_sealed) or "").encode("latin-1"),
        )
        for one in job.files
    ]
