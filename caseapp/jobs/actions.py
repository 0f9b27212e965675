"""Ask for a job, let it go on as another, stop it."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from caseapp.audit.actions import changed
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.jobs.models import Job, JobFile
from caseapp.jobs.rules import FILES_LAST, GOING, JobState


def ask_for(kind: str, by: Actor, facts: dict[str, Any], files: list[tuple[str, bytes]] = ()) -> Job:
    """A job that waits for a worker, with what it needs to know (JSON) and the files that it works on, by name."""
    job = Job(kind=kind, asked_by_id=by.id, facts_sealed=sealed.seal(by.id, json.dumps(facts)))
    job.files = [
        JobFile(number=number, name_sealed=sealed.seal(by.id, name), content_sealed=_sealed_bytes(by.id, content))
        for number, (name, content) in enumerate(files, 1)
    ]
    db.add(job)
    db.flush()
    changed("jobs.ask_for", job.id, by, job=kind, files=len(job.files))
    return job


def _sealed_bytes(owner_id: str, content: bytes) -> bytes:
    return sealed.seal(owner_id, content.decode("latin-1")) or b""


def go_on_as(job: Job, kind: str, by: Actor) -> None:
    """What a job has prepared is now to be done: the same files, another kind. Raises RuleBroken unless it waits for that."""
    ready = update(Job).where(Job.id == job.id, Job.state == JobState.done, Job.kind != kind)
    fresh = {
        "state": JobState.waiting,
        "kind": kind,
        "worker": None,
        "done": 0,
        "sentence": "",
        "asked_at": clock.now(),
    }
    if not job.files or db.execute(ready.values(**fresh)).rowcount == 0:
        raise RuleBroken("This is not waiting to go on any more.", way_out="Hand the files over again.")
    changed("jobs.ask_for", job.id, by, job=kind, files=len(job.files))


def stop(job: Job, by: Actor) -> None:
    """Stop a job before its next step; what it has done stays. What has ended stays as it is. Its files are taken away."""
    going = update(Job).where(Job.id == job.id, Job.state.in_(GOING) | job_files_wait(job))
    if db.execute(going.values(state=JobState.stopped, ended_at=clock.now())).rowcount:
        drop_files(job.id)
        changed("jobs.stop", job.id, by, job=job.kind)


def job_files_wait(job: Job) -> Any:
    """Whether it has ended with its files still there, to be gone on with."""
    return (Job.state == JobState.done) & Job.files.any()


def drop_files(job_id: str) -> None:
    db.execute(delete(JobFile).where(JobFile.job_id == job_id))


def drop_old_files(now: datetime) -> None:
    """Take away what was handed over and left lying."""
    old = (
        Job.__table__.select().with_only_columns(Job.id).where(Job.asked_at < now - FILES_LAST, Job.state.not_in(GOING))
    )
    db.execute(delete(JobFile).where(JobFile.job_id.in_(old)))
