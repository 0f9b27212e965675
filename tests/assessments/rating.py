"""What the tests of assessments share: an assessment through its action."""

from caseapp.assessments import actions
from caseapp.assessments.actions import Said
from caseapp.assessments.editions import EDITIONS
from caseapp.clients.models import Client
from caseapp.core.db import db, transaction


def said(day, rating=1, level="2.1", **more):
    """What an assessment says, the same rating in all dimensions unless told otherwise."""
    facts = {"done_by_id": None, "level_found": level, "level_chosen": level}
    return Said(day, **{**facts, "ratings": dict.fromkeys(range(1, 7), rating), **more})


def assessed(client_id, day, by, edition="4", **more):
    """The id of an assessment, done by whoever records it."""
    with transaction():
        return actions.record(
            db.get(Client, client_id), EDITIONS[edition], said(day, **{"done_by_id": by.id, **more}), by
        ).id
