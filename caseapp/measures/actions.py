"""Record a measure, correct it, take it back. A thought of death on the PHQ-9 opens a task to ask the C-SSRS, once."""

import json
from datetime import date

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, readings, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import RuleBroken
from caseapp.core.readings import hold, must_have, must_stand, supersede
from caseapp.measures import queries, rules
from caseapp.measures.instruments import CSSRS, Instrument
from caseapp.measures.models import Measure, MeasureReading, MeasureScore
from caseapp.tasks import actions as tasks
from caseapp.tasks.rules import TaskKind


def record(client: Client, instrument: Instrument, answers: dict[str, str], taken_on: date, by: Actor) -> Measure:
    """Keep the answers of a day, sealed, with their scores as numbers.

    `answers` are codes of options by code of item, without those that were not answered. Raises RuleBroken if there are
    none, if a code is not of the instrument, or for a day after today at the clinic or before the client was born.
    """
    _check(client, instrument, answers, taken_on)
    measure = Measure(id=new_id(), client_id=client.id, instrument=instrument.code, readings=[])
    db.add(measure)
    _read(measure, answers, taken_on, by, "")
    changed("measures.record", measure.id, by, client_id=client.id, instrument=instrument.code, day=str(taken_on))
    _see_to_the_screener(measure, answers, taken_on, by)
    return measure


def correct(measure: Measure, answers: dict[str, str], taken_on: date, reason: str, by: Actor) -> None:
    """Say that a measure says something else. What it said stays beside it, with the reason; the scores are made anew.

    Raises RuleBroken as `record` does, without a reason, and for a measure that was taken back.
    """
    hold(measure)
    must_stand(measure)
    _check(measure.client, measure.what, answers, taken_on)
    must_have(reason, "Enter why it is corrected")
    supersede(measure, by)
    _read(measure, answers, taken_on, by, reason)
    changed("measures.correct", measure.id, by, client_id=measure.client_id, day=str(taken_on))
    _see_to_the_screener(measure, answers, taken_on, by)


def take_back(measure: Measure, reason: str, by: Actor) -> None:
    """It should not have been recorded (another client's, by mistake): it counts no more, and stays to be seen, with the reason.

    Raises RuleBroken without a reason, or if it was taken back already.
    """
    hold(measure)
    readings.take_back(measure, reason, by)
    changed("measures.take_back", measure.id, by, client_id=measure.client_id)


def _check(client: Client, instrument: Instrument, answers: dict[str, str], taken_on: date) -> None:
    if not answers:
        raise RuleBroken("Nothing is answered yet. Choose at least one answer")
    known = {item.code: {one.code for one in item.options} for item in instrument.items}
    for item, answer in answers.items():
        if answer not in known.get(item, set()):
            raise RuleBroken("Choose one of these", item)
    if taken_on > clock.today(clinic.zone()):
        raise RuleBroken("It can't have been taken after today", "taken_on")
    if taken_on < client.born:
        raise RuleBroken("It can't have been taken before they were born", "taken_on")


def _read(measure: Measure, answers: dict[str, str], taken_on: date, by: Actor, reason: str) -> None:
    """Append what the measure says now."""
    reading = MeasureReading(id=new_id(), measure_id=measure.id, version=measure.what.version, taken_on=taken_on)
    reading.recorded_by_id = by.id
    reading.answers_sealed = sealed.seal(measure.client_id, json.dumps(answers))
    reading.reason_sealed = sealed.seal(measure.client_id, reason.strip())
    for one in rules.scores(measure.what, answers):
        band = one.scale.bands.index(one.band) if one.band else None
        reading.scores.append(MeasureScore(scale=one.scale.code, points=one.points, band=band, estimated=one.estimated))
    measure.readings.append(reading)
    db.flush()


def _see_to_the_screener(measure: Measure, answers: dict[str, str], taken_on: date, by: Actor) -> None:
    """A C-SSRS with a level closes the tasks that asked for it; a PHQ-9 that asks for one opens a task, unless one is open.

    Only one at a time looks at a client, so that two measures at once don't open two tasks. A screener that was taken on the
    day of the PHQ-9 or later has answered it already.
    """
    lock(Client, [measure.client_id])
    if measure.what is CSSRS and rules.scores(CSSRS, answers):
        for task in queries.open_screener_tasks(measure.client_id, no_later_than=taken_on):
            tasks.close(task, by)
    if not rules.asks_for_screener(measure.what, answers) or queries.screened_since(measure.client_id, taken_on):
        return
    if not queries.open_screener_tasks(measure.client_id):
        owner = queries.who_asks(measure.client_id, by)
        tasks.open_task(
            TaskKind.suicide_screen, measure.id, by, client_id=measure.client_id, owner_id=owner, due_at=clock.now()
        )
