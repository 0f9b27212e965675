"""What the tests of reviews share: someone in a phase, what is met of its criteria, proposals through the actions."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode
from caseapp.episodes.rules import MoveReason
from caseapp.measures import actions as measures
from caseapp.measures.instruments import INSTRUMENTS
from caseapp.plans import actions as plans
from caseapp.plans.queries import plan_of
from caseapp.plans.rules import How, Part
from caseapp.programs.actions import save_setting
from caseapp.progress import actions
from caseapp.progress.actions import Proposal
from caseapp.progress.models import PhaseReview
from caseapp.progress.rules import Decision
from caseapp.progress.snapshots import Said
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.queries import list_of
from caseapp.tasks.models import Task
from tests.episodes.people import REASON, admitted, registered, today, version
from tests.plans.writing import HOME
from tests.sessions import at, group

NO_SIGN = {"wish_to_be_dead": "no", "thoughts": "no", "behavior": "no"}


def someone(cast, days=8, first="Alicia", last="Ramos", position=1):
    """The ids of a client and their episode, in a phase for so many days, with Ana and Carl; inside a transaction."""
    client = registered(cast.ana.actor, first, last)
    day = today() - timedelta(days=days)
    return client.id, admitted(client, cast.ana.actor, day, clinician=cast.carl.actor, position=position).id


def screen(client_id, by, days_ago=0):
    """A risk screen without a sign of risk, so many days ago."""
    of = INSTRUMENTS["cssrs"]
    measures.record(db.get(Client, client_id), of, NO_SIGN, today() - timedelta(days=days_ago), by)


def ready(cast, first="Alicia", last="Ramos"):
    """The ids of a client and their episode who have met every criterion of Phase 1, since today; inside a transaction."""
    client_id, episode_id = someone(cast, 40, first, last)
    client = db.get(Client, client_id)
    sign_plan(cast, episode_id)
    monday = today() - timedelta(days=today().weekday())
    for week in (1, 2, 3):
        for weekday in (0, 2, 4):
            _came(cast, client, monday - timedelta(days=7 * week - weekday))
    screen(client_id, cast.carl.actor)
    return client_id, episode_id


def sign_plan(cast, episode_id):
    """A plan of one goal, signed today by client and clinician; inside a transaction."""
    plans.write(db.get(Episode, episode_id), [HOME], cast.carl.actor)
    revision = plan_of(episode_id).revisions[-1]
    plans.sign_for_client(revision, How.on_paper, today(), cast.carl.actor)
    plans.sign(revision, Part.clinician, cast.carl.actor)


def _came(cast, client, day):
    session = group(cast.ana.actor, 0, leader=cast.carl.actor, day=day)
    with clock.freeze(at(8, day=day)):
        scheduling.book(session, client, cast.ana.actor)
    with clock.freeze(at(13, day=day)):
        attendance.mark(list_of(session)[0], MarkState.present, cast.carl.actor)


def setting(name, value):
    """A number of the rule profile of the shipped program, since long ago."""
    save_setting(version().program, name, Decimal(value), today(), COMMAND_LINE)


def proposal(decision, ahead=0, to=None, **said):
    """A proposal with what it needs: from today or so many days ahead, to the phase at a position."""
    facts = {"words": "Talked it through together.", "override": "The team has seen enough."} | said
    if decision is Decision.stay:
        facts["work_on"] = facts.get("work_on", "Coming on Fridays")
        return Proposal(decision, today() + timedelta(days=max(ahead, 1)), Said(**facts))
    reason = REASON[decision.kind]
    to_phase = version().phases[to - 1] if to else None
    return Proposal(decision, today() + timedelta(days=ahead), Said(**facts), MoveReason(reason), to_phase)


def propose(episode_id, by, decision=Decision.step_up, **more):
    """The id of a review, through its action; inside a transaction."""
    return actions.propose(db.get(Episode, episode_id), proposal(decision, **more), by).id


def review(review_id):
    """The row, as it is now."""
    return db.get(PhaseReview, review_id)


def path_of(client_id):
    """The phases of the newest episode with their days, in force."""
    episode = episodes.episodes_of(client_id)[0]
    return [(stay.phase.name, stay.started_on, stay.ended_on) for stay in episodes.stays(episode.id)]


def tasks_of(client_id):
    """(kind, day it is due, whether it is closed) of each task."""
    rows = db.scalars(select(Task).where(Task.client_id == client_id))
    return sorted((one.kind.value, one.due_at.date(), one.closed_at is not None) for one in rows)
