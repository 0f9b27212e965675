"""Who may see whom. Every read of a client's record starts here."""

from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select

from caseapp.clients.models import CareAccess, Client
from caseapp.clients.rules import Ground
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.drafts.models import Draft
from caseapp.drafts.queries import kept_for
from caseapp.identity.models import TeamMember

# Up to so many rows of access a list starts from them; beyond, it walks the names and asks of each (docs/decisions).
FEW = 2_000


def visible_to(user: Actor) -> ColumnElement[bool]:
    """A condition on Client: access in force today, of one's own or of a team of one's; a denial wins over all.

    Asked of each client by its index, so that it costs the same however many clients there are.
    """
    of_this_one = _theirs(user).where(CareAccess.client_id == Client.id).correlate(Client)
    return of_this_one.where(CareAccess.ground != Ground.denied).exists() & not_denied_to(user)


def not_denied_to(user: Actor) -> ColumnElement[bool]:
    """A condition on Client for who may see people without being in their care: nobody denies it to them today."""
    of_this_one = _theirs(user).where(CareAccess.client_id == Client.id).correlate(Client)
    return ~of_this_one.where(CareAccess.ground == Ground.denied).exists()


def visible_from_access(user: Actor) -> ColumnElement[bool]:
    """The same condition, for a list that few clients may pass: it starts from the rows of access."""
    allowed = Client.id.in_(_theirs(user).where(CareAccess.ground != Ground.denied))
    return allowed & Client.id.not_in(denied_ids(user))


def denied_ids(user: Actor) -> Select:
    """The ids of clients denied to this person today, as a part of another statement: for what is theirs by other ways."""
    return _theirs(user).where(CareAccess.ground == Ground.denied)


def denied_to(staff_id: ColumnElement[str], client_id: ColumnElement[str]) -> ColumnElement[bool]:
    """A condition on a row that names staff and client by these columns: the client is denied to that person today."""
    today = clock.today(clinic.zone())
    still = or_(TeamMember.ended_on.is_(None), TeamMember.ended_on > today)
    teams = select(TeamMember.team_id).where(TeamMember.staff_id == staff_id, TeamMember.started_on <= today, still)
    theirs = or_(CareAccess.staff_id == staff_id, CareAccess.team_id.in_(teams))
    of_client = select(CareAccess.id).where(CareAccess.client_id == client_id, CareAccess.ground == Ground.denied)
    return of_client.where(theirs, *in_force(today)).exists()


def sees_few(user: Actor) -> bool:
    """Whether this person has access to few clients, see FEW; counts no further than that."""
    some = _theirs(user).limit(FEW + 1).subquery()
    return db.scalar(select(func.count()).select_from(some)) <= FEW


def _theirs(user: Actor) -> Select:
    today = clock.today(clinic.zone())
    mine = or_(CareAccess.staff_id == user.id, CareAccess.team_id.in_(user.team_ids))
    return select(CareAccess.client_id).where(mine, *in_force(today))


def in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions on CareAccess: it counts on a day."""
    return CareAccess.started_on <= day, or_(CareAccess.ended_on.is_(None), CareAccess.ended_on > day)


def get_client(client_id: str, user: Actor) -> Client:
    """A client this person may see. Raises NotFound for any other, whether they exist or not."""
    client = db.scalar(select(Client).where(Client.id == client_id, visible_to(user)))
    if client is None:
        raise NotFound
    return client


def visible_ids(client_ids: list[str], user: Actor) -> set[str]:
    """Which of these clients this person may see."""
    return set(db.scalars(select(Client.id).where(Client.id.in_(client_ids), visible_to(user))))


def kept_drafts(user: Actor) -> list[Draft]:
    """What this person left unfinished, the newest first, but for clients denied to them since."""
    drafts = kept_for(user)
    denied = set(db.scalars(denied_ids(user))) if drafts else set()
    return [draft for draft in drafts if not any(client in draft.address for client in denied)]
