"""Why another level was chosen than was found, and when an assessment is due (`domain.md` 2.4, 3.1: DC, IL, NY)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto

from caseapp.assessments.editions import EDITIONS, LEAST, MOST

CONSTRAINTS = {
    "uq_assessment_reading_assessment_id_in_force": ("Someone else corrected this just now. Look at it first.", None),
}
# An assessment of so many days before an admission, a change of level or an end still speaks of it.
SPEAKS_FOR = timedelta(days=30)


class WhyOther(StrEnum):
    """Why another level of care is chosen than the dimensions point to."""

    not_offered = auto()
    no_place = auto()
    own_choice = auto()
    clinical_judgment = auto()
    payer = auto()
    court = auto()
    other = auto()


WHY_WORDS = {
    WhyOther.not_offered: "The level found is not offered within reach",
    WhyOther.no_place: "No place is free; on a wait-list",
    WhyOther.own_choice: "The client chose another level",
    WhyOther.clinical_judgment: "Clinical judgment",
    WhyOther.payer: "The payer does not cover it",
    WhyOther.court: "A court or an agency decided",
    WhyOther.other: "Another reason",
}


@dataclass(frozen=True)
class Assessed:
    """An assessment as it stands: its day, its edition, the level chosen, and the ratings by number of the dimension."""

    day: date
    edition: str
    level: str
    ratings: dict[int, int]


@dataclass(frozen=True)
class Due:
    """An assessment that is due: why, and by which day."""

    why: str
    by: date


@dataclass(frozen=True)
class Change:
    """A day on which the level of care changes, or a planned end (`to` is "")."""

    day: date
    to: str = ""


def what_does_not_fit(
    edition: str, ratings: dict[int, int], found: str, chosen: str, why_other: WhyOther | None
) -> tuple[str, str] | None:
    """The sentence and the field of what is missing or can't be so in an assessment; None if it will do."""
    of = EDITIONS[edition]
    for dimension in of.dimensions:
        rating = ratings.get(dimension.number)
        if rating is None and dimension.sets_level:
            return f"Dimension {dimension.number}: choose a rating", f"rating_{dimension.number}"
        if rating is not None and not LEAST <= rating <= MOST:
            return f"Choose a rating from {LEAST} to {MOST}", f"rating_{dimension.number}"
    levels = dict(of.levels)
    for field, level in (("level_found", found), ("level_chosen", chosen)):
        if level not in levels:
            return "Choose a level of care", field
    if found != chosen and why_other is None:
        return "Choose why another level is chosen than was found", "why_other"
    return None


def due(admitted_on: date, changes: Sequence[Change], assessed: Sequence[date], days_after_admission: int) -> list[Due]:
    """What is due in an episode that goes on, by its day: at admission, at each change of level, before a planned end.

    `changes` are days in order; `assessed` the days of the assessments on record. One that was made up to 30 days before
    still speaks for it; one made later has caught up with it.
    """
    found = []
    if not any(day >= admitted_on - SPEAKS_FOR for day in assessed):
        found.append(Due("After the admission", admitted_on + timedelta(days=days_after_admission)))
    for one in changes:
        if not any(day >= one.day - SPEAKS_FOR for day in assessed):
            found.append(Due(f"Change to level {one.to}" if one.to else "Before the planned end", one.day))
    return sorted(found, key=lambda one: one.by)
