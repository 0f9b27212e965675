"""What a phase adds up to, and what keeps a version from being published. Plain facts in, sentences out.

Hours are computed from the required services, never inferred from a phase's name or level (domain.md 1.2, the trap).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from caseapp.programs.rules.vocabulary import INTENSIVE, Per

WEEKS_OF_A_YEAR, MONTHS_OF_A_YEAR = 52, 12


@dataclass(frozen=True)
class Need:
    """A service a phase asks for: so many times a week or month, of so many minutes each."""

    service: str
    times: int
    per: Per
    minutes: int
    counts: bool = True

    @property
    def words(self) -> str:
        return f"{self.times} a {self.per.value}, {self.minutes} min"


@dataclass(frozen=True)
class PhaseFacts:
    """A phase as plain facts. `key` is the same for a phase and its copies in later versions; `criteria` are said in sentences."""

    key: str
    position: int
    name: str
    level_of_care: str
    hours_least: Decimal
    hours_most: Decimal
    days_a_week: int
    weeks_expected_least: int
    weeks_expected_most: int
    weeks_least: int
    needs: tuple[Need, ...] = ()
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """One thing that was checked. What does not hold and `blocks` keeps the version a draft; else it is a warning."""

    holds: bool
    sentence: str
    blocks: bool = True


def week_minutes(needs: Sequence[Need]) -> Decimal:
    """The minutes of an average week that count as treatment hours. A month is 52/12 weeks."""
    total = Decimal(0)
    for need in needs:
        if need.counts:
            minutes = Decimal(need.times * need.minutes)
            total += minutes if need.per is Per.week else minutes * MONTHS_OF_A_YEAR / WEEKS_OF_A_YEAR
    return total


def week_hours(needs: Sequence[Need]) -> Decimal:
    """The same as hours with one decimal; halves round up."""
    return (week_minutes(needs) / 60).quantize(Decimal("0.1"), ROUND_HALF_UP)


def shortest_longest_gap(days_a_week: int) -> int:
    """With services on so many days a week, spread as evenly as can be: the longest run of days without any."""
    return 7 if days_a_week == 0 else -(-(7 - days_a_week) // days_a_week)


def check_phase(phase: PhaseFacts, numbers: dict[str, float]) -> list[Check]:
    """Whether a phase's services give its hours, and its hours fit its level of care by the rule profile."""
    checks = [_hours(phase), _level(phase, numbers)]
    if phase.level_of_care == INTENSIVE:
        checks += [_days(phase, numbers), _gap(phase, numbers)]
    if phase.days_a_week > 1:
        weekly = sum(need.times for need in phase.needs if need.counts and need.per is Per.week)
        enough = f"{_count('session', weekly)} a week for {_count('day', phase.days_a_week)}"
        few = f"{_count('session', weekly).capitalize()} a week can't fill {_count('day', phase.days_a_week)} a week."
        checks.append(Check(weekly >= phase.days_a_week, enough if weekly >= phase.days_a_week else few, blocks=False))
    return checks


def _hours(phase: PhaseFacts) -> Check:
    hours, least, most = week_hours(phase.needs), phase.hours_least, phase.hours_most
    if hours < least:
        return Check(
            False, f"The required services make {_n(hours)} hours a week. This phase asks for {_n(least)} at least."
        )
    if hours > most:
        return Check(
            False, f"The required services make {_n(hours)} hours a week. This phase allows {_n(most)} at most."
        )
    return Check(True, f"Between {_n(least)} and {_n(most)} hours")


def _level(phase: PhaseFacts, numbers: dict[str, float]) -> Check:
    """Under nine hours a week is never level 2.1 (domain.md 2.2, 10); the two limits are the rule profile's."""
    least, most = numbers["intensive_hours_least"], numbers["intensive_hours_most"]
    level, low, high = phase.level_of_care, phase.hours_least, phase.hours_most
    wrong = ""
    if level == INTENSIVE and low < least:
        wrong = (
            f"{_n(least)} hours a week is the least for level 2.1 in the rule profile. This phase begins at {_n(low)}."
        )
    elif level == INTENSIVE and high > most:
        wrong = (
            f"{_n(most)} hours a week is the most for level 2.1 in the rule profile. This phase goes up to {_n(high)}."
        )
    elif level > INTENSIVE and low <= most:
        wrong = (
            f"Level {level} begins above {_n(most)} hours a week in the rule profile. This phase begins at {_n(low)}."
        )
    elif level < INTENSIVE and low >= least:
        wrong = f"{_n(least)} hours a week or more is level 2.1 in the rule profile, not {level}."
    return Check(not wrong, wrong or f"Hours fit level {level}")


def _days(phase: PhaseFacts, numbers: dict[str, float]) -> Check:
    least = int(numbers["intensive_days_least"])
    if phase.days_a_week < least:
        days = phase.days_a_week
        return Check(
            False, f"{_count('day', least).capitalize()} a week is the least for level 2.1. This phase has {days}."
        )
    return Check(True, f"{_count('day', phase.days_a_week)} a week")


def _gap(phase: PhaseFacts, numbers: dict[str, float]) -> Check:
    most, gap = int(numbers["gap_days_most"]), shortest_longest_gap(phase.days_a_week)
    if gap > most:
        return Check(
            False,
            f"With {_count('day', phase.days_a_week)} a week there are {gap} days in a row without services. "
            f"The rule profile allows {most}.",
        )
    return Check(True, f"Gaps of {_count('day', most)} at most can be kept")


def check_version(phases: Sequence[PhaseFacts], numbers: dict[str, float]) -> list[Check]:
    """What does not hold in a version: first what keeps it a draft, then warnings. Phases in their order."""
    if not phases:
        return [Check(False, "There are no phases yet. Add the first one.")]
    found = []
    for phase in phases:
        for check in check_phase(phase, numbers):
            if not check.holds:
                found.append(Check(False, f"{phase.name}: {check.sentence}", check.blocks))
    for before, after in zip(phases, phases[1:], strict=False):
        if after.hours_least > before.hours_least:
            sentence = (
                f"{after.name} asks for more hours a week than {before.name}. Hours usually fall from phase to phase."
            )
            found.append(Check(False, sentence, blocks=False))
    return sorted(found, key=lambda check: not check.blocks)


def _n(value: float | Decimal) -> str:
    return f"{float(value):g}"


def _count(noun: str, n: int) -> str:
    return f"{n or 'no'} {noun}{'' if n == 1 else 's'}"
