"""What a criterion's standing says, who is ready by them, and the facts they read. How each kind is judged: `judging.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum, auto

from caseapp.attendance.counting import Counted, Sitting
from caseapp.attendance.rules import ATTENDED, UNEXCUSED
from caseapp.core.clock import week_of
from caseapp.drug_tests.rules import Tested
from caseapp.measures.rules import Value
from caseapp.plans.rules import PlanFact
from caseapp.programs.rules.criteria import Kind
from caseapp.use.rules import LastUse

NEARLY, SOON = 2, timedelta(weeks=2)


class State(StrEnum):
    """How a criterion stands."""

    met = auto()
    not_met = auto()
    not_known = auto()
    needs_clinician = auto()


# Where what is missing is done: endpoints that take the client's id.
WHERE = {
    Kind.weeks_in_phase: "chart.phases",
    Kind.hours_attended: "chart.attendance",
    Kind.sessions_attended: "chart.attendance",
    Kind.attendance_share: "chart.attendance",
    Kind.no_unexcused_absence: "chart.attendance",
    Kind.expected_tests: "drug_tests.of_client",
    Kind.days_without_use: "use.index",
    Kind.support_meetings: "use.index",
    Kind.reassessment: "assessments.index",
    Kind.returned_to_use: "use.index",
    Kind.goals_met: "plans.show",
    Kind.assignments_done: "plans.show",
    Kind.plan_signed: "plans.show",
    Kind.plan_reviewed: "plans.show",
    Kind.measure_at_or_below: "measures.index",
    Kind.measure_improved: "measures.index",
    Kind.no_open_crisis_follow_up: "chart.safety",
    Kind.risk_screen: "measures.index",
    Kind.clinician_agrees: "progress.review",
    Kind.absences: "chart.attendance",
    Kind.hours_short: "chart.attendance",
    Kind.crisis_contact: "chart.safety",
    Kind.measure_worse: "measures.index",
    Kind.missed_tests: "drug_tests.of_client",
    Kind.unexpected_tests: "drug_tests.of_client",
}


@dataclass(slots=True, eq=False, repr=False)
class Standing:
    """A criterion as it stands: its sentence, what says so (figure and day in words), the day of the fact, where it is done.

    For a sign to look closer `met` means that it is there. One that `must` be met has no override. `told` gives what it says, or puts
    it together when it is asked for.
    """

    kind: Kind
    criterion: str
    state: State
    told: str | Callable[[], str]
    day: date | None = None
    must: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Standing) and self._said == other._said

    def __repr__(self) -> str:
        return f"Standing{self._said}"

    @property
    def _said(self) -> tuple:
        return self.kind, self.criterion, self.state, self.says, self.day, self.must

    @property
    def says(self) -> str:
        """What says so: the figure and the day in words."""
        return self.told if isinstance(self.told, str) else self.told()

    @property
    def words(self) -> str:
        """A sign in words with its facts; of absences the facts say it all."""
        return self.says if self.kind is Kind.absences else f"{self.criterion}: {self.says}"

    @property
    def where(self) -> str:
        """The endpoint, of one client, at which it is done."""
        return WHERE[self.kind]


@dataclass(frozen=True)
class Readiness:
    """How someone stands on a day by the criteria of their phase: those to step down, and those that ask for a closer look.

    `warnings` are early signs by rules that are the same for every program (`warnings.py`); each names its facts. `attended` are
    the minutes of treatment in the week of that day, up to it, where early signs were asked for. `missing` is what is not met or
    not known: a clinician's judgement is given in the review, and so keeps nobody out of it.
    """

    phase_id: str
    day: date
    step_down: list[Standing] = field(default_factory=list)
    step_up: list[Standing] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    attended: int = 0
    missing: list[Standing] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        unmet = (State.not_met, State.not_known)
        object.__setattr__(self, "missing", [one for one in self.step_down if one.state in unmet])

    @property
    def met(self) -> list[Standing]:
        """The criteria to step down that are met."""
        return [one for one in self.step_down if one.state is State.met]

    @property
    def judged(self) -> list[Standing]:
        """What a clinician has to judge."""
        return [one for one in self.step_down if one.state is State.needs_clinician]

    @property
    def ready(self) -> bool:
        """Whether there are criteria, and nothing is missing but a clinician's judgement."""
        return bool(self.step_down) and not self.missing

    @property
    def nearly(self) -> bool:
        """Whether one or two things are missing, some are not, and time is no more than two weeks away."""
        missing = self.missing
        weeks = next((one.day for one in missing if one.kind is Kind.weeks_in_phase), None)
        if weeks and weeks - self.day > SOON:
            return False
        return 0 < len(missing) <= NEARLY and len(missing) < len(self.step_down)

    @property
    def signs(self) -> list[Standing]:
        """What asks for a closer look."""
        return [one for one in self.step_up if one.state is State.met]


@dataclass
class Week:
    """A week of someone in a phase, in minutes; `open` may still come of roll-calls that nobody has finished."""

    first: date
    attended: int = 0
    open: int = 0


@dataclass
class Facts:
    """What is known of someone on a day: sessions since admission up to the day, in order; of `treatment` with the minutes that count.

    `first`, `earlier` and `last` are the first, second last and last values of this episode by scale; `follow_ups` how many
    calls after a crisis were open; `tests` of this episode, the newest first; `meetings` how many in so many days.

    What several criteria ask of the sessions is counted once: `came` and `missed` are the days of each session to which they came
    and of each unexcused absence, in order; `weeks` those from that in which the phase began to the running one, the last first.
    """

    day: date
    started_on: date
    week_starts_on: int = 0
    sittings: Sequence[Sitting] = ()
    treatment: Sequence[Counted] = ()
    last: dict[str, Value] = field(default_factory=dict)
    first: dict[str, Value] = field(default_factory=dict)
    follow_ups: int = 0
    crisis_on: date | None = None
    plan: PlanFact | None = None
    tests: Sequence[Tested] = ()
    earlier: dict[str, Value] = field(default_factory=dict)
    admitted_on: date | None = None
    last_use: LastUse | None = None
    meetings: dict[int, int] = field(default_factory=dict)
    assessed_on: date | None = None

    came: list[date] = field(init=False)
    missed: list[date] = field(init=False)
    weeks: list[Week] = field(init=False)

    def __post_init__(self) -> None:
        self.came = [one.on_day for one in self.sittings if one.state in ATTENDED]
        self.missed = [one.on_day for one in self.sittings if one.state in UNEXCUSED]
        self.weeks = self._weeks()

    def _weeks(self) -> list[Week]:
        running, since = (week_of(one, self.week_starts_on)[0] for one in (self.day, self.started_on))
        found = [Week(running - timedelta(weeks=back)) for back in range((running - since).days // 7 + 1)]
        ends = running.toordinal() + 6
        for sitting, scheduled, attended in self.treatment:
            back = (ends - sitting.on_day.toordinal()) // 7
            if back >= len(found):
                continue
            if sitting.state in ATTENDED:
                found[back].attended += attended
            elif sitting.state is None and sitting.on_day < self.day:
                found[back].open += scheduled
        return found

    @property
    def attended_in_week(self) -> int:
        """The minutes of treatment attended in the week of the day, up to it."""
        return self.weeks[0].attended

    def within(self, on: date, days: int) -> bool:
        """Whether a day lies at most so many days before."""
        return on >= self.day - timedelta(days=days)
