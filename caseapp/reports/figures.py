"""Moves counted: the lines of the report, and the matrices with their drawings that its page shows. Plain Python, no reads."""

import csv
import io
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from caseapp.core.cells import safe_cell
from caseapp.core.words import count, percent
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.reports.ladder import Ladder, ladder
from caseapp.reports.numbers import middle, share
from caseapp.reports.rules import ADMISSION, ENDINGS, LEFT, NOT_RECORDED, ended_as, shares


@dataclass(frozen=True)
class Move:
    """One transition: of whom, from where to where, why, and after how many days in the phase that was left.

    `group` is what the question splits by. `days` is None for an admission.
    """

    client_id: str
    episode_id: str
    came_from: str
    to: str
    kind: MoveKind
    reason: MoveReason
    on: date
    started_on: date | None
    days: int | None
    decided_by: str
    group: str

    @property
    def column(self) -> str:
        """Under which head of the matrix it is counted: the phase moved to, or how the episode ended."""
        return self.to if self.to != LEFT else ended_as(self.kind, self.reason)


@dataclass(frozen=True)
class Line:
    """A row of the report `transitions`; `share_of_from` is a fraction of all moves out of the same phase (of the group)."""

    group: str
    came_from: str
    to: str
    kind: str
    transitions: int
    share_of_from: Decimal
    clients: int
    median_days_in_from: int | Decimal | None
    out_of: int  # all moves out of the same phase: what the share is a share of

    def columns(self) -> dict[str, object]:
        """By the column names of the contract, and `group`."""
        facts = asdict(self)
        return {"from": facts.pop("came_from"), **facts}


def lines_of(moves: list[Move], phases: list[str]) -> list[Line]:
    """One line per group, from, to and kind; `phases` says in which order the program has them."""
    place = {name: at for at, name in enumerate((ADMISSION, *phases, LEFT))}
    out_of, groups = Counter(), defaultdict(list)
    for move in moves:
        out_of[move.group, move.came_from] += 1
        groups[move.group, move.came_from, move.to, move.kind].append(move)
    order = sorted(groups, key=lambda key: (*_last_if_unknown(key[0]), place[key[1]], place[key[2]], key[3]))
    return [_line(key, groups[key], out_of[key[:2]]) for key in order]


def _last_if_unknown(group: str) -> tuple[bool, str]:
    return group == NOT_RECORDED, group


def _line(key: tuple[str, str, str, MoveKind], moved: list[Move], out_of: int) -> Line:
    group, came_from, to, kind = key
    people = len({move.client_id for move in moved})
    return Line(
        group, came_from, to, kind.value, len(moved), share(len(moved), out_of), people, median_of(moved), out_of
    )


def median_of(moves: list[Move]) -> int | Decimal | None:
    """The median of the days in the phases left: a whole number, or one and a half between two; None without days."""
    return middle((move.days, 1) for move in moves if move.days is not None)


@dataclass(frozen=True)
class Part:
    """One matrix with its drawing. `cells` hold the moves counted by (row, column); rows and columns hold theirs in all."""

    group: str
    rows: dict[str, list[Move]]
    columns: dict[str, list[Move]]
    cells: dict[tuple[str, str], list[Move]]
    moves: list[Move]
    ladder: Ladder
    finding: str


def parts_of(moves: list[Move], phases: list[str]) -> list[Part]:
    """A part for each group, the one without a value last."""
    groups = defaultdict(list)
    for move in moves:
        groups[move.group].append(move)
    return [_part(group, groups[group], phases) for group in sorted(groups, key=_last_if_unknown)]


def _part(group: str, moves: list[Move], order: list[str]) -> Part:
    rows, columns, cells = defaultdict(list), defaultdict(list), defaultdict(list)
    for move in moves:
        rows[move.came_from].append(move)
        columns[move.column].append(move)
        cells[move.came_from, move.column].append(move)
    phases = [name for name in order if name in rows or name in columns]
    endings = [ending for ending in ENDINGS if ending in columns]
    return Part(
        group=group,
        rows={name: rows[name] for name in (ADMISSION, *phases) if name in rows},
        columns={name: columns.get(name, []) for name in (*phases, *endings)},
        cells=dict(cells),
        moves=moves,
        ladder=ladder(phases, endings, {cell: len(moved) for cell, moved in cells.items()}),
        finding=finding(moves),
    )


def finding(moves: list[Move]) -> str:
    """The answer in a sentence, with stays and people both told."""
    left = [move for move in moves if move.came_from != ADMISSION]
    admitted = len(moves) - len(left)
    people = count("client", len({move.client_id for move in moves}))
    episodes = count("episode", len({move.episode_id for move in moves}))
    return (
        f"{shares([move.kind for move in left])} {count('admission', admitted).capitalize()}. {people} in {episodes}."
    )


# How the matrix may be looked at, in the words of its links.
VIEWS = {"counts": "Counts", "shares": "Shares", "median": "Median days"}


def cell_text(view: str, moves: list[Move], whole: list[Move]) -> str:
    """What stands in a cell: the number of its moves, their share of the whole row, or the median of the days."""
    if view == "shares":
        return percent(len(moves), len(whole))
    if view == "median":
        middle = median_of(moves)
        return "no days" if middle is None else f"{middle:,}"
    return f"{len(moves):,}"


def as_csv(columns: list[str], rows: list[list[object]]) -> str:
    """A report as a CSV file, its cells safe for a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return out.getvalue()
