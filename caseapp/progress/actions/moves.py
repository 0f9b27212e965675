"""Moves: as a review decides them or without one, taken back while they lie ahead, put right later."""

from datetime import date
from typing import Any

from caseapp.clients.actions import give_access
from caseapp.clients.rules import Ground
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.errors import Refused, RuleBroken
from caseapp.episodes import actions as episodes
from caseapp.episodes.models import Episode, Transition
from caseapp.episodes.rules import LEAVING, MoveKind, MoveReason
from caseapp.progress.actions.following import after_a_move, answering, close_what_followed, follow_the_day
from caseapp.progress.actions.overtaking import overtake
from caseapp.progress.queries.rights import decides_alone
from caseapp.progress.rules import why_not_without_review
from caseapp.scheduling.actions import Again, book_again, keep_freed_for
from caseapp.series import actions as series


def move(episode: Episode, by: Actor, **facts: Any) -> Transition:
    """Move someone without asking for a review, as `make_move` does. One that is open is overtaken by it."""
    transition = make_move(episode, by, **facts)
    overtake(episode, by)
    return transition


def make_move(episode: Episode, by: Actor, *, effective_on: date, words: str = "", **facts: Any) -> Transition:
    """Move someone from a day on, also ahead. A day that has been needs words that say why.

    What follows by itself is said in `following`.
    """
    if effective_on < clock.today(clinic.zone()) and not words.strip():
        raise RuleBroken("This day has been. Say in your words why it is recorded later.", "words")
    if facts.get("reason") is MoveReason.other and not words.strip():
        raise RuleBroken("Say in your words which reason.", "words")
    transition = episodes.move(episode, by, effective_on=effective_on, words=words, **facts)
    after_a_move(episode, transition, by)
    return transition


def move_without_review(
    episode: Episode, by: Actor, *, kind: MoveKind, effective_on: date, words: str = "", **facts: Any
) -> Transition:
    """A move that can't wait for a review, or was decided on paper: by whoever may decide alone, with words that say why.

    Raises Refused for anyone else, RuleBroken for what is decided in a review.
    """
    if not decides_alone(by, episode):
        raise Refused("Only a supervisor can move someone without a review. Propose it in a review.")
    wrong = why_not_without_review(kind, effective_on, clock.today(clinic.zone()), words)
    if wrong:
        raise RuleBroken(*wrong)
    return move(episode, by, kind=kind, effective_on=effective_on, words=words, **facts)


def take_back(transition: Transition, episode: Episode, by: Actor, *, words: str) -> list[Again]:
    """Undo a move that lies ahead. Whoever was to leave stays: case manager and clinician have their access again.

    The series it ended go on, and places that it freed are booked again where they still can be; gives each session with why
    not, if so. What it opened and nobody has done is closed.
    """
    episodes.take_back(transition, episode, by, words=words)
    if transition.kind in LEAVING:
        for staff_id in answering(episode):
            give_access(episode.client_id, Ground.caseload, by, staff_id=staff_id)
    close_what_followed(transition, by)
    series.resume_after(transition.id)
    return book_again(transition.id, by)


def correct(transition: Transition, episode: Episode, by: Actor, **facts: Any) -> Transition:
    """Put right the day or the reason of a move; places, series, access and clocks follow the new day.

    Places before a later day are booked again where they still can be.
    """
    row = episodes.correct(transition, episode, by, **facts)
    if row.kind is MoveKind.admit:
        return row
    series.follow_the_move(transition.id, row.id, row.effective_on)
    book_again(transition.id, by, until=row.effective_on)
    keep_freed_for(row.id, transition.id, row.effective_on)
    follow_the_day(episode, row, by)
    after_a_move(episode, row, by)
    return row
