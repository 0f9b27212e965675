"""Completing a contact afterwards: nothing that was said is lost, and the follow-up keeps time with the rule."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.crisis import actions, queries
from caseapp.crisis.models import EarlierContact
from caseapp.crisis.rules import Caller, Channel, Risk
from caseapp.tasks.models import Task
from tests.crisis.contacts import contacts, path_of, register, save, tasks
from tests.visitor import forms_on


@pytest.fixture
def ben(cast):
    return register(cast.ana.actor)


def earlier(transaction):
    with transaction():
        return db.scalar(select(func.count(EarlierContact.id)))


def test_what_was_said_before_stays_and_is_shown(visit, cast, ben, transaction):
    visitor = visit(cast.ana)
    page = path_of(save(visitor, "not_asked", ben, who="ort", what_happened="First words"))
    done = {"risk": "moderate", "wish_to_be_dead": "yes", "thoughts": "no", "behavior": "over_three_months_ago"}
    done |= {
        "what_happened": "Second words",
        "safety_plan": "yes",
        "disposition": "settled",
        "what_was_done": ["listened"],
    }
    assert path_of(visitor.submit(page + "/edit", done)) == page
    shown = visitor.get(page).text
    assert "Second words" in shown and "First words" in shown and "Changed 1 time" in shown
    assert "Missing" not in shown
    # Opening it and saving nothing new changes nothing: seconds that no form shows do not count.
    assert "Nothing was changed" in visitor.get(path_of(visitor.submit(page + "/edit", {}))).text
    assert earlier(transaction) == 1
    # While nobody tried, the follow-up moved to what the rule says of moderate risk.
    [contact], [task] = contacts(), tasks()
    assert task.due_at - contact.ended_at == timedelta(hours=72) and task.first_due_at == task.due_at


def test_a_stale_form_loses_neither_text(visit, cast, ben, transaction):
    ana, sue = visit(cast.ana), visit(cast.sue)
    page = path_of(save(ana, "low", ben, who="ort", what_happened="As it was"))
    mine = dict(ana.form(page + "/edit", to=page + "/edit").fields)
    sue.submit(page + "/edit", {"what_happened": "Sue's words", "where": "At home"})
    stale = ana.raw.post(page + "/edit", data=mine | {"what_happened": "Ana's words"})
    assert stale.status_code == 409
    assert "Sue&#39;s words" in stale.text and "Ana&#39;s words" in stale.text and "Sue Okafor" in stale.text
    assert earlier(transaction) == 1
    # The page offers to save with a choice per field.
    form = next(form for form in forms_on(stale.text) if form.action == page + "/edit")
    assert ana.raw.post(page + "/edit", data=form.fields | {"take.what_happened": ["mine"]}).status_code == 303
    with transaction():
        said = queries.texts_of(queries.get_contact(page.split("/")[-1], cast.ana.actor))
    assert (said["what_happened"], said["where"]) == ("Ana's words", "At home")


def test_wrong_input_changes_nothing(visit, cast, ben, transaction):
    visitor = visit(cast.ana)
    page = path_of(save(visitor, "low", ben, who="ort", what_happened="As it was"))
    answer = visitor.submit(page + "/edit", {"behavior": "within_three_months", "what_happened": "Typed"})
    assert answer.status_code == 422 and "Enter why you judge it lower" in answer.text and "Typed" in answer.text
    assert visitor.submit(page + "/edit", {"risk": ""}).status_code == 422
    assert earlier(transaction) == 0
    assert "As it was" in visitor.get(page).text


def test_an_unknown_caller_turns_out_to_be_someone(visit, cast, ben, transaction):
    visitor = visit(cast.ana)
    page = path_of(save(visitor, "high", what_happened="Who was that", owner_id=cast.ana.actor.id))
    visitor.submit(
        page + "/attempt", {"result": "spoke", "words": "It was Ben", "next_step": "Thu 9 am", "next": "rule"}
    )
    found = visitor.submit(page + "/edit", {"who": "ort", "find": "1"})
    assert "Ortiz, Ben" in found.text
    visitor.submit(page + "/edit", {"who": "ort", "client_id": ben, "where": "Home"})
    [contact], [task] = contacts(), tasks()
    assert (contact.client_id, task.client_id) == (ben, ben)
    shown = visitor.get(page).text
    for words in ("Who was that", "It was Ben", "Thu 9 am", "Unknown caller", "Home"):
        assert words in shown
    # All of it is now under Ben's key alone, and for those who see Ben.
    assert visit(cast.otto).get(page).status_code == 404
    with transaction():
        keys = {blob[:22] for blob in _blobs(contact, task)}
    assert len(keys) == 1


def _blobs(contact, task):
    [row] = db.scalars(select(EarlierContact))
    found = [contact.what_happened_sealed, row.what_happened_sealed, task.attempts[0].words_sealed]
    return [*found, next(iter(queries.answers_of(task, contact, False).values()))[0].next_step_sealed]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_lowering_the_risk_of_an_overdue_follow_up_leaves_it_overdue(cast, ben, transaction):
    ended = datetime(2090, 11, 16, 12, tzinfo=UTC)
    facts = {"client_id": ben, "caller": Caller.client, "channel": Channel.phone}
    facts |= {"started_at": ended, "ended_at": ended}
    with clock.freeze(ended), transaction():
        contact_id = actions.record(cast.ana.actor, risk=Risk.not_asked, **facts).id
    for later, moved in ((25, False), (12, True)):
        with clock.freeze(ended + timedelta(hours=later)), transaction():
            contact = queries.get_contact(contact_id, cast.ana.actor)
            actions.edit(contact, cast.ana.actor, risk=Risk.low, **facts)
            assert (db.scalar(select(Task.due_at)) - ended == timedelta(hours=72)) is moved
            db.rollback()
