"""What the clinic offers: added, renamed, no longer offered. A service is never deleted."""

import re

from caseapp.audit.actions import changed
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import queries
from caseapp.programs.models import Service
from caseapp.programs.rules import CONSTRAINTS, Capacity


def add_service(
    name: str,
    by: Actor,
    *,
    counts_as_hours: bool,
    capacity: Capacity,
    minutes: int,
    least: int | None = None,
    most: int | None = None,
) -> Service:
    """A service at the end of the list. `minutes` are planned for one session, `least` and `most` people are for it; none
    means what the rule profile says. Raises RuleBroken if the name is taken, or `least` is above `most`.
    """
    _must_be_in_order(least, most)
    there = queries.all_services()
    _must_be_a_new_name(name, there)
    row = Service(code=_code(name, {one.code for one in there}), name=name, counts_as_hours=counts_as_hours)
    row.capacity, row.minutes, row.position = capacity, minutes, queries.next_position(Service)
    row.least, row.most = least, most
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.add(row)
    db.flush()
    changed("programs.add_service", row.id, by, code=row.code, counts=counts_as_hours)
    return row


def edit_service(
    row: Service,
    by: Actor,
    *,
    name: str,
    counts_as_hours: bool,
    capacity: Capacity,
    minutes: int,
    active: bool,
    least: int | None = None,
    most: int | None = None,
) -> None:
    """Change a service. Raises RuleBroken as `add_service` does, and if past hours would be counted differently."""
    _must_be_in_order(least, most)
    _must_be_a_new_name(name, [one for one in queries.all_services() if one.id != row.id])
    if counts_as_hours is not row.counts_as_hours and queries.has_been_held(row):
        raise RuleBroken(
            "Sessions of this service are on record, and past hours stay as they were counted.",
            "counts_as_hours",
            "Add another service that counts differently, and stop offering this one.",
        )
    row.name, row.counts_as_hours, row.capacity = name, counts_as_hours, capacity
    row.minutes, row.active, row.least, row.most = minutes, active, least, most
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()
    changed("programs.edit_service", row.id, by, code=row.code, counts=counts_as_hours, active=active)


def _must_be_in_order(least: int | None, most: int | None) -> None:
    if least and most and least > most:
        raise RuleBroken("The least must not be above the most.", "least")


def _must_be_a_new_name(name: str, others: list[Service]) -> None:
    if name.casefold() in {one.name.casefold() for one in others}:
        raise RuleBroken(*CONSTRAINTS["uq_service_name"])


def _code(name: str, taken: set[str]) -> str:
    """The lasting word for a service in files and audit: from its first name, with a number where it is taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:36] or "service"
    return next(code for code in (plain, *(f"{plain}_{n}" for n in range(2, 999))) if code not in taken)
