"""Figures of the clinic as a whole for Prometheus: jobs, the sealing of the log, failed sign-ins. Counts and seconds alone.

They come from the database when somebody asks, so that they are true whichever server is asked and whether or not `work` runs.
"""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from caseapp import load_models
from caseapp.audit.queries import count_since, unsealed
from caseapp.core import clock
from caseapp.core.db import bind, engine, make_engine, snapshot
from caseapp.jobs.queries import how_jobs_stand
from caseapp.jobs.rules import JobState

RECENTLY = timedelta(minutes=15)


class Clinic(Collector):
    """The figures of the clinic on the database to which this process is bound."""

    @classmethod
    def of(cls, database_url: str) -> "Clinic":
        """The figures of a database, for a process that does nothing else with one."""
        load_models()
        bind(make_engine(database_url))
        return cls()

    def describe(self) -> list[Gauge]:
        """Nothing beforehand, so that no database is needed to begin."""
        return []

    def collect(self) -> Iterator[Gauge]:
        """The figures now; if the database does not answer, that alone."""
        try:
            found = _figures()
        except SQLAlchemyError:
            found = []
        finally:
            engine().dispose()  # a worker that is started now must not share a connection with this process
        yield Gauge(
            "caseapp_database_up", "Whether the database answers with the tables of this version", len(found) > 0
        )
        yield from found


def _figures() -> list[Gauge]:
    now = clock.now()
    with snapshot() as session:
        many, waits = how_jobs_stand(session, now)
        events, since = unsealed(session)
        failed = count_since(session, "identity.sign_in_failed", now - RECENTLY)
    jobs = Gauge("caseapp_jobs", "Background jobs by state", labels=["state"])
    for state in JobState:
        jobs.add_metric([state.value], many.get(state, 0))
    lag = (now - since).total_seconds() if since else 0.0
    return [
        jobs,
        Gauge("caseapp_job_oldest_waiting_seconds", "How long the oldest job that nobody works on has waited", waits),
        Gauge("caseapp_audit_unsealed_events", "Events of the audit log that are not sealed yet", events),
        Gauge("caseapp_audit_oldest_unsealed_seconds", "How long the oldest of them has waited to be sealed", lag),
        Gauge(
            "caseapp_sign_ins_failed_recently", "Sign-ins with a wrong email or password in the last 15 minutes", failed
        ),
    ]
