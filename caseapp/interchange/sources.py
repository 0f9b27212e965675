"""What someone hands over, file by file, in one shape: candidates, each a person or a reason why they stay outside.

A list of people takes along what lies beside it under the names of BESIDE: there the problems of its people stand.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Protocol

from caseapp.core.errors import RuleBroken
from caseapp.episodes.rules import CodeSystem, Problem, ProblemStatus
from caseapp.interchange.bundles import SIZE_MOST, entries_of, too_big
from caseapp.interchange.codes import words_of
from caseapp.interchange.referrals import person_in, said_or, what_it_says
from caseapp.interchange.rules import (
    DEFAULT_SOURCE,
    NEEDED_COLUMNS,
    CannotBringIn,
    Cells,
    LeastAge,
    Person,
    person_of,
)
from caseapp.interchange.tables import Row, Table, table_in

BESIDE = {"conditions.csv": CodeSystem.snomed, "medications.csv": CodeSystem.rxnorm}
PROBLEM_COLUMNS = ("START", "STOP", "PATIENT", "CODE", "DESCRIPTION")
FILE_COLUMN = "FILE"
BUNDLE_COLUMNS = [FILE_COLUMN, "LAST", "FIRST", "BIRTHDATE"]
Problems = dict[str, list[Problem]]


@dataclass(frozen=True)
class File:
    """Bytes that someone hands over: how the file is called, in which folder, how many bytes, and what opens them."""

    name: str
    size: int
    open: Callable[[], io.BufferedReader]

    @property
    def kind(self) -> str:
        return PurePath(self.name).name.lower()

    @property
    def is_bundle(self) -> bool:
        return self.kind.endswith(".json")


@dataclass(frozen=True)
class Candidate:
    """A row (or a whole Bundle), with the person in it or the reason why it stays outside."""

    row: Row
    found: Person | str


class Source(Protocol):
    """A file as an import goes through it: `position` of `size` bytes are done; `header` is that of its rejects."""

    name: str
    size: int
    header: list[str]

    @property
    def position(self) -> int: ...

    def candidates(self, today: date, least_age: LeastAge | None) -> Iterator[Candidate]: ...


def sources_of(files: list[File], opened: ExitStack) -> list[Source]:
    """The files in the order in which they are read, open as long as `opened` is; one that is no such file is Unreadable.

    Raises RuleBroken for one that can't be opened.
    """
    lists = {PurePath(one.name).parent for one in files if not one.is_bundle and one.kind not in BESIDE}
    beside = [one for one in files if one.kind in BESIDE and PurePath(one.name).parent in lists]
    problems: dict[PurePath, Problems] = {folder: defaultdict(list) for folder in lists}
    found: list[Source] = []
    for one in [*beside, *(one for one in files if one not in beside)]:
        if one.is_bundle:
            found.append(Referral(one))
            continue
        stream, folder = one.open(), PurePath(one.name).parent
        try:
            table = opened.enter_context(table_in(one.name, one.size, stream))
            if one in beside:
                found.append(ListOfProblems(table, BESIDE[one.kind], problems[folder]))
            else:
                found.append(ListOfPeople(table, problems.get(folder, {})))
        except RuleBroken as refused:
            found.append(Unreadable(one, refused.sentence))
    return found


class _OfTable:
    def __init__(self, table: Table):
        self.table, self.name, self.size, self.header = table, table.name, table.size, table.header

    @property
    def position(self) -> int:
        return self.table.position

    def named(self, row: Row) -> dict[str, str]:
        """A row by the columns of the table. Raises CannotBringIn for one that can't be read."""
        if row.wrong:
            raise CannotBringIn(row.wrong)
        return dict(zip(self.table.names, row.cells, strict=True))


class ListOfPeople(_OfTable):
    """A list as patients.csv: a row is someone, with what the lists beside it say of them."""

    def __init__(self, table: Table, problems: Problems):
        super().__init__(table)
        table.needs(NEEDED_COLUMNS)
        self.problems = problems

    def candidates(self, today: date, least_age: LeastAge | None) -> Iterator[Candidate]:
        for row in self.table.rows():
            yield Candidate(row, self._found(row, today, least_age))

    def _found(self, row: Row, today: date, least_age: LeastAge | None) -> Person | str:
        try:
            person = person_of(self.named(row), today, least_age)
        except CannotBringIn as refused:
            return refused.reason
        return Person(person.reference, person.details, tuple(self.problems.get(person.reference, ())), DEFAULT_SOURCE)


class ListOfProblems(_OfTable):
    """A list as conditions.csv: it brings in nobody, and lays down what it says of substances. Only rows that it can't read
    are candidates.
    """

    def __init__(self, table: Table, system: CodeSystem, problems: Problems):
        super().__init__(table)
        table.needs(PROBLEM_COLUMNS, f"a list of {PurePath(table.name).stem}")
        self.system, self.problems = system, problems

    def candidates(self, today: date, least_age: LeastAge | None) -> Iterator[Candidate]:
        for row in self.table.rows():
            try:
                self._lay_down(Cells(self.named(row)))
            except CannotBringIn as refused:
                yield Candidate(row, refused.reason)

    def _lay_down(self, cells: Cells) -> None:
        code = cells.row["CODE"].strip()
        ours = words_of(self.system, code)
        if ours is None:
            return
        onset, ended = (cells.day_of_instant(column) for column in ("START", "STOP"))
        status = ProblemStatus.ended if ended else ProblemStatus.active
        words = said_or(cells.row["DESCRIPTION"], ours)
        whose = cells.text("PATIENT", "PATIENT", 100, needed=True)
        self.problems[whose].append(Problem(self.system, code, words, onset, ended, status))


class Unreadable:
    """A file that is no list of anything, whatever its name says: refused whole, and the other files come in."""

    header = [FILE_COLUMN]

    def __init__(self, file: File, sentence: str):
        self.name, self.size, self.position, self.sentence = file.name, file.size, 0, sentence

    def candidates(self, today: date, least_age: LeastAge | None) -> Iterator[Candidate]:
        self.position = self.size
        yield Candidate(Row([self.name]), self.sentence.rstrip("."))


class Referral:
    """A FHIR Bundle: one client, whole or not at all."""

    header = BUNDLE_COLUMNS

    def __init__(self, file: File):
        self.file, self.name, self.size, self.position = file, file.name, file.size, 0

    def candidates(self, today: date, least_age: LeastAge | None) -> Iterator[Candidate]:
        said: dict[str, str] = {}
        found: Person | str
        try:
            entries = entries_of(self._content())
            said = what_it_says(entries)
            found = person_in(entries, today, least_age)
        except CannotBringIn as refused:
            found = refused.reason
        self.position = self.size
        yield Candidate(Row([self.name, *(said.get(column, "") for column in self.header[1:])]), found)

    def _content(self) -> bytes:
        if self.size > SIZE_MOST:
            raise CannotBringIn(too_big(self.size))
        with self.file.open() as stream:
            return stream.read(SIZE_MOST + 1)


def file_in_memory(name: str, content: bytes) -> File:
    """A file that lies in memory."""
    return File(name, len(content), lambda: io.BufferedReader(io.BytesIO(content)))
