"""What a goal says, who has to sign a plan, when a plan and its next review are due, and the facts that criteria read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum, auto
from typing import Any

from caseapp.audit import rules as audit
from caseapp.audit.rules import facts_of
from caseapp.core.clock import working_day

MOST_GOALS = 12
MOST_INTERVENTIONS = 4
CONSTRAINTS = {
    "uq_plan_episode_id": ("Someone else has just begun this plan. Look at it again.", None),
    "uq_plan_revision_plan_id_number": ("Someone else has just changed this plan. Look at it again.", None),
    "uq_plan_signature_revision_id_part": ("Someone else has just signed this. Look at the plan again.", None),
    "ck_plan_signed_is_locked": ("What was signed can't be changed. Change the plan: that makes a new revision.", None),
}


class Part(StrEnum):
    """As what someone signs a plan."""

    client = auto()
    clinician = auto()
    supervisor = auto()


class How(StrEnum):
    """How a client signed."""

    on_paper = auto()
    electronically = auto()
    verbally = auto()


class Outcome(StrEnum):
    """What came of a goal, or of written work."""

    met = auto()
    not_met = auto()
    dropped = auto()
    done = auto()


PART_WORDS = {Part.client: "Client", Part.clinician: "Clinician", Part.supervisor: "Supervisor"}
HOW_WORDS = {How.on_paper: "On paper", How.electronically: "Electronically", How.verbally: "Verbally"}
OUTCOME_WORDS = {
    Outcome.met: "Met",
    Outcome.not_met: "Not met",
    Outcome.dropped: "Dropped",
    Outcome.done: "Done",
}
OF_GOALS = (Outcome.met, Outcome.not_met, Outcome.dropped)
OF_WORK = (Outcome.done, Outcome.dropped)


@dataclass(frozen=True)
class Intervention:
    """What is done for a goal, by whom, how often (N.J.A.C. 10:161B-9.2 wants the responsible staff named)."""

    what: str
    who: str = ""
    how_often: str = ""


@dataclass(frozen=True)
class Goal:
    """One goal of a plan. Its number stays with it through every revision; `objectives` are the steps towards it."""

    number: int
    goal: str
    problem: str = ""
    objectives: tuple[str, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    target_on: date | None = None

    @property
    def short(self) -> str:
        """Number and goal, as a list of choices shows it."""
        return f"{self.number} {self.goal if len(self.goal) <= 60 else self.goal[:57].rstrip() + '…'}"


def body_of(goal: Goal) -> str:
    """The words of a goal as one text; number and target day lie beside it."""
    interventions = [[one.what, one.who, one.how_often] for one in goal.interventions]
    return json.dumps([goal.problem, goal.goal, goal.objectives, interventions])


def goal_of(number: int, target_on: date | None, body: str | None) -> Goal:
    """A goal from its text; without words where they were removed with the client's record."""
    if body is None:
        return Goal(number, "The text was removed when the client's record was.", target_on=target_on)
    problem, goal, objectives, interventions = json.loads(body)
    done = tuple(Intervention(*one) for one in interventions)
    return Goal(number, goal, problem, tuple(objectives), done, target_on)


# What of each goes into the fingerprint of a signature, by the names of columns.
OF_REVISION = ("id", "plan_id", "number", "recorded_at", "recorded_by_id")
OF_GOAL = ("number", "target_on", "body_sealed")
_BY_WHOM = ("recorded_by_id", "recorded_by_name", "recorded_by_credential", "recorded_at")
OF_SIGNATURE = ("id", "part", "signed_on", "how", "reason_sealed", "needs_supervisor", *_BY_WHOM)


def fingerprint(revision: Any, goals: Iterable[Any], signature: Any) -> str:
    """The fingerprint of a signature, and of all that it stands under: the revision with its goals."""
    said = [facts_of(one, OF_GOAL) for one in sorted(goals, key=lambda goal: goal.number)]
    return audit.fingerprint([facts_of(revision, OF_REVISION), said, facts_of(signature, OF_SIGNATURE)])


def lacking(signed: Iterable[Part], needs_supervisor: bool) -> list[Part]:
    """Who has still to sign: client and clinician always, a supervisor where the clinician's own signature needs one."""
    wanted = [Part.client, Part.clinician, *([Part.supervisor] if needs_supervisor else [])]
    there = set(signed)
    return [part for part in wanted if part not in there]


def plan_due_on(admitted_on: date, numbers: dict[str, float]) -> date:
    """When the plan is due: so many working days after admission by the rule profile (seven: `domain.md` 10)."""
    return working_day(admitted_on, int(numbers["plan_due_working_days"]))


def review_due_on(last_on: date, numbers: dict[str, float]) -> date:
    """When the plan is to be reviewed by the days of the rule profile, counted from its last review, else its signature.

    The profile's attended hours may make it due sooner (77 Ill. Adm. Code 2060.423); they are counted where attendance is read.
    """
    return last_on + timedelta(days=int(numbers["plan_review_days"]))


@dataclass(frozen=True)
class PlanFact:
    """What criteria read of an episode's plan. `signed_on` is the day on which the revision in force had all its signatures."""

    signed_on: date | None = None
    reviewed_on: date | None = None
    goals_met: int = 0
    goals_open: int = 0
    assignments_done: int = 0
    assignments_open: int = 0


@dataclass(frozen=True)
class Progress:
    """What a review says: of each goal by its number, and of the whole."""

    of_goals: dict[int, str] = field(default_factory=dict)
    words: str = ""


def progress_body(progress: Progress) -> str:
    """What a review says, as one text."""
    return json.dumps([{str(number): text for number, text in progress.of_goals.items() if text}, progress.words])


def progress_of(body: str | None) -> Progress:
    """What a review says, from its text."""
    of_goals, words = json.loads(body or '[{}, ""]')
    return Progress({int(number): text for number, text in of_goals.items()}, words)
