"""What `setup` ships: the services, and the program Intensive outpatient with its four phases, published."""

from datetime import date

from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.programs.actions.versions import put_in_force
from caseapp.programs.models import Criterion, Phase, Program, ProgramVersion, Service, ServiceRequirement
from caseapp.programs.rules import SHIPPED_CRITERIA, SHIPPED_PHASES, SHIPPED_SERVICES

SHIPPED_SINCE = date(2000, 1, 1)


def ship(by: Actor) -> Program:
    """The services, and the program Intensive outpatient with its four phases, published (contract.md; domain.md 10)."""
    services = {}
    for position, (code, name, counts, capacity, minutes) in enumerate(SHIPPED_SERVICES):
        services[code] = Service(
            code=code, name=name, counts_as_hours=counts, capacity=capacity, minutes=minutes, position=position
        )
    program = Program(name="Intensive outpatient", least_age=18)
    db.add_all([program, *services.values()])
    db.flush()
    version = ProgramVersion(program_id=program.id, number=1)
    db.add(version)
    db.flush()
    for position, shipped in enumerate(SHIPPED_PHASES, start=1):
        _ship_phase(version, position, shipped, services)
    put_in_force(version, SHIPPED_SINCE, by)
    return program


def _ship_phase(version: ProgramVersion, position: int, shipped: dict, services: dict[str, Service]) -> None:
    details = {name: value for name, value in shipped.items() if name != "requirements"}
    phase = Phase(program_version_id=version.id, position=position, **details)
    phase.requirements = [
        ServiceRequirement(service_id=services[code].id, times=times, per=per, minutes=minutes)
        for code, times, per, minutes in shipped["requirements"]
    ]
    phase.criteria = [
        Criterion(
            direction=one.direction,
            kind=one.kind,
            number=one.number,
            span=one.span,
            must_be_met=one.must,
            position=place,
        )
        for place, one in enumerate(SHIPPED_CRITERIA[position - 1], start=1)
    ]
    db.add(phase)
    db.flush()
