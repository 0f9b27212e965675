"""Phases of a draft and the services they ask for. Each action holds the draft, so that nobody publishes it meanwhile."""

from typing import Any

from sqlalchemy import update

from caseapp.audit.actions import changed
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.programs import queries
from caseapp.programs.actions.versions import open_draft
from caseapp.programs.models import Phase, ProgramVersion, Service, ServiceRequirement
from caseapp.programs.rules import CONSTRAINTS, MOST_PHASES, Per


def add_phase(version: ProgramVersion, by: Actor, **facts: Any) -> Phase:
    """A phase after the last one of a draft; `facts` as `queries.PHASE_FACTS`. Raises RuleBroken with the field."""
    draft = open_draft(version.id, by)
    if len(draft.phases) >= MOST_PHASES:
        raise RuleBroken(f"A version has {MOST_PHASES} phases at most.")
    _check(draft, None, facts)
    phase = Phase(program_version_id=draft.id, position=len(draft.phases) + 1, **facts)
    phase.changed_at, phase.changed_by_name = clock.now(), by.name
    db.add(phase)
    db.flush()
    changed("programs.add_phase", phase.id, by, **facts)
    return phase


def edit_phase(phase: Phase, by: Actor, **facts: Any) -> None:
    """Change a phase of a draft. Raises RuleBroken if the version is published or the numbers are not in order."""
    draft = open_draft(phase.program_version_id, by)
    _check(draft, phase, facts)
    for name, value in facts.items():
        setattr(phase, name, value)
    phase.changed_at, phase.changed_by_name = clock.now(), by.name
    db.flush()
    changed("programs.edit_phase", phase.id, by, **facts)


def _check(draft: ProgramVersion, phase: Phase | None, facts: dict[str, Any]) -> None:
    names = {one.name.casefold() for one in draft.phases if phase is None or one.id != phase.id}
    if facts["name"].casefold() in names:
        raise RuleBroken(*CONSTRAINTS["uq_phase_program_version_id_name"])
    if facts["hours_most"] < facts["hours_least"]:
        raise RuleBroken(*CONSTRAINTS["ck_phase_hours_in_order"])
    if facts["weeks_expected_most"] < facts["weeks_expected_least"]:
        raise RuleBroken(*CONSTRAINTS["ck_phase_weeks_in_order"])
    if facts["weeks_least"] > facts["weeks_expected_most"]:
        raise RuleBroken("The least weeks must not be above the weeks expected.", "weeks_least")


def move_phase(phase: Phase, to: int, by: Actor) -> None:
    """Put a phase of a draft in place `to` (from 1); the others move up. Doing it again changes nothing."""
    draft = open_draft(phase.program_version_id, by)
    rest = [one for one in draft.phases if one.id != phase.id]
    if not 1 <= to <= len(rest) + 1:
        raise RuleBroken("There is no such place in this version.")
    moved = next((one for one in draft.phases if one.id == phase.id), None)
    if moved is None:
        raise NotFound
    _number([*rest[: to - 1], moved, *rest[to - 1 :]])
    changed("programs.move_phase", phase.id, by, to=to)


def remove_phase(phase: Phase, by: Actor) -> None:
    """Take a phase with its services out of a draft; the later ones move up."""
    draft = open_draft(phase.program_version_id, by)
    rest = [one for one in draft.phases if one.id != phase.id]
    db.delete(phase)
    db.flush()
    _number(rest)
    db.expire(draft, ["phases"])
    changed("programs.remove_phase", phase.id, by)


def _number(phases: list[Phase]) -> None:
    """Number phases from 1. Two rows never share a place, so all step aside first; a form open on one stays fresh."""
    aside = update(Phase).where(Phase.id.in_([phase.id for phase in phases]))
    db.execute(aside.values(position=-Phase.position), execution_options={"synchronize_session": False})
    for position, phase in enumerate(phases, start=1):
        place = update(Phase).where(Phase.id == phase.id).values(position=position)
        db.execute(place, execution_options={"synchronize_session": False})
    for phase in phases:
        db.expire(phase, ["position"])
    db.flush()


def add_requirement(
    phase: Phase, service: Service, by: Actor, *, times: int, per: Per, minutes: int
) -> ServiceRequirement:
    """A service that a phase of a draft asks for. Raises RuleBroken if it does already, or the service is not offered."""
    open_draft(phase.program_version_id, by)
    _must_be_free(phase, service, None)
    need = ServiceRequirement(phase_id=phase.id, service_id=service.id, times=times, per=per, minutes=minutes)
    need.changed_at, need.changed_by_name = clock.now(), by.name
    db.add(need)
    db.flush()
    changed("programs.add_requirement", need.id, by, service=service.code, times=times, per=per, minutes=minutes)
    return need


def edit_requirement(
    need: ServiceRequirement, service: Service, by: Actor, *, times: int, per: Per, minutes: int
) -> None:
    """Change what a phase of a draft asks of a service."""
    open_draft(need.phase.program_version_id, by)
    _must_be_free(need.phase, service, need)
    need.service_id, need.times, need.per, need.minutes = service.id, times, per, minutes
    need.changed_at, need.changed_by_name = clock.now(), by.name
    db.flush()
    changed("programs.edit_requirement", need.id, by, service=service.code, times=times, per=per, minutes=minutes)


def _must_be_free(phase: Phase, service: Service, need: ServiceRequirement | None) -> None:
    if not service.active and (need is None or need.service_id != service.id):
        raise RuleBroken("This service is no longer offered. Choose another one.", "service_id")
    taken = {one.service_id for one in queries.get_phase(phase.id).requirements if one is not need}
    if service.id in taken:
        raise RuleBroken(*CONSTRAINTS["uq_service_requirement_phase_id_service_id"])


def remove_requirement(need: ServiceRequirement, by: Actor) -> None:
    """A phase of a draft no longer asks for this service."""
    open_draft(need.phase.program_version_id, by)
    need.phase.requirements.remove(need)
    db.flush()
    changed("programs.remove_requirement", need.id, by, service=need.service_id)
