"""What the tests of plans share: an episode, goals, a plan written and signed through its actions."""

from datetime import date

from caseapp.core.db import db, transaction
from caseapp.episodes.models import Episode
from caseapp.plans import actions, queries
from caseapp.plans.rules import Goal, How, Intervention, Part
from tests.chart.people import admitted, registered

COPE = Goal(
    1,
    "Cope with cravings without using",
    "Cravings in the evening",
    ("Name three triggers", "Call someone when it is hard"),
    (Intervention("Relapse prevention group", "Carl Ito", "twice a week"),),
    date(2027, 1, 15),
)
HOME = Goal(2, "Find a place to live where nobody drinks", "No stable housing")


def episode_of(cast, day, first="Alicia", last="Ramos"):
    """The id of an episode, of a client of Ana's and Carl's."""
    with transaction():
        client = registered(cast.ana.actor, first, last)
        return admitted(client, cast.ana.actor, day, clinician=cast.carl.actor).id


def written(episode_id, by, *goals):
    """Write or change the plan of an episode."""
    with transaction():
        actions.write(db.get(Episode, episode_id), list(goals) or [COPE, HOME], by)


def signed(episode_id, cast, day):
    """Let client (on paper, on that day) and clinician (today) sign what the plan says now."""
    with transaction():
        revision = queries.plan_of(episode_id).revisions[-1]
        actions.sign_for_client(revision, How.on_paper, day, cast.carl.actor)
        actions.sign(revision, Part.clinician, cast.carl.actor)


def planned(cast, day, **who):
    """The id of an episode that began on a day, with a plan of two goals signed today."""
    episode_id = episode_of(cast, day, **who)
    written(episode_id, cast.carl.actor)
    signed(episode_id, cast, day)
    return episode_id
