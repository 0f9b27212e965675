"""Where the parts of a small drawing of one dimension over time stand, in pixels: 0 below, 4 above, a marker for each rating."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from caseapp.assessments.editions import MOST

WIDTH, HEIGHT, EDGE = 150, 52, 8


@dataclass(frozen=True)
class Course:
    """A line with its markers."""

    path: str
    points: list[tuple[float, float]]
    words: str
    width: int = WIDTH
    height: int = HEIGHT
    top: int = EDGE
    bottom: int = HEIGHT - EDGE


def course(ratings: Sequence[tuple[date, int]]) -> Course:
    """The drawing of the ratings of a dimension, at least one, the first day first."""
    first, days = ratings[0][0], (ratings[-1][0] - ratings[0][0]).days
    points = [
        (
            round(EDGE + (WIDTH - 2 * EDGE) * ((day - first).days / days if days else 0.5), 1),
            round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * rating / MOST, 1),
        )
        for day, rating in ratings
    ]
    told = ", ".join(str(rating) for _day, rating in ratings)
    return Course("M " + " L ".join(f"{x} {y}" for x, y in points), points, f"Ratings, the first one first: {told}.")
