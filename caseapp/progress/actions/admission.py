"""Admission, and who answers for an episode, with what follows: access, tasks."""

from datetime import date
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
from caseapp.episodes.models import Episode, Prescreen
from caseapp.episodes.rules import Part
from caseapp.plans.rules import plan_due_on
from caseapp.programs.models import Phase
from caseapp.programs.queries import profile
from caseapp.progress.actions.following import answering, open_by_day
from caseapp.progress.rules import ACCESS_AFTER_HANDING_OVER, needs_words
from caseapp.tasks.rules import TaskKind


def admit(
    client: Client, prescreen: Prescreen, by: Actor, *, phase: Phase, admitted_on: date, words: str = "", **facts: Any
) -> Episode:
    """Admit behind the detox gate; case manager and clinician get access, and what they have to do becomes due.

    The plan is due as the rule profile says. Whoever is given a client by someone else has the hand-over due on the next working day.
    Whoever registered and is neither keeps access for two weeks. A later phase than the first, and a day that has been, need
    words that say why.
    """
    today = clock.today(clinic.zone())
    asks = needs_words(admitted_on, today, phase.position)
    if asks and not words.strip():
        raise RuleBroken(asks, "words")
    facts |= {"phase": phase, "admitted_on": admitted_on, "words": words}
    episode = episodes.admit(client, prescreen, by, **facts)
    mine = answering(episode)
    for staff_id in mine:
        give_access(client.id, Ground.caseload, by, staff_id=staff_id)
    owner = episode.clinician_id or episode.case_manager_id or by.id
    plan_due = plan_due_on(episode.admitted_on, profile(episode.program_id, episode.admitted_on))
    open_by_day(TaskKind.plan_due, episode.id, by, episode, owner, plan_due)
    for staff_id in mine - {by.id}:
        open_by_day(TaskKind.hand_over, _source(episode, staff_id), by, episode, staff_id, clock.working_day(today, 1))
    if by.id and mine and by.id not in mine:
        close_caseload(client.id, by.id, by, ended_on=today + ACCESS_AFTER_HANDING_OVER)
    return episode


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
    before = answering(episode)
    chosen = ((Part.case_manager, case_manager_id), (Part.clinician, clinician_id))
    rows = [episodes.assign(episode, part, staff_id, by, from_day=today, words=words) for part, staff_id in chosen]
    after = answering(episode)
    for staff_id in after - before:
        give_access(episode.client_id, Ground.caseload, by, staff_id=staff_id)
        if staff_id != by.id:
            open_by_day(
                TaskKind.hand_over, _source(episode, staff_id), by, episode, staff_id, clock.working_day(today, 1)
            )
    for staff_id in before - after:
        close_caseload(episode.client_id, staff_id, by, ended_on=today + ACCESS_AFTER_HANDING_OVER)
    return any(rows)


def _source(episode: Episode, staff_id: str) -> str:
    """One hand-over per episode and person: made of both ids, as long as one."""
    return f"{episode.id[:11]}{staff_id[:11]}"
