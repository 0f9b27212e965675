"""Drafts and phases for tests of the editor."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs import actions, queries
from caseapp.programs.models import Phase, ProgramVersion, ServiceRequirement
from caseapp.programs.rules import Per

PHASE = {
    "name": "Aftercare",
    "level_of_care": "1.0",
    "hours_least": Decimal(0),
    "hours_most": Decimal(1),
    "days_a_week": 1,
    "weeks_expected_least": 1,
    "weeks_expected_most": 2,
    "weeks_least": 1,
}
NEED = {"times": 1, "per": Per.week, "minutes": 30}


def today() -> date:
    """Today at the clinic."""
    return clock.today(clinic.zone())


def tomorrow() -> date:
    """Tomorrow at the clinic."""
    return today() + timedelta(days=1)


def program():
    """The program that was shipped."""
    return queries.get_program(queries.shipped_program_id())


def draft(by) -> ProgramVersion:
    """A draft of the shipped program."""
    return actions.new_draft(program(), by)


def changed_draft(by) -> ProgramVersion:
    """A draft with one change that can be published: the first phase on four days a week."""
    made = draft(by)
    phase = made.phases[0]
    actions.edit_phase(phase, by, **{name: getattr(phase, name) for name in PHASE} | {"days_a_week": 4})
    return queries.get_version(made.id)


def published_rows() -> list[tuple]:
    """Every row of every published version, value by value."""
    versions = select(ProgramVersion.__table__).where(ProgramVersion.state == "published")
    ids = select(ProgramVersion.id).where(ProgramVersion.state == "published")
    phases = select(Phase.__table__).where(Phase.program_version_id.in_(ids))
    needs = select(ServiceRequirement.__table__).join(Phase, Phase.id == ServiceRequirement.phase_id)
    needs = needs.where(Phase.program_version_id.in_(ids))
    return sorted(repr(tuple(row)) for query in (versions, phases, needs) for row in db.execute(query))
