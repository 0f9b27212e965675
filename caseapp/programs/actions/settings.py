"""The numbers of a rule profile: appended from a day on, never overwritten."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.programs import queries
from caseapp.programs.models import Program, RuleSetting
from caseapp.programs.rules import BY_NAME, what_is_wrong_with


def save_setting(program: Program, name: str, value: Decimal, from_day: date, by: Actor) -> RuleSetting:
    """From that day on this number holds. A second row for the same day supersedes the first, which stays on record.

    Raises RuleBroken for a past day (days already counted stay as they were counted), for a value out of range or out
    of order with the others, and where nothing would change; NotFound for a setting that does not exist.
    """
    if name not in BY_NAME:
        raise NotFound
    lock(Program, [program.id])
    queries.forget_profiles()
    today = clock.today(clinic.zone())
    if from_day < today:
        raise RuleBroken("Choose today or a later day. Days already counted stay as they were.", "from_day")
    numbers = queries.profile(program.id, from_day)
    wrong = what_is_wrong_with(name, value, numbers)
    if wrong:
        raise RuleBroken(wrong, "value")
    if numbers[name] == float(value):
        raise RuleBroken(f"It is {BY_NAME[name].words(value)} on that day already.", "value")
    return _append(program, name, value, from_day, by)


def _append(program: Program, name: str, value: Decimal, from_day: date, by: Actor) -> RuleSetting:
    now = clock.now()
    same_day = select(RuleSetting).where(
        RuleSetting.program_id == program.id,
        RuleSetting.name == name,
        RuleSetting.from_day == from_day,
        RuleSetting.superseded_at.is_(None),
    )
    for earlier in db.scalars(same_day):
        earlier.superseded_at = now
    db.flush()
    row = RuleSetting(program_id=program.id, name=name, value=value, from_day=from_day, recorded_at=now)
    row.recorded_by_name = by.name
    db.add(row)
    db.flush()
    queries.forget_profiles()
    changed("programs.save_setting", row.id, by, name=name, value=value, from_day=from_day)
    return row
