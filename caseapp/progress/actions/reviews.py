"""Propose a phase review, and send it again after a question. What is sent keeps the facts as they stood, for ever."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken, Stale
from caseapp.episodes.actions import check_move
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.episodes.rules import MoveReason
from caseapp.programs.models import Phase
from caseapp.progress.actions.following import open_by_day
from caseapp.progress.actions.overtaking import add_step, end, hold
from caseapp.progress.models import PhaseReview
from caseapp.progress.queries.facts import facts_now, reviewed_stay
from caseapp.progress.queries.rights import clinicians, numbers_of
from caseapp.progress.rules import Decision, Happened, ReviewState, must_wait
from caseapp.progress.snapshots import Fact, Said, Step, missing_musts
from caseapp.tasks import actions as tasks
from caseapp.tasks.queries import open_of_client
from caseapp.tasks.rules import FARTHEST, TaskKind


@dataclass(frozen=True)
class Proposal:
    """What is proposed: the decision, from which day (of a stay: until when), why, and in whose words."""

    decision: Decision
    effective_on: date
    said: Said
    reason: MoveReason | None = None
    to_phase: Phase | None = None


def propose(episode: Episode, asked: Proposal, by: Actor, opened_at: str = "") -> PhaseReview:
    """Propose what a review comes to. Staying is decided at once, unless the rule profile wants another person for it too.

    `opened_at` is the id of the stay that was on the page: if someone has moved since, Stale is raised. Raises RuleBroken for what
    can't be decided so (see `_check`), and while another review of the episode is open.
    """
    lock(Episode, [episode.id])
    db.refresh(episode)
    if db.scalar(select(PhaseReview.id).where(PhaseReview.episode_id == episode.id, PhaseReview.ended_at.is_(None))):
        raise RuleBroken("A review of theirs is open already. Look at that one.")
    stay = reviewed_stay(episode)
    if opened_at and opened_at != stay.id:
        raise Stale(episode)
    return _send(PhaseReview(episode=episode, steps=[]), stay, asked, by, Happened.proposed)


def send_again(review: PhaseReview, asked: Proposal, by: Actor, version: int) -> PhaseReview:
    """Answer the question with which a review came back, and send it with the facts of now. Raises Stale if it changed meanwhile."""
    hold(review)
    if review.version != version or review.state is not ReviewState.returned:
        raise Stale(review)
    if not asked.said.answer.strip():
        raise RuleBroken("Answer the question.", "answer")
    return _send(review, reviewed_stay(review.episode), asked, by, Happened.sent_again)


def _send(review: PhaseReview, stay: PhaseStay, asked: Proposal, by: Actor, happened: Happened) -> PhaseReview:
    episode = review.episode
    _check(stay, asked)
    step = _step(episode, stay, asked)
    _check_facts(step)
    review.stay_id, review.state, review.decision = stay.id, ReviewState.proposed, asked.decision
    review.to_phase_id = asked.to_phase.id if asked.to_phase else None
    review.effective_on, review.reason, review.unmet = asked.effective_on, asked.reason, len(step.unmet)
    review.proposed_by_id, review.proposed_at = by.id, clock.now()
    db.add(review)
    db.flush()
    waits = must_wait(asked.decision, numbers_of(episode))
    if asked.decision is Decision.stay and not waits:
        add_step(review, happened, by, step)
        end(review, ReviewState.decided, Happened.decided, by, replace(step, said=None))
        look_again(review, by)
        return review
    add_step(review, happened, by, step)
    db.flush()
    changed(f"progress.{happened.value}_review", review.id, by, client_id=episode.client_id, decision=asked.decision)
    close_what_asked(episode, by)
    return review


def _step(episode: Episode, stay: PhaseStay, asked: Proposal) -> Step:
    """What is kept of it: the facts of now, with what a clinician said where one was asked."""
    stood = facts_now(episode, stay)
    names = {one.id: one.name for one in clinicians()}
    if asked.said.agrees_by and asked.said.agrees_by not in names:
        raise RuleBroken("Choose who said so.", "agrees_by")
    facts = [_answered(one, asked.said, names) for one in stood.facts]
    to = asked.to_phase
    return Step(
        stood=replace(stood, facts=facts),
        said=asked.said,
        decision=asked.decision.value,
        effective_on=asked.effective_on.isoformat(),
        to_phase=to.name if to else "",
        reason=asked.reason.value if asked.reason else "",
        changes_level=bool(to and to.level_of_care != stay.phase.level_of_care),
    )


def _answered(fact: Fact, said: Said, names: dict[str, str]) -> Fact:
    return replace(fact, agreed=said.agrees, agreed_by=names.get(said.agrees_by, "")) if fact.to_answer else fact


def _check(stay: PhaseStay, asked: Proposal) -> None:
    """What the form could have said, and what only the stay knows: the same sentences as for a move."""
    today, said = clock.today(clinic.zone()), asked.said
    if asked.decision is Decision.stay:
        if not said.work_on.strip():
            raise RuleBroken("Say what to work on until then.", "work_on")
        if not today < asked.effective_on <= today + FARTHEST:
            raise RuleBroken("Choose a day ahead, within a year.", "until")
        return
    check_move(stay, asked.decision.kind, asked.effective_on, asked.reason, asked.to_phase)
    if asked.effective_on < today and not said.words.strip():
        raise RuleBroken("This day has been. Say in your words why it is recorded later.", "words")
    if asked.reason is MoveReason.other and not said.words.strip():
        raise RuleBroken("Say in your words which reason.", "words")


def _check_facts(step: Step) -> None:
    """What must be met is; whatever else is not has a reason to go on; what needs a clinician is answered, and by whom."""
    if any(one.to_answer for one in step.asked):
        raise RuleBroken("Say whether a clinician agrees.", "agrees")
    if any(one.agreed and not one.agreed_by for one in step.asked):
        raise RuleBroken("Choose who said so.", "agrees_by")
    must_be_met(step.asked)
    if step.unmet and not step.said.override.strip():
        raise RuleBroken(f"Not met: {'; '.join(one.criterion for one in step.unmet)}. Say why to go on.", "override")


def must_be_met(asked: list[Fact]) -> None:
    """Raise RuleBroken for the first criterion that must be met and is not."""
    missing = missing_musts(asked)
    if missing:
        raise RuleBroken(f"{missing[0].criterion}: must be met first ({missing[0].says}).", "kind")


def close_what_asked(episode: Episode, by: Actor) -> None:
    """The review that was asked for has been made: after a return to use, or because a stay was to end."""
    for task in open_of_client(episode.client_id, TaskKind.phase_review):
        tasks.close(task, by, "Reviewed.")


def look_again(review: PhaseReview, by: Actor) -> None:
    """They stay: whoever manages the case looks again on the day until when."""
    episode = review.episode
    close_what_asked(episode, by)
    day = max(review.effective_on, clock.today(clinic.zone()) + timedelta(days=1))
    open_by_day(TaskKind.phase_review, review.id, by, episode, episode.case_manager_id or by.id, day)
