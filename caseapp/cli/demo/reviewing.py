"""Phase reviews of the last days: two wait for approval, one came back with a question, two stay, one was decided, one withdrawn."""

from dataclasses import dataclass, replace
from datetime import timedelta

from caseapp.cli.demo.making import Demo
from caseapp.core.access import Actor
from caseapp.episodes.queries import open_stay
from caseapp.episodes.rules import MoveReason
from caseapp.progress import actions
from caseapp.progress.actions import Proposal
from caseapp.progress.models import PhaseReview
from caseapp.progress.rules import Decision
from caseapp.progress.snapshots import Said

SUPERVISOR = "farah"


@dataclass(frozen=True)
class Told:
    """A review as it is to be: of whom, proposed how many days ago, from (or until) how many days ahead, and what becomes of it."""

    last: str
    first: str
    decision: Decision
    days_ago: int
    ahead: int
    said: Said
    reason: MoveReason | None = None
    then: str = ""
    word: str = ""


STORIES = (
    Told(
        "Lund", "Mia", Decision.step_down, 1, 5,
        Said("Eleven weeks without a missed group; her plan is done.", "Ready, a little afraid of the free evenings.", "",
             "The eighth week ends a few days after the move; the team has seen enough.", agrees="yes"),
        MoveReason.goals_met,
    ),
    Told(
        "Weiss", "Max", Decision.step_up, 0, 1,
        Said("Called in a crisis and asked for more days until the safety plan holds.", "Wants to come three days again."),
        MoveReason.crisis,
    ),
    Told(
        "Reed", "Ann", Decision.step_down, 2, 4,
        Said("Steady since October; goals of the phase met.", "Glad to have a free day for her course.", "",
             "One absence was unexcused; she called the next morning."),
        MoveReason.goals_met, "returned", "Who goes with her to the evening group while the bus does not run?",
    ),
    Told(
        "Kranz", "Ottilie", Decision.stay, 3, 10,
        Said("Two short weeks after the move of her mother.", "Would rather stay a little than hurry.",
             "Both groups of the week, and one family session."),
    ),
    Told(
        "Webb", "Tia", Decision.stay, 1, 13,
        Said("Three absences; the mornings are hard with the new shift.", "", "Try the evening group, call before each absence."),
    ),
    Told(
        "Cole-Baker", "Imani", Decision.step_down, 1, 4,
        Said("Did the work of the phase; the plan is signed.", "Proud of it.", "",
             "The one absence was the day of her hearing; nobody had told us."),
        MoveReason.goals_met, "decided", "Agreed in the team of the morning.",
    ),
    Told(
        "Tan", "Mei Lian", Decision.transfer, 4, 20,
        Said("Might move to the coast; a program there has a place.", "Not sure yet."),
        MoveReason.moved_to_other_provider, "withdrawn", "The move is off for now.",
    ),
)  # fmt: skip


def review(demo: Demo) -> None:
    """Make the reviews, in the order of the lines."""
    for told in STORIES:
        known, supervisor = demo.someone(told.last, told.first), demo.staff[SUPERVISOR]
        by = demo.staff[known.person.case_manager]
        with demo.at(demo.today - timedelta(days=told.days_ago), 9, 40):
            row = actions.propose(known.episode, _proposal(demo, told), by)
        with demo.at(demo.today - timedelta(days=max(told.days_ago - 1, 0)), 10, 15):
            _go_on(told, row, supervisor if told.then != "withdrawn" else by)


def _proposal(demo: Demo, told: Told) -> Proposal:
    known = demo.someone(told.last, told.first)
    stay, phases = open_stay(known.episode), known.episode.program_version.phases
    step = {Decision.step_down: 1, Decision.step_up: -1}.get(told.decision, 0)
    to = next((one for one in phases if step and one.position == stay.phase.position + step), None)
    said = replace(told.said, agrees_by=demo.staff[known.person.clinician].id) if told.said.agrees else told.said
    return Proposal(told.decision, demo.today + timedelta(days=told.ahead), said, told.reason, to)


def _go_on(told: Told, row: PhaseReview, by: Actor) -> None:
    if told.then == "decided":
        actions.decide(row, by, row.version, words=told.word)
    elif told.then == "returned":
        actions.return_with(row, told.word, by, row.version)
    elif told.then == "withdrawn":
        actions.withdraw(row, told.word, by, row.version)
