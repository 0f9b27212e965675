"""When attended hours make the review of a plan due sooner than its days: shown at once, the task moved with the roll-call."""

from datetime import time, timedelta
from decimal import Decimal

from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.plan_reviews import review_due
from caseapp.attendance.queries import list_of
from caseapp.attendance.rules import MarkState, Said, Sent
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.episodes.models import Episode
from caseapp.plans import queries
from caseapp.programs import queries as programs
from caseapp.programs.actions.settings import save_setting
from caseapp.scheduling.actions import book
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind
from tests.plans.writing import planned
from tests.sessions import WEDNESDAY, at, group

SIGNED = WEDNESDAY - timedelta(days=10)


def come(cast, episode_id, day, state=MarkState.present):
    """Three hours of group on a day, for one person, marked and finished when it is over."""
    with transaction():
        session = group(cast.ana.actor, 0, day=day, ends=time(12))
        with clock.freeze(at(8, day=day)):
            book(session, db.get(Client, db.get(Episode, episode_id).client_id), cast.ana.actor)
        with clock.freeze(at(12, 5, day=day)):
            attendance.send(session, {place: Sent(Said(state)) for place in list_of(session)}, cast.ana.actor)
            attendance.finish(session, cast.ana.actor)


def due(episode_id):
    """On which day the open task stands, and what the plan's page says."""
    with transaction():
        task = db.scalar(select(Task).where(Task.kind == TaskKind.plan_review, Task.closed_at.is_(None)))
        shown = review_due(queries.read(queries.plan_of(episode_id)))
        return clock.day_of(task.due_at, "America/New_York"), clock.day_of(shown.at, "America/New_York"), shown.why


def test_the_hours_of_the_profile_make_it_due_sooner(cast):
    with clock.freeze(at(8, day=SIGNED)), transaction():
        save_setting(programs.programs()[0], "plan_review_hours", Decimal(6), SIGNED, cast.ada.actor)
    with clock.freeze(at(9, day=SIGNED)):
        episode = planned(cast, SIGNED)
    by_days = SIGNED + timedelta(days=30)
    come(cast, episode, SIGNED)  # of the day itself nothing counts
    come(cast, episode, SIGNED + timedelta(days=1))
    come(cast, episode, SIGNED + timedelta(days=2), MarkState.no_show)
    with clock.freeze(at(13)):
        assert due(episode) == (by_days, by_days, "30 days after it was signed; 3.0 of 6.0 attended hours since then")
    come(cast, episode, SIGNED + timedelta(days=3))
    with clock.freeze(at(13)):
        reached = SIGNED + timedelta(days=3)
        assert due(episode) == (reached, reached, "6.0 of 6.0 attended hours since then")
