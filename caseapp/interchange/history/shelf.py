"""Where the rows of PHASES.csv lie until their episodes come by: on a disk, so that a long history takes little memory.

A private database without a name, which goes when it is closed or the process ends, whatever ends it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from caseapp.core.errors import RuleBroken

MANY = 500


class Shelf:
    """Rows of phases by the key of their episode, in the order of the file; and which keys have come by already."""

    def __init__(self, connection: sqlite3.Connection):
        self._db = connection
        self._db.execute(
            "CREATE TABLE phase (key TEXT, number INTEGER PRIMARY KEY, cells TEXT, taken INTEGER DEFAULT 0)"
        )
        self._db.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")
        self._indexed = False

    def lay(self, rows: Iterable[tuple[str, int, list[str]]]) -> None:
        """Put rows down: the key of the episode, the number of the row, its cells."""
        put = ((key, number, json.dumps(cells)) for key, number, cells in rows)
        self._db.executemany("INSERT INTO phase (key, number, cells) VALUES (?, ?, ?)", put)

    def take(self, keys: list[str]) -> dict[str, list[list[str]]]:
        """The rows of these episodes, by key and in order; they count as taken from then on."""
        if not self._indexed:  # once, after all rows lie there
            self._db.execute("CREATE INDEX by_key ON phase (key)")
            self._indexed = True
        found: dict[str, list[list[str]]] = {}
        for some in _in_parts(keys):
            places = ",".join("?" * len(some))
            rows = self._db.execute(f"SELECT key, cells FROM phase WHERE key IN ({places}) ORDER BY number", some)
            for key, cells in rows:
                found.setdefault(key, []).append(json.loads(cells))
            self._db.execute(f"UPDATE phase SET taken = 1 WHERE key IN ({places})", some)
        return found

    def left(self) -> Iterator[list[tuple[str, list[str]]]]:
        """The rows that no episode took, some hundred at a time, in order."""
        rows = self._db.execute("SELECT key, cells FROM phase WHERE taken = 0 ORDER BY number")
        while some := rows.fetchmany(MANY):
            yield [(key, json.loads(cells)) for key, cells in some]

    def first_seen(self, key: str, number: int) -> int:
        """The number of the row in which a key came by first: this one, unless it came earlier."""
        self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, number))
        return self._db.execute("SELECT number FROM seen WHERE key = ?", (key,)).fetchone()[0]


def _in_parts(keys: list[str]) -> Iterator[list[str]]:
    return (keys[at : at + MANY] for at in range(0, len(keys), MANY))


@contextmanager
def shelf() -> Iterator[Shelf]:
    """A shelf that is there as long as the block. Raises RuleBroken if its disk is full or fails."""
    connection = sqlite3.connect("", isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("BEGIN")
        yield Shelf(connection)
    except sqlite3.Error as error:
        raise RuleBroken(
            f"The folder for temporary files can't take the phases ({error}). TMPDIR names another one."
        ) from None
    finally:
        connection.close()
