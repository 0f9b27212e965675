"""What the tests of measures share: someone to ask, a measure through its form or its action, what is on record."""

from datetime import date

from sqlalchemy import select

from caseapp.clients import actions as clients
from caseapp.clients.models import Client
from caseapp.core.db import db, transaction
from caseapp.measures import actions
from caseapp.measures.instruments import INSTRUMENTS
from caseapp.measures.models import Measure, MeasureReading
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind


def registered(by, first="Alicia", last="Ramos"):
    """The id of a new client."""
    with transaction():
        return clients.register(by, first_name=first, last_name=last, born=date(1988, 3, 4)).id


def answers(instrument, points="1", **different):
    """Every item answered with the same option, but for those named; None leaves one out."""
    same = {item.code: item.options[min(int(points), len(item.options) - 1)].code for item in instrument.items}
    return {code: answer for code, answer in (same | different).items() if answer is not None}


def recorded(client_id, of, day, by, points="1", **different):
    """The id of a measure, through its action."""
    with transaction():
        instrument = INSTRUMENTS[of]
        return actions.record(
            db.get(Client, client_id), instrument, answers(instrument, points, **different), day, by
        ).id


def page_of(client_id, of):
    """The address on which an instrument is recorded."""
    return f"/clients/{client_id}/measures/new?of={of}"


def path_of(answer):
    """Where an answer leads, without the host."""
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["Location"].replace("http://localhost", "")


def readings(measure_id):
    """What a measure says and said, the oldest first, with its scores by scale."""
    with transaction():
        rows = db.scalars(
            select(MeasureReading).where(MeasureReading.measure_id == measure_id).order_by(MeasureReading.recorded_at)
        )
        return [(one.in_force, one.taken_on, {score.scale: score.points for score in one.scores}) for one in rows]


def count_measures():
    """How many measures there are."""
    with transaction():
        return len(list(db.scalars(select(Measure.id))))


def screener_tasks():
    """(owner, whether it is closed) of each task to ask the C-SSRS, the oldest first."""
    with transaction():
        rows = db.scalars(select(Task).where(Task.kind == TaskKind.suicide_screen).order_by(Task.opened_at))
        return [(one.owner.name, one.closed_at is not None) for one in rows]
