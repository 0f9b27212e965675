"""The figures of the clinic for Prometheus: jobs, sealing, failed sign-ins; and that there is no database."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from caseapp.cli.figures import Clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.jobs import actions as jobs
from caseapp.jobs.models import Job


@pytest.fixture
def figures(app):
    """What is told now, by name and label."""

    def told() -> dict[str, float]:
        samples = [one for family in Clinic().collect() for one in family.samples]
        return {" ".join([one.name, *one.labels.values()]).removeprefix("caseapp_"): one.value for one in samples}

    return told


def test_figures_follow_what_happens(command, transaction, visit, cast, figures):
    command("work", "--once")
    before = figures()
    assert before["database_up"] == 1 and before["job_oldest_waiting_seconds"] == before["audit_unsealed_events"] == 0
    assert visit().post("/sign-in", {"email": cast.ana.email, "password": "wrong wrong wrong"}).status_code == 422
    with transaction():
        for number in range(3):
            jobs.ask_for("count", cast.ada.actor, {"number": number})
    with transaction():
        ids = list(db.scalars(Job.__table__.select().with_only_columns(Job.id)))
        now = clock.now()
        db.execute(update(Job).where(Job.id == ids[0]).values(state="failed", asked_at=now - timedelta(hours=9)))
        lost = {"state": "running", "asked_at": now - timedelta(hours=2), "lease_until": now - timedelta(minutes=1)}
        db.execute(update(Job).where(Job.id == ids[1]).values(lost))
    after = figures()
    assert [after[f"jobs {state}"] for state in ("waiting", "running", "failed", "done")] == [1, 1, 1, 0]
    assert 7200 <= after["job_oldest_waiting_seconds"] < 7260
    assert after["audit_unsealed_events"] >= 4 and 0 < after["audit_oldest_unsealed_seconds"] < 60
    assert after["sign_ins_failed_recently"] - before["sign_ins_failed_recently"] == 1
    command("work", "--once")
    assert figures()["audit_unsealed_events"] == 0


def test_a_database_that_is_not_that_of_this_version_is_said_by_one_figure(transaction, figures):
    with transaction():
        db.execute(text("ALTER TABLE job RENAME TO job_of_old"))
    assert figures() == {"database_up": 0}
