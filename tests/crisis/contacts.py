"""What the tests of crisis contacts share: someone to call, a contact saved through the form, what is on record."""

from datetime import date

from sqlalchemy import select

from caseapp.clients import actions as clients
from caseapp.core.db import db, transaction
from caseapp.crisis.models import CrisisContact
from caseapp.episodes.models import Episode
from caseapp.programs import queries as programs
from caseapp.tasks.models import Task


def register(by, first="Ben", last="Ortiz", **more):
    """The id of a new client."""
    with transaction():
        return clients.register(by, first_name=first, last_name=last, born=date(1990, 5, 2), **more).id


def admit(client_id, case_manager, from_day=date(2026, 1, 5), until=None):
    """Put a client into the program from a day on."""
    with transaction():
        program = programs.programs()[0]
        version = programs.versions(program)[0]
        db.add(
            Episode(
                client_id=client_id,
                program_id=program.id,
                program_version_id=version.id,
                case_manager_id=case_manager.id,
                admitted_on=from_day,
                discharged_on=until,
            )
        )
        return program.id


def save(visitor, risk="not_asked", person="unknown", to="/crisis/new", **more):
    """Record a contact through its form."""
    return visitor.submit(to, {"client_id": person, "risk": risk, **more}, to="/crisis/new")


def path_of(answer):
    """Where an answer leads, without the host."""
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["Location"].replace("http://localhost", "")


def contacts():
    """Every contact, as on record."""
    with transaction():
        return list(db.scalars(select(CrisisContact).order_by(CrisisContact.recorded_at)))


def tasks():
    """Every task with its attempts and events loaded, as on record."""
    with transaction():
        rows = list(db.scalars(select(Task).order_by(Task.opened_at)))
        for row in rows:
            assert row.attempts is not None and row.events is not None
        return rows
