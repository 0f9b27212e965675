"""The pages of phase reviews: propose, answer, decide, return, withdraw, the list; who may, who may not, stale, twice, wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.episodes.rules import MoveKind
from caseapp.progress.models import PhaseReview
from caseapp.progress.rules import Decision, ReviewState
from tests.episodes.people import moved, today, version
from tests.progress.reviewing import path_of, propose, ready, review, screen, someone


@pytest.fixture
def alicia(transaction, cast):
    """The ids of someone in Phase 1 for eight days and of her episode."""
    with transaction():
        return someone(cast)


def phase(transaction, position):
    with transaction():
        return version().phases[position - 1].id


def main_of(page):
    return page.split("<main")[1].split("</main>")[0]


def state(transaction, id):
    with transaction():
        return review(id).state


TRANSFER = {
    "kind": "transfer", "effective_on": "today", "reason": "moved_to_other_provider", "words": "Found a place near home.",
}  # fmt: skip


def test_facts_and_the_proposal_of_someone_who_is_ready(visit, cast, transaction):
    with transaction():
        client, _episode = ready(cast)
    ana, path = visit(cast.ana), f"/clients/{client}/review"
    page = ana.get(path).text
    for said in (
        "3 of 3 weeks: 9.0, 9.0, 9.0",
        "2.1 to 1.5",
        "Send to Sue Okafor for approval",
        "9 of 9 sessions in 4 weeks",
    ):
        assert said in page, said
    form = ana.form(path, to=path)
    assert form.fields["kind"] == ["step_down"] and form.fields["reason"] == ["goals_met"]
    sent = ana.raw.post(path, data=form.fields)
    again = ana.raw.post(path, data=form.fields)
    assert (sent.status_code, sent.headers["Location"]) == (303, again.headers["Location"])
    shown = ana.get(sent.headers["Location"]).text
    assert "Waiting for approval" in shown and "You proposed this" in shown and ">Approve<" not in shown
    assert ana.get(path).headers["Location"] == sent.headers["Location"]
    with transaction():
        assert db.scalar(select(func.count(PhaseReview.id))) == 1


def test_wrong_input_says_what_to_do_and_changes_nothing(visit, cast, transaction, alicia):
    client, _episode = alicia
    ana, path = visit(cast.ana), f"/clients/{client}/review"
    down = {"kind": "step_down", "to_phase": phase(transaction, 2), "effective_on": "today", "reason": "goals_met"}
    for given, said in (
        ({}, "Choose what you propose"),
        (down | {"override": "Enough"}, "must be met first"),
        (down | {"to_phase": ""}, "Choose the phase"),
        (down | {"reason": ""}, "Choose a reason"),
        (down | {"reason": "returned_to_use", "override": "x"}, "Choose a reason that fits"),
        (TRANSFER | {"effective_on": "yesterday", "words": ""}, "This day has been"),
        (TRANSFER | {"effective_on": ""}, "Enter the day"),
        ({"kind": "stay", "work_on": "", "until": "tomorrow"}, "what to work on"),
        ({"kind": "stay", "work_on": "x", "until": "today"}, "a day ahead"),
        (
            {"kind": "step_up", "to_phase": phase(transaction, 2), "effective_on": "today", "reason": "crisis"},
            "is not a step up",
        ),
    ):
        answer = ana.submit(path, {"reason": "", "kind": None} | given)
        assert (answer.status_code, said in answer.text) == (422, True), (given, said)
    looked = ana.submit(path, TRANSFER | {"step": "look"})
    assert looked.status_code == 200 and "freed from that day on" in looked.text
    assert "a discharge summary by" in looked.text
    with transaction():
        assert db.scalar(select(func.count(PhaseReview.id))) == 0


def test_the_next_thing_in_the_way_is_the_primary_button(visit, cast, transaction, alicia):
    client, _episode = alicia
    page = visit(cast.ana).get(f"/clients/{client}/review?kind=step_down").text
    assert main_of(page).count("btn-primary") == 1
    assert ">Have the plan signed</a>" in page
    assert ">Send to Sue Okafor for approval</button>" in page


def test_approve_from_the_page(visit, cast, transaction, alicia):
    client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
    sue, path = visit(cast.sue), f"/reviews/{id}"
    page = sue.get(path).text
    assert "Facts as they stood" in page and "What will change" in page and main_of(page).count("btn-primary") == 1
    decide = f"{path}/decide"
    stale = sue.form(path, to=decide).fields
    wrong = sue.submit(path, {"effective_on": "someday"}, to=decide)
    assert (wrong.status_code, "someday" in wrong.text) == (422, True)
    assert sue.submit(path, {"effective_on": "yesterday"}, to=decide).status_code == 303
    assert sue.raw.post(decide, data=stale).status_code == 409
    with transaction():
        assert path_of(client)[-1][2] == today() - timedelta(days=1)
    shown = sue.get(path).text
    assert "Decided" in shown and "Step by step" in shown and "decided by Sue Okafor" in shown
    moves = visit(cast.ana).get(f"/clients/{client}/moves").text
    assert "proposed by Ana Moreau" in moves and f"/reviews/{id}" in moves


def test_return_answer_withdraw(visit, cast, transaction, alicia):
    client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
    sue, ana, path = visit(cast.sue), visit(cast.ana), f"/reviews/{id}"
    first = sue.form(path, to=f"{path}/decide").fields
    assert sue.submit(path, {"question": ""}, to=f"{path}/return").status_code == 422
    assert sue.submit(path, {"question": "Who drives her?"}, to=f"{path}/return").status_code == 303
    assert sue.raw.post(f"{path}/decide", data=first).status_code == 409
    assert "Returned with a question" in ana.get("/today").text
    review_page = f"/clients/{client}/review"
    assert "Who drives her?" in ana.get(review_page).text
    opened = ana.form(review_page, to=review_page).fields
    assert opened["kind"] == ["transfer"]
    assert ana.submit(review_page, {"answer": ""}).status_code == 422
    assert ana.submit(review_page, {"answer": "Her sister."}).status_code == 303
    assert (
        ana.raw.post(review_page, data={**opened, "form_key": "another-key-of-22-lett", "answer": "x"}).status_code
        == 409
    )
    assert "Her sister." in sue.get(path).text
    assert ana.submit(path, {"why": ""}, to=f"{path}/withdraw").status_code == 422
    assert ana.submit(path, {"why": "She stays here."}, to=f"{path}/withdraw").status_code == 303
    assert state(transaction, id) is ReviewState.withdrawn
    assert "She stays here." in ana.get(path).text


def test_who_may(visit, cast, transaction, alicia):
    client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
    pages = (f"/clients/{client}/review", f"/reviews/{id}", "/phases/reviews", f"/clients/{client}/groups")
    for who, statuses in (
        (cast.sue, [303, 200, 200, 200]),
        (cast.carl, [303, 200, 200, 200]),
        (cast.otto, [404, 404, 200, 404]),
        (cast.ada, [403, 403, 403, 403]),
    ):
        assert [visit(who).get(path).status_code for path in pages] == statuses, who.email
    carl = visit(cast.carl)
    form = visit(cast.sue).form(f"/reviews/{id}", to=f"/reviews/{id}/decide").fields
    token = carl.token("/today")
    assert carl.raw.post(f"/reviews/{id}/decide", data=form | {"csrf_token": token}).status_code == 403
    assert carl.get(f"/clients/{client}/move").status_code == 403
    assert visit(cast.otto).get("/reviews/nothing").status_code == 404
    assert "Ramos" not in visit(cast.otto).get("/phases/reviews").text


def test_the_list_the_board_today_and_the_chart(visit, cast, transaction, alicia):
    client, episode = alicia
    sue, ana = visit(cast.sue), visit(cast.ana)
    assert "Nothing waits for you." in sue.get("/phases/reviews").text
    assert "No review is waiting." in ana.get("/phases/reviews").text
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
        noise, _episode = someone(cast, first="Nora", last="Noise")
        moved(db.get(Episode, _episode), cast.sue.actor, MoveKind.discharge, today())
    assert "For you to decide 1" in sue.get("/today").text
    assert "For you to decide" not in ana.get("/today").text
    listed = sue.get("/phases/reviews").text
    assert "Transfer to another provider" in listed and "Moved without a review in the last 90 days 1" in listed
    board = ana.get("/phases").text
    assert "Waiting for approval 1" in board and f"/reviews/{id}" in board
    chart = ana.get(f"/clients/{client}").text
    assert "waiting for approval" in chart and "Propose step down" not in chart


def test_a_move_meanwhile_is_said_on_the_page(visit, cast, transaction, alicia):
    client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
    sue = visit(cast.sue)
    form = sue.form(f"/clients/{client}/move?kind=discharge", to=f"/clients/{client}/move").fields
    given = {
        "kind": "discharge",
        "effective_on": "today",
        "reason": "left_before_completing",
        "words": "Left against advice.",
    }
    with transaction():
        looked = f"discharge {today().isoformat()}"
    assert sue.raw.post(f"/clients/{client}/move", data=form | given | {"looked": looked}).status_code == 303
    page = sue.get(f"/reviews/{id}").text
    assert "Overtaken by a move without a review" in page and ">Approve<" not in page
    assert visit(cast.ana).get(f"/clients/{client}/review").status_code == 404


def test_a_clinicians_word(visit, cast, transaction):
    with transaction():
        client, _episode = someone(cast, position=3)
        screen(client, cast.carl.actor)
    carl, path = visit(cast.carl), f"/clients/{client}/review?kind=step_down"
    page = carl.get(path).text
    assert "Needs a clinician" in page
    form = carl.form(path, to=f"/clients/{client}/review").fields
    assert form["agrees_by"] == [cast.carl.actor.id] and "agrees" not in form
    given = form | {"reason": "goals_met", "override": "Enough seen.", "agrees": "no"}
    answer = carl.raw.post(f"/clients/{client}/review", data=given)
    assert answer.status_code == 303
    assert "does not agree yet: Carl Ito" in carl.get(answer.headers["Location"]).text
