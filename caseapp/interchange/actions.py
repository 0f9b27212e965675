"""Bring people in from another system."""

from caseapp.audit.actions import changed
from caseapp.clients import actions as clients
from caseapp.clients.models import Client, ClientReference
from caseapp.clients.queries import folded
from caseapp.clients.rules import Sex
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.actions import note_problems
from caseapp.interchange import queries
from caseapp.interchange.rules import CannotBringIn, Outcome, Person


def bring_in(person: Person, source: str, by: Actor) -> tuple[Outcome, Client]:
    """Register someone under the reference by which a source calls them, unless they are on record already.

    A record on hand is kept as it is and gains the reference; only a name that it lacks is taken over, and what the source
    says of problems is added. Raises CannotBringIn where the record says that it may be someone else.
    """
    client = whoever_is_known(person, source)
    outcome = Outcome.known if client else Outcome.imported
    if client is None:
        client = clients.register(by, **person.details)
    clients.give_name(client, by, person.details["first_name"], person.details["last_name"])
    if queries.by_reference(source, person.reference) is None:
        _refer(client, source, person, by)
    note_problems(client, person.problems, source, by)
    return outcome, client


def whoever_is_known(person: Person, source: str) -> Client | None:
    """Whoever the source's reference belongs to, else whoever has the same name and birth date. Raises as `bring_in`."""
    known = queries.by_reference(source, person.reference)
    if known is not None:
        _must_be_the_same(known, person)
        return known
    names = person.details["first_name"], person.details["last_name"]
    alike = queries.of_same_name(*names, person.details["born"])
    return _the_one(alike, person, source) if alike else None


def _must_be_the_same(known: Client, person: Person) -> None:
    """A name or a birth date may have been put right since, here or there; both at once is another person."""
    name = folded(f"{person.details['first_name']} {person.details['last_name']}")
    if known.born != person.details["born"] and folded(f"{known.first_name} {known.last_name}") != name:
        raise CannotBringIn("This id stands for someone else on record: another name and another birth date")


def _the_one(alike: list[Client], person: Person, source: str) -> Client:
    """Whom on record this is. Two people may share name and birth date, so any sign of that is left to a person."""
    compare = "Compare them, and register by hand whoever is not on record"
    if len(alike) > 1:
        raise CannotBringIn(f"{len(alike)} people of this name and birth date are on record. {compare}")
    if queries.has_reference(alike[0], source):
        raise CannotBringIn(
            f"Someone of this name and birth date came from the same source under another id. {compare}"
        )
    sexes = {alike[0].sex, person.details["sex"]} - {Sex.unknown}
    if len(sexes) > 1:
        raise CannotBringIn(f"Someone of this name and birth date is on record with another sex. {compare}")
    return alike[0]


def _refer(client: Client, source: str, person: Person, by: Actor) -> None:
    row = ClientReference(client_id=client.id, source=source, reference=person.reference)
    db.add(row)
    db.flush()
    changed("interchange.bring_in", row.id, by, client_id=client.id, source=source)
