"""Where the parts of a drawing of lines stand: steps with their band, ticks, markers, and each line's name at its end.

At most four lines stand in one drawing; more are drawn each on its own. All figures are pixels: as with the ladder, a drawing
is never made smaller, so that its words stay readable.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from caseapp.reports.rules import ALL
from caseapp.reports.survival import Curve

LEFT_EDGE, TOP, RIGHT_EDGE, BOTTOM = 64, 20, 176, 44
PLOT_WIDTH, PLOT_HEIGHT = 880, 280
LINES_AT_MOST, LINE_HEIGHT = 4, 20
STEPS = (1, 2, 5, 7, 14, 30, 60, 90, 180, 360, 720, 1800)  # how far apart the marks of a scale of days may stand
MARKS_AT_MOST = 8


@dataclass(frozen=True)
class Line:
    """A line, its style (1 to 4: color, dash and marker), band and ticks as paths, and where its name stands."""

    name: str
    style: int
    path: str
    band: str
    ticks: str
    markers: list[tuple[float, float]]
    end_y: float
    label_y: float


@dataclass(frozen=True)
class Drawn:
    """A whole drawing. Marks are places with their words; `half` is the height of one half, where that means something."""

    lines: list[Line]
    x_marks: list[tuple[float, str]]
    y_marks: list[tuple[float, str]]
    words: str
    x_words: str = ""
    half: float | None = None
    width: int = LEFT_EDGE + PLOT_WIDTH + RIGHT_EDGE
    height: int = TOP + PLOT_HEIGHT + BOTTOM
    left: int = LEFT_EDGE
    right: int = LEFT_EDGE + PLOT_WIDTH
    top: int = TOP
    bottom: int = TOP + PLOT_HEIGHT


def marks_for(longest: int) -> list[int]:
    """The days that are marked on a scale up to the longest time, 0 among them."""
    apart = next((step for step in STEPS if longest // step < MARKS_AT_MOST), STEPS[-1])
    return list(range(0, longest + 1, apart))


def drawn(curves: Sequence[Curve], marks: Sequence[int]) -> list[Drawn]:
    """The curves of one group, on a scale of days with these marks."""
    longest = max([one.longest for one in curves] + [marks[-1], 1])
    some = [list(curves)] if len(curves) <= LINES_AT_MOST else [[one] for one in curves]
    return [_of_curves(few, marks, longest) for few in some]


def _of_curves(curves: list[Curve], marks: Sequence[int], longest: int) -> Drawn:
    across = lambda day: round(LEFT_EDGE + PLOT_WIDTH * day / longest, 1)  # noqa: E731
    down = lambda share: round(TOP + PLOT_HEIGHT * (1 - share), 1)  # noqa: E731
    lines = [_curve_line(one, at, marks, across, down) for at, one in enumerate(curves, 1)]
    return Drawn(
        lines=_labels_apart(lines),
        x_marks=[(across(day), str(day)) for day in marks],
        y_marks=[(down(part / 4), f"{25 * part} %") for part in range(5)],
        words=" ".join(_told(one) for one in curves),
        x_words="days",
        half=down(0.5),
    )


def _told(one: Curve) -> str:
    end = f"{100 * one.estimate_on(one.longest):.0f} % still there after {one.longest} days."
    return f"{_name(one.label)}: {end}"


def _name(label: str) -> str:
    return "The program" if label == ALL else label


def _curve_line(one: Curve, style: int, marks: Sequence[int], across: Callable, down: Callable) -> Line:
    steps = [(0, 1.0), *((point.day, point.estimate) for point in one.points)]
    end = one.longest
    still = dict.fromkeys(across(tally.days) for tally in one.tallies if tally.still)
    at = {across(tally.days): tally.days for tally in one.tallies if tally.still}
    ticks = " ".join(f"M {x} {down(one.estimate_on(at[x])) - 5} v 10" for x in still)
    return Line(
        name=shorten(_name(one.label), 20, placeholder="…"),
        style=style,
        path=_steps(steps, end, across, down),
        band=_band(one, end, across, down),
        ticks=ticks,
        markers=[(across(day), down(one.estimate_on(day))) for day in marks if day <= end],
        end_y=down(one.estimate_on(end)),
        label_y=down(one.estimate_on(end)),
    )


def _steps(steps: list[tuple[int, float]], end: int, across: Callable, down: Callable) -> str:
    parts = [f"M {across(0)} {down(steps[0][1])}"]
    parts += [f"H {across(day)} V {down(value)}" for day, value in steps[1:]]
    return " ".join([*parts, f"H {across(end)}"])


def _band(one: Curve, end: int, across: Callable, down: Callable) -> str:
    """Around the line as far as its limits are defined."""
    points = [point for point in one.points if point.lower is not None and point.upper is not None]
    if not points:
        return ""
    last = next((p.day for p in one.points if p.lower is None), end)
    upper = _steps([(0, 1.0), *((p.day, p.upper) for p in points)], last, across, down)
    corners = [(across(0), 1.0), *((across(p.day), p.lower) for p in points)]
    back = [f"L {across(last)} {down(corners[-1][1])}"]
    for (x, _value), (_x, before) in zip(reversed(corners[1:]), reversed(corners[:-1]), strict=True):
        back.append(f"H {x} V {down(before)}")
    return f"{upper} {' '.join(back)} H {across(0)} Z"


def _labels_apart(lines: list[Line]) -> list[Line]:
    """The same lines, their names moved until none stands on another and all stand beside the drawing."""
    placed: list[Line] = []
    lowest = TOP
    for line in sorted(lines, key=lambda one: one.end_y):
        y = max(line.end_y + 4, lowest)
        placed.append(_moved(line, y))
        lowest = y + LINE_HEIGHT
    over = max(0, lowest - LINE_HEIGHT - (TOP + PLOT_HEIGHT))
    return [_moved(line, line.label_y - over) for line in sorted(placed, key=lambda one: one.style)]


def _moved(line: Line, y: float) -> Line:
    facts = {name: getattr(line, name) for name in Line.__dataclass_fields__}
    return Line(**facts | {"label_y": round(y, 1)})


def drawn_counts(named: list[tuple[str, list[int]]], days: Sequence[date], most: int) -> list[Drawn]:
    """Numbers by day as lines, up to a number that all drawings of a page share."""
    top = _round_up(most)
    some = [named] if len(named) <= LINES_AT_MOST else [[one] for one in named]
    return [_of_counts(few, days, top) for few in some]


def _of_counts(named: list[tuple[str, list[int]]], days: Sequence[date], top: int) -> Drawn:
    long = max(len(days) - 1, 1)
    across = lambda at: round(LEFT_EDGE + PLOT_WIDTH * at / long, 1)  # noqa: E731
    down = lambda value: round(TOP + PLOT_HEIGHT * (1 - value / top), 1)  # noqa: E731
    marks = marks_for(len(days) - 1)
    if len(marks) > 1 and len(days) > 60:
        marks = marks[:: -(-len(marks) // 5)]
    lines = []
    for style, (name, numbers) in enumerate(named, 1):
        changed = [(at, n) for at, n in enumerate(numbers) if at == 0 or n != numbers[at - 1]]
        end = down(numbers[-1])
        points = [(across(at), down(numbers[at])) for at in marks]
        path = _steps(changed, len(days) - 1, across, down)
        lines.append(Line(shorten(name, 20, placeholder="…"), style, path, "", "", points, end, end))
    return Drawn(
        lines=_labels_apart(lines),
        x_marks=[(across(at), f"{days[at]:%b} {days[at].day}, {days[at]:%y}") for at in marks],
        y_marks=[(down(top * part / 4), f"{top * part // 4:,}") for part in range(5)],
        words=" ".join(f"{name}: {numbers[0]:,} at first, {numbers[-1]:,} at last." for name, numbers in named),
    )


def _round_up(number: int) -> int:
    """The next number that divides by four into round parts."""
    step = 4
    while step * 10 < number:
        step *= 10
    return max(4, -(-number // step) * step)
