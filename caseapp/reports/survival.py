"""How long people stay: the Kaplan-Meier estimate with log-log limits, by SciPy, from counts per day. No reads."""

import warnings
from dataclasses import dataclass
from itertools import zip_longest

from caseapp.reports.numbers import estimated


@dataclass(frozen=True)
class Tally:
    """Of those whose time was so many days: how many had left by then, how many were still there; and who had lasted that long."""

    days: int
    left: int
    still: int
    at_risk: int


@dataclass(frozen=True)
class Point:
    """The estimate on a day on which someone left. `still` were last seen there from this day on, before the next such day."""

    day: int
    at_risk: int
    left: int
    still: int
    until: int | None
    estimate: float
    lower: float | None
    upper: float | None

    def cells(self) -> list[object]:
        """As the file has them, behind the phase."""
        estimates = map(estimated, (self.estimate, self.lower, self.upper))
        return [self.day, self.at_risk, self.left, self.still, *estimates]


@dataclass(frozen=True)
class Curve:
    """The estimate for one label (a phase, or all) in one group."""

    label: str
    group: str
    tallies: list[Tally]
    points: list[Point]

    @property
    def total(self) -> int:
        return sum(one.left + one.still for one in self.tallies)

    @property
    def left(self) -> int:
        return sum(one.left for one in self.tallies)

    @property
    def longest(self) -> int:
        """The longest time seen, in days."""
        return max((one.days for one in self.tallies), default=0)

    def at(self, day: int) -> tuple[int, int, int]:
        """Who had lasted at least so many days, had left before, and had been last seen there before: together everyone."""
        before = [one for one in self.tallies if one.days < day]
        left, still = sum(one.left for one in before), sum(one.still for one in before)
        return self.total - left - still, left, still

    def estimate_on(self, day: int) -> float:
        """The height of the curve on a day."""
        return next((point.estimate for point in reversed(self.points) if point.day <= day), 1.0)

    def half_left(self) -> tuple[int | None, int | None, int | None]:
        """The day by which half had left, with its limits: where the estimate, and each limit, comes to a half. None: not yet."""
        return tuple(
            next((one.day for one in self.points if (value := getattr(one, name)) is not None and value <= 0.5), None)
            for name in ("estimate", "lower", "upper")
        )


def curve(label: str, group: str, tallies: list[Tally]) -> Curve:
    """The estimate for these tallies, which are in the order of their days."""
    days = [one.days for one in tallies if one.left]
    values = _estimated(tallies) if days else {}
    points = []
    for day, following in zip_longest(days, days[1:]):
        here = next(one for one in tallies if one.days == day)
        still = sum(one.still for one in tallies if day <= one.days and (following is None or one.days < following))
        until = following - 1 if following else None
        points.append(Point(day, here.at_risk, here.left, still, until, *values[day]))
    return Curve(label, group, tallies, points)


def _estimated(tallies: list[Tally]) -> dict[int, tuple[float, float | None, float | None]]:
    # Loaded when it is needed: the library is larger than the rest of the house, and most processes never count.
    import numpy
    from scipy.stats import CensoredData, ecdf

    days = [one.days for one in tallies]
    seen = CensoredData(
        uncensored=numpy.repeat(days, [one.left for one in tallies]),
        right=numpy.repeat(days, [one.still for one in tallies]),
    )
    curve_ = ecdf(seen).sf
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # where all have left, or none, a limit is not defined: it comes as nan
        limits = curve_.confidence_interval(confidence_level=0.95, method="log-log")
    heights = zip(
        curve_.quantiles, curve_.probabilities, limits.low.probabilities, limits.high.probabilities, strict=True
    )
    return {int(day): (float(height), _defined(low), _defined(high)) for day, height, low, high in heights}


def _defined(value: float) -> float | None:
    return float(value) if value == value else None
