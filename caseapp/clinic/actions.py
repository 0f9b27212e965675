"""Set the clinic up and change its surroundings. Nothing is deleted: what is no longer used is no longer offered."""

from typing import Any

from caseapp.audit.actions import changed
from caseapp.clinic import queries
from caseapp.clinic.models import Organization, Payer, Provider, Room, Site
from caseapp.clinic.rules import CONSTRAINTS, ProviderKind, zone_named
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.core.words import zone_words


def found(name: str, zone: str, by: Actor, is_demo: bool = False) -> Site:
    """The organization and its first site, in an empty database. `zone` is an IANA name."""
    organization = Organization(name=name, is_demo=is_demo)
    site = Site(name="Main site", zone=zone)
    db.add_all([organization, site])
    db.flush()
    changed("clinic.found", organization.id, by, zone=zone, demo=is_demo)
    return site


def rename(organization: Organization, name: str, by: Actor) -> None:
    """Give the clinic its name."""
    organization.name = name
    _edited(organization, by)


def add_site(name: str, zone: str, by: Actor) -> Site:
    """A further site with its IANA zone. Raises RuleBroken if the name is taken or there is no such zone."""
    return _add(Site(name=name.strip(), zone=_zone(zone), position=queries.next_position()), by)


def add_room(site: Site, name: str, seats: int, by: Actor) -> Room:
    """A room of a site. Raises RuleBroken if the site has one of that name."""
    return _add(Room(site_id=site.id, name=name.strip(), seats=seats), by)


def add_payer(name: str, by: Actor) -> Payer:
    """A payer. Raises RuleBroken if the name is taken."""
    return _add(Payer(name=name.strip()), by)


def add_provider(name: str, kind: ProviderKind, by: Actor, phone: str = "", address: str = "") -> Provider:
    """Another provider, for the directory. Raises RuleBroken if the name is taken."""
    return _add(Provider(name=name.strip(), kind=kind, phone=phone.strip(), address=address.strip()), by)


def edit(row: Site | Room | Payer | Provider, by: Actor, **facts: Any) -> None:
    """Change a row of the surroundings. Raises RuleBroken if the name is taken, or sessions keep a site in its zone."""
    if isinstance(row, Site):
        facts["zone"] = _zone(facts["zone"])
        if facts["zone"] != row.zone and queries.has_sessions(row):
            raise RuleBroken(
                f"Sessions are on record here in {zone_words(row.zone)}, so the time zone stays.",
                "zone",
                "Add another site for another zone.",
            )
    for name, value in facts.items():
        setattr(row, name, value)
    _must_be_a_new_name(row)
    _edited(row, by)


def _add(row, by: Actor):
    _must_be_a_new_name(row)
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.add(row)
    db.flush()
    changed(f"clinic.add_{row.__tablename__}", row.id, by)
    return row


def _edited(row, by: Actor) -> None:
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()
    changed(f"clinic.edit_{row.__tablename__}", row.id, by, active=getattr(row, "active", True))


def _must_be_a_new_name(row) -> None:
    """The same name in other capitals is the same name; rooms of different sites may share one."""
    with db.no_autoflush:
        for other in queries.everything(f"{row.__tablename__}s"):
            same_place = not isinstance(row, Room) or other.site_id == row.site_id
            if other is not row and same_place and other.name.casefold() == row.name.casefold():
                site = "_site_id" if isinstance(row, Room) else ""
                raise RuleBroken(*CONSTRAINTS[f"uq_{row.__tablename__}{site}_name"])


def _zone(text: str) -> str:
    zone = zone_named(text)
    if zone is None:
        raise RuleBroken("Choose a time zone of the list, such as America/New_York.", "zone")
    return zone
