"""What a payer pays for a service: appended from a day on, never overwritten."""

from datetime import date

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Payer
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken
from caseapp.programs.models import PayerRule, Service
from caseapp.programs.rules.billing import Care, UnitRule, what_is_wrong_with_unit


def save_payer_rule(
    service: Service, payer: Payer | None, care: Care, rule: UnitRule, from_day: date, by: Actor
) -> PayerRule:
    """From that day on this payer (None: all without a rule of their own) pays so. The same day again supersedes the first.

    Raises RuleBroken for a rule that can't be so, and for a past day: days already counted stay as they were counted.
    """
    lock(Service, [service.id])
    if from_day < clock.today(clinic.zone()):
        raise RuleBroken("Choose today or a later day. Days already counted stay as they were.", "from_day")
    wrong = what_is_wrong_with_unit(rule)
    if wrong:
        raise RuleBroken(*wrong)
    key = {"payer_id": payer.id if payer else None, "service_id": service.id, "care": care, "from_day": from_day}
    now = clock.now()
    for earlier in db.scalars(select(PayerRule).filter_by(**key, superseded_at=None)):
        earlier.superseded_at = now
    db.flush()
    row = PayerRule(**key, **vars(rule), recorded_at=now, recorded_by_name=by.name)
    db.add(row)
    db.flush()
    facts = {"care": care, "code": rule.code, "unit": rule.unit_words, "payer": key["payer_id"], "from_day": from_day}
    changed("programs.save_payer_rule", row.id, by, service=service.code, **facts)
    return row
