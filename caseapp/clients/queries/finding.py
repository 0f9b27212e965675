"""Finding people by an index of words, and people who may be the same one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, and_, bindparam, exists, select
from sqlalchemy.orm import aliased, load_only

from caseapp.clients.models import Client, ClientName
from caseapp.clients.queries.seen import sees_few, visible_from_access, visible_to
from caseapp.clients.rules import NameKind
from caseapp.clients.spelling import Asked, alike, asked, folded, mistyped_days, parts, sound
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor, Role
from caseapp.core.db import db
from caseapp.core.past import spelled_out

_LAST_LETTER = "\U0010ffff"
MOST_WORDS = 6
MOST_DUPLICATES = 5
SAME_NAMES_LOOKED_AT = 200
CLOSEST = 100  # of more people, those whose names come closest to what was typed
# What a row of a list shows of a client; what else is asked of one is read when it is.
AS_LISTED = load_only(Client.first_name, Client.last_name, Client.goes_by, Client.born, Client.record_number)


def find(text: str, user: Actor, most: int = 20) -> list[Client]:
    """Clients one may see of whom every word is the beginning of a name or ID, or who were born then.

    Words in any order, without accents; a birth date as people type it. Served by the index of words. By name; of more than
    CLOSEST only those whose names come closest to the longest word.
    """
    today = clock.today(clinic.zone())
    wanted = asked(text, today)
    if not wanted:
        return []
    whom = _Whom(user.id, user.team_ids, today, sees_few(user))
    return _found(wanted, whom, most)


def find_anyone(text: str, most: int = 8) -> list[Client]:
    """As `find`, of all clients, for crisis contacts: show name, birth date and record number only."""
    wanted = asked(text, clock.today(clinic.zone()))
    return _found(wanted, None, most) if wanted else []


def find_alike(text: str, user: Actor, most: int = 20) -> list[Client]:
    """Clients one may see whose names sound like every word; for when nothing was found."""
    words = asked(text, clock.today(clinic.zone())).words[:MOST_WORDS]
    keys = [key for word in words if len(key := sound(word)) > 1]
    if not keys or len(keys) < len(words):
        return []
    return _in_order(select(Client).where(visible_to(user), *(_has(NameKind.sound, key) for key in keys)), most)


class _Whom(NamedTuple):
    """Among whose clients one looks: those of this person on this day, and whether few of them."""

    staff_id: str
    team_ids: frozenset[str]
    day: date
    few: bool


def _found(wanted: Asked, whom: _Whom | None, most: int) -> list[Client]:
    """The words are told to the statement the longest first."""
    words = sorted(wanted.words[:MOST_WORDS], key=len, reverse=True)
    told: dict[str, Any] = {f"word_{at}": word for at, word in enumerate(words)} | {"most": most}
    told |= {f"end_{at}": word + _LAST_LETTER for at, word in enumerate(words)}
    if wanted.born_between:
        told["born_first"], told["born_last"] = wanted.born_between
    return list(db.scalars(_search(whom, len(words), wanted.born_between is not None), told))


# The same search is asked with other words again and again: putting it together takes longer than its answer.
@lru_cache(maxsize=500)
def _search(whom: _Whom | None, words: int, born: bool) -> Select:
    """Who has words that begin as so many asked for, and was born on asked days.

    Whoever may see few begins with them. For everyone else it walks the index of words from the longest one on until enough
    are found, however many there are.
    """
    few = whom is not None and whom.few
    user = Actor(id=whom.staff_id, name="", roles=frozenset(), team_ids=whom.team_ids) if whom else None
    from_words = words > 0 and not few
    client_id = ClientName.client_id if from_words else Client.id
    seen = [visible_from_access(user) if few else visible_to(user, client_id)] if user else []
    if born:
        then = Client.born.between(bindparam("born_first"), bindparam("born_last"))
        seen.append(exists().where(Client.id == client_id, then).correlate_except(Client) if from_words else then)
    seen += [_begins(at, client_id) for at in range(1 if from_words else 0, words)]
    if from_words:
        closest = select(client_id).where(_spelled(ClientName, 0), ~_spelled_sooner(0), *seen)
        closest = closest.order_by(ClientName.token, client_id).limit(spelled_out(CLOSEST))
        seen = [Client.id.in_(closest)]
    return _ordered(select(Client).where(*seen), bindparam("most", type_=Integer, literal_execute=True))


def _in_order(found: Select, most: int) -> list[Client]:
    return list(db.scalars(_ordered(found, most)))


def _ordered(found: Select, most: int | BindParameter) -> Select:
    return found.order_by(Client.last_name, Client.first_name, Client.id).limit(most).options(AS_LISTED)


Other = aliased(ClientName)


def _spelled(name: type[ClientName], at: int) -> ColumnElement[bool]:
    begin, end = bindparam(f"word_{at}"), bindparam(f"end_{at}")
    return and_(name.kind == NameKind.word, name.token >= begin, name.token < end)


def _begins(at: int, client_id: ColumnElement[str]) -> ColumnElement[bool]:
    """A condition on a row that names a client by this column: some word of their names begins as a word that is asked for."""
    return exists().where(Other.client_id == client_id, _spelled(Other, at)).correlate_except(Other)


def _spelled_sooner(at: int) -> ColumnElement[bool]:
    """Whether another word of the same person that begins so came before, so that nobody is found twice."""
    sooner = and_(Other.client_id == ClientName.client_id, Other.token < ClientName.token)
    return exists().where(sooner, _spelled(Other, at)).correlate_except(Other)


def _has(kind: NameKind, token: str) -> ColumnElement[bool]:
    return Client.id.in_(select(ClientName.client_id).where(ClientName.kind == kind, ClientName.token == token))


def by_record_number(text: str) -> Client | None:
    """The client of a record number as it is read aloud, or None."""
    return db.scalar(select(Client).where(Client.record_number == text.strip().upper()))


def record_numbers(ids: set[str]) -> dict[str, str]:
    """The record numbers of clients, by id: what may be said of a record where nobody's name may stand."""
    return dict(db.execute(select(Client.id, Client.record_number).where(Client.id.in_(ids))).all())


@dataclass(frozen=True)
class Likeness:
    """Someone on record who may be the one about to be registered, and why."""

    client: Client
    why: str
    rank: int


def likely_duplicates(first_name: str, last_name: str, born: date) -> list[Likeness]:
    """People on record who may be this one, the likeliest first, at most five, whoever may see them.

    The same birth date, or one a slip away, with names that are alike (a letter apart, the same in sound, either way
    round); the same birth date and one of the names; the same full name with another birth date. Each is read by an index.
    """
    near = mistyped_days(born, clock.today(clinic.zone()))
    close = db.scalars(select(Client).where(Client.born.in_([born, *near])))
    found = [_likeness(client, first_name, last_name, born) for client in close]
    words = [*parts(first_name), *parts(last_name)][:MOST_WORDS]
    if words:
        same = select(Client).where(*(_has(NameKind.word, word) for word in words)).limit(SAME_NAMES_LOOKED_AT)
        found += [_likeness(client, first_name, last_name, born) for client in db.scalars(same)]
    once = {one.client.id: one for one in found if one}
    return sorted(once.values(), key=lambda one: (one.rank, one.client.last_first, one.client.id))[:MOST_DUPLICATES]


def _likeness(client: Client, first: str, last: str, born: date) -> Likeness | None:
    """Why someone on record may be the one described, or None."""
    firsts = [client.first_name, client.goes_by]
    one, other = _any_alike(first, firsts), alike(last, client.last_name)
    turned = alike(first, client.last_name) and _any_alike(last, firsts)
    only_name = not (first and last) and (_any_alike(first or last, [*firsts, client.last_name]))
    names = (one and other) or turned or only_name
    same = folded(f"{first} {last}") == folded(f"{client.first_name} {client.last_name}")
    if client.born == born and names:
        return Likeness(
            client, "Same name and birth date" if same else "Same birth date, names alike", 0 if same else 1
        )
    if client.born == born and (one or other):
        return Likeness(client, "Same birth date, one name alike", 3)
    if not names:
        return None
    if (client.born.year, client.born.month, client.born.day) == (born.year, born.day, born.month):
        return Likeness(client, "Names alike, day and month the other way round", 2)
    if client.born in mistyped_days(born, max(born, client.born)):
        return Likeness(client, "Names alike, birth date one digit apart", 2)
    return Likeness(client, "Same name, another birth date", 4) if same else None


def _any_alike(name: str, others: Iterable[str]) -> bool:
    return any(alike(name, other) for other in others)


def sharing_a_name(client: Client, user: Actor, most: int) -> list[Client]:
    """Others this person sees who share a word of a name with a client, by name."""
    words = sorted({*parts(client.first_name), *parts(client.last_name)})
    sharing = _sharing(user.id, user.roles, user.team_ids, clock.today(clinic.zone()), most)
    return list(db.scalars(sharing, {"words": words, "client_id": client.id}))


# Every chart asks this, so it is put together once for each person and day.
@lru_cache(maxsize=500)
def _sharing(staff_id: str, roles: frozenset[Role], team_ids: frozenset[str], _day: date, most: int) -> Select:
    user = Actor(id=staff_id, name="", roles=roles, team_ids=team_ids)
    token = ClientName.token.in_(bindparam("words", expanding=True))
    rows = select(ClientName.client_id).where(ClientName.kind == NameKind.word, token)
    found = select(Client).where(Client.id.in_(rows), Client.id != bindparam("client_id"), visible_to(user))
    return _ordered(found, most)
