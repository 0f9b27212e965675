"""Weeks for tests of pages and jobs: a clinic so small that a search of a second proves its week the best."""

from datetime import date, timedelta

from sqlalchemy import update

from caseapp.core.db import db, transaction
from caseapp.identity.models import Staff
from caseapp.jobs.running import run_next
from caseapp.programs import queries as programs
from caseapp.series import actions as series
from caseapp.series.recurrence import Repeats
from caseapp.weekplan import actions, queries
from caseapp.weekplan.building import JOBS
from caseapp.weekplan.keeping import around_of, proposal_of
from caseapp.weekplan.models import WeekProposal
from caseapp.weekplan.rules import Proposal
from tests.series.making import FIRST, make
from tests.sessions import person

MONDAY = FIRST + timedelta(days=5)


def small_clinic(cast, first: date = FIRST) -> None:
    """Three people in the first phase, two of them in the group of today; one who leads groups, one who does all else."""
    by = cast.ana.actor
    people = [person(by, last=name) for name in ("Adler", "Baker", "Castro")]
    group = make(by, repeats=Repeats(first, weekdays=(0, 2, 4)))
    series.add_members(group, people[:2], by, since=first)
    groups = {programs.service("group_therapy").id}
    rest = {one.id for one in programs.services()} - groups
    actions.set_leads(db.get(Staff, by.id), groups, cast.sue.actor, seen="")
    actions.set_leads(db.get(Staff, cast.carl.actor.id), rest, cast.sue.actor, seen="")


def ask(cast, seconds: int = 30, around=None) -> str:
    """A week asked for; the id of its proposal."""
    with transaction():
        return actions.ask_for_week(MONDAY, seconds, cast.sue.actor, around).id


def work() -> None:
    """Do what waits, as a worker does."""
    for _step in run_next(JOBS):
        pass


def built(cast) -> str:
    """A week asked for and found; the id of its proposal."""
    id = ask(cast)
    work()
    return id


def found(id: str) -> Proposal:
    """What was found."""
    with transaction():
        return proposal_of(queries.get_proposal(id).found)


def by_hand(id: str):
    """What was decided of it by hand."""
    with transaction():
        return around_of(queries.get_proposal(id).by_hand)


def set_row(id: str, **values) -> None:
    """Change a row behind everyone's back."""
    with transaction():
        db.execute(update(WeekProposal).where(WeekProposal.id == id).values(**values))
