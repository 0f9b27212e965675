"""Words about people."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto

DENIED = "They must not see this client's record. Choose someone else"


class Answer(StrEnum):
    """Yes, no, or not known: an unanswered question is a state one can see."""

    yes = auto()
    no = auto()
    unknown = auto()


class Ground(StrEnum):
    """Why someone may see a client's record."""

    caseload = auto()
    team = auto()
    group = auto()
    given = auto()
    denied = auto()


class Sex(StrEnum):
    """As TEDS codes it (`domain.md` 7.2)."""

    male = auto()
    female = auto()
    unknown = auto()


class NameKind(StrEnum):
    """What stands in the index of names: a word of a name, or the key of how it sounds."""

    word = auto()
    sound = auto()


GROUND_WORDS = {
    Ground.caseload: "Their caseload",
    Ground.team: "Their team",
    Ground.group: "Leads a session of theirs",
    Ground.given: "Given by a supervisor",
    Ground.denied: "Must not see it",
}


@dataclass(frozen=True)
class Standing:
    """Where someone stands today, as lists show it. `of` is how many phases there are; without a phase `ended` says why."""

    phase: str = ""
    position: int = 0
    of: int = 4
    started_on: date | None = None
    weeks_least: int = 0
    weeks_most: int = 0
    ended: str = ""
    completed: bool = False
    case_manager: str = ""
    next_due: datetime | None = None


def plausible_phone(text: str) -> bool:
    """Whether a text could be dialled: 7 to 20 digits, with the marks people write between them and an extension."""
    return bool(re.fullmatch(r"[+0-9 ().,/x#-]*(ext\.? ?[0-9]{1,6})?", text.casefold())) and (
        7 <= sum(letter.isdigit() for letter in text) <= 20
    )


def plausible_email(text: str) -> bool:
    """Whether a text has the shape of an email address: something, @, a name with a dot, no spaces."""
    return bool(re.fullmatch(r"[^@\s,;]+@[^@\s,;.]+(\.[^@\s,;.]+)+", text))


def plausible_name(text: str) -> bool:
    """Whether a text could be a name: it has a letter of some script. One letter is enough."""
    return any(letter.isalpha() for letter in text)


CONSTRAINTS = {
    "uq_client_reference_source_reference": ("This person has already been brought in from that source.", None),
    "ck_care_access_days_in_order": ("The last day must be after the first.", "ended_on"),
}
