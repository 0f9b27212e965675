"""The file of a backup: lines of JSON, gzipped. First what it is, then each table with its rows, last a code over all of it.

The code is an HMAC under a key made from the master key: whoever does not have that can neither change a row nor make a backup up.
"""

import gzip
import hmac
import json
import os
import tempfile
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from caseapp.core import sealed
from caseapp.core.errors import RuleBroken

FORMAT = 1
TOLD_EVERY = 1_000
_COMPRESSION, _GZIP = 3, 31


@dataclass(frozen=True)
class Head:
    """What a backup says of itself: the schema it fits, when it was made, the anchor of its log, the rows of each table."""

    revision: str
    made_at: str
    anchor_position: int
    anchor_code: str
    rows: dict[str, int]


def _code() -> hmac.HMAC:
    return hmac.new(sealed.derived("backup"), digestmod=sha256)


def _key_mark() -> str:
    """Tells one master key from another, and nothing of it."""
    return hmac.new(sealed.derived("backup"), b"which key", sha256).hexdigest()[:16]


class Writer:
    """Writes a backup line by line."""

    def __init__(self, out: BinaryIO, head: Head):
        self.out, self.packer, self.code = out, zlib.compressobj(_COMPRESSION, wbits=_GZIP), _code()
        self._write([{"caseapp_backup": FORMAT, "key": _key_mark(), **asdict(head)}])

    def table(self, name: str, columns: list[str]) -> None:
        """Begin a table."""
        self._write([{"table": name, "columns": columns}])

    def rows(self, rows: Iterable[tuple]) -> None:
        """Rows of the table begun last."""
        self._write(rows)

    def end(self) -> None:
        """Put the code under it, and all of it on the disk."""
        self._write([{"code": self.code.hexdigest()}])
        self.out.write(self.packer.flush())
        self.out.flush()
        os.fsync(self.out.fileno())

    def _write(self, values: Iterable[Any]) -> None:
        lines = "".join(f"{json.dumps(value, separators=(',', ':'), default=_spelled)}\n" for value in values).encode()
        self.code.update(lines)
        self.out.write(self.packer.compress(lines))


def _spelled(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return str(value) if isinstance(value, Decimal) else value.isoformat()


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """What goes wrong goes wrong with this file, not with the one beside it that nobody knows of."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


@contextmanager
def written_aside(path: Path) -> Iterator[BinaryIO]:
    """A file, for its owner alone, that gets its name at the end of the block, and never takes another one's."""
    must_not_exist(path)
    with _named(path):
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with _named(path), os.fdopen(handle, "wb") as file:
            yield file
        must_not_exist(path)
        Path(aside).rename(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def must_not_exist(path: Path) -> None:
    """Raise RuleBroken if there is something of that name."""
    if path.exists() or path.is_symlink():
        raise RuleBroken(f"{path} is there already, and a backup never replaces one. Choose another name.")


class Reader:
    """Reads a backup line by line. Raises RuleBroken with a sentence for everything that can be wrong with it.

    Until the last row has been read nobody knows that the file is whole.
    """

    def __init__(self, path: Path):
        self.path, self.code = path, _code()
        self.lines = self._lines()
        first = next(self.lines, None)
        if not isinstance(first, dict) or "caseapp_backup" not in first:
            raise RuleBroken(f"{path} is not a backup of caseapp.")
        if first.pop("caseapp_backup") != FORMAT:
            raise RuleBroken(f"{path} was made by another version, in a form that this one does not read.")
        if first.pop("key") != _key_mark():
            raise RuleBroken(f"{path} was made under another master key. Check KEY_FILE.")
        try:
            self.head = Head(**first)
        except TypeError:
            raise self._broken() from None

    def look_through(self) -> Iterator[int]:
        """Read all of it for nothing but whether it is whole; how many rows there were so far, now and then."""
        done = 0
        for line in self.lines:
            done += isinstance(line, list)
            if done % TOLD_EVERY == 0:
                yield done

    def tables(self) -> Iterator[tuple[str, list[str], Iterator[list]]]:
        """Each table of a file that was looked through: name, columns, rows; the rows are to be read before the next table."""
        self.ahead = next(self.lines, {})
        while "table" in self.ahead:
            yield self.ahead["table"], self.ahead["columns"], self._rows()

    def _rows(self) -> Iterator[list]:
        for line in self.lines:
            if isinstance(line, dict):
                self.ahead = line
                return
            yield line

    def _lines(self) -> Iterator[dict | list]:
        """Every line but the last, whose code is compared."""
        try:
            with gzip.open(self.path) as packed:
                for line in packed:
                    value = json.loads(line)
                    if isinstance(value, dict) and "code" in value:
                        code = str(value["code"]).encode()
                        if packed.read(1) or not hmac.compare_digest(code, self.code.hexdigest().encode()):
                            raise self._broken()
                        yield {}
                        return
                    self.code.update(line)
                    yield value
        except EOFError:
            pass
        except (gzip.BadGzipFile, zlib.error, ValueError) as error:
            begun = self.code.digest() != _code().digest()
            raise (
                self._broken() if begun else RuleBroken(f"{self.path} is not a backup of caseapp, or it is damaged.")
            ) from error
        raise RuleBroken(f"{self.path} is cut off: its end is missing.")

    def _broken(self) -> RuleBroken:
        return RuleBroken(f"{self.path} is damaged or was changed: it does not fit the code at its end.")
