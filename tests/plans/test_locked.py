"""A signed plan that is changed behind the back of the house is found, as a signed note is."""

import pytest

from caseapp.audit.signed import what_is_broken
from caseapp.core.db import db
from caseapp.identity.models import Staff
from caseapp.plans import actions, queries
from caseapp.plans.rules import Goal, Part
from caseapp.plans.verifying import SIGNING
from tests.audit.test_tampering import run
from tests.clinic import today
from tests.notes.test_locked import take_the_lock_off
from tests.plans.writing import COPE, HOME, episode_of, planned, written

TABLES = ("plan_goal", "plan_signature", "plan_revision")
BEHIND = {
    "another day for a goal": "UPDATE plan_goal SET target_on = '2031-01-01' WHERE number = 1 AND revision_id = '{revision}'",
    "the words of another goal": "UPDATE plan_goal SET body_sealed = 'x' WHERE number = 2 AND revision_id = '{revision}'",
    "a goal removed": "DELETE FROM plan_goal WHERE number = 2 AND revision_id = '{revision}'",
    "a goal put in": (
        "INSERT INTO plan_goal (revision_id, number, body_sealed) SELECT revision_id, 3, body_sealed FROM plan_goal "
        "WHERE number = 1 AND revision_id = '{revision}'"
    ),
    "another signer": "UPDATE plan_signature SET recorded_by_name = 'Somebody Else' WHERE part = 'clinician'",
    "another day of signing": "UPDATE plan_signature SET signed_on = '2020-01-01' WHERE part = 'client'",
    "signed on paper, it says": "UPDATE plan_signature SET how = 'verbally' WHERE part = 'client'",
    "its hash": "UPDATE plan_signature SET hash = 'x' WHERE part = 'client'",
    "a signature removed": "DELETE FROM plan_signature WHERE part = 'client'",
    "a signature put in": (
        "INSERT INTO plan_signature (id, revision_id, part, signed_on, needs_supervisor, recorded_by_id, recorded_by_name, "
        "recorded_by_credential, recorded_at, hash) SELECT 'put in', revision_id, 'supervisor', signed_on, needs_supervisor, "
        "recorded_by_id, recorded_by_name, '', recorded_at, hash FROM plan_signature WHERE part = 'clinician'"
    ),
    "in force from another day": "UPDATE plan_revision SET signed_on = '2020-01-01' WHERE id = '{revision}'",
    "in force no more": "UPDATE plan_revision SET signed_on = NULL, completed_at = NULL WHERE id = '{revision}'",
    "written at another time": "UPDATE plan_revision SET recorded_at = '2020-01-01 00:00:00.000000' WHERE id = '{revision}'",
    "of another plan": "UPDATE plan_revision SET plan_id = '{other}', number = 9 WHERE id = '{revision}'",
}  # fmt: skip


@pytest.fixture
def signed(transaction, cast) -> dict[str, str]:
    """The id of a revision that client and clinician have signed, of another plan, and beside them one that nobody signed yet."""
    episode = planned(cast, today())
    written(episode, cast.carl.actor, COPE, HOME, Goal(3, "Rent a room"))
    other = episode_of(cast, today(), first="Kim", last="Dae")
    written(other, cast.carl.actor)
    with transaction():
        return {"revision": queries.plan_of(episode).revisions[0].id, "other": queries.plan_of(other).id}


@pytest.mark.parametrize("what", BEHIND)
def test_what_is_changed_behind_its_back_is_found(signed, transaction, command, what):
    assert "checked 2 signatures" in command("audit", "verify")
    take_the_lock_off(transaction, TABLES)
    run(transaction, BEHIND[what].format(**signed))
    _seen, broken = what_is_broken([SIGNING])
    assert broken and ("is not as it was signed" in broken or "was removed" in broken)
    assert broken in command("audit", "verify", status=1)


def test_a_supervisor_beside_and_one_who_is_still_to_sign_fit(transaction, cast):
    with transaction():
        db.get(Staff, cast.carl.actor.id).notes_cosigned = True
    episode = planned(cast, today())
    assert what_is_broken([SIGNING]) == (2, None), "a supervisor has still to sign"
    with transaction():
        actions.sign(queries.plan_of(episode).revisions[0], Part.supervisor, cast.sue.actor)
    assert what_is_broken([SIGNING]) == (3, None)
