"""Pages of clients, and where each of them stands, which rooms above know and lay in here."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select

from caseapp.clients.models import Client
from caseapp.clients.queries.seen import sees_few, visible_from_access, visible_to
from caseapp.clients.rules import Standing
from caseapp.core.access import Actor
from caseapp.core.db import db

# Counted no further than this: of more, a page says "more than", and only the order by name is offered.
COUNTED = 1_000
SORTS = ("name", "phase", "manager")


@dataclass(frozen=True)
class Above:
    """What the rooms above answer about clients: standings, conditions on Client for a filter, an order, whom to offer.

    `caseload` gives the condition "this person is case manager or clinician of an open episode".
    """

    standings: Callable[[list[str]], dict[str, Standing]]
    caseload: Callable[[Actor], ColumnElement[bool]]
    in_phase: Callable[[str], ColumnElement[bool]]
    managed_by: Callable[[str], ColumnElement[bool]]
    ordered: Callable[[Select, str, bool], Select]
    phases: Callable[[], list[tuple[str, str]]]
    managers: Callable[[], list[tuple[str, str]]]


class _Laid:
    above: Above | None = None


def lay_in(above: Above) -> None:
    """Told once, when the room that knows is loaded."""
    _Laid.above = above


def standings(clients: list[Client]) -> dict[str, Standing]:
    """By client, where they stand today; a fixed number of statements. Clients never admitted are left out."""
    return _Laid.above.standings([client.id for client in clients]) if _Laid.above and clients else {}


def choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Phases and case managers to filter by, as (id, words)."""
    return (_Laid.above.phases(), _Laid.above.managers()) if _Laid.above else ([], [])


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for. `phase` is the name of a phase's id, "none" for nobody's phase; ids only, never a name."""

    mine: bool = False
    phase: str = ""
    manager: str = ""
    sort: str = "name"
    down: bool = False
    number: int = 1
    size: int = 25


@dataclass(frozen=True)
class Page:
    """One page of clients; `total` stops at COUNTED, and `more` says that there are more than that."""

    people: list[Client]
    total: int
    more: bool
    wanted: Wanted


def listed(user: Actor, wanted: Wanted) -> Page:
    """A page of the clients this person may see, narrowed and in order."""
    seen = select(Client).where(visible_from_access(user) if sees_few(user) else visible_to(user))
    for condition in _conditions(user, wanted):
        seen = seen.where(condition)
    some = seen.with_only_columns(Client.id).limit(COUNTED + 1).subquery()
    total = db.scalar(select(func.count()).select_from(some))
    more = total > COUNTED
    ordered = _ordered(seen, "name" if more else wanted.sort, wanted.down)
    people = db.scalars(ordered.offset((wanted.number - 1) * wanted.size).limit(wanted.size))
    return Page(list(people), min(total, COUNTED), more, wanted)


def _conditions(user: Actor, wanted: Wanted) -> list[ColumnElement[bool]]:
    above = _Laid.above
    if above is None:
        return []
    asked = [
        (wanted.mine, above.caseload, user),
        (wanted.phase, above.in_phase, wanted.phase),
        (wanted.manager, above.managed_by, wanted.manager),
    ]
    return [condition(value) for wish, condition, value in asked if wish]


def _ordered(seen: Select, sort: str, down: bool) -> Select:
    if sort != "name" and _Laid.above:
        seen = _Laid.above.ordered(seen, sort, down)
        down = False
    names = (Client.last_name, Client.first_name, Client.id)
    return seen.order_by(*(name.desc() if down else name.asc() for name in names))


def page_of_clients(user: Actor, number: int, size: int) -> tuple[list[Client], int]:
    """One page of the clients this person may see, by name, and how many there are (at most COUNTED are counted)."""
    found = listed(user, Wanted(number=number, size=size))
    return found.people, found.total
