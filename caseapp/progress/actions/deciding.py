"""Decide a review, return it with a question, withdraw it. One of two at once acts; the other is told what happened."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor, Can
from caseapp.core.db import db
from caseapp.core.errors import Refused, RuleBroken, Stale
from caseapp.episodes.models import PhaseStay
from caseapp.progress.actions.moves import make_move
from caseapp.progress.actions.overtaking import add_step, end, hold
from caseapp.progress.actions.reviews import look_again, must_be_met
from caseapp.progress.models import PhaseReview
from caseapp.progress.queries.facts import facts_now
from caseapp.progress.queries.reviews import last_sent
from caseapp.progress.queries.rights import proposers, why_not_decide
from caseapp.progress.rules import Decision, Happened, ReviewState
from caseapp.progress.snapshots import Fact, Step, Stood, changed_since

MOVED_SINCE = "The phases of this client have changed since, so this can't be decided as it stands."
WAY_OUT = "Return it with a question, or withdraw it: sent again, it starts from where they are now."


def decide(
    review: PhaseReview, by: Actor, version: int, *, effective_on: date | None = None, words: str = ""
) -> PhaseReview:
    """Approve what a review proposes, with the facts of now kept beside those of the proposal.

    `effective_on` is the day if it is to be another than proposed. Raises Stale if the review changed since the page was opened,
    Refused for whoever may not decide it, RuleBroken if the client was moved meanwhile, if what must be met is so no more, or,
    without words, if something else has come to be missing.
    """
    _hold_waiting(review, version, ReviewState.proposed)
    _must_decide(review, by)
    stay = _stay_in_force(review)
    sent = last_sent(review)
    now = facts_now(review.episode, stay)
    step = _decided(sent, now, effective_on or review.effective_on, words)
    _check_again(sent, step)
    review.effective_on = effective_on or review.effective_on
    if review.decision is not Decision.stay:
        review.transition_id = _move(review, by, sent, words)
    end(review, ReviewState.decided, Happened.decided, by, step)
    if review.decision is Decision.stay:
        look_again(review, by)
    return review


def return_with(review: PhaseReview, question: str, by: Actor, version: int) -> PhaseReview:
    """Send a review back with a question to whoever proposed it. Raises as `decide` does, and without a question."""
    _hold_waiting(review, version, ReviewState.proposed)
    _must_decide(review, by)
    if not question.strip():
        raise RuleBroken("Enter the question.", "question")
    add_step(review, Happened.returned, by, Step(words=question.strip()))
    review.state = ReviewState.returned
    db.flush()
    changed("progress.returned_review", review.id, by, client_id=review.episode.client_id)
    return review


def withdraw(review: PhaseReview, why: str, by: Actor, version: int) -> PhaseReview:
    """End a review without a decision: by whoever proposed it, or who decides. It stays on record with why."""
    _hold_waiting(review, version)
    if by.id not in proposers(review) and not by.can(Can.decide_moves):
        raise Refused("Only whoever proposed this, or a supervisor, can withdraw it.")
    if not why.strip():
        raise RuleBroken("Say why it is withdrawn.", "why")
    end(review, ReviewState.withdrawn, Happened.withdrawn, by, Step(words=why.strip()))
    return review


def _hold_waiting(review: PhaseReview, version: int, state: ReviewState | None = None) -> None:
    hold(review)
    if review.version != version or not review.open or (state and review.state is not state):
        last = review.steps[-1]
        raise Stale(review, last.by.name if last.by else "", last.at)


def _must_decide(review: PhaseReview, by: Actor) -> None:
    why_not = why_not_decide(review, by)
    if why_not:
        raise Refused(why_not)


def _stay_in_force(review: PhaseReview) -> PhaseStay:
    """The stay the review started from, if it still is the one with which the episode goes on."""
    stay = db.scalar(select(PhaseStay).where(PhaseStay.id == review.stay_id).execution_options(populate_existing=True))
    if stay.in_force != 1 or stay.ended_on is not None:
        raise RuleBroken(MOVED_SINCE, way_out=WAY_OUT)
    return stay


def _decided(sent: Step, now: Stood, effective_on: date, words: str) -> Step:
    answers = {one.criterion: one for one in sent.stood.facts if one.agreed} if sent.stood else {}
    return Step(
        stood=replace(now, facts=[_with_answer(one, answers.get(one.criterion)) for one in now.facts]),
        words=words.strip(),
        decision=sent.decision,
        effective_on=effective_on.isoformat(),
        to_phase=sent.to_phase,
        reason=sent.reason,
        changes_level=sent.changes_level,
        changed=changed_since(sent.stood, now) if sent.stood else [],
    )


def _with_answer(fact: Fact, said: Fact | None) -> Fact:
    """What a clinician said in the proposal holds for the decision too."""
    return replace(fact, agreed=said.agreed, agreed_by=said.agreed_by) if said and fact.to_answer else fact


def _check_again(sent: Step, now: Step) -> None:
    """What must be met still is; if something came to be missing after it was sent, whoever decides says why to go on."""
    known = {one.criterion for one in sent.unmet}
    unmet = [one for one in now.asked if not one.met and not one.to_answer]
    must_be_met(unmet)
    new = [one.criterion for one in unmet if one.criterion not in known]
    if new and not now.words:
        raise RuleBroken(f"Missing since it was sent: {'; '.join(new)}. Say why to go on.", "words")


def _move(review: PhaseReview, by: Actor, sent: Step, words: str) -> str:
    """The move itself, in the words of the proposal and of whoever decides; gives its id."""
    said = sent.said.words if sent.said else ""
    late = review.effective_on < clock.today(clinic.zone())
    if late and not said.strip() and not words.strip():
        raise RuleBroken("This day has been. Say in your words why it is recorded later.", "words")
    transition = make_move(
        review.episode,
        by,
        kind=review.decision.kind,
        effective_on=review.effective_on,
        reason=review.reason,
        words="\n".join(filter(None, (said.strip(), words.strip()))),
        to_phase=review.to_phase,
        proposed_by_id=review.proposed_by_id,
    )
    return transition.id
