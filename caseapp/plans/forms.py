"""The form of a plan, with a set of fields for each goal and some empty ones; of signatures, reviews, outcomes, written work."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from wtforms import HiddenField

from caseapp.core.fields import ChoiceList, ChoiceRadios, DayField, LineText, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm, Form
from caseapp.plans.queries import PlanRead
from caseapp.plans.rules import (
    HOW_WORDS,
    MOST_GOALS,
    MOST_INTERVENTIONS,
    OF_GOALS,
    OF_WORK,
    OUTCOME_WORDS,
    Goal,
    How,
    Intervention,
    Outcome,
    Progress,
)

EMPTY_GOALS = 3
ROWS = range(1, MOST_INTERVENTIONS + 1)
STILL_OPEN = "open"


class PlanForm(Form):
    """Goals by number; of those without words nothing is kept."""

    numbers: tuple[int, ...] = ()

    def goals(self) -> list[Goal]:
        """What is written, goal by goal."""
        return [self._goal(number) for number in self.numbers if self._is_written(number)]

    def is_whole(self) -> bool:
        """Whether each goal of which anything is written says the goal; if not, the form says where."""
        for number in self.numbers:
            if self._is_written(number) and not self[f"g{number}_goal"].data:
                self.refuse(f"Write goal {number}", f"g{number}_goal")
        return not self.errors

    def rows(self, number: int) -> range:
        """Which interventions of a goal have fields on the page: the written ones and one more, two at least."""
        written = max((row for row in ROWS if self._intervention(number, row)), default=0)
        return range(1, min(MOST_INTERVENTIONS, max(2, written + 1)) + 1)

    def _is_written(self, number: int) -> bool:
        return any(one.data for one in self if one.name.startswith(f"g{number}_"))

    def _goal(self, number: int) -> Goal:
        said = {name: self[f"g{number}_{name}"].data for name in ("problem", "goal", "objectives", "target_on")}
        steps = tuple(line.strip() for line in (said["objectives"] or "").splitlines() if line.strip())
        done = tuple(one for row in ROWS if (one := self._intervention(number, row)))
        return Goal(number, said["goal"] or "", said["problem"] or "", steps, done, said["target_on"])

    def _intervention(self, number: int, row: int) -> Intervention | None:
        what, who, often = (self[f"g{number}_{name}{row}"].data or "" for name in ("what", "who", "often"))
        return Intervention(what, who, often) if what or who or often else None


class NewPlanForm(PlanForm, CreatingForm):
    """Write the first revision."""


class ChangePlanForm(PlanForm, EditingForm):
    """Change a plan: what is sent is its next revision."""


def plan_form(read: PlanRead | None) -> PlanForm:
    """The form that writes a plan or changes it, filled with what the plan says now."""
    last = max((one.goal.number for one in read.goals), default=0) if read else 0
    numbers = [one.goal.number for one in read.goals] if read else []
    numbers += range(last + 1, min(last + EMPTY_GOALS, max(MOST_GOALS, last)) + 1)
    kind = _form_of(ChangePlanForm if read else NewPlanForm, tuple(numbers))
    return kind(obj=as_it_stands(read)) if read else kind()


@cache
def _form_of(base: type[PlanForm], numbers: tuple[int, ...]) -> type[Any]:
    fields: dict[str, Any] = {"numbers": numbers}
    for number in numbers:
        fields |= {f"g{number}_{name}": field for name, field in _of_goal(number).items()}
    return type(base.__name__, (base,), fields)


def _of_goal(number: int) -> dict[str, Any]:
    fields = {
        "problem": LineText(f"Problem behind goal {number}", most=300),
        "goal": MoreText(f"Goal {number}", most=500, rows=2),
        "objectives": MoreText(f"Objectives of goal {number}", most=1500, rows=3),
        "target_on": DayField(f"Target day of goal {number}"),
    }
    for row in ROWS:
        fields[f"what{row}"] = LineText(f"What is done for goal {number} ({row})", most=200)
        fields[f"who{row}"] = LineText("By whom", most=100)
        fields[f"often{row}"] = LineText("How often", most=100)
    return fields


def as_it_stands(read: PlanRead) -> SimpleNamespace:
    """What a plan says now, as its form is filled."""
    plan = read.plan
    said: dict[str, Any] = {}
    for one in read.goals:
        goal, name = one.goal, f"g{one.goal.number}_"
        said |= {f"{name}problem": goal.problem, f"{name}goal": goal.goal, f"{name}target_on": goal.target_on}
        said[f"{name}objectives"] = "\n".join(goal.objectives)
        for row, done in enumerate(goal.interventions, 1):
            said |= {f"{name}what{row}": done.what, f"{name}who{row}": done.who, f"{name}often{row}": done.how_often}
    bookkeeping = {"version": plan.version, "changed_at": plan.changed_at, "changed_by_name": plan.changed_by_name}
    return SimpleNamespace(**bookkeeping, **said)


class SignForm(CreatingForm):
    """Sign as oneself; `revision` is the number of what was read."""

    revision = HiddenField()


class ClientSignForm(CreatingForm):
    """Record a client's signature under what was read."""

    revision = HiddenField()
    how = ChoiceRadios(
        "How they signed",
        [Needed("Choose how they signed")],
        choices=[(how.value, words) for how, words in HOW_WORDS.items()],
        coerce=How,
    )
    signed_on = DayField("Signed on", [Needed("Enter the day")], latest=site_today)
    reason = MoreText("Why not on paper", most=500, rows=2)


def _outcomes(label: str, outcomes: tuple[Outcome, ...]) -> ChoiceRadios:
    words = [(one.value, OUTCOME_WORDS[one]) for one in outcomes]
    return ChoiceRadios(label, [Needed("Choose one")], choices=[(STILL_OPEN, "Open"), *words])


class OutcomeForm(CreatingForm):
    """What came of something, and on which day."""

    outcome: ChoiceRadios
    on_day = DayField("On", latest=site_today)

    @property
    def chosen(self) -> Outcome | None:
        """The outcome; None if it is open."""
        return None if self.outcome.data == STILL_OPEN else Outcome(self.outcome.data)


class GoalForm(OutcomeForm):
    """What came of a goal; `of` is its number."""

    of = HiddenField()
    outcome = _outcomes("This goal is", OF_GOALS)


class WorkForm(OutcomeForm):
    """What came of written work."""

    outcome = _outcomes("This work is", OF_WORK)


class AssignForm(CreatingForm):
    """Give written work."""

    words = MoreText("What they write", [Needed("Enter what they are to write")], most=1000, rows=3)
    goal = ChoiceList("For which goal", coerce=int)
    given_on = DayField("Given on", [Needed("Enter the day")], latest=site_today)
    due_on = DayField("Due on")


class ReviewForm(CreatingForm):
    """Review a plan: progress by goal, and of the whole (see `review_form`)."""

    numbers: tuple[int, ...] = ()
    reviewed_on = DayField("Reviewed on", [Needed("Enter the day")], latest=site_today)
    words = MoreText("The plan as a whole", most=2000, rows=3)

    def progress(self) -> Progress:
        """What is written."""
        of_goals = {number: self[f"progress{number}"].data or "" for number in self.numbers}
        return Progress(of_goals, self.words.data or "")

    def outcomes(self) -> dict[int, Outcome | None]:
        """What came of each goal for which that is said to be other than open."""
        said = {number: self[f"outcome{number}"].data for number in self.numbers}
        return {number: Outcome(one) for number, one in said.items() if one and one != STILL_OPEN}


def review_form(read: PlanRead) -> ReviewForm:
    """The form of a review, with fields for the goals of the plan in force that are still open."""
    open_ones = tuple(one.goal.number for one in read.goals if one.outcome is None and read.is_signed(one.goal.number))
    fields: dict[str, Any] = {"numbers": open_ones}
    for number in open_ones:
        fields[f"progress{number}"] = MoreText(f"Progress on goal {number}", most=2000, rows=2)
        fields[f"outcome{number}"] = ChoiceRadios(
            f"Goal {number} is",
            choices=[(STILL_OPEN, "Open"), *((one.value, OUTCOME_WORDS[one]) for one in OF_GOALS)],
            default=STILL_OPEN,
        )
    return type("ReviewForm", (ReviewForm,), fields)()
