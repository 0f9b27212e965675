"""How answers become scores, scores become words, and two scores a change (`domain.md` 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from caseapp.measures import cssrs
from caseapp.measures.instruments import ASKS_FOR_SCREENER, SCALES, Band, Better, How, Instrument, Scale

CONSTRAINTS = {
    "uq_measure_reading_measure_id_in_force": ("Someone else corrected this just now. Look at it first.", None),
}


@dataclass(frozen=True)
class Score:
    """Points on a scale; `estimated` says that missing answers were taken as the mean of the others."""

    scale: Scale
    points: int
    estimated: bool = False

    @property
    def band(self) -> Band | None:
        """The band it falls into; None for a scale without bands."""
        return band_of(self.scale, self.points)


class Value(NamedTuple):
    """Points of someone on a day."""

    points: int
    day: date
    measure_id: str
    estimated: bool = False


def scores(instrument: Instrument, answers: Mapping[str, str]) -> list[Score]:
    """The scores that these answers give, by the instrument's own rule; a scale that can't be scored is left out.

    `answers` are codes of options by code of item; an item that was not answered is not among them.
    """
    found = (_score(instrument, scale, answers) for scale in instrument.scales)
    return [one for one in found if one is not None]


def _score(instrument: Instrument, scale: Scale, answers: Mapping[str, str]) -> Score | None:
    if scale.how is How.worst:
        level = cssrs.level_of({name: answers.get(name, "not_asked") for name in cssrs.SCREEN})
        return None if level is cssrs.Risk.not_asked else Score(scale, cssrs.ORDER.index(level))
    given = [points_of(instrument, code, answers[code]) for code in scale.items if code in answers]
    lacking = len(scale.items) - len(given)
    if lacking > scale.may_lack:
        return None
    return Score(scale, prorated(sum(given), len(given), len(scale.items)), estimated=lacking > 0)


def points_of(instrument: Instrument, item: str, answer: str) -> int:
    """What an answer is worth. Raises StopIteration for a code that the instrument does not have."""
    return next(one.points for one in instrument.item(item).options if one.code == answer)


def prorated(total: int, given: int, items: int) -> int:
    """A total with each missing answer taken as the mean of the others, to the next whole point (a half goes up)."""
    return (2 * total * items + given) // (2 * given)


def band_of(scale: Scale, points: int) -> Band | None:
    """The band into which points fall; None for a scale without bands."""
    return next((one for one in reversed(scale.bands) if points >= one.least), None)


def asks_for_screener(instrument: Instrument, answers: Mapping[str, str]) -> bool:
    """Whether an answer asks for the C-SSRS at once: anything but "Not at all" to item 9 of the PHQ-9."""
    item = ASKS_FOR_SCREENER.get(instrument.code)
    return item is not None and item in answers and points_of(instrument, item, answers[item]) > 0


def is_better(scale: Scale, first: int, last: int) -> bool | None:
    """Whether the last points are better than the first; None if they are the same."""
    if first == last:
        return None
    return (last < first) == (scale.better is Better.lower)


def improved_by(scale: str, first: Value | None, last: Value | None) -> int | None:
    """By how many points someone is better than at first, below 0 for worse; None if there are not two measures to compare."""
    if first is None or last is None or first.measure_id == last.measure_id:
        return None
    change = last.points - first.points
    return -change if SCALES[scale].better is Better.lower else change


def at_or_below(value: Value | None, points: int) -> bool | None:
    """Whether a value is at or below some points; None where there is no value, which is neither yes nor no."""
    return None if value is None else value.points <= points


def change_words(scale: Scale, first: int, last: int) -> str:
    """The change between two scores in words: "6 lower, better", "the same"."""
    better = is_better(scale, first, last)
    if better is None:
        return "the same"
    way = "lower" if last < first else "higher"
    return f"{abs(last - first)} {way}, {'better' if better else 'worse'}"
