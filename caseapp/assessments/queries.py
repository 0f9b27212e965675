"""The last assessment of many clients in one statement, and all that is on record of one; when one is due."""

import json
from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from itertools import pairwise

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.assessments import rules
from caseapp.assessments.editions import Dimension
from caseapp.assessments.models import Assessment, AssessmentRating, AssessmentReading
from caseapp.assessments.rules import Assessed, Change, Due
from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.core.past import UNTIL, as_of, stood
from caseapp.episodes.models import Episode
from caseapp.episodes.queries import episodes_of, stays
from caseapp.programs.queries import profile


def last_assessments(
    client_ids: Collection[str], *, until: date | None = None, known_at: datetime | None = None
) -> dict[str, Assessed]:
    """The last assessment by client, with its ratings: one statement for any number of clients. Who has none is left out.

    `until` leaves out later days; `known_at` (an aware instant) answers as the records stood then.
    """
    said: dict[str, Assessed] = {}
    asked = {"client_ids": list(client_ids)} | as_of(until, known_at)
    for row in db.execute(_last(known_at is not None), asked):
        one = said.setdefault(row.client_id, Assessed(row.assessed_on, row.edition, row.level_chosen, {}))
        if row.dimension is not None:
            one.ratings[row.dimension] = row.rating
    return said


@cache
def _last(past: bool) -> Select:
    newest = (AssessmentReading.assessed_on.desc(), AssessmentReading.recorded_at.desc(), AssessmentReading.id)
    place = func.row_number().over(partition_by=Assessment.client_id, order_by=newest).label("place")
    found = select(
        *(AssessmentReading.id, Assessment.client_id, Assessment.edition),
        *(AssessmentReading.assessed_on, AssessmentReading.level_chosen, place),
    ).join(Assessment, AssessmentReading.assessment_id == Assessment.id)
    found = found.where(Assessment.client_id.in_(bindparam("client_ids", expanding=True)))
    ranked = found.where(AssessmentReading.assessed_on <= UNTIL, stood(AssessmentReading, past)).subquery()
    rows = select(ranked, AssessmentRating.dimension, AssessmentRating.rating).where(ranked.c.place == 1)
    return rows.outerjoin(AssessmentRating, AssessmentRating.reading_id == ranked.c.id)


def get_assessment(assessment_id: str, user: Actor) -> Assessment:
    """An assessment of a client whom this person may see. Raises NotFound for any other."""
    readings = selectinload(Assessment.readings)
    people = (AssessmentReading.recorded_by, AssessmentReading.done_by, AssessmentReading.superseded_by)
    load = [joinedload(Assessment.client), *(readings.joinedload(one) for one in people)]
    found = select(Assessment).join(Client).where(Assessment.id == assessment_id, visible_to(user))
    row = db.scalar(found.options(*load, readings.selectinload(AssessmentReading.rated)))
    if row is None:
        raise NotFound
    return row


def words_of(row: Assessment, reading: AssessmentReading) -> dict[str, str]:
    """The words of a reading, opened, by number of the dimension and "level". Empty if the client's key was destroyed."""
    text = sealed.unseal(row.client_id, reading.words_sealed)
    return json.loads(text) if text else {}


def assessments(client_id: str) -> list[Assessment]:
    """Every assessment of a client that was not taken back, the newest day first. A fixed number of statements."""
    readings = selectinload(Assessment.readings)
    load = readings.joinedload(AssessmentReading.done_by), readings.selectinload(AssessmentReading.rated)
    rows = [row for row in db.scalars(_of(client_id).options(*load)) if row.reading]
    return sorted(rows, key=lambda row: (row.reading.assessed_on, row.reading.recorded_at), reverse=True)


def taken_back(client_id: str) -> list[Assessment]:
    """The assessments of a client that were taken back."""
    found = _of(client_id).where(Assessment.taken_back_sealed.is_not(None))
    return list(db.scalars(found.order_by(Assessment.changed_at)))


def _of(client_id: str):
    return select(Assessment).where(Assessment.client_id == client_id)


def by_dimension(rows: list[Assessment]) -> list[tuple[Dimension, list[tuple[date, int]]]]:
    """Of assessments of one edition, the newest first: each dimension that was rated, with its ratings, the first day first."""
    said = [(row.reading.assessed_on, row.reading.ratings) for row in reversed(rows)]
    dimensions = rows[0].of.dimensions
    found = [
        (one, [(day, ratings[one.number]) for day, ratings in said if one.number in ratings]) for one in dimensions
    ]
    return [(one, ratings) for one, ratings in found if ratings]


def due(client_id: str, rows: list[Assessment]) -> list[Due]:
    """What is due in the open episode, by the profile in force today; nothing without one."""
    today = clock.today(clinic.zone())
    episode = open_or_ending(client_id, today)
    if episode is None:
        return []
    chain = stays(episode.id)
    changes = [
        Change(now.started_on, now.phase.level_of_care)
        for before, now in pairwise(chain)
        if before.phase.level_of_care != now.phase.level_of_care
    ]
    if episode.discharged_on:
        changes.append(Change(episode.discharged_on))
    days = int(profile(episode.program_id, today)["assessment_days"])
    return rules.due(episode.admitted_on, changes, [row.reading.assessed_on for row in rows], days)


def open_or_ending(client_id: str, today: date) -> Episode | None:
    """The newest episode if it is open or its planned end lies ahead; else None."""
    newest = next(iter(episodes_of(client_id)), None)
    goes_on = newest is not None and (newest.discharged_on is None or newest.discharged_on > today)
    return newest if goes_on else None
