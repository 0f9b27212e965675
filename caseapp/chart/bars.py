"""Where the parts of the drawing of an episode's weeks stand: a bar a week, what was asked, and the running average.

All figures are pixels: a drawing of many weeks grows wider and is scrolled, so that its words stay readable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from caseapp.attendance.hours import Week
from caseapp.core.words import hours

STEP, BAR, LEFT, TOP, HEIGHT, BELOW = 60, 44, 8, 20, 150, 30
WORDS_HIGH = 20
LEAST_TOP = 60  # minutes at the top of the scale, so that a first quarter of an hour does not fill it
AVERAGE_OF = 4  # weeks, the span in which a level's hours are averaged (domain.md 3.1: "average 9-19 h/wk")


@dataclass(frozen=True)
class Bar:
    """A week's bar: where it stands, its words, and the line of what was asked (None: nothing was)."""

    first: date
    x: int
    y: float
    height: float
    words: str
    asked: float | None
    asked_end: int

    @property
    def words_y(self) -> float:
        """The foot of its words: over the bar, or over the line of what was asked where that would strike them through."""
        struck = self.asked is not None and self.y - WORDS_HIGH < self.asked < self.y
        return max((self.asked if struck else self.y) - 5, TOP - 8)


@dataclass(frozen=True)
class Bars:
    """The whole drawing. `average` is the path of the average over whole weeks in a phase, broken where there are too few."""

    bars: list[Bar]
    average: str
    width: int
    height: int = TOP + HEIGHT + BELOW
    base: int = TOP + HEIGHT


def bars(weeks: Sequence[Week]) -> Bars:
    """The weeks of one person, the oldest on the left."""
    top = max([LEAST_TOP, *(max(week.attended, week.required or 0) for week in weeks)])
    down = lambda minutes: round(TOP + HEIGHT - HEIGHT * minutes / top, 1)  # noqa: E731
    drawn = [_bar(at, week, down) for at, week in enumerate(weeks)]
    return Bars(drawn, _path(_averages(weeks), down), LEFT * 2 + STEP * len(weeks))


def _path(points: Sequence[tuple[int, float]], down: Callable[[float], float]) -> str:
    """A line from week to week, broken where a week has no average."""
    parts, before = [], None
    for x, minutes in points:
        parts.append(f"{'L' if before == x - STEP else 'M'} {x} {down(minutes)}")
        before = x
    return " ".join(parts)


def _bar(at: int, week: Week, down: Callable[[float], float]) -> Bar:
    x, y = LEFT + STEP * at, down(week.attended)
    words = hours(week.attended) if week.phase or week.attended else ""
    return Bar(
        week.first, x, y, round(TOP + HEIGHT - y, 1), words, down(week.required) if week.required else None, x + BAR
    )


def _averages(weeks: Sequence[Week]) -> list[tuple[int, float]]:
    """Where the average of each four whole weeks in a row stands, and its minutes."""
    found = []
    for at in range(AVERAGE_OF - 1, len(weeks)):
        last = weeks[at + 1 - AVERAGE_OF : at + 1]
        if all(week.whole and week.seen for week in last):
            found.append((LEFT + STEP * at + BAR // 2, sum(week.attended for week in last) / AVERAGE_OF))
    return found
