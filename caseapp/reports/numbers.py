"""Shares, percentages and medians, from the counts alone. Plain Python."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from caseapp.core.words import SMALL_GROUP

FOUR, TWO = Decimal("0.0001"), Decimal("0.01")


def share(part: int, whole: int) -> Decimal | None:
    """A fraction with four decimals, halves up; None of nothing."""
    return (Decimal(part) / whole).quantize(FOUR, ROUND_HALF_UP) if whole else None


def as_hours(minutes: int | None) -> Decimal | None:
    """Minutes as hours with two decimals, halves up: 168 is 2.80; None of None."""
    return None if minutes is None else (Decimal(minutes) / 60).quantize(TWO, ROUND_HALF_UP)


def estimated(value: float | None) -> Decimal | None:
    """An estimated share with four decimals. What a float leaves behind the tenth decimal is noise."""
    return None if value is None else Decimal(f"{value:.10f}").quantize(FOUR, ROUND_HALF_UP)


def tenths(part: int, whole: int) -> str:
    """A percentage with one decimal, from the counts, halves up: "37.3 %"; of fewer than 20 none is said."""
    return f"{_tenths(part, whole):.1f} %" if whole >= SMALL_GROUP else ""


def _tenths(part: int, whole: int) -> Decimal:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def middle(counted: Iterable[tuple[int, int]]) -> int | Decimal | None:
    """The median of values that are each there so many times: whole, or one and a half between two; None of nothing."""
    in_order = sorted(counted)
    total = sum(times for _value, times in in_order)
    if not total:
        return None
    twice = _at(in_order, (total - 1) // 2) + _at(in_order, total // 2)
    return twice // 2 if twice % 2 == 0 else Decimal(twice) / 2


def _at(in_order: list[tuple[int, int]], place: int) -> int:
    for value, times in in_order:
        if place < times:
            return value
        place -= times
    raise IndexError(place)
