"""What a payer pays for a service: a code, what a unit of it is, from how many minutes, and how minutes become units.

Payers differ (domain.md 3.3), so all of it is data. As shipped stands what HCPCS says; codes other than H0015 are not confirmed at
a source and must be checked with the payer.
"""

from dataclasses import dataclass
from enum import StrEnum, auto


class Unit(StrEnum):
    """What is paid for."""

    day = auto()
    session = auto()
    minutes = auto()


class Rounding(StrEnum):
    """How minutes that do not fill a unit are taken."""

    down = auto()
    nearest = auto()
    up = auto()


class Care(StrEnum):
    """Of which care a code speaks: a phase under nine hours a week is another level, with other codes (domain.md 10)."""

    intensive = auto()
    lower = auto()


CARE_WORDS = {Care.intensive: "Level 2.1 and above", Care.lower: "Below level 2.1"}
UNIT_WORDS = {Unit.day: "A day", Unit.session: "A session", Unit.minutes: "So many minutes"}
ROUNDING_WORDS = {
    Rounding.down: "Down: only full units count",
    Rounding.nearest: "To the nearest unit, half a unit up (8 of 15 minutes make one)",
    Rounding.up: "Up: a unit that began counts",
}
CODE_MOST, LEAST_OF_A_UNIT, MOST_OF_A_UNIT = 10, 1, 480


@dataclass(frozen=True)
class UnitRule:
    """A payer's rule for a service. An empty code says that it is not paid.

    `unit_minutes` says how long a unit of minutes is (0 for the others); `least_minutes` what is needed at all: of a day the
    minutes of all services of that code together, None for those that the rule profile names for a billable day.
    """

    code: str = ""
    unit: Unit = Unit.session
    unit_minutes: int = 0
    least_minutes: int | None = 1
    rounding: Rounding = Rounding.down

    @property
    def unit_words(self) -> str:
        """What a unit is: "day", "session", "15 min"."""
        return f"{self.unit_minutes} min" if self.unit is Unit.minutes else self.unit.value


NOT_PAID = UnitRule()
_PER_DIEM = UnitRule("H0015", Unit.day, 0, None)


def _quarters(code: str) -> UnitRule:
    return UnitRule(code, Unit.minutes, 15, 8, Rounding.nearest)


# By the code of a service: in intensive outpatient one per diem holds assessment, counseling, crisis intervention and education
# (H0015, domain.md 3.3); below it each service has its own code. What is not named here is not paid as shipped.
SHIPPED_UNITS: dict[tuple[str, Care], UnitRule] = {
    **{
        (service, Care.intensive): _PER_DIEM
        for service in (
            "group_therapy", "individual_counseling", "cbt", "life_skills", "crisis", "family_session", "education"
        )
    },
    ("case_management", Care.intensive): _quarters("T1016"),
    ("case_management", Care.lower): _quarters("T1016"),
    ("individual_counseling", Care.lower): _quarters("H0004"),
    ("group_therapy", Care.lower): UnitRule("H0005"),
    ("cbt", Care.lower): UnitRule("H0005"),
    ("life_skills", Care.lower): UnitRule("T1012"),
    ("family_session", Care.lower): UnitRule("T1006"),
    ("crisis", Care.lower): UnitRule("H0007"),
}  # fmt: skip


def units(rule: UnitRule, minutes: int, least_minutes: int) -> int:
    """How many units so many minutes make: none under the least; of minutes by the rule's rounding, else one."""
    if not rule.code or minutes < max(least_minutes, 1):
        return 0
    if rule.unit is not Unit.minutes:
        return 1
    size = rule.unit_minutes
    if rule.rounding is Rounding.up:
        return -(-minutes // size)
    return minutes // size if rule.rounding is Rounding.down else (2 * minutes + size) // (2 * size)


def what_is_wrong_with_unit(rule: UnitRule) -> tuple[str, str] | None:
    """A sentence and its field if a rule can't be so; None if it will do."""
    if rule.code and not (rule.code.isascii() and rule.code.isalnum()):
        return "Enter the code in letters and digits, such as H0015.", "code"
    if rule.code and rule.unit is Unit.minutes and not LEAST_OF_A_UNIT <= rule.unit_minutes <= MOST_OF_A_UNIT:
        return f"Enter the minutes of a unit, from {LEAST_OF_A_UNIT} to {MOST_OF_A_UNIT}.", "unit_minutes"
    return None
