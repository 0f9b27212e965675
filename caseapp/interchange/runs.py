"""An import from its first file to its last, a batch to a transaction: the same for the command and for a job."""

from collections import Counter
from collections.abc import Iterator
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


@dataclass
class Tally:
    """How many were imported, already known and rejected, and the ids of those imported."""

    counts: Counter[str] = field(default_factory=Counter)
    imported: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.counts += other.counts
        self.imported += other.imported


def bring_in(file: Source, rejects: Rejects, source: str, by: Actor) -> Iterator[Tally]:
    """Bring in what a file holds, each person whole or not at all; after each commit, what became of its batch.

    `source` is where it comes from; "" leaves that to the file. Cut off and begun anew, it goes on where it was.
    """
    with database.transaction():
        today, least_age = clock.today(clinic.zone()), queries.least_age()
    candidates, total = file.candidates(today, least_age), Tally()
    while batch := list(islice(candidates, ROWS_AT_ONCE)):
        done = Tally()
        with database.transaction():
            outcomes = [_outcome(one, source, by, done) for one in batch]
        for one, outcome in zip(batch, outcomes, strict=True):
            done.counts[outcome.value if isinstance(outcome, Outcome) else "rejected"] += 1
            if not isinstance(outcome, Outcome):
                rejects.add(one.row, outcome)
        total.add(done)
        yield done
    with database.transaction():
        facts = {"file": PurePath(file.name).name, "source": source}
        changed("interchange.import_clients", None, by, **facts, **total.counts)


def _outcome(one: Candidate, source: str, by: Actor, done: Tally) -> Outcome | str:
    """What became of a candidate, or the reason for which they stay outside."""
    if isinstance(one.found, str):
        return one.found
    try:
        outcome, client_id = _kept(one.found, source or one.found.source, by)
    except CannotBringIn as refused:
        return refused.reason
    if outcome is Outcome.imported:
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
