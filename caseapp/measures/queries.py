"""Measures of a client, and the first and last values of many clients in one statement each, without opening any text."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.core import sealed
from caseapp.core.access import Actor, Role
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.core.past import UNTIL, as_of, stood
from caseapp.episodes.queries import open_episode
from caseapp.identity.queries import working_staff
from caseapp.measures.instruments import INSTRUMENTS, Instrument, Scale
from caseapp.measures.models import Measure, MeasureReading, MeasureScore
from caseapp.measures.rules import Value
from caseapp.tasks.models import Task
from caseapp.tasks.queries import possible_owners
from caseapp.tasks.rules import TaskKind


@dataclass(frozen=True)
class Course:
    """One scale of a client over time, the first day first."""

    scale: Scale
    values: list[Value]


@dataclass(frozen=True)
class Taken:
    """An instrument of a client: each time it was taken, the last first, and the course of each scale that has a value."""

    instrument: Instrument
    times: list[tuple[Measure, MeasureReading]]
    courses: list[Course]


def get_measure(measure_id: str, user: Actor) -> Measure:
    """A measure of a client whom this person may see. Raises NotFound for any other."""
    readings = selectinload(Measure.readings)
    people = readings.joinedload(MeasureReading.recorded_by), readings.joinedload(MeasureReading.superseded_by)
    found = select(Measure).join(Client).where(Measure.id == measure_id, visible_to(user))
    row = db.scalar(found.options(joinedload(Measure.client), *people, readings.selectinload(MeasureReading.scores)))
    if row is None:
        raise NotFound
    return row


def answers_of(measure: Measure, reading: MeasureReading) -> dict[str, str]:
    """The answers of a reading, opened: codes of options by code of item. Empty if the client's key was destroyed."""
    text = sealed.unseal(measure.client_id, reading.answers_sealed)
    return json.loads(text) if text else {}


def taken(client_id: str) -> list[Taken]:
    """Every instrument that a client has filled in, in the order of the list, in a number of statements that is always the same."""
    found = select(Measure, MeasureReading).join(MeasureReading, MeasureReading.measure_id == Measure.id)
    found = found.where(Measure.client_id == client_id, MeasureReading.in_force == 1)
    found = found.order_by(MeasureReading.taken_on.desc(), MeasureReading.recorded_at.desc(), Measure.id)
    rows = list(db.execute(found.options(selectinload(MeasureReading.scores), joinedload(MeasureReading.recorded_by))))
    by_instrument = {
        code: [(measure, reading) for measure, reading in rows if measure.instrument == code] for code in INSTRUMENTS
    }
    return [
        Taken(INSTRUMENTS[code], times, _courses(INSTRUMENTS[code], times))
        for code, times in by_instrument.items()
        if times
    ]


def _courses(instrument: Instrument, times: list[tuple[Measure, MeasureReading]]) -> list[Course]:
    courses = [Course(scale, _values(scale.code, times)) for scale in instrument.scales]
    return [one for one in courses if one.values]


def _values(scale: str, times: list[tuple[Measure, MeasureReading]]) -> list[Value]:
    return [
        Value(score.points, reading.taken_on, measure.id, score.estimated)
        for measure, reading in reversed(times)
        for score in reading.scores
        if score.scale == scale
    ]


def taken_back(client_id: str) -> list[Measure]:
    """The measures of a client that were taken back."""
    found = select(Measure).where(Measure.client_id == client_id, Measure.taken_back_sealed.is_not(None))
    return list(db.scalars(found.order_by(Measure.changed_at)))


def last_values(
    client_ids: Collection[str], scale: str, *, until: date | None = None, known_at: datetime | None = None
) -> dict[str, Value]:
    """The last value on a scale by client, with its day: one statement for any number of clients.

    `until` leaves out later days. `known_at` (an aware instant) answers as the records stood then.
    """
    newest = (MeasureReading.taken_on.desc(), MeasureReading.recorded_at.desc(), MeasureReading.id)
    return _one_each(_valued(client_ids, scale, None, known_at is not None), newest, as_of(until, known_at))


def first_values(
    client_ids: Collection[str],
    scale: str,
    *,
    since: date | None = None,
    until: date | None = None,
    known_at: datetime | None = None,
) -> dict[str, Value]:
    """The first value on a scale by client from a day on (that of an admission, for one): one statement."""
    oldest = (MeasureReading.taken_on, MeasureReading.recorded_at, MeasureReading.id)
    return _one_each(_valued(client_ids, scale, since, known_at is not None), oldest, as_of(until, known_at))


def values_of_many(
    client_ids: Collection[str], scales: Collection[str], *, until: date, known_at: datetime | None = None
) -> dict[str, dict[str, list[Value]]]:
    """By client and scale, the value of each measure up to a day, the first first. One statement for all."""
    meant = {"client_ids": list(client_ids), "scales": sorted(scales)} | as_of(until, known_at)
    found: dict[str, dict[str, list[Value]]] = {}
    for client_id, scale, *value in db.execute(_of_many(known_at is not None), meant).all():
        found.setdefault(client_id, {}).setdefault(scale, []).append(Value._make(value))
    return found


@cache
def _of_many(past: bool) -> Select:
    """Selected from the tables: rows of which nothing else is made are read in half the time of the ORM's."""
    measure, reading, score = (model.__table__.c for model in (Measure, MeasureReading, MeasureScore))
    rows = select(measure.client_id, score.scale, score.points, reading.taken_on, measure.id, score.estimated)
    rows = rows.join_from(Measure.__table__, MeasureReading.__table__, reading.measure_id == measure.id)
    rows = rows.join(MeasureScore.__table__, score.reading_id == reading.id)
    rows = rows.where(measure.client_id.in_(bindparam("client_ids", expanding=True)), stood(reading, past))
    rows = rows.where(score.scale.in_(bindparam("scales", expanding=True)), reading.taken_on <= UNTIL)
    return rows.order_by(reading.taken_on, reading.recorded_at, reading.id)


def _valued(client_ids: Collection[str], scale: str, since: date | None, past: bool) -> Select:
    found = select(
        Measure.client_id,
        MeasureScore.points,
        MeasureReading.taken_on.label("day"),
        Measure.id.label("measure_id"),
        MeasureScore.estimated,
    )
    found = found.join(MeasureReading, MeasureReading.measure_id == Measure.id).join(MeasureScore)
    found = found.where(Measure.client_id.in_(client_ids), MeasureScore.scale == scale, stood(MeasureReading, past))
    return found.where(MeasureReading.taken_on >= (since or date.min), MeasureReading.taken_on <= UNTIL)


def _one_each(found: Select, order: tuple, asked: dict[str, Any]) -> dict[str, Value]:
    """The row that comes first for each client."""
    place = func.row_number().over(partition_by=Measure.client_id, order_by=order).label("place")
    ranked = found.add_columns(place).subquery()
    rows = db.execute(select(ranked).where(ranked.c.place == 1), asked)
    return {row.client_id: Value(row.points, row.day, row.measure_id, row.estimated) for row in rows}


def screened_since(client_id: str, day: date) -> bool:
    """Whether a C-SSRS with a level was taken on a day or later."""
    last = last_values([client_id], "cssrs").get(client_id)
    return last is not None and last.day >= day


def open_screener_tasks(client_id: str, no_later_than: date | None = None) -> list[Task]:
    """The open tasks to ask a client the C-SSRS; with a day, those that a measure of that day or earlier opened."""
    found = select(Task).where(
        Task.kind == TaskKind.suicide_screen, Task.client_id == client_id, Task.closed_at.is_(None)
    )
    if no_later_than:
        asked = select(MeasureReading.measure_id).where(MeasureReading.taken_on <= no_later_than)
        found = found.where(Task.source_id.in_(asked))
    return list(db.scalars(found.order_by(Task.due_at, Task.id)))


def who_asks(client_id: str, by: Actor) -> str:
    """Whose task the C-SSRS is: the clinician of the open episode, else the first supervisor, else who recorded the measure."""
    episode = open_episode(client_id)
    able = {one.id for one in possible_owners()}
    ids = [episode.clinician_id if episode else None, *(one.id for one in working_staff(Role.supervisor)), by.id]
    return next(id for id in ids if id in able)
