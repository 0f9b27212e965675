"""Words of tests, what a test says as a whole, and how often one is due by phase (ASAM: weekly at first, monthly when stable)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum, auto

from caseapp.medications.known import ScreenClass

CONSTRAINTS = {
    "uq_test_reading_test_id_in_force": ("Someone else corrected this just now. Look at it first.", None),
    "uq_drug_test_draw_id": ("Someone else has recorded the test of this day. Look at it first.", None),
}


class Why(StrEnum):
    """Why someone was tested."""

    random = auto()
    concern = auto()
    asked = auto()
    other = auto()


class Happened(StrEnum):
    """What happened: a sample was collected, or why not. Nothing of it comes by silence."""

    collected = auto()
    refused = auto()
    missed = auto()
    excused = auto()


class Observed(StrEnum):
    """Whether someone watched the collection."""

    yes = auto()
    no = auto()


class Sample(StrEnum):
    """Whether the sample can be read."""

    valid = auto()
    temperature = auto()
    diluted = auto()
    other = auto()


class Finding(StrEnum):
    """What a screen says of one class."""

    negative = auto()
    positive = auto()
    invalid = auto()


class LabStep(StrEnum):
    """Where the laboratory's confirmation of a class stands."""

    sent = auto()
    confirmed = auto()
    not_confirmed = auto()


class Outcome(StrEnum):
    """What a test says as a whole. What was refused, missed or excused is no result, neither positive nor negative."""

    negative = auto()
    positive = auto()
    invalid = auto()
    refused = auto()
    missed = auto()
    excused = auto()


class WhyWithdrawn(StrEnum):
    """Why a day that was drawn no longer holds."""

    not_there = auto()
    closed = auto()
    phase_changed = auto()


WHY_WORDS = {
    Why.random: "Random",
    Why.concern: "A concern of staff",
    Why.asked: "The client asked",
    Why.other: "Another reason",
}
HAPPENED_WORDS = {
    Happened.collected: "Collected",
    Happened.refused: "Declined",
    Happened.missed: "Missed",
    Happened.excused: "Excused",
}
OBSERVED_WORDS = {Observed.yes: "Observed", Observed.no: "Not observed"}
SAMPLE_WORDS = {
    Sample.valid: "Valid, temperature in range",
    Sample.temperature: "Temperature out of range",
    Sample.diluted: "Diluted",
    Sample.other: "Not valid for another reason",
}
FINDING_WORDS = {Finding.negative: "Negative", Finding.positive: "Positive", Finding.invalid: "Invalid"}
LAB_WORDS = {
    LabStep.sent: "Sent to the laboratory",
    LabStep.confirmed: "Confirmed by the laboratory",
    LabStep.not_confirmed: "Not confirmed by the laboratory",
}
OUTCOME_WORDS = {
    Outcome.negative: "Negative",
    Outcome.positive: "Positive",
    Outcome.invalid: "Invalid",
    Outcome.refused: "Declined",
    Outcome.missed: "Missed",
    Outcome.excused: "Excused",
}


@dataclass(frozen=True)
class Said:
    """What is said of a test. `findings` by class: all of the panel once it is read, none before; `expected`: the classes of
    which a person decided that a prescription explains the positive.
    """

    day: date
    happened: Happened
    panel: str = "standard"
    observed: Observed | None = None
    sample: Sample | None = None
    findings: Mapping[ScreenClass, Finding] = field(default_factory=dict)
    expected: frozenset[ScreenClass] = frozenset()
    words: str = ""


@dataclass(frozen=True)
class Found:
    """A class of a screen. `expected`: a person decided that a prescription explains it. `lab`: where its confirmation stands."""

    finding: Finding
    expected: bool = False
    lab: LabStep | None = None

    @property
    def stands(self) -> Finding:
        """What counts: a positive that the laboratory did not confirm counts as negative."""
        refuted = self.finding is Finding.positive and self.lab is LabStep.not_confirmed
        return Finding.negative if refuted else self.finding

    @property
    def unexpected(self) -> bool:
        """Whether it is positive and nothing that is prescribed explains it."""
        return self.stands is Finding.positive and not self.expected


@dataclass(frozen=True)
class Tested:
    """A test of someone as reports and criteria read it. `unexpected` is never so for what a prescription explains."""

    day: date
    outcome: Outcome
    unexpected: bool
    test_id: str = ""

    @property
    def words(self) -> str:
        """In words: "Positive, unexpected", "Negative"."""
        words = OUTCOME_WORDS[self.outcome]
        return (
            f"{words}, {'unexpected' if self.unexpected else 'expected'}" if self.outcome is Outcome.positive else words
        )


def outcome(happened: Happened, sample: Sample | None, found: Iterable[Found]) -> tuple[Outcome, bool] | None:
    """What a test says as a whole, and whether unexpectedly; None for a sample that nobody has read yet.

    What is unexpected counts before what can't be read, and that before what a prescription explains.
    """
    if happened is not Happened.collected:
        return Outcome(happened.value), False
    if sample is not Sample.valid:
        return Outcome.invalid, False
    classes = list(found)
    if any(one.unexpected for one in classes):
        return Outcome.positive, True
    for finding in (Finding.invalid, Finding.positive, Finding.negative):
        if any(one.stands is finding for one in classes):
            return Outcome(finding.value), False
    return None


def every_days(level_of_care: str, numbers: Mapping[str, float]) -> int:
    """Every how many days a test is due in a phase: at level 2 and above as at first, below as when stable."""
    return int(numbers["drug_test_days" if level_of_care >= "2" else "drug_test_stable_days"])


def how_often(days: int) -> str:
    """ "Weekly", "Monthly", "Every 10 days"."""
    return {1: "Daily", 7: "Weekly", 14: "Every 2 weeks", 28: "Every 4 weeks", 30: "Monthly"}.get(
        days, f"Every {days} days"
    )


def windows(started_on: date, every: int, first: date, last: date) -> list[tuple[date, date]]:
    """The stretches of so many days, counted from a day, that overlap first to last; each with its first and last day.

    In each of them one day is drawn.
    """
    number = max(0, (first - started_on).days // every)
    found, begins = [], started_on + timedelta(days=number * every)
    while begins <= last:
        found.append((begins, begins + timedelta(days=every - 1)))
        begins += timedelta(days=every)
    return found
