"""Phase reviews: who proposes and decides what, when one can't act, what is kept, what the database refuses."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import Refused, RuleBroken, Stale
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind
from caseapp.progress import actions
from caseapp.progress.models import PhaseReview, ReviewStep
from caseapp.progress.queries import reviews as queries
from caseapp.progress.rules import Decision, ReviewState, must_wait, why_not_without_review
from tests.at_once import refusals, together
from tests.episodes.people import moved, today
from tests.progress.reviewing import path_of, proposal, propose, ready, review, screen, setting, someone, tasks_of


@pytest.fixture
def alicia(transaction, cast):
    """The ids of someone in Phase 1 for eight days and of her episode."""
    with transaction():
        return someone(cast)


def act(transaction, deed, review_id, *given, version=None, **more):
    """Do something with a review at the version it has, in a transaction."""
    with transaction():
        row = review(review_id)
        return deed(row, *given, version=version or row.version, **more)


NUMBERS = {"review_by_another": 1, "hold_by_another": 0}


@pytest.mark.parametrize(
    ("decision", "numbers", "waits"),
    [
        (Decision.step_down, {}, True),
        (Decision.discharge, {}, True),
        (Decision.stay, {}, False),
        (Decision.stay, {"hold_by_another": 1}, True),
        (Decision.step_up, {"review_by_another": 0}, False),
    ],
)
def test_who_has_to_decide(decision, numbers, waits):
    assert must_wait(decision, NUMBERS | numbers) is waits


@pytest.mark.parametrize(
    ("kind", "ahead", "words", "said"),
    [
        (MoveKind.step_up, 0, "Asked for it tonight", None),
        (MoveKind.step_up, 0, " ", "why there is no review"),
        (MoveKind.discharge, 3, "Left against advice", None),
        (MoveKind.transfer, 0, "Taken over today", None),
        (MoveKind.step_down, 0, "Quick", "decided in a review"),
        (MoveKind.step_down, -1, "On paper", None),
        (MoveKind.complete, 1, "Quick", "decided in a review"),
        (MoveKind.complete, -1, "", "why there is no review"),
    ],
)
def test_what_may_be_moved_without_a_review(kind, ahead, words, said):
    from datetime import date

    day = date(2026, 11, 18)
    wrong = why_not_without_review(kind, day + timedelta(days=ahead), day, words)
    assert (wrong is None) if said is None else said in wrong[0]


def test_a_supervisor_decides_what_a_case_manager_proposed(transaction, cast, alicia):
    client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.discharge, ahead=2, client_view="Wants to work first.")
        assert [row.client.id for row in queries.to_decide(cast.sue.actor)] == [client]
        assert queries.to_decide(cast.ana.actor) == []
    with pytest.raises(Refused, match="another person decides"):
        act(transaction, actions.decide, id, cast.ana.actor)
    with pytest.raises(Refused, match="supervisor decides"):
        act(transaction, actions.decide, id, cast.carl.actor)
    act(transaction, actions.decide, id, cast.sue.actor, words="Agreed in the team.")
    with transaction():
        row = review(id)
        assert (row.state, row.decided_by_id) == (ReviewState.decided, cast.sue.actor.id)
        [out] = db.scalars(select(Transition).where(Transition.kind == MoveKind.discharge))
        assert (out.id, out.proposed_by_id, out.decided_by_id) == (
            row.transition_id,
            cast.ana.actor.id,
            cast.sue.actor.id,
        )
        told = episodes.history(episode)[-1]
        assert told.words == "Talked it through together.\nAgreed in the team."
        assert queries.by_move(client)[out.id].id == id
    with pytest.raises(Stale):
        act(transaction, actions.decide, id, cast.sue.actor)


def test_a_supervisor_does_not_decide_their_own_unless_the_profile_lets_them(transaction, cast, alicia):
    _client, episode = alicia
    with transaction():
        id = propose(episode, cast.sue.actor, Decision.transfer)
    with pytest.raises(Refused, match="another person"):
        act(transaction, actions.decide, id, cast.sue.actor)
    with transaction():
        setting("review_by_another", 0)
    act(transaction, actions.decide, id, cast.sue.actor)
    with transaction():
        assert review(id).state is ReviewState.decided


def test_returned_answered_and_sent_again(transaction, cast, alicia):
    _client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
    with pytest.raises(RuleBroken, match="question"):
        act(transaction, actions.return_with, id, " ", cast.sue.actor)
    act(transaction, actions.return_with, id, "Do they take her insurance?", cast.sue.actor)
    with transaction():
        assert [row.review.id for row in queries.to_answer(cast.ana.actor)] == [id]
        assert queries.to_decide(cast.sue.actor) == []
    with pytest.raises(RuleBroken, match="Answer"), transaction():
        actions.send_again(review(id), proposal(Decision.transfer, ahead=1), cast.ana.actor, review(id).version)
    with pytest.raises(Stale), transaction():
        actions.send_again(review(id), proposal(Decision.transfer), cast.ana.actor, review(id).version - 1)
    with transaction():
        answered = proposal(Decision.transfer, ahead=1, answer="Yes, they wrote back.")
        actions.send_again(review(id), answered, cast.carl.actor, review(id).version)
    with transaction():
        assert [step.happened.value for step in review(id).steps] == ["proposed", "returned", "sent_again"]
        assert queries.last_sent(review(id)).said.answer == "Yes, they wrote back."
    act(transaction, actions.decide, id, cast.sue.actor)


def test_withdrawn_by_whoever_proposed_or_decides(transaction, cast, alicia):
    _client, episode = alicia
    for who in (cast.ana, cast.sue):
        with transaction():
            id = propose(episode, cast.ana.actor, Decision.transfer)
        with pytest.raises(Refused, match="can withdraw"):
            act(transaction, actions.withdraw, id, "Other plans", cast.carl.actor)
        with pytest.raises(RuleBroken, match="why"):
            act(transaction, actions.withdraw, id, "", who.actor)
        act(transaction, actions.withdraw, id, "Other plans", who.actor)
    with transaction():
        states = {row.state for row in db.scalars(select(PhaseReview))}
        assert states == {ReviewState.withdrawn}


def test_staying_is_decided_at_once_and_looked_at_again(transaction, cast, alicia):
    client, episode = alicia
    with pytest.raises(RuleBroken, match="work on"), transaction():
        propose(episode, cast.ana.actor, Decision.stay, work_on=" ")
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.stay, ahead=10)
        row = review(id)
        assert (row.state, row.decided_by_id, row.transition_id) == (ReviewState.decided, cast.ana.actor.id, None)
        assert queries.standing(episode)[1].id == id
        assert [one[0] for one in tasks_of(client) if not one[2]] == ["hand_over", "phase_review", "plan_due"]
    with transaction():
        setting("hold_by_another", 1)
        other = propose(episode, cast.ana.actor, Decision.stay, ahead=20)
        assert review(other).open
        assert ("phase_review", True) in {(kind, closed) for kind, _day, closed in tasks_of(client)}
    act(transaction, actions.decide, other, cast.sue.actor)
    with transaction():
        assert len([one for one in tasks_of(client) if one[0] == "phase_review" and not one[2]]) == 1
        assert path_of(client)[0][2] is None


def test_criteria_that_must_be_met_and_those_that_are_overridden(transaction, cast, alicia):
    _client, episode = alicia
    with pytest.raises(RuleBroken, match="must be met first"), transaction():
        propose(episode, cast.ana.actor, Decision.step_down, to=2)
    with transaction():
        client, episode = ready(cast, "Dae", "Kim")
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.step_down, to=2, override="")
        assert review(id).unmet == 0
        actions.withdraw(review(id), "Later", cast.ana.actor, review(id).version)
    with transaction():
        setting("risk_screen_days", 30)
        moved(db.get(Episode, episode), cast.sue.actor, MoveKind.step_down, today() - timedelta(days=1), 2)
    with pytest.raises(RuleBroken, match="Say why to go on") as refused, transaction():
        propose(episode, cast.ana.actor, Decision.step_down, ahead=1, to=3, override=" ")
    assert refused.value.field == "override"
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.step_down, ahead=1, to=3, override="Starts work on Monday.")
        assert review(id).unmet >= 2
        assert queries.overrides(cast.sue.actor) == []
    act(transaction, actions.decide, id, cast.sue.actor)
    with transaction():
        [(one, step)] = queries.overrides(cast.sue.actor)
        assert (one.client.id, step.said.override) == (client, "Starts work on Monday.")
        assert any("weeks" in fact.criterion for fact in step.unmet)


def test_what_came_to_be_missing_needs_words_and_what_must_be_met_stops_it(transaction, cast):
    with transaction():
        _client, episode = ready(cast)
        id = propose(episode, cast.ana.actor, Decision.step_down, to=2, override="")
    with clock.freeze(clock.now() + timedelta(days=8)):
        with pytest.raises(RuleBroken, match="must be met first"):
            act(transaction, actions.decide, id, cast.sue.actor, words="Go on")
        with transaction():
            screen(review(id).episode.client_id, cast.carl.actor)
        with pytest.raises(RuleBroken, match="Missing since it was sent"):
            act(transaction, actions.decide, id, cast.sue.actor)
        act(transaction, actions.decide, id, cast.sue.actor, words="The week of the holiday counts for nobody.")
    with transaction():
        last = queries.told(review(id), review(id).episode.client_id)[-1].step
        assert any("not met" in line for line in last.changed)
        assert last.stood.as_of > queries.last_sent(review(id)).stood.as_of


def test_a_clinicians_word_is_asked_where_a_criterion_needs_one(transaction, cast):
    with transaction():
        client, episode = someone(cast, position=3)
        screen(client, cast.carl.actor)
    for said, field in (
        ({}, "agrees"),
        ({"agrees": "yes"}, "agrees_by"),
        ({"agrees": "yes", "agrees_by": "nobody"}, "agrees_by"),
    ):
        with pytest.raises(RuleBroken) as refused, transaction():
            propose(episode, cast.ana.actor, Decision.step_down, to=4, **said)
        assert refused.value.field == field
    with transaction():
        by = cast.carl.actor.id
        id = propose(episode, cast.ana.actor, Decision.step_down, to=4, agrees="yes", agrees_by=by)
        [fact] = [one for one in queries.last_sent(review(id)).stood.facts if one.agreed]
        assert (fact.met, fact.agreed_by) == (True, "Carl Ito")
    act(transaction, actions.decide, id, cast.sue.actor)


def test_one_open_review_and_a_move_meanwhile(transaction, cast, alicia):
    client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
    with pytest.raises(RuleBroken, match="open already"), transaction():
        propose(episode, cast.sue.actor, Decision.discharge)
    with transaction():
        first = episodes.history(episode)[0].transition
        facts = {"effective_on": today() - timedelta(days=9), "reason": first.reason, "words": "A day earlier"}
        actions.correct(first, db.get(Episode, episode), cast.ana.actor, **facts)
    with pytest.raises(RuleBroken, match="changed since"):
        act(transaction, actions.decide, id, cast.sue.actor)
    act(transaction, actions.return_with, id, "From which day?", cast.sue.actor)
    with transaction():
        actions.send_again(review(id), proposal(Decision.transfer, answer="Today"), cast.ana.actor, review(id).version)
    with transaction():
        given = {"kind": MoveKind.discharge, "effective_on": today(), "words": "Left against advice"}
        given["reason"] = proposal(Decision.discharge).reason
        with pytest.raises(Refused, match="Only a supervisor"):
            actions.move_without_review(db.get(Episode, episode), cast.ana.actor, **given)
        actions.move_without_review(db.get(Episode, episode), cast.sue.actor, **given)
    with transaction():
        assert review(id).state is ReviewState.overtaken
        assert [row[0].id for row in queries.without_review(cast.sue.actor)] == [client]
    with pytest.raises(Stale):
        act(transaction, actions.decide, id, cast.sue.actor)


def test_a_page_opened_before_a_move_is_stale(transaction, cast):
    with transaction():
        _client, episode = someone(cast)
        stay = episodes.open_stay(db.get(Episode, episode)).id
        moved(db.get(Episode, episode), cast.sue.actor, MoveKind.step_down, today() - timedelta(days=1), 2)
    with pytest.raises(Stale), transaction():
        actions.propose(db.get(Episode, episode), proposal(Decision.transfer), cast.ana.actor, stay)


def test_no_review_from_a_phase_that_lies_ahead(transaction, cast, alicia):
    _client, episode = alicia
    with transaction():
        moved(db.get(Episode, episode), cast.sue.actor, MoveKind.step_down, today() + timedelta(days=3), 2)
    with pytest.raises(RuleBroken, match="lies ahead"), transaction():
        propose(episode, cast.ana.actor, Decision.transfer, ahead=5)


def test_a_day_that_passed_while_it_waited(transaction, cast, alicia):
    client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer, words="")
    with clock.freeze(clock.now() + timedelta(days=2)):
        with pytest.raises(RuleBroken, match="This day has been"):
            act(transaction, actions.decide, id, cast.sue.actor)
        with transaction():
            day = today()
        act(transaction, actions.decide, id, cast.sue.actor, effective_on=day)
    with transaction():
        assert path_of(client)[-1][2] == day
        assert review(id).effective_on == day


def test_two_at_once(transaction, cast, alicia):
    _client, episode = alicia

    def proposes():
        propose(episode, cast.ana.actor, Decision.transfer)

    assert together([proposes] * 4) == 1
    with transaction():
        [row] = db.scalars(select(PhaseReview))
        id, version = row.id, row.version

    def decides():
        actions.decide(review(id), cast.sue.actor, version)

    def returns():
        actions.return_with(review(id), "Why?", cast.sue.actor, version)

    def moves():
        moved(db.get(Episode, episode), cast.sue.actor, MoveKind.discharge, today())

    assert sum(one is None for one in refusals([decides, decides, returns])) == 1
    together([decides, moves])
    with transaction():
        rows = db.scalars(select(Transition).where(Transition.superseded_at.is_(None)))
        assert len(list(rows)) <= 2
        chain = db.scalars(select(PhaseStay).where(PhaseStay.in_force == 1))
        assert len(list(chain)) == 1


LOCKED = {
    "a step changed": "UPDATE phase_review_step SET by_id = NULL",
    "a step removed": "DELETE FROM phase_review_step",
    "an ended review changed": "UPDATE phase_review SET decision = 'stay'",
    "an ended review removed": "DELETE FROM phase_review",
    "an ended review opened again": "UPDATE phase_review SET ended_at = NULL, state = 'proposed', decided_by_id = NULL",
}


def test_the_database_refuses_every_change(transaction, cast, alicia):
    _client, episode = alicia
    with transaction():
        id = propose(episode, cast.ana.actor, Decision.transfer)
    act(transaction, actions.decide, id, cast.sue.actor)
    for name, statement in LOCKED.items():
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(text(statement))
            pytest.fail(name)
    with transaction():
        assert len(list(db.scalars(select(ReviewStep)))) == 2


def test_lists_ask_as_often_for_many_as_for_few(transaction, cast, statements):
    counts = []
    for many in (3, 9):
        with transaction():
            for number in range(many):
                _client, episode = someone(cast, first=f"A{many}{number}")
                propose(episode, cast.ana.actor, Decision.transfer)
            _noise, _episode = someone(cast, first=f"N{many}")
        with transaction(), statements() as seen:
            rows = queries.to_decide(cast.sue.actor)
            assert all(row.words for row in rows)
            queries.open_ones(cast.sue.actor)
        counts.append((len(rows), len(seen)))
    assert [rows for rows, _seen in counts] == [3, 12]
    assert counts[0][1] == counts[1][1]


def test_nobody_else_knows_of_it(transaction, cast, alicia):
    _client, episode = alicia
    with transaction():
        propose(episode, cast.ana.actor, Decision.transfer)
        assert queries.open_ones(cast.otto.actor) == []
        assert queries.to_answer(cast.otto.actor) == []
