"""An import from its first file to its last, a batch to a transaction: the same for the command and for a job."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePath

from sqlalchemy.exc import DataError, IntegrityError

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core import db as database
from caseapp.core.access import Actor
from caseapp.core.errors import RuleBroken, sentence_of
from caseapp.interchange import actions, queries
from caseapp.interchange.rules import CannotBringIn, Outcome, Person
from caseapp.interchange.sources import Candidate, Source
from caseapp.interchange.tables import Rejects

# One commit for so many rows: what is cut off loses no more, and nobody else waits long for the database.
ROWS_AT_ONCE = 100
SHOWN_MOST = 200  # characters of a cell that can't be read


@dataclass(frozen=True)
class Told:
    """One of those in a file, as it names them, and what became of them: an outcome, or the reason for which they stay outside."""

    name: str
    born: str
    what: str


@dataclass
class Tally:
    """How many were imported, already known and rejected; the ids of those imported; and each of them told."""

    counts: Counter[str] = field(default_factory=Counter)
    imported: list[str] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.counts += other.counts
        self.imported += other.imported


# What is done with a person of a source; gives what became of them, and the client's id ("" if nothing was written).
Deed = Callable[[Person, str], tuple[Outcome, str]]


def bring_in(file: Source, rejects: Rejects, source: str, by: Actor) -> Iterator[Tally]:
    """Bring in what a file holds, each person whole or not at all; after each commit, what became of its batch.

    `source` is where it comes from; "" leaves that to the file. Cut off and begun anew, it goes on where it was. Whoever asks
    for it gains no access by that: the teams that take referrals may see those brought in.
    """
    registrar, total = Actor(id=None, name=by.name), Tally()
    for done in _batches(file, rejects, source, lambda person, name: _kept(person, name, registrar)):
        total.add(done)
        yield done
    with database.transaction():
        facts = {"file": PurePath(file.name).name, "source": source}
        changed("interchange.import_clients", None, by, **facts, **total.counts)


def look_through(file: Source, rejects: Rejects, source: str) -> Iterator[Tally]:
    """What would become of everyone in a file if it were brought in now; nothing is written."""
    seen: set[tuple[str, str]] = set()

    def would_be(person: Person, name: str) -> tuple[Outcome, str]:
        again = (name, person.reference) in seen
        seen.add((name, person.reference))
        return (Outcome.known if actions.whoever_is_known(person, name) or again else Outcome.imported), ""

    yield from _batches(file, rejects, source, would_be)


def _batches(file: Source, rejects: Rejects, source: str, deed: Deed) -> Iterator[Tally]:
    with database.transaction():
        today, least_age = clock.today(clinic.zone()), queries.least_age()
    candidates = file.candidates(today, least_age)
    while batch := list(islice(candidates, ROWS_AT_ONCE)):
        done = Tally()
        somebody = any(isinstance(one.found, Person) for one in batch)
        with database.transaction() if somebody else nullcontext():
            outcomes = [_outcome(one, source, deed, done) for one in batch]
        for one, outcome in zip(batch, outcomes, strict=True):
            refused = not isinstance(outcome, Outcome)
            done.counts["rejected" if refused else outcome.value] += 1
            done.told.append(_told(one, file.header, outcome))
            if refused:
                rejects.add(one.row, outcome)
        yield done


def _told(one: Candidate, header: list[str], outcome: Outcome | str) -> Told:
    what = outcome.value if isinstance(outcome, Outcome) else outcome
    if isinstance(one.found, Person):
        details = one.found.details
        return Told(f"{details['last_name']}, {details['first_name']}", details["born"].isoformat(), what)
    said = dict(zip((name.upper() for name in header), one.row.cells, strict=False))
    name = ", ".join(filter(None, (said.get("LAST", ""), said.get("FIRST", ""))))
    shown = (
        text[:SHOWN_MOST].encode("utf-8", "replace").decode()
        for text in (name or one.row.cells[0], said.get("BIRTHDATE", ""))
    )
    return Told(*shown, what)


def _outcome(one: Candidate, source: str, deed: Deed, done: Tally) -> Outcome | str:
    """What became of a candidate, or the reason for which they stay outside."""
    if isinstance(one.found, str):
        return one.found
    try:
        outcome, client_id = deed(one.found, source or one.found.source)
    except CannotBringIn as refused:
        return refused.reason
    if outcome is Outcome.imported and client_id:
        done.imported.append(client_id)
    return outcome


def _kept(person: Person, source: str, by: Actor) -> tuple[Outcome, str]:
    """A person is kept whole or leaves no trace."""
    try:
        with database.db.begin_nested():
            outcome, client = actions.bring_in(person, source, by)
            return outcome, client.id
    except RuleBroken as refused:
        raise CannotBringIn(refused.sentence.rstrip(".")) from None
    except IntegrityError as error:  # another import was quicker with this very person, or a rule of the database alone
        known = queries.by_reference(source, person.reference)
        if known:
            return Outcome.known, known.id
        raise CannotBringIn(sentence_of(database.broken_constraint(error))[0].rstrip(".")) from None
    except DataError:
        raise CannotBringIn(
            "The database can't keep a text of this row. Shorten it or take special characters out"
        ) from None
