"""Criteria for stepping down, and signs to look closer: the vocabulary of kinds, each a sentence with its numbers inside.

To add a kind: a line in `KINDS` here, and how it is judged in `progress/judging.py`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cached_property

from caseapp.core.words import plural_of

MOST_CRITERIA = 20
# Scales that a criterion may name; the room `measures` stands above, a test keeps the two together.
SCALES = {
    "phq9": "PHQ-9",
    "gad7": "GAD-7",
    "bam_use": "BAM use",
    "bam_risk": "BAM risk",
    "craving": "Craving",
}


class Direction(StrEnum):
    """Which way a criterion points: what must hold to step down, or what asks for a closer look and more support."""

    step_down = auto()
    step_up = auto()


class Kind(StrEnum):
    """What a criterion looks at."""

    weeks_in_phase = auto()
    hours_attended = auto()
    sessions_attended = auto()
    attendance_share = auto()
    no_unexcused_absence = auto()
    expected_tests = auto()
    days_without_use = auto()
    support_meetings = auto()
    reassessment = auto()
    goals_met = auto()
    assignments_done = auto()
    plan_signed = auto()
    plan_reviewed = auto()
    measure_at_or_below = auto()
    measure_improved = auto()
    no_open_crisis_follow_up = auto()
    risk_screen = auto()
    clinician_agrees = auto()
    absences = auto()
    hours_short = auto()
    crisis_contact = auto()
    measure_worse = auto()
    missed_tests = auto()
    unexpected_tests = auto()
    returned_to_use = auto()


@dataclass(frozen=True)
class Bounds:
    """What a number inside a sentence may be, and what it is called where it is asked for."""

    what: str
    least: int
    most: int
    usual: float
    places: int = 0


@dataclass(frozen=True)
class Spec:
    """A kind: its sentence, in which {number|noun}, {span|noun}, {scale} and {service} stand for what an admin fills in."""

    direction: Direction
    sentence: str
    number: Bounds | None = None
    span: Bounds | None = None
    must: bool = False

    @property
    def asks_scale(self) -> bool:
        """Whether it is about a scale of a measure."""
        return "{scale}" in self.sentence

    @property
    def asks_service(self) -> bool:
        """Whether it is about a service."""
        return "{service}" in self.sentence


_DOWN, _UP = Direction.step_down, Direction.step_up
_DAYS, _WEEKS = Bounds("the days", 1, 365, 14), Bounds("the weeks", 1, 26, 3)
_POINTS = Bounds("the points", 0, 100, 9)
KINDS: dict[Kind, Spec] = {
    Kind.weeks_in_phase: Spec(_DOWN, "Be in this phase for {number|week} or more", Bounds("the weeks", 1, 104, 4)),
    Kind.hours_attended: Spec(
        _DOWN, "Attend {number|hour} a week, {span|week} in a row", Bounds("the hours", 1, 60, 9, 1), _WEEKS
    ),
    Kind.sessions_attended: Spec(
        _DOWN, "Attend {number|session} of {service} in this phase", Bounds("the sessions", 1, 200, 1)
    ),
    Kind.attendance_share: Spec(
        _DOWN,
        "Come to {number} % of sessions over {span|week}",
        Bounds("the share", 1, 100, 80),
        Bounds("the weeks", 1, 26, 4),
    ),
    Kind.no_unexcused_absence: Spec(_DOWN, "No unexcused absence in {span|day}", None, _DAYS),
    Kind.expected_tests: Spec(_DOWN, "Have {number|expected test result} in a row", Bounds("the results", 1, 30, 3)),
    Kind.days_without_use: Spec(
        _DOWN, "{number|day} or more since last use, as reported", Bounds("the days", 1, 365, 30)
    ),
    Kind.support_meetings: Spec(
        _DOWN,
        "Go to {number|support meeting} in {span|day}",
        Bounds("the meetings", 1, 90, 2),
        Bounds("the days", 1, 90, 7),
    ),
    Kind.reassessment: Spec(_DOWN, "Six-dimension assessment within {span|day}", None, Bounds("the days", 1, 365, 30)),
    Kind.goals_met: Spec(_DOWN, "Meet {number|goal} of the plan", Bounds("the goals", 1, 12, 1)),
    Kind.assignments_done: Spec(_DOWN, "Finish {number|assignment}", Bounds("the assignments", 1, 50, 1)),
    Kind.plan_signed: Spec(_DOWN, "Have a signed plan", must=True),
    Kind.plan_reviewed: Spec(_DOWN, "Review or sign the plan within {span|day}", None, Bounds("the days", 1, 365, 30)),
    Kind.measure_at_or_below: Spec(_DOWN, "{scale} at {number|point} or below", _POINTS),
    Kind.measure_improved: Spec(_DOWN, "{scale} better by {number|point} or more", Bounds("the points", 1, 100, 5)),
    Kind.no_open_crisis_follow_up: Spec(_DOWN, "No open follow-up of a crisis contact", must=True),
    Kind.risk_screen: Spec(_DOWN, "Risk screen within {span|day}", None, Bounds("the days", 1, 365, 7), must=True),
    Kind.clinician_agrees: Spec(_DOWN, "A clinician finds them ready"),
    Kind.absences: Spec(
        _UP, "{number|unexcused absence} or more in {span|day}", Bounds("the absences", 1, 30, 2), _DAYS
    ),
    Kind.hours_short: Spec(
        _UP,
        "Under {number|hour} a week, {span|week} in a row",
        Bounds("the hours", 1, 60, 9, 1),
        Bounds("the weeks", 1, 26, 2),
    ),
    Kind.crisis_contact: Spec(_UP, "A crisis contact within {span|day}", None, _DAYS),
    Kind.measure_worse: Spec(_UP, "{scale} worse by {number|point} or more", Bounds("the points", 1, 100, 5)),
    Kind.missed_tests: Spec(
        _UP, "{number|test} missed or declined in {span|day}", Bounds("the tests", 1, 30, 2), _DAYS
    ),
    Kind.returned_to_use: Spec(_UP, "Returned to use within {span|day}", None, _DAYS),
    Kind.unexpected_tests: Spec(
        _UP, "{number|unexpected test result} in {span|day}", Bounds("the results", 1, 30, 1), _DAYS
    ),
}
_PLACE = re.compile(r"\{(number|span|scale|service)(?:\|([a-z ]+))?\}")


@dataclass(frozen=True)
class Asks:
    """One criterion of a phase. `number` and `span` are what stands in its sentence; `service` is the code of one, `of` its name.

    One that `must` be met has no override; any other may be overridden with a reason.
    """

    kind: Kind
    number: float | None = None
    span: int | None = None
    scale: str | None = None
    service: str | None = None
    of: str = ""
    must: bool = False

    @cached_property
    def direction(self) -> Direction:
        """Which way it points."""
        return KINDS[self.kind].direction

    @cached_property
    def sentence(self) -> str:
        """As the policy reads: "Attend 9 hours a week, 3 weeks in a row"."""
        given = {"scale": SCALES.get(self.scale or "", self.scale or ""), "service": self.of}
        said = []
        for part, noun in parts(KINDS[self.kind].sentence):
            value = {"number": self.number, "span": self.span}.get(part)
            said.append(_with_noun(value, noun) if value is not None else given.get(part, part))
        return "".join(said)

    @property
    def words(self) -> str:
        """The sentence, and what follows where it is not met."""
        if self.direction is Direction.step_up:
            return self.sentence
        return f"{self.sentence} ({'must be met' if self.must else 'override with a reason'})"


def parts(sentence: str) -> Iterator[tuple[str, str]]:
    """A sentence cut where something is filled in: (name of the place, its noun), or (text, "") for what stands there."""
    at = 0
    for place in _PLACE.finditer(sentence):
        if place.start() > at:
            yield sentence[at : place.start()], ""
        yield place[1], place[2] or ""
        at = place.end()
    if at < len(sentence):
        yield sentence[at:], ""


def blank(kind: Kind) -> str:
    """The sentence of a kind before anything is filled in: "Attend … hours a week, … weeks in a row"."""
    said = []
    for part, noun in parts(KINDS[kind].sentence):
        blanks = {"scale": "A measure", "service": "a service"}
        number = f"… {plural_of(noun)}" if noun else "…"
        said.append(number if part in ("number", "span") else blanks.get(part, part))
    return "".join(said)


def _with_noun(value: float, noun: str) -> str:
    if not noun:
        return f"{value:g}"
    return f"{value:g} {noun if value == 1 else plural_of(noun)}"


def what_is_wrong_with_criterion(asks: Asks) -> tuple[str, str] | None:
    """The sentence and its field if a criterion lacks a number or has one out of bounds; None if it is whole."""
    spec = KINDS[asks.kind]
    for name, bounds, value in (("number", spec.number, asks.number), ("span", spec.span, asks.span)):
        if bounds and (value is None or not bounds.least <= value <= bounds.most):
            return f"Enter {bounds.what} from {bounds.least} to {bounds.most}.", name
    if spec.asks_scale and asks.scale not in SCALES:
        return "Choose a measure.", "scale"
    if spec.asks_service and not asks.service:
        return "Choose a service.", "service_id"
    return None
