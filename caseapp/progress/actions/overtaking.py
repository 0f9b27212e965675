"""A review whose client was moved without it can act no more: it ends, and says so."""

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.episodes.models import Episode
from caseapp.progress.models import PhaseReview, ReviewStep
from caseapp.progress.rules import Happened, ReviewState
from caseapp.progress.snapshots import Step


def overtake(episode: Episode, by: Actor) -> None:
    """End the open review of an episode, if there is one; the caller holds the episode."""
    review = db.scalar(select(PhaseReview).where(PhaseReview.episode_id == episode.id, PhaseReview.ended_at.is_(None)))
    if review:
        hold(review)
        end(review, ReviewState.overtaken, Happened.overtaken, by, Step())


def hold(review: PhaseReview) -> None:
    """Keep an episode and its review as they are for everyone else until this transaction ends, and read the review anew."""
    lock(Episode, [review.episode_id])
    lock(PhaseReview, [review.id])
    db.refresh(review)


def add_step(review: PhaseReview, happened: Happened, by: Actor, step: Step) -> None:
    """Append what was done with a review."""
    number = len(review.steps) + 1
    row = ReviewStep(review_id=review.id, number=number, happened=happened, by_id=by.id)
    row.body_sealed = sealed.seal(review.episode.client_id, step.written())
    review.steps.append(row)


def end(review: PhaseReview, state: ReviewState, happened: Happened, by: Actor, step: Step) -> None:
    """It is decided, withdrawn or overtaken, and stays as it is from now on: the database refuses every later change."""
    add_step(review, happened, by, step)
    review.state, review.ended_at = state, clock.now()
    review.decided_by_id = by.id if state is ReviewState.decided else None
    db.flush()
    changed(
        f"progress.{happened.value}_review", review.id, by, client_id=review.episode.client_id, decision=review.decision
    )
