"""Finding people by an index of words, and people who may be the same one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, select

from caseapp.clients.models import Client, ClientName
from caseapp.clients.queries.seen import sees_few, visible_from_access, visible_to
from caseapp.clients.rules import NameKind
from caseapp.clients.spelling import Asked, alike, asked, folded, mistyped_days, parts, sound
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db

_LAST_LETTER = "\U0010ffff"
MOST_WORDS = 6
MOST_DUPLICATES = 5
SAME_NAMES_LOOKED_AT = 200
# Of so few letters a beginning may be shared by a good part of all; from so many words on it is.
SHORT, COMMON = 2, 2_000


def find(text: str, user: Actor, most: int = 20) -> list[Client]:
    """Clients one may see of whom every word is the beginning of a name or ID, or who were born then; by name.

    Words in any order, without accents; a birth date as people type it. Served by the index of words.
    """
    wanted = _asked(text)
    if not wanted:
        return []
    return _people(wanted, visible_from_access(user) if sees_few(user) else visible_to(user), most)


def find_anyone(text: str, most: int = 8) -> list[Client]:
    """As `find`, of all clients, for crisis contacts: show name, birth date and record number only."""
    return _people(_asked(text), None, most)


def find_alike(text: str, user: Actor, most: int = 20) -> list[Client]:
    """Clients one may see whose names sound like every word; for when nothing was found."""
    words = _asked(text).words[:MOST_WORDS]
    keys = [key for word in words if len(key := sound(word)) > 1]
    if not keys or len(keys) < len(words):
        return []
    return _in_order(select(Client).where(visible_to(user), *(_has(NameKind.sound, key) for key in keys)), most)


def _asked(text: str) -> Asked:
    return asked(text, clock.today(clinic.zone()))


def _people(wanted: Asked, seen: ColumnElement[bool] | None, most: int) -> list[Client]:
    if not wanted:
        return []
    found = select(Client).where(*_beginnings(wanted.words[:MOST_WORDS]))
    if wanted.born:
        found = found.where(Client.born == wanted.born)
    if wanted.year:
        found = found.where(Client.born.between(date(wanted.year, 1, 1), date(wanted.year, 12, 31)))
    return _in_order(found if seen is None else found.where(seen), most)


def _in_order(found: Select, most: int) -> list[Client]:
    return list(db.scalars(found.order_by(Client.last_name, Client.first_name, Client.id).limit(most)))


def _rows_of(word: str) -> Select:
    rows = select(ClientName.client_id).where(ClientName.kind == NameKind.word, ClientName.token >= word)
    return rows.where(ClientName.token < word + _LAST_LETTER)


def _beginnings(words: list[str]) -> list[ColumnElement[bool]]:
    """A condition for each word. Alone, a short one that many have is asked of each client by name; beside others, of those
    whom the longest word leaves.
    """
    if len(words) == 1:
        return [_begins_by_name(words[0]) if _is_common(words[0]) else _begins(words[0])]
    longest = max(words, key=len, default="")
    return [_begins(word) if word == longest or len(word) > SHORT else _begins_by_name(word) for word in words]


def _begins(word: str) -> ColumnElement[bool]:
    """Starts from the index of words, for a word that few have."""
    return Client.id.in_(_rows_of(word))


def _begins_by_name(word: str) -> ColumnElement[bool]:
    """Asked of each client in the order of names until enough are found, for a beginning that many have."""
    return _rows_of(word).where(ClientName.client_id == Client.id).correlate(Client).exists()


def _is_common(word: str) -> bool:
    """Whether a short beginning is shared by more than COMMON words of names; counts no further."""
    if len(word) > SHORT:
        return False
    some = _rows_of(word).limit(COMMON + 1).subquery()
    return db.scalar(select(func.count()).select_from(some)) > COMMON


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
    words = {*parts(client.first_name), *parts(client.last_name)}
    rows = select(ClientName.client_id).where(ClientName.kind == NameKind.word, ClientName.token.in_(words))
    return _in_order(select(Client).where(Client.id.in_(rows), Client.id != client.id, visible_to(user)), most)
