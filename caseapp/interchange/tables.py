"""CSV files as they come in and as rejects go out: any size in little memory, any content without a surprise.

A row is read whole or not at all. What can't be read is given as it stands with a sentence that says why, and reading goes
on with the next line.
"""

import csv
import fcntl
import io
import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from caseapp.core.cells import bare_cell, safe_cell
from caseapp.core.errors import RuleBroken
from caseapp.interchange.rules import MARKS

LINE_MOST = 1_000_000  # characters of a line; a longer one is no row of anybody's list
WRONG_MOST = 10_000  # rows, one after the other, that can't be read; then it is no list
LINES_OF_A_ROW = 50  # how far a quoted cell may reach before its quote counts as forgotten
REASON = "reject_reason"


@dataclass(frozen=True)
class Row:
    """A row in the order of the header, or what stood there instead and the sentence that says what is wrong with it."""

    cells: list[str]
    wrong: str = ""


class Table:
    """A CSV file with a header. `names` are its columns in capitals; `position` is the number of bytes read of `size`."""

    def __init__(self, name: str, size: int, text: io.TextIOWrapper):
        self.name, self.size, self._text = name, size, text
        self._waiting: deque[str] = deque()
        self.header = self._read_header()
        self.names = [name.upper() for name in self.header]

    @property
    def position(self) -> int:
        return self._text.buffer.tell()

    def needs(self, columns: Iterable[str], to_be: str = "a list of people") -> None:
        """Raise RuleBroken unless the file has the columns that it needs to be read as what it should be."""
        missing = [name for name in columns if name.upper() not in self.names]
        if missing:
            which = f"the column {missing[0]}" if len(missing) == 1 else f"the columns {', '.join(missing)}"
            raise RuleBroken(f"{self.name} lacks {which}, so it can't be read as {to_be}.")

    def rows(self) -> Iterator[Row]:
        """Each row once, empty lines left out. After WRONG_MOST that can't be read, a last one says that no more are looked at."""
        wrong = 0
        while line := self._line():
            row = self._row(line)
            wrong = wrong + 1 if row.wrong else 0
            if wrong > WRONG_MOST:
                yield Row(
                    row.cells, f"{WRONG_MOST:,} rows before this one can't be read, so from here on none was looked at"
                )
                return
            if row.wrong or any(cell.strip() for cell in row.cells):
                yield row

    def _read_header(self) -> list[str]:
        line = self._line()
        if "\x00" in line or any("\udc80" <= letter <= "\udcff" for letter in line):
            raise RuleBroken(f"{self.name} is not UTF-8 text. Save it as CSV UTF-8.")
        row = self._row(line, header=True)
        header = [bare_cell(name).strip() for name in row.cells]
        if row.wrong or not any(header):
            raise RuleBroken(f"{self.name} has no header: its first line names no columns.")
        twice = sorted({name for name in header if name and [n.upper() for n in header].count(name.upper()) > 1})
        if twice:
            raise RuleBroken(f"{self.name} has the column {twice[0]} more than once. Rename one of them.")
        return header

    def _line(self) -> str:
        """The next line with its end; of one that is too long, its first part only. Empty at the end of the file."""
        if self._waiting:
            return self._waiting.popleft()
        line = self._text.readline(LINE_MOST + 1)
        rest = line
        while len(rest) > LINE_MOST and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(LINE_MOST + 1)
        return line

    def _row(self, line: str, header: bool = False) -> Row:
        if len(line) > LINE_MOST:
            return Row([line[:200]], f"This line is longer than {LINE_MOST:,} characters. Here are its first 200")
        lines, quotes = [line], line.count('"')
        while quotes % 2 and len(lines) < LINES_OF_A_ROW and (more := self._line()):
            lines.append(more)
            quotes += more.count('"')
        row = self._parsed("".join(lines), header)
        if row.wrong and len(lines) > 1:  # the quote was forgotten: what follows are rows of their own
            self._waiting.extendleft(reversed(lines[1:]))
            return Row([line.rstrip("\r\n")], "A quotation mark is opened in this row and not closed")
        return row

    def _parsed(self, text: str, header: bool) -> Row:
        if text.count('"') % 2:
            return Row([text.rstrip("\r\n")], "A quotation mark is opened in this row and not closed")
        try:
            cells = [bare_cell(cell) for row in csv.reader([text], strict=True) for cell in row]
        except csv.Error as error:
            return Row(
                [text.rstrip("\r\n")[:200]], f"This row can't be read: {error}. Here are its first 200 characters"
            )
        if not header and cells and any(cells) and len(cells) != len(self.header):
            return Row(cells, f"This row has {len(cells)} cells, and the header has {len(self.header)}")
        return Row(cells)


def size_of(path: Path) -> int:
    """The bytes of someone's file. Raises RuleBroken with a sentence if it is none."""
    if path.is_dir():
        raise RuleBroken(f"{path} is a folder. Name the file in it.")
    if not path.exists():
        raise RuleBroken(f"There is no file {path}.")
    if not path.is_file():
        raise RuleBroken(f"{path} is not a file.")
    return path.stat().st_size


@contextmanager
def opened(path: Path) -> Iterator[Table]:
    """A CSV file of someone's. Raises RuleBroken with a sentence if it is none or can't be read."""
    size = size_of(path)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise RuleBroken(f"{path} can't be read: {error.strerror}.") from None
    with table_in(str(path), size, stream) as table:
        yield table


@contextmanager
def table_in(name: str, size: int, stream: io.BufferedReader) -> Iterator[Table]:
    """What a stream of bytes holds as CSV, by the name under which it is spoken of; closes the stream. Raises RuleBroken."""
    # Bytes that are not UTF-8 pass through as they are, so that one bad row costs that row and not the file.
    with io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        begin = stream.peek(2)[:2]
        if not begin:
            raise RuleBroken(f"{name} is empty: it has not even a header.")
        if begin in MARKS:
            raise RuleBroken(f"{name} is {MARKS[begin]}, not UTF-8 text. Save it as CSV UTF-8.")
        yield Table(name, size, text)


class Rejects:
    """Rows that stay outside, as they were, with the reason as a last cell: `number` of them, the `first` for that reason.

    The file is there only if there are any.
    """

    def __init__(self, header: list[str], out: io.TextIOBase):
        self._writer, self.number, self.first = csv.writer(out), 0, ""
        # Of the rejects of an earlier import, put right, the old reason makes way.
        self._keep = [place for place, name in enumerate(header) if name != REASON]
        self._header = [header[place] for place in self._keep]

    def add(self, row: Row, reason: str) -> None:
        """Write one row; a cell that a spreadsheet would take for a formula is guarded."""
        if self.number == 0:
            self.first = reason
            self._writer.writerow([*map(safe_cell, self._header), REASON])
        cells = row.cells if row.wrong else [row.cells[place] for place in self._keep]
        padding = [""] * (len(self._header) - len(cells))
        self._writer.writerow([*map(safe_cell, cells), *padding, safe_cell(reason)])
        self.number += 1


@contextmanager
def rejects_of(path: Path, header: list[str]) -> Iterator[Rejects]:
    """Where the rejects of a file go: `<file>.rejects.csv`, put in place whole at the end; of an earlier run none stay.

    Raises RuleBroken before anything is done if it can't be written, or if the same file is being brought in elsewhere; later
    if the disk is full or fails.
    """
    part = path.with_name(f".{path.name}.rejects.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise RuleBroken(f"{part.parent} can't take the file of rejects: {error.strerror}.") from None
    try:
        with _written(handle, path, part) as out:
            yield Rejects(header, out)
    except OSError as error:
        raise RuleBroken(
            f"The import of {path} stopped: {error.strerror}. Run it again: it goes on from here."
        ) from None


@contextmanager
def _written(handle: int, path: Path, part: Path) -> Iterator[io.TextIOBase]:
    """What is written in the block gets its name at the end of it."""
    with open(handle, "w", encoding="utf-8", errors="surrogateescape", newline="") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RuleBroken(f"{path} is being imported right now by another command.") from None
        out.truncate()
        try:
            yield out
            out.flush()
            os.fsync(out.fileno())
        except BaseException:
            part.unlink()  # half a list of rejects is worth nothing: the next run writes a whole one
            raise
        target = path.with_name(f"{path.name}.rejects.csv")
        if out.tell():
            part.replace(target)
        else:
            target.unlink(missing_ok=True)
            part.unlink()
