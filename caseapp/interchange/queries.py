"""Who of another system is on record already, and from which age on people are taken."""

from datetime import date

from sqlalchemy import select

from caseapp.clients.models import Client, ClientReference
from caseapp.clients.queries import folded
from caseapp.core.db import db
from caseapp.interchange.rules import LeastAge
from caseapp.programs.queries import programs


def by_reference(source: str, reference: str) -> Client | None:
    """The client whom a source calls by this reference, or None."""
    known = select(Client).join(ClientReference, ClientReference.client_id == Client.id)
    return db.scalar(known.where(ClientReference.source == source, ClientReference.reference == reference))


def of_same_name(first_name: str, last_name: str, born: date) -> list[Client]:
    """Clients on record with this birth date and name, accents and capitals aside; whoever may see them."""
    name = folded(f"{first_name} {last_name}")
    same_day = db.scalars(select(Client).where(Client.born == born).order_by(Client.id))
    return [client for client in same_day if folded(f"{client.first_name} {client.last_name}") == name]


def has_reference(client: Client, source: str) -> bool:
    """Whether a source already has a name of its own for this client."""
    names = select(ClientReference.id).where(ClientReference.client_id == client.id, ClientReference.source == source)
    return db.scalar(names.limit(1)) is not None


def record_numbers(ids: list[str]) -> dict[str, str]:
    """By id, the record numbers of clients, in the order of the ids."""
    found = dict(db.execute(select(Client.id, Client.record_number).where(Client.id.in_(ids))).all())
    return {id: found[id] for id in ids if id in found}


def least_age() -> LeastAge | None:
    """The lowest age from which on any program takes people; None without a program."""
    youngest = min(programs(), key=lambda program: program.least_age, default=None)
    return LeastAge(youngest.least_age, youngest.name) if youngest else None
