"""Words of medications, and on which days one is taken."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto

from caseapp.medications.known import BY_CODE, Known, ScreenClass

CONSTRAINTS = {
    "uq_medication_entry_medication_id_in_force": ("Someone else changed this just now. Look at it first.", None),
    "uq_medication_client_id_referral": ("This was taken over already.", None),
}


class Prescriber(StrEnum):
    """Who prescribes it."""

    here = auto()
    elsewhere = auto()
    nobody = auto()


class WhyEnded(StrEnum):
    """Why it is taken no more."""

    completed = auto()
    prescriber = auto()
    side_effects = auto()
    client_decided = auto()
    no_access = auto()
    other = auto()


class Takes(StrEnum):
    """What someone says of a medication: taken as prescribed or not. Not asked is an answer of its own."""

    yes = auto()
    partly = auto()
    no = auto()
    not_asked = auto()


PRESCRIBER_WORDS = {
    Prescriber.here: "Prescribed here",
    Prescriber.elsewhere: "Prescribed elsewhere",
    Prescriber.nobody: "Without a prescription",
}
WHY_ENDED_WORDS = {
    WhyEnded.completed: "Taken as long as planned",
    WhyEnded.prescriber: "The prescriber ended it",
    WhyEnded.side_effects: "Side effects",
    WhyEnded.client_decided: "The client decided",
    WhyEnded.no_access: "Cost, insurance or no prescriber",
    WhyEnded.other: "Another reason",
}
TAKES_WORDS = {
    Takes.yes: "As prescribed",
    Takes.partly: "Partly",
    Takes.no: "Not taken",
    Takes.not_asked: "Not asked",
}


@dataclass(frozen=True)
class Said:
    """What is said of a medication. `rxnorm` may be "", days may be None where they are not known or it goes on."""

    name: str
    prescriber: Prescriber
    rxnorm: str = ""
    dose: str = ""
    prescriber_name: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    why_ended: WhyEnded | None = None
    words: str = ""


@dataclass(frozen=True)
class Prescribed:
    """A prescribed medication that this house knows, and its days; None is not known at the start, still taken at the end."""

    known: Known
    started_on: date | None
    ended_on: date | None


def known_of(code: str | None) -> Known | None:
    """The known medication of a code on record; None where it is not known."""
    return BY_CODE.get(code or "")


def taken_on(started_on: date | None, ended_on: date | None, day: date) -> bool:
    """Whether a medication is taken on a day: the day it ended is its last; without a start it was taken before."""
    return (started_on is None or started_on <= day) and (ended_on is None or day <= ended_on)


def explaining(prescribed: list[Prescribed], day: date) -> dict[ScreenClass, str]:
    """Each class of a screen that a prescription of that day explains, with the medication's name."""
    found: dict[ScreenClass, str] = {}
    for one in prescribed:
        if taken_on(one.started_on, one.ended_on, day):
            for each in one.known.explains:
                found.setdefault(each, one.known.name.lower())
    return found
