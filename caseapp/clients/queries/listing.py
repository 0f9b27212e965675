"""Pages of clients, and where each of them stands, which rooms above know and lay in here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select

from caseapp.clients.models import Client
from caseapp.clients.queries.finding import AS_LISTED
from caseapp.clients.queries.seen import reach, visible_from_access, visible_to
from caseapp.clients.rules import Standing
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.past import spelled_out
from caseapp.core.site import today

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
    far, narrowed = reach(user), wanted.mine or wanted.phase or wanted.manager
    asked = _Asked(user.id, user.team_ids, today(), far.few, wanted.mine, wanted.phase, wanted.manager)
    known = not narrowed and (far.few or far.clients > COUNTED)
    total = far.clients if known else db.scalar(_counting(asked)) or 0
    more = total > COUNTED
    page = _page(asked, "name" if more else wanted.sort, wanted.down)
    people = db.scalars(page, {"before": (wanted.number - 1) * wanted.size, "size": wanted.size})
    return Page(list(people), min(total, COUNTED), more, wanted)


class _Asked(NamedTuple):
    """What the statements of a list depend on: whose it is, on which day, whether it starts from access, how it is narrowed."""

    staff_id: str
    team_ids: frozenset[str]
    day: date
    few: bool
    mine: bool
    phase: str
    manager: str


# The same lists are opened again and again: putting a statement together takes longer than a page of it.
@lru_cache(maxsize=500)
def _seen(asked: _Asked) -> Select:
    user = Actor(id=asked.staff_id, name="", roles=frozenset(), team_ids=asked.team_ids)
    seen = select(Client).where(visible_from_access(user) if asked.few else visible_to(user))
    above = _Laid.above
    if asked.mine:
        seen = seen.where(above.caseload(user))
    if asked.phase:
        seen = seen.where(above.in_phase(asked.phase))
    return seen.where(above.managed_by(asked.manager)) if asked.manager else seen


@lru_cache(maxsize=500)
def _counting(asked: _Asked) -> Select:
    some = _seen(asked).with_only_columns(Client.id).limit(spelled_out(COUNTED + 1)).subquery()
    return select(func.count()).select_from(some)


@lru_cache(maxsize=500)
def _page(asked: _Asked, sort: str, down: bool) -> Select:
    seen = _seen(asked)
    if sort != "name":
        seen, down = _Laid.above.ordered(seen, sort, down), False
    names = (Client.last_name, Client.first_name, Client.id)
    seen = seen.order_by(*(name.desc() if down else name.asc() for name in names))
    before, size = (bindparam(name, type_=Integer, literal_execute=True) for name in ("before", "size"))
    return seen.offset(before).limit(size).options(AS_LISTED)
