"""Where the parts of the ladder stand: phases side by side, moves on above them, returns dashed below, endings down.

A ladder and not a flow chart: people step up again, so the picture must show a way back. Each band is one cell of the
matrix below it, and its number stands beside it. All figures are pixels: the drawing is never made smaller, so that its
words stay readable; on a small screen it is moved sideways.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap

from caseapp.reports.rules import ADMISSION

BOX_WIDTH, BOX_HEIGHT, GAP = 132, 84, 112
ADMISSION_WIDTH, LEFT_EDGE, RIGHT_EDGE = 96, 196, 60
LEVEL, ENDING = 32, 34  # how far arcs, and rows of endings, stand apart
ON_AT, BACK_AT = 26, 58  # where a box is left for its neighbours, from its top
BAND_MOST, HAIRLINE_SHARE = 16, 0.02

# Which steps of the ramp stand for how many phases, so that neighbours differ also in grey (a brief of the look).
STEPS = {1: (1,), 2: (2, 5), 3: (1, 3, 5), 4: (1, 3, 5, 6), 5: (1, 2, 3, 5, 6), 6: (1, 2, 3, 4, 5, 6)}


@dataclass(frozen=True)
class Box:
    """A phase, or admission (step 0): where it stands, which step of the ramp it has, its name in lines."""

    name: str
    x: int
    y: int
    width: int
    step: int
    lines: list[str]

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Band:
    """The moves of one cell: path, width in pixels (0 is a hairline), tip, and where the number is written.

    `kind` is "on", "back" or "out"; `step` the ramp's step of the phase that was left, 0 for admission.
    """

    kind: str
    step: int
    number: int
    words: str
    path: str
    width: float
    tip: str
    label_x: float
    label_y: float
    anchor: str = "middle"


@dataclass(frozen=True)
class Ending:
    """A way out of the program: the height at which its bands arrive, and how many took it."""

    name: str
    y: int
    number: int


@dataclass(frozen=True)
class Ladder:
    """The whole drawing."""

    width: int
    height: int
    boxes: list[Box]
    bands: list[Band]
    endings: list[Ending]


def ladder(phases: list[str], endings: list[str], cells: dict[tuple[str, str], int]) -> Ladder:
    """Draw the moves counted by (row, column) of the matrix: rows are ADMISSION and phases, columns phases and endings."""
    return _Drawing(phases, endings, cells).drawn()


class _Drawing:
    """What the bands hand to each other while they are placed: levels of arcs, and places at the edges of a box."""

    def __init__(self, phases: list[str], endings: list[str], cells: dict[tuple[str, str], int]):
        self.cells = {cell: number for cell, number in cells.items() if number}
        self.place = {ADMISSION: -1} | {name: at for at, name in enumerate(phases)}
        self.endings = endings
        self.most, self.total = max(self.cells.values(), default=1), sum(self.cells.values())
        arcs = sorted((cell for cell in self.cells if abs(self._distance(cell) or 0) > 1), key=self._reach)
        self.above = [cell for cell in arcs if self._distance(cell) > 0]
        self.below = [cell for cell in arcs if self._distance(cell) < 0]
        self.top = 28 + LEVEL * len(self.above)
        self.bottom = self.top + BOX_HEIGHT
        self.first_ending = self.bottom + LEVEL * len(self.below) + 40
        self.taken: Counter[tuple[str, str]] = Counter()
        self.boxes = self._boxes(phases)

    def drawn(self) -> Ladder:
        """Arcs first, so that shorter bands and their numbers lie over them."""
        order = sorted(self.cells, key=lambda cell: (cell not in self.above + self.below, self._reach(cell)))
        bands = [self._band(cell) for cell in order]
        out = Counter()
        for (_row, column), number in self.cells.items():
            out[column] += number
        rows = [Ending(name, self._ending_at(name), out[name]) for name in self.endings]
        width = LEFT_EDGE + len(self.boxes[1:]) * (BOX_WIDTH + GAP) - GAP + RIGHT_EDGE
        height = (rows[-1].y if rows else self.bottom + LEVEL * len(self.below)) + 24
        return Ladder(width, height, self.boxes, bands, rows)

    def _boxes(self, phases: list[str]) -> list[Box]:
        steps = STEPS[max(1, min(len(phases), 6))]
        boxes = [Box(ADMISSION, 12, self.top, ADMISSION_WIDTH, 0, [ADMISSION])]
        for at, name in enumerate(phases):
            lines = wrap(name, 15, max_lines=3, placeholder="…")
            step = steps[min(at, len(steps) - 1)]
            boxes.append(Box(name, LEFT_EDGE + at * (BOX_WIDTH + GAP), self.top, BOX_WIDTH, step, lines))
        return boxes

    def _distance(self, cell: tuple[str, str]) -> int | None:
        """How many phases on (or back, below 0) a move leads; None for an ending."""
        row, column = cell
        return self.place[column] - self.place[row] if column in self.place else None

    def _reach(self, cell: tuple[str, str]) -> tuple[int, int]:
        return abs(self._distance(cell) or 0), self.place[cell[0]]

    def _ending_at(self, name: str) -> int:
        return self.first_ending + ENDING * self.endings.index(name)

    def _band(self, cell: tuple[str, str]) -> Band:
        number, distance = self.cells[cell], self._distance(cell)
        width = 0 if number < self.total * HAIRLINE_SHARE else 2 + (BAND_MOST - 2) * number / self.most
        row, column = self.boxes[self.place[cell[0]] + 1], cell[1]
        words = f"{cell[0]} to {column}: {number:,}"
        kind = "out" if distance is None else "on" if distance > 0 else "back"
        make = self._out if distance is None else self._straight if abs(distance) == 1 else self._arc
        path, tip, *label = make(row, column, kind == "on", width)
        return Band(kind, row.step, number, words, path, round(width, 1), tip, *label)

    def _straight(self, row: Box, column: str, on: bool, width: float) -> tuple:
        """Between neighbours: to the right in the upper half, to the left in the lower."""
        other = self.boxes[self.place[column] + 1]
        if on:
            y, start, end = row.y + ON_AT, row.x + row.width, other.x
            label = y - width / 2 - 7
        else:
            y, start, end = row.y + BACK_AT, row.x, other.x + other.width
            label = y + width / 2 + 17
        tip, length = _tip(end, y, width, "right" if on else "left")
        return f"M {start} {y} H {end - length if on else end + length}", tip, (start + end) / 2, label

    def _arc(self, row: Box, column: str, on: bool, width: float) -> tuple:
        """Past other phases: over them on the way on, under them on the way back, each at a level of its own."""
        other = self.boxes[self.place[column] + 1]
        cell, edge = (row.name, column), row.y if on else self.bottom
        level = (self.above if on else self.below).index(cell) + 1
        y = edge - LEVEL * level + 6 if on else edge + LEVEL * level - 6
        start = row.middle + (1 if on else -1) * self._slot(row, on, "leaves")
        end = other.middle + (-1 if on else 1) * self._slot(other, on, "arrives")
        tip, length = _tip(end, edge, width, "down" if on else "up")
        path = f"M {start:g} {edge} V {y} H {end:g} V {edge - length if on else edge + length:g}"
        return path, tip, (start + end) / 2, y - width / 2 - 4

    def _slot(self, box: Box, on: bool, how: str) -> float:
        """How far from the middle of its edge an arc leaves or reaches a box; the next one a little nearer the middle."""
        taken = self.taken[box.name, f"{on}{how}"]
        self.taken[box.name, f"{on}{how}"] += 1
        return max(box.width / 2 - 10 - 20 * taken, 6)

    def _out(self, row: Box, column: str, _on: bool, width: float) -> tuple:
        """Down to the row of an ending; the first ending furthest to the right, so that each number has its place."""
        x = row.x + row.width - 34 - 17 * self.endings.index(column)
        y = self._ending_at(column)
        tip, length = _tip(x, y, width, "down")
        return f"M {x} {self.bottom} V {y - length:g}", tip, x + length + 3, y, "start"


_TURNED: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "right": lambda along, across: (-along, across),
    "left": lambda along, across: (along, across),
    "down": lambda along, across: (across, -along),
    "up": lambda along, across: (across, along),
}


def _tip(x: float, y: float, width: float, towards: str) -> tuple[str, float]:
    """The three corners of an arrow's head that ends at a point, and its length."""
    half = max(5.0, width / 2 + 3)
    length = half + 2
    corners = [(0.0, 0.0), *(_TURNED[towards](length, across) for across in (-half, half))]
    return " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners), length
