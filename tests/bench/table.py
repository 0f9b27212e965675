"""The table of what was measured, and which pages missed their bar."""

from typing import TextIO

from rich.console import Console
from rich.table import Table

from tests.bench.clinics import BOARD, BOARD_AFTER_TEN, Row
from tests.bench.saving import ONE, ONE_TAKEN, TAKEN, THIRTY

# At most so many times the bare page, at every size.
BARS = {
    "clients, first page": 5,
    "search, a name": 5,
    "search, three letters": 5,
    "search, a letter": 5,
    "chart": 8,
    "roll-call": 8,
    BOARD: 20,
    BOARD_AFTER_TEN: 20,
}
# Thirty marks at once: at most so many statements, and so many times as long as one.
THIRTY_STATEMENTS, THIRTY_TIMES = 10, 2
BESIDE_ONE = {THIRTY: (ONE, f", bar {THIRTY_TIMES}"), TAKEN: (ONE_TAKEN, f"; bar {THIRTY_STATEMENTS} statements")}
COLUMNS = ("engine", "clients", "page or command", "p50 ms", "p95 ms", "statements", "bytes", "times bare")


def missed(rows: list[Row], bars: dict[str, float] = BARS) -> list[str]:
    """A sentence for each page over its bar, and for each whose number of statements depends on how many clients there are."""
    found = [
        f"{row.what} with {row.clients:,} clients on {row.engine}: {row.ratio:.1f} times the bare page, the bar is {bars[row.what]}"
        for row in rows
        if row.ratio is not None and row.ratio > bars.get(row.what, row.ratio)
    ]
    for engine, what in dict.fromkeys((row.engine, row.what) for row in rows if row.what in bars):
        counts = {row.clients: row.statements for row in rows if (row.engine, row.what) == (engine, what)}
        if len(set(counts.values())) > 1:
            found.append(f"{what} on {engine}: the number of statements depends on the clients, {counts}")
    return found + _missed_by_saving(rows)


def _missed_by_saving(rows: list[Row]) -> list[str]:
    at = {(row.engine, row.clients, row.what): row for row in rows}
    found = []
    for engine, clients in dict.fromkeys((row.engine, row.clients) for row in rows if row.what == THIRTY):
        one, thirty, taken = (at[engine, clients, what] for what in (ONE, THIRTY, TAKEN))
        where = f"with {clients:,} clients on {engine}"
        if taken.statements > THIRTY_STATEMENTS:
            found.append(f"{TAKEN} {where}: {taken.statements} statements, the bar is {THIRTY_STATEMENTS}")
        if thirty.p50 > THIRTY_TIMES * one.p50:
            found.append(
                f"{THIRTY} {where}: {thirty.p50 / one.p50:.1f} times as long as one, the bar is {THIRTY_TIMES}"
            )
        if thirty.statements > one.statements:
            found.append(f"{THIRTY} {where}: {thirty.statements} statements, and {one.statements} for one")
    return found


def _cells(row: Row, p50: dict) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.1f}"
    bar = f" (bar {BARS[row.what]})" if row.what in BARS else ""
    if row.what in BESIDE_ONE:
        one, its_bar = BESIDE_ONE[row.what]
        bar = f" ({row.p50 / p50[row.engine, row.clients, one]:.2f} x 1 mark{its_bar})"
    times = (f"{row.p50:,.1f}", f"{row.p95:,.1f}", str(row.statements), f"{row.size:,}", ratio + bar)
    return row.engine, f"{row.clients:,}", row.what, *times


def _all_cells(rows: list[Row]) -> list[tuple[str, ...]]:
    p50 = {(row.engine, row.clients, row.what): row.p50 for row in rows}
    return [_cells(row, p50) for row in rows]


def markdown(rows: list[Row]) -> str:
    """The table as a page of the docs has it."""
    lines = [COLUMNS, ["---"] * len(COLUMNS), *_all_cells(rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def show(rows: list[Row], out: TextIO) -> None:
    """Print the table, and below it what missed its bar."""
    table = Table(*COLUMNS)
    for cells in _all_cells(rows):
        table.add_row(*cells)
    Console(file=out, width=130).print(table)
    for sentence in missed(rows):
        print(sentence, file=out)
