"""Record an assessment, correct it, take it back."""

import json
from dataclasses import dataclass, field
from datetime import date

from caseapp.assessments import rules
from caseapp.assessments.editions import Edition
from caseapp.assessments.models import Assessment, AssessmentRating, AssessmentReading
from caseapp.assessments.rules import WhyOther
from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, readings, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, new_id
from caseapp.core.errors import RuleBroken
from caseapp.core.readings import hold, must_have, must_stand, supersede


@dataclass(frozen=True)
class Said:
    """What an assessment says. `words` by number of the dimension, those on the choice of level under "level"."""

    assessed_on: date
    done_by_id: str | None
    ratings: dict[int, int]
    level_found: str
    level_chosen: str
    why_other: WhyOther | None = None
    words: dict[str, str] = field(default_factory=dict)


def record(client: Client, edition: Edition, said: Said, by: Actor) -> Assessment:
    """Keep an assessment: ratings and levels plain, words sealed.

    Raises RuleBroken for what is missing (`rules.what_does_not_fit`), and for a day after today at the clinic or before birth.
    """
    _check(client, edition.code, said)
    row = Assessment(id=new_id(), client_id=client.id, edition=edition.code, readings=[])
    db.add(row)
    _read(row, said, by, "")
    changed("assessments.record", row.id, by, client_id=client.id, edition=edition.code, level=said.level_chosen)
    return row


def correct(row: Assessment, said: Said, reason: str, by: Actor) -> None:
    """Say that an assessment says something else, in the same edition. What it said stays beside it, with the reason.

    Raises RuleBroken as `record` does, without a reason, and for one that was taken back.
    """
    hold(row)
    must_stand(row)
    must_have(reason, "Enter why it is corrected")
    _check(row.client, row.edition, said)
    supersede(row, by)
    _read(row, said, by, reason)
    changed("assessments.correct", row.id, by, client_id=row.client_id, level=said.level_chosen)


def take_back(row: Assessment, reason: str, by: Actor) -> None:
    """It should not have been recorded: it counts no more, and stays to be seen. Raises RuleBroken without a reason, or twice."""
    hold(row)
    readings.take_back(row, reason, by)
    changed("assessments.take_back", row.id, by, client_id=row.client_id)


def _check(client: Client, edition: str, said: Said) -> None:
    if said.assessed_on > clock.today(clinic.zone()):
        raise RuleBroken("It can't have been made after today", "assessed_on")
    if said.assessed_on < client.born:
        raise RuleBroken("It can't have been made before they were born", "assessed_on")
    wrong = rules.what_does_not_fit(edition, said.ratings, said.level_found, said.level_chosen, said.why_other)
    if wrong:
        raise RuleBroken(*wrong)


def _read(row: Assessment, said: Said, by: Actor, reason: str) -> None:
    """Append what the assessment says now."""
    reading = AssessmentReading(id=new_id(), assessment_id=row.id, recorded_by_id=by.id, done_by_id=said.done_by_id)
    reading.assessed_on, reading.level_found, reading.level_chosen = (
        said.assessed_on,
        said.level_found,
        said.level_chosen,
    )
    reading.why_other = said.why_other if said.level_found != said.level_chosen else None
    reading.words_sealed = sealed.seal(row.client_id, json.dumps(said.words))
    reading.reason_sealed = sealed.seal(row.client_id, reason.strip())
    reading.rated = [AssessmentRating(dimension=number, rating=rating) for number, rating in said.ratings.items()]
    row.readings.append(reading)
    db.flush()
