"""Following a contact up: each try, when the next is due, who closes it, and what a closed one takes back."""

from datetime import UTC, datetime, timedelta

import pytest

from caseapp.core import clock
from tests.crisis.contacts import path_of, register, save, tasks

TEN = datetime(2090, 11, 18, 15, tzinfo=UTC)  # 10:00 am at the clinic


@pytest.fixture
def ben(cast):
    return register(
        cast.ana.actor, phone="555-0177", may_call="yes", may_leave_message="no", contact_wishes="Not at work"
    )


@pytest.fixture
def page(visit, cast, ben):
    with clock.freeze(TEN - timedelta(hours=20)):
        return path_of(save(visit(cast.ana), "moderate", ben, who="ort", call_back="555-0100"))


def test_how_they_may_be_reached_is_right_there(visit, cast, page):
    shown = visit(cast.ana).get(page + "/attempt").text
    for words in ("555-0177", "555-0100", "Not at work", "May we leave a message?", "Try 1 of 5"):
        assert words in shown


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sent", "hours"),
    [
        ({"result": "no_answer"}, 24),
        ({"result": "no_answer", "risk_now": "high"}, 4),
        ({"result": "spoke"}, 72),
        ({"result": "spoke", "risk_now": "high"}, 24),
        ({"result": "left_message", "next": "tomorrow"}, 23),
        ({"result": "wrong_number", "next": "other", "next_day": "today", "next_at": "3 pm"}, 5),
    ],
)
def test_the_next_try_is_proposed_by_the_rule_and_may_be_chosen(visit, cast, page, sent, hours):
    with clock.freeze(TEN):
        path_of(visit(cast.ana).submit(page + "/attempt", sent))
    [task] = tasks()
    assert (task.due_at - TEN, task.closed_at) == (timedelta(hours=hours), None)
    assert task.first_due_at == TEN + timedelta(hours=52)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose what came of the call"),
        ({"result": "no_answer", "next": "close"}, "Enter why it ends here"),
        ({"result": "spoke", "risk_now": "high", "next": "close"}, "the follow-up stays open"),
        ({"result": "spoke", "next": "other"}, "Enter the day"),
        ({"result": "spoke", "next": "other", "next_day": "today", "next_at": "8 am"}, "that lies ahead"),
        ({"result": "spoke", "next": "other", "next_day": "yesterday"}, "must be on or after"),
        ({"result": "spoke", "words": "x" * 4001}, "Shorten this to 4,000"),
    ],
)
def test_what_is_wrong_is_said_and_no_attempt_is_kept(visit, cast, page, sent, said):
    with clock.freeze(TEN):
        answer = visit(cast.ana).submit(page + "/attempt", sent)
    assert answer.status_code == 422 and said in answer.text
    assert tasks()[0].attempts == []


def test_high_risk_now_is_said_and_leads_to_a_new_contact(visit, cast, ben, page):
    visitor = visit(cast.ana)
    visitor.submit(page + "/attempt", {"result": "spoke", "risk_now": "high", "may_call_again": "no"})
    shown = visitor.get(page).text
    assert "at high risk at the last attempt" in shown and f"/crisis/new?about={ben}" in shown
    assert "asked us not to call again" in visitor.get(page + "/attempt").text


def test_at_the_maximum_a_person_is_asked_and_nothing_closes_by_itself(visit, cast, page):
    visitor = visit(cast.ana)
    for _ in range(5):
        assert "Reached the maximum" not in visitor.get(page + "/attempt").text
        visitor.submit(page + "/attempt", {"result": "no_answer"})
    for where in (page, page + "/attempt"):
        assert "Reached the maximum of 5. Close, or ask Sue Okafor?" in visitor.get(where).text
    assert tasks()[0].closed_at is None
    assert path_of(visitor.submit(page, {}, to=page + "/tell")) == page
    visitor.submit(page + "/attempt", {"result": "no_answer", "words": "Sue agreed to stop", "next": "close"})
    assert [bool(task.closed_at) for task in tasks() if task.kind == "crisis_follow_up"] == [True]


def test_closed_once_undone_with_one_press_and_opened_again_with_a_reason(visit, cast, page):
    ana, sue = visit(cast.ana), visit(cast.sue)
    form = dict(sue.form(page + "/attempt", to=page + "/attempt").fields) | {"result": "spoke", "next": "close"}
    closed = ana.submit(page + "/attempt", {"result": "spoke", "next": "close"})
    assert "Undo" in ana.get(path_of(closed)).text
    late = sue.raw.post(page + "/attempt", data=form | {"words": "Sue's call"})
    assert late.status_code == 422 and "closed already" in late.text and "Sue&#39;s call" in late.text
    [task] = tasks()
    assert len(task.attempts) == 1
    reopen = f"/tasks/{task.id}/reopen"
    assert sue.post(reopen, {}).status_code == 422
    assert path_of(sue.post(reopen, {"reason": "Called back"})) == page
    assert "Called back" in sue.get(page).text
    ana.submit(page + "/attempt", {"result": "spoke", "next": "close"})
    token = ana.token(page)
    for _ in range(2):
        assert path_of(ana.raw.post(reopen, data={"csrf_token": token, "undo": "1"})) == page
    [task] = tasks()
    assert task.closed_at is None
    assert [event.happened for event in task.events] == ["closed", "reopened", "closed", "reopened"]


def test_sent_twice_is_one_attempt(visit, cast, page):
    visitor = visit(cast.ana)
    form = dict(visitor.form(page + "/attempt", to=page + "/attempt").fields) | {"result": "no_answer"}
    assert len({path_of(visitor.raw.post(page + "/attempt", data=form)) for _ in range(2)}) == 1
    assert len(tasks()[0].attempts) == 1


def test_the_follow_up_is_given_away_by_its_owner_or_a_supervisor(visit, cast, ben, page):
    carl = visit(cast.carl)
    assert carl.get(page).status_code == 404
    [task] = tasks()
    give = f"/tasks/{task.id}/owner"
    assert path_of(visit(cast.ana).submit(give, {"owner_id": cast.carl.actor.id, "reason": "On leave"})) == page
    # Carl is charged with it: he reads what he needs to call, though the client is not his.
    assert "555-0100" in carl.get(page + "/attempt").text
    assert carl.get(f"/clients/{ben}").status_code == 404
    refused = visit(cast.ana).submit(give, {"owner_id": cast.sue.actor.id})
    assert refused.status_code == 403 and "Only Carl Ito or a supervisor" in refused.text
    assert path_of(visit(cast.sue).submit(give, {"owner_id": cast.ana.actor.id})) == page
    assert carl.get(page).status_code == 404
    assert tasks()[0].owner_id == cast.ana.actor.id
