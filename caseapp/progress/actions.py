"""Admission and moves, with what follows from them: access, tasks, places in sessions."""

from datetime import date, datetime, timedelta
from typing import Any

from caseapp.clients.actions import close_caseload, give_access
from caseapp.clients.models import Client
from caseapp.clients.rules import Ground
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken
from caseapp.episodes import actions as episodes
from caseapp.episodes.models import Episode, Prescreen, Transition
from caseapp.episodes.rules import LEAVING, MoveReason, Part
from caseapp.programs.models import Phase
from caseapp.progress.rules import (
    ACCESS_AFTER_HANDING_OVER,
    ACCESS_AFTER_LEAVING,
    needs_words,
    plan_due_on,
    working_day,
)
from caseapp.scheduling.actions import Again, book_again, keep_freed_for, release_from
from caseapp.tasks.actions import open_task
from caseapp.tasks.rules import TaskKind


def admit(
    client: Client, prescreen: Prescreen, by: Actor, *, phase: Phase, admitted_on: date, words: str = "", **facts: Any
) -> Episode:
    """Admit behind the detox gate; case manager and clinician get access, and what they have to do becomes due.

    The plan is due in 7 working days. Whoever is given a client by someone else has the hand-over due on the next working day.
    Whoever registered and is neither keeps access for two weeks. A later phase than the first, and a day that has been, need
    words that say why.
    """
    today = clock.today(clinic.zone())
    asks = needs_words(admitted_on, today, phase.position)
    if asks and not words.strip():
        raise RuleBroken(asks, "words")
    facts |= {"phase": phase, "admitted_on": admitted_on, "words": words}
    episode = episodes.admit(client, prescreen, by, **facts)
    answering = _answering(episode)
    for staff_id in answering:
        give_access(client.id, Ground.caseload, by, staff_id=staff_id)
    owner = episode.clinician_id or episode.case_manager_id or by.id
    _open(TaskKind.plan_due, episode.id, by, episode, owner, plan_due_on(episode.admitted_on))
    for staff_id in answering - {by.id}:
        _open(TaskKind.hand_over, _source(episode, staff_id), by, episode, staff_id, working_day(today, 1))
    if by.id and answering and by.id not in answering:
        close_caseload(client.id, by.id, by, ended_on=today + ACCESS_AFTER_HANDING_OVER)
    return episode


def move(episode: Episode, by: Actor, *, effective_on: date, words: str = "", **facts: Any) -> Transition:
    """Move someone from a day on, also ahead. A day that has been needs words that say why.

    A change of the level of care makes a risk screen due on that day (`domain.md` 5.3). Whoever leaves: places in sessions
    from that day on are freed, and the access of case manager and clinician ends 30 days later.
    """
    if effective_on < clock.today(clinic.zone()) and not words.strip():
        raise RuleBroken("This day has been. Say in your words why it is recorded later.", "words")
    if facts.get("reason") is MoveReason.other and not words.strip():
        raise RuleBroken("Say in your words which reason.", "words")
    transition = episodes.move(episode, by, effective_on=effective_on, words=words, **facts)
    if transition.kind in LEAVING:
        _after_leaving(episode, transition, by)
    elif _changes_level(transition):
        _screen_risk(transition, episode, by)
    return transition


def _after_leaving(episode: Episode, leaving: Transition, by: Actor) -> None:
    release_from(episode.client_id, leaving.effective_on, by, leaving.id)
    until = _after_today(leaving.effective_on + ACCESS_AFTER_LEAVING)
    for staff_id in _answering(episode):
        close_caseload(episode.client_id, staff_id, by, ended_on=until)


def _after_today(day: date) -> date:
    return max(day, clock.today(clinic.zone()) + timedelta(days=1))


def _changes_level(transition: Transition) -> bool:
    """Between two phases: whether their levels of care differ."""
    came, to = db.get(Phase, transition.from_phase_id), db.get(Phase, transition.to_phase_id)
    return came is not None and to is not None and came.level_of_care != to.level_of_care


def _screen_risk(transition: Transition, episode: Episode, by: Actor) -> None:
    owner = episode.clinician_id or episode.case_manager_id or by.id
    day = max(transition.effective_on, clock.today(clinic.zone()))
    if owner:
        _open(TaskKind.risk_screen, transition.id, by, episode, owner, day)


def take_back(transition: Transition, episode: Episode, by: Actor, *, words: str) -> list[Again]:
    """Undo a move that lies ahead. Whoever was to leave stays: case manager and clinician have their access again.

    Places that the move freed are booked again where they still can be; gives each session with why not, if so.
    """
    episodes.take_back(transition, episode, by, words=words)
    if transition.kind not in LEAVING:
        return []
    for staff_id in _answering(episode):
        give_access(episode.client_id, Ground.caseload, by, staff_id=staff_id)
    return book_again(transition.id, by)


def correct(transition: Transition, episode: Episode, by: Actor, **facts: Any) -> Transition:
    """Put right the day or the reason of a move; of one out of the program, places and access follow the new day.

    Places before a later day are booked again where they still can be.
    """
    row = episodes.correct(transition, episode, by, **facts)
    if row.kind in LEAVING:
        book_again(transition.id, by, until=row.effective_on)
        keep_freed_for(row.id, transition.id, row.effective_on)
        _after_leaving(episode, row, by)
    return row


def reassign(
    episode: Episode, by: Actor, *, case_manager_id: str | None, clinician_id: str | None, words: str = ""
) -> bool:
    """Change case manager and clinician of an open episode from today on; gives whether anything changed.

    The new one has access at once and a hand-over due on the next working day; the old one's access ends in two weeks.
    Raises RuleBroken once the episode has ended.
    """
    lock(Episode, [episode.id])
    db.refresh(episode)
    today = clock.today(clinic.zone())
    if episode.discharged_on is not None and episode.discharged_on <= today:
        raise RuleBroken("This episode has ended, so nobody is assigned to it any more.")
    before = _answering(episode)
    chosen = ((Part.case_manager, case_manager_id), (Part.clinician, clinician_id))
    rows = [episodes.assign(episode, part, staff_id, by, from_day=today, words=words) for part, staff_id in chosen]
    after = _answering(episode)
    for staff_id in after - before:
        give_access(episode.client_id, Ground.caseload, by, staff_id=staff_id)
        if staff_id != by.id:
            _open(TaskKind.hand_over, _source(episode, staff_id), by, episode, staff_id, working_day(today, 1))
    for staff_id in before - after:
        close_caseload(episode.client_id, staff_id, by, ended_on=today + ACCESS_AFTER_HANDING_OVER)
    return any(rows)


def _answering(episode: Episode) -> set[str]:
    return {staff_id for staff_id in (episode.case_manager_id, episode.clinician_id) if staff_id}


def _source(episode: Episode, staff_id: str) -> str:
    """One hand-over per episode and person: made of both ids, as long as one."""
    return f"{episode.id[:11]}{staff_id[:11]}"


def _open(kind: TaskKind, source_id: str, by: Actor, episode: Episode, owner_id: str, day: date) -> None:
    """A task due at the end of a day of the site."""
    next_day: datetime = clock.day_bounds(day, clinic.zone())[1]
    due_at = next_day - timedelta(minutes=1)
    open_task(kind, source_id, by, client_id=episode.client_id, owner_id=owner_id, due_at=due_at)
