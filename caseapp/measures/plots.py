"""Where the parts of a drawing of one scale over time stand: bands by name, a line, a marker and number for each value.

All figures are pixels; the drawing is never made smaller, so that its words stay readable. Bands are told apart by their edges
and names, and by tints only beside that: a print in grey says the same.
"""

from dataclasses import dataclass
from datetime import date

from caseapp.measures.instruments import Scale
from caseapp.measures.queries import Course
from caseapp.measures.rules import Value, change_words

# As wide as a telephone shows whole.
LEFT_EDGE, TOP, RIGHT_EDGE, BOTTOM = 30, 22, 150, 34
PLOT_WIDTH, PLOT_HEIGHT, MARGIN = 138, 160, 16
NUMBERS_AT_MOST = 6


@dataclass(frozen=True)
class Stripe:
    """A band as a stripe: its upper and lower edge, its name, and how dark it is (0 is white)."""

    top: float
    height: float
    words: str
    tint: int


@dataclass(frozen=True)
class Plot:
    """A whole drawing; marks are places with their words."""

    path: str
    points: list[tuple[float, float, str]]
    stripes: list[Stripe]
    x_marks: list[tuple[float, str]]
    y_marks: list[tuple[float, str]]
    words: str
    width: int = LEFT_EDGE + PLOT_WIDTH + RIGHT_EDGE
    height: int = TOP + PLOT_HEIGHT + BOTTOM
    left: int = LEFT_EDGE
    right: int = LEFT_EDGE + PLOT_WIDTH
    bottom: int = TOP + PLOT_HEIGHT


def plot(course: Course) -> Plot:
    """The drawing of a scale's values, at least one."""
    values, scale = course.values, course.scale
    first, last = values[0].day, values[-1].day
    points = [(_across(one.day, first, last), _down(one.points, scale), _number(one, values)) for one in values]
    return Plot(
        path="M " + " L ".join(f"{x} {y}" for x, y, _words in points),
        points=points,
        stripes=_stripes(scale),
        x_marks=[(_across(day, first, last), f"{day:%b} {day.day}, {day:%y}") for day in sorted({first, last})],
        y_marks=[(_down(points, scale), str(points)) for points in {0, scale.most, *(b.least for b in scale.bands)}],
        words=_told(scale, values),
    )


def _across(day: date, first: date, last: date) -> float:
    days = (last - first).days
    share = (day - first).days / days if days else 0.5
    return round(LEFT_EDGE + MARGIN + (PLOT_WIDTH - 2 * MARGIN) * share, 1)


def _down(points: float, scale: Scale) -> float:
    return round(TOP + PLOT_HEIGHT * (1 - points / scale.most), 1)


def _number(value: Value, values: list[Value]) -> str:
    """The number beside a marker; among very many only those of the first and the last."""
    told = len(values) <= NUMBERS_AT_MOST or value in (values[0], values[-1])
    return str(value.points) if told else ""


def _stripes(scale: Scale) -> list[Stripe]:
    """The bands, with edges half a point below where each begins, so that no value stands on an edge."""
    edges = [0, *(one.least - 0.5 for one in scale.bands[1:]), scale.most]
    return [
        Stripe(
            _down(edges[at + 1], scale), round(_down(edges[at], scale) - _down(edges[at + 1], scale), 1), band.words, at
        )
        for at, band in enumerate(scale.bands)
    ]


def _told(scale: Scale, values: list[Value]) -> str:
    first, last = values[0], values[-1]
    if len(values) == 1:
        return f"{scale.name}: {last.points} of {scale.most}, taken once."
    return f"{scale.name}: {first.points} at first, {last.points} at last, {change_words(scale, first.points, last.points)}."
