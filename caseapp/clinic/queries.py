"""The clinic's surroundings: zone, rooms, payers, other providers, and what is still missing."""

from collections.abc import Sequence

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, joinedload

from caseapp.clinic.models import Organization, Payer, Provider, Room, Site
from caseapp.clinic.rules import ProviderKind, Step, getting_started
from caseapp.core.access import Role
from caseapp.core.db import db, referred_to
from caseapp.core.errors import NotFound
from caseapp.core.site import read_zone_with
from caseapp.identity.queries import all_staff

KINDS = {"sites": Site, "rooms": Room, "payers": Payer, "providers": Provider}


def organization() -> Organization | None:
    """The organization of this database; None before set-up."""
    _first_site(db())
    return db().info.get(Organization) or db.scalar(select(Organization))


def site() -> Site | None:
    """The first site, at which the days of the clinic are counted; None before set-up."""
    return _first_site(db())


# Both are on every page, so they are read together.
_FIRST_SITE = select(Site, Organization).outerjoin(Organization, true()).order_by(Site.position, Site.name).limit(1)


def _first_site(session: Session) -> Site | None:
    """Asked for many times in each unit of work, and always the same one: so it is looked up once and kept with the session."""
    if Site not in session.info:
        found = session.execute(_FIRST_SITE).first()
        if found is None:
            return None
        session.info[Site], session.info[Organization] = found
    return session.info[Site]


def _zone_of(session: Session) -> str | None:
    first = _first_site(session)
    return first.zone if first else None


read_zone_with(_zone_of)


def sites() -> list[Site]:
    """All sites, the first one first."""
    return list(db.scalars(select(Site).order_by(Site.position, Site.name)))


def zone() -> str:
    """The IANA zone in which days of this clinic are counted."""
    return site().zone


def rooms() -> list[Room]:
    """The rooms in use, by name."""
    return list(db.scalars(select(Room).where(Room.active).order_by(Room.name)))


def payers() -> list[Payer]:
    """The payers in use, by name."""
    return list(db.scalars(select(Payer).where(Payer.active).order_by(Payer.name)))


def providers(kind: ProviderKind | None = None) -> list[Provider]:
    """The directory in use, by name; with a kind, only those."""
    found = select(Provider).where(Provider.active).order_by(Provider.name)
    return list(db.scalars(found.where(Provider.kind == kind) if kind else found))


def everything(kind: str) -> list:
    """All rows of a kind (`KINDS`), those no longer in use last. Raises NotFound for another word."""
    model = _model(kind)
    found = select(model).order_by(*([model.active.desc()] if hasattr(model, "active") else []), model.name)
    return list(db.scalars(found.options(joinedload(Room.site)) if model is Room else found))


def get(kind: str, id: str) -> Site | Room | Payer | Provider:
    """One row of a kind. Raises NotFound."""
    row = db.get(_model(kind), id)
    if row is None:
        raise NotFound
    return row


def must_be_a_kind(kind: str) -> None:
    """Raises NotFound for a word that is none of `KINDS`."""
    _model(kind)


def _model(kind: str):
    if kind not in KINDS:
        raise NotFound
    return KINDS[kind]


def has_sessions(row: Site) -> bool:
    """Whether anything but rooms is on record for a site."""
    return referred_to(row, besides=frozenset({"room"}))


def next_position() -> int:
    """The place of a further site."""
    return (db.scalar(select(func.max(Site.position))) or 0) + 1


def steps_to_start() -> Sequence[Step]:
    """What a clinic needs before its first client, done or missing."""
    care = {Role.case_manager, Role.clinician, Role.supervisor}
    staff = [person for person in all_staff() if not person.left_on and care & {row.role for row in person.roles}]
    named = organization()
    referrals = providers(ProviderKind.withdrawal_management)
    return getting_started(named.name if named else "", len(rooms()), len(staff), len(payers()), len(referrals))
