"""The table of what was measured, and which pages missed their bar."""

from typing import TextIO

from rich.console import Console
from rich.table import Table

from tests.bench.clinics import Row

# At most so many times the bare page, at every size.
BARS = {
    "clients, first page": 5,
    "search, a name": 5,
    "search, three letters": 5,
    "search, a letter": 5,
    "chart": 8,
    "roll-call": 8,
}
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
    return found


def show(rows: list[Row], out: TextIO) -> None:
    """Print the table, and below it what missed its bar."""
    table = Table(*COLUMNS)
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.1f}"
        bar = f" (bar {BARS[row.what]})" if row.what in BARS else ""
        table.add_row(
            row.engine, f"{row.clients:,}", row.what, f"{row.p50:,.1f}", f"{row.p95:,.1f}", str(row.statements),
            f"{row.size:,}", ratio + bar,
        )  # fmt: skip
    Console(file=out, width=130).print(table)
    for sentence in missed(rows):
        print(sentence, file=out)
