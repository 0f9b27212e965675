"""`work`: the background jobs, until stopped; also through hours without a database."""

import logging
import time

import click
from flask.cli import with_appcontext

from caseapp.attendance.outreach import open_what_waits
from caseapp.cli.auditing import seal_what_waits
from caseapp.clinic import queries as clinic
from caseapp.core import changes, clock
from caseapp.core.db import NO_DATABASE, keep_statistics, transaction
from caseapp.drafts.actions import drop_old
from caseapp.drug_tests.drawing import draw_ahead
from caseapp.interchange.uploads import JOBS, KEEP_FILES
from caseapp.jobs.actions import drop_old_files
from caseapp.jobs.running import run_next
from caseapp.series.actions import make_ahead
from caseapp.waitlist.actions import keep_offering
from caseapp.weekplan import building

EVERY, LONGEST = 1, 60  # seconds between two looks for a job; at most, between two tries without a database
HOUSEKEEPING = 5  # seconds
log = logging.getLogger("caseapp.work")


@click.command()
@with_appcontext
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
def work(once: bool) -> None:
    """Background jobs until stopped: what people asked for, sessions and drug tests ahead, calls after no-shows,
    free places offered, the log sealed.

    A database that does not answer, or has no room, is a line in the log, and is asked again after 1, 2, 4 … 60 seconds.
    """
    due, pause = 0.0, EVERY
    while True:
        try:
            due = _round(due)
            pause = EVERY
        except NO_DATABASE as error:
            if once:
                raise
            log.error("The database does not answer or has no room. It is asked again in %s s.", pause, exc_info=error)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST)
            continue
        if once:
            return
        time.sleep(EVERY)


def _round(due: float) -> float:
    due = _housekept(due)
    for _step in run_next(JOBS | building.JOBS, KEEP_FILES):
        due = _housekept(due)
    return due


def _housekept(due: float) -> float:
    """Seal, drop, make ahead, open and offer what is due, and see to the database's statistics, every five seconds, also while a job
    goes on; gives when that is due again.
    """
    if time.monotonic() < due:
        return due
    seal_what_waits()
    with transaction():
        drop_old()
        drop_old_files(clock.now())
    with transaction():
        changes.drop_old(clock.today(clinic.zone()))
    make_ahead()
    draw_ahead()
    open_what_waits()
    keep_offering()
    keep_statistics()
    return time.monotonic() + HOUSEKEEPING
