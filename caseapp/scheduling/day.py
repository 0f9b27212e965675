"""A day as a table: rooms, staff or phases across, half hours down, a session as high as it is long."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import positions
from caseapp.scheduling.week import Block

HALF_HOUR = 30
# The rows of a day on which little is planned.
FIRST_ROW, LAST_ROW = 9 * 60 // HALF_HOUR, 17 * 60 // HALF_HOUR


@dataclass
class Cell:
    """Sessions that stand together in one column, from a row on, over so many rows."""

    row: int
    rows: int
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Grid:
    """The table: its columns by id and name, its rows by their time, and by row and column a cell, None where one above reaches down.

    A pair that is not there is free. `beside` are the sessions that stand in none of the columns.
    """

    columns: list[tuple[str, str]]
    rows: list[int]
    cells: dict[tuple[int, str], Cell | None]
    beside: list[Block]

    @staticmethod
    def time_of(row: int) -> time:
        """When a row begins on the wall clock."""
        return time(*divmod(row * HALF_HOUR, 60))


def grid_of(blocks: list[Block], columns: list[tuple[str, str]], keys: Callable[[Session], Iterable[str]]) -> Grid:
    """The table of a day. `keys` says in which columns a session stands; cancelled ones keep nothing busy and stand beside."""
    by_column: dict[str, list[Block]] = {id: [] for id, _name in columns}
    cells, beside = [], []
    for block in blocks:
        mine = by_column.keys() & keys(block.session) if not block.off else set()
        for id in mine:
            by_column[id].append(block)
        if not mine:
            beside.append(block)
    placed: dict[tuple[int, str], Cell | None] = {}
    for id, found in by_column.items():
        for cell in _stacked(found):
            cells.append(cell)
            placed |= {(row, id): None for row in range(cell.row + 1, cell.row + cell.rows)} | {(cell.row, id): cell}
    first = min([FIRST_ROW, *(cell.row for cell in cells)])
    last = max([LAST_ROW, *(cell.row + cell.rows for cell in cells)])
    return Grid(columns, list(range(first, last)), placed, beside)


def rooms_of(session: Session) -> list[str]:
    """The room of a session, if it has one."""
    return [session.room_id] if session.room_id else []


def leads_of(session: Session) -> list[str]:
    """Who leads it."""
    return [lead.staff_id for lead in session.leads]


def phases_of(session: Session) -> list[str]:
    """The positions of the phases it serves."""
    return [str(position) for position in positions(session.phases_served)]


def _stacked(blocks: list[Block]) -> list[Cell]:
    cells: list[Cell] = []
    for block in sorted(blocks, key=lambda one: (one.session.starts_at, one.session.id)):
        row, after = _rows(block.session)
        last = cells[-1] if cells else None
        if last and row < last.row + last.rows:
            last.blocks.append(block)
            last.rows = max(last.row + last.rows, after) - last.row
        else:
            cells.append(Cell(row, after - row, [block]))
    return cells


def _rows(session: Session) -> tuple[int, int]:
    """The row in which a session begins and the one after its end; what runs past midnight ends with the day."""
    zone = ZoneInfo(session.site.zone)
    begin, end = (one.astimezone(zone) for one in (session.starts_at, session.ends_at))
    until = 24 * 60 if end.date() > begin.date() else _minutes(end)
    return _minutes(begin) // HALF_HOUR, -(-until // HALF_HOUR)


def _minutes(at: datetime) -> int:
    return at.hour * 60 + at.minute
