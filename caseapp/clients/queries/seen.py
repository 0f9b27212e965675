"""Who may see whom. Every read of a client's record starts here."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, cast, func, literal_column, or_, select

from caseapp.clients.models import CareAccess, Client
from caseapp.clients.rules import Ground
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, kept
from caseapp.core.errors import NotFound
from caseapp.core.past import spelled_out
from caseapp.drafts.models import Draft
from caseapp.drafts.queries import kept_for
from caseapp.identity.models import TeamMember

# Up to so many rows of access a list starts from them; beyond, it walks the names and asks of each (docs/decisions).
FEW = 2_000
LASTS = timedelta(minutes=10)
_DENIAL = CareAccess.ground == literal_column(f"'{Ground.denied}'")  # spelled out, as in the index of denials


def visible_to(user: Actor, client_id: ColumnElement[str] = Client.id) -> ColumnElement[bool]:
    """A condition on a row that names a client by this column: access in force today, of one's own or of a team of one's;
    a denial wins over all.

    Asked of each client by its index, so that it costs the same however many clients there are.
    """
    return granted_to(user, client_id) & not_denied_to(user, client_id)


def granted_to(user: Actor, client_id: ColumnElement[str] = Client.id) -> ColumnElement[bool]:
    """A part of it, for who asks about denials beside it: access in force today, of one's own or of a team of one's."""
    return _access(user.id, user.team_ids, _today(), client_id, denied=False)


def not_denied_to(user: Actor, client_id: ColumnElement[str] = Client.id) -> ColumnElement[bool]:
    """The same for who may see people without being in their care: nobody denies it to them today."""
    return ~_access(user.id, user.team_ids, _today(), client_id, denied=True)


# Most pages ask this several times, always in the same words: putting them together takes longer than the answer.
@lru_cache(maxsize=1_000)
def _access(
    staff_id: str, team_ids: frozenset[str], day: date, client_id: ColumnElement[str], denied: bool
) -> ColumnElement[bool]:
    rows = _rows_for(staff_id, team_ids, day).where(CareAccess.client_id == client_id, _DENIAL if denied else ~_DENIAL)
    return rows.correlate_except(CareAccess).exists()


def visible_from_access(user: Actor) -> ColumnElement[bool]:
    """The same condition, for a list that few clients may pass: it starts from the rows of access."""
    return _from_access(user.id, user.team_ids, _today())


@lru_cache(maxsize=500)
def _from_access(staff_id: str, team_ids: frozenset[str], day: date) -> ColumnElement[bool]:
    theirs = _rows_for(staff_id, team_ids, day)
    return Client.id.in_(theirs.where(~_DENIAL)) & Client.id.not_in(theirs.where(_DENIAL))


def denied_ids(user: Actor) -> Select:
    """The ids of clients denied to this person today, as a part of another statement: for what is theirs by other ways."""
    return _theirs(user).where(_DENIAL)


def denied_to(staff_id: ColumnElement[str], client_id: ColumnElement[str]) -> ColumnElement[bool]:
    """A condition on a row that names staff and client by these columns: the client is denied to that person today."""
    today = _today()
    still = or_(TeamMember.ended_on.is_(None), TeamMember.ended_on > today)
    teams = select(TeamMember.team_id).where(TeamMember.staff_id == staff_id, TeamMember.started_on <= today, still)
    theirs = or_(CareAccess.staff_id == staff_id, CareAccess.team_id.in_(teams))
    of_client = select(CareAccess.id).where(CareAccess.client_id == client_id, _DENIAL)
    return of_client.where(theirs, *in_force(today)).exists()


@dataclass(frozen=True)
class Reach:
    """How much someone may see: few or many rows of access, see FEW, and at least how many clients (of few, exactly)."""

    few: bool
    clients: int


def sees_few(user: Actor) -> bool:
    """Whether this person has few rows of access, see FEW; for who does not ask how many clients there are.

    Asked once in ten minutes: it says in which order to look, and changes nothing of what is found.
    """
    known, key = kept.setdefault("sees few", {}), (user.id, user.team_ids)
    now = clock.now()
    if key not in known or known[key][0] <= now:
        known[key] = now + LASTS, not db.scalar(_more_than_few(user.id, user.team_ids, _today()))
    return known[key][1]


@lru_cache(maxsize=500)
def _more_than_few(staff_id: str, team_ids: frozenset[str], day: date) -> Select:
    granted = _rows_for(staff_id, team_ids, day).where(~_DENIAL)
    return select(granted.offset(spelled_out(FEW)).limit(spelled_out(1)).exists())


def reach(user: Actor) -> Reach:
    """How far this person's access reaches; looks at no more than FEW rows of it."""
    rows, clients = db.execute(_reach(user.id, user.team_ids, _today())).one()
    return Reach(rows <= FEW, clients)


@lru_cache(maxsize=500)
def _reach(staff_id: str, team_ids: frozenset[str], day: date) -> Select:
    theirs = _rows_for(staff_id, team_ids, day)
    granted = theirs.where(~_DENIAL, CareAccess.client_id.not_in(theirs.where(_DENIAL)))
    some = granted.limit(spelled_out(FEW + 1)).subquery()
    # Put together by client: to count distinct ones, both engines would sort them.
    each = select(cast(func.count(), Integer).label("rows")).select_from(some).group_by(some.c.client_id).subquery()
    return select(func.coalesce(func.sum(each.c.rows), 0), func.count()).select_from(each)


def _theirs(user: Actor) -> Select:
    return _rows_for(user.id, user.team_ids, _today())


@lru_cache(maxsize=1_000)
def _rows_for(staff_id: str, team_ids: frozenset[str], day: date) -> Select:
    mine = or_(CareAccess.staff_id == staff_id, CareAccess.team_id.in_(team_ids))
    return select(CareAccess.client_id).where(mine, *in_force(day))


def _today() -> date:
    return clock.today(clinic.zone())


def in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on CareAccess: it counts on a day."""
    on = spelled_out(day)
    return CareAccess.started_on <= on, or_(CareAccess.ended_on.is_(None), CareAccess.ended_on > on)


def get_client(client_id: str, user: Actor) -> Client:
    """A client this person may see. Raises NotFound for any other, whether they exist or not."""
    client = db.scalar(_one(user.id, user.team_ids, _today()), {"id": client_id})
    if client is None:
        raise NotFound
    return client


@lru_cache(maxsize=500)
def _one(staff_id: str, team_ids: frozenset[str], day: date) -> Select:
    allowed, denied = (_access(staff_id, team_ids, day, Client.id, denied=ground) for ground in (False, True))
    return select(Client).where(Client.id == bindparam("id"), allowed, ~denied)


def visible_ids(client_ids: list[str], user: Actor) -> set[str]:
    """Which of these clients this person may see."""
    return set(db.scalars(select(Client.id).where(Client.id.in_(client_ids), visible_to(user))))


def kept_drafts(user: Actor) -> list[Draft]:
    """What this person left unfinished, the newest first, but for clients denied to them since."""
    drafts = kept_for(user)
    denied = set(db.scalars(denied_ids(user))) if drafts else set()
    return [draft for draft in drafts if not any(client in draft.address for client in denied)]
