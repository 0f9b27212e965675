"""Moves through the phases and out; a move ahead is taken back, a past one corrected. Nothing is overwritten.

The chain of stays in force is written anew around a move: the rows that change are superseded, and appended again as they
are now. The database checks at the end of the transaction that it has neither gap nor overlap.
"""

from datetime import date
from typing import Any

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken
from caseapp.episodes import queries
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import LEAVING, REASONS, MoveKind, MoveReason
from caseapp.programs.models import Phase


def move(
    episode: Episode,
    by: Actor,
    *,
    kind: MoveKind,
    effective_on: date,
    reason: MoveReason,
    words: str = "",
    to_phase: Phase | None = None,
    proposed_by_id: str | None = None,
) -> Transition:
    """Step down, step up, complete, transfer or discharge from a day on, which may lie ahead.

    The open stay ends on that day and, unless the person leaves, the next begins on it. Raises RuleBroken if the day is not
    after the open stay's start, if the direction does not fit the phases, or if the episode has ended. `proposed_by_id` is who
    proposed it, where that is another than who decides.
    """
    _hold(episode)
    stay = queries.open_stay(episode)
    check_move(stay, kind, effective_on, reason, to_phase)
    transition = new_transition(episode, by, kind, effective_on, reason, words, stay.phase, to_phase)
    transition.proposed_by_id = proposed_by_id or by.id
    _again([(stay, {"ended_on": effective_on, "transition_out_id": transition.id})])
    if kind in LEAVING:
        episode.discharged_on = effective_on
    else:
        following = PhaseStay(episode_id=episode.id, phase_id=to_phase.id, started_on=effective_on)
        following.previous_ended_on, following.transition_in_id = effective_on, transition.id
        db.add(following)
    db.flush()
    facts = {"kind": kind, "effective_on": effective_on, "reason": reason}
    changed("episodes.move", transition.id, by, client_id=episode.client_id, **facts)
    return transition


def place_in_phase(episode: Episode, by: Actor, *, phase: Phase, since: date, words: str = "") -> Transition:
    """Say in which phase someone is whose open episode another system recorded without phases, and since when.

    Raises RuleBroken if that has been said already, if the phase is not of the episode's program, or if the day lies before
    the admission or ahead.
    """
    _hold(episode)
    if episode.discharged_on is not None or queries.stays(episode.id):
        raise RuleBroken("The phases of this episode are on record already. Look at them as they are now.")
    if phase.program_version_id != episode.program_version_id:
        raise RuleBroken("Choose a phase of this program.", "phase")
    if since < episode.admitted_on:
        raise RuleBroken(f"The admission was on {_day(episode.admitted_on)}; a phase can't begin before it.", "since")
    if since > clock.today(clinic.zone()):
        raise RuleBroken("This day lies ahead. Enter the day since when they have been in this phase.", "since")
    row = new_transition(episode, by, MoveKind.admit, since, MoveReason.admitted, words, None, phase)
    db.add(PhaseStay(episode_id=episode.id, phase_id=phase.id, started_on=since, transition_in_id=row.id))
    db.flush()
    changed("episodes.place_in_phase", row.id, by, client_id=episode.client_id, effective_on=since)
    return row


def take_back(transition: Transition, episode: Episode, by: Actor, *, words: str) -> None:
    """Undo the last move of an episode while it still lies ahead: the phase before it goes on. The history keeps it.

    Raises RuleBroken if the day has come, if another move follows it, or if it was replaced already.
    """
    _hold(episode)
    db.refresh(transition)
    _must_count(transition)
    chain = queries.stays(episode.id)
    if transition.kind is MoveKind.admit or transition.effective_on <= clock.today(clinic.zone()):
        raise RuleBroken("The day of this move has come. Correct it, or record the next move.")
    if transition.id not in (chain[-1].transition_in_id, chain[-1].transition_out_id):
        raise RuleBroken("A later move is on record. Take that one back first.")
    before = next(stay for stay in chain if stay.transition_out_id == transition.id)
    after = [stay for stay in chain if stay.transition_in_id == transition.id]
    _supersede(after)
    _again([(before, {"ended_on": None, "transition_out_id": None})])
    if transition.kind in LEAVING:
        episode.discharged_on = None
    _replace(transition, episode, by, words)
    db.flush()
    changed("episodes.take_back", transition.id, by, client_id=episode.client_id, kind=transition.kind)


def correct(
    transition: Transition, episode: Episode, by: Actor, *, effective_on: date, reason: MoveReason, words: str
) -> Transition:
    """Put right the day or the reason of a move or an admission: it is replaced by a new one that the reports count.

    Raises RuleBroken if the day leaves the stays around it less than a day, if the reason does not fit, if nothing differs.
    """
    _hold(episode)
    db.refresh(transition)
    _must_count(transition)
    if (effective_on, reason) == (transition.effective_on, transition.reason):
        raise RuleBroken("Neither the day nor the reason differs from what is on record.", "effective_on")
    if reason not in REASONS.get(transition.kind, (transition.reason,)):
        raise RuleBroken("Choose a reason that fits this move.", "reason")
    chain = queries.stays(episode.id)
    before = next((stay for stay in chain if stay.transition_out_id == transition.id), None)
    after = next((stay for stay in chain if stay.transition_in_id == transition.id), None)
    _check_day(effective_on, before, after)
    placed_later = transition.kind is MoveKind.admit and transition.effective_on > episode.admitted_on
    if placed_later and effective_on < episode.admitted_on:
        raise RuleBroken(f"The admission was on {_day(episode.admitted_on)}.", "effective_on")
    row = _copy(transition, by, effective_on, reason, sealed.seal(episode.client_id, words.strip()))
    rows = [(before, {"ended_on": effective_on, "transition_out_id": row.id})] if before else []
    if after:
        start = {"started_on": effective_on, "previous_ended_on": effective_on if before else None}
        rows.append((after, start | {"transition_in_id": row.id}))
    _again(rows)
    if not placed_later:
        _move_the_edge(episode, transition.kind, effective_on)
    _replace(transition, episode, by, words)
    db.flush()
    facts = {"kind": row.kind, "effective_on": effective_on, "reason": reason, "replaces": transition.id}
    changed("episodes.correct", row.id, by, client_id=episode.client_id, **facts)
    return row


def _hold(episode: Episode) -> None:
    lock(Episode, [episode.id])
    db.refresh(episode)


def _must_count(transition: Transition) -> None:
    if transition.superseded_at is not None:
        raise RuleBroken("This was taken back or corrected already. Look at the phases as they are now.")


def _check_day(on: date, before: PhaseStay | None, after: PhaseStay | None) -> None:
    if before and on <= before.started_on:
        raise RuleBroken(
            f"The day must be after {_day(before.started_on)}, when {before.phase.name} began.", "effective_on"
        )
    if after and after.ended_on and on >= after.ended_on:
        raise RuleBroken(
            f"The day must be before {_day(after.ended_on)}, when {after.phase.name} ends.", "effective_on"
        )
    if before is None and on > clock.today(clinic.zone()):
        raise RuleBroken("An admission can't lie ahead.", "effective_on")


def _move_the_edge(episode: Episode, kind: MoveKind, on: date) -> None:
    if kind is MoveKind.admit:
        born, program = db.get(Client, episode.client_id).born, episode.program_version.program
        queries.must_be_of_age(born, program, on, "effective_on")
        queries.must_follow_earlier(episode, on)
        episode.admitted_on = on
    elif kind in LEAVING:
        queries.must_precede_later(episode, on)
        episode.discharged_on = on


def check_move(stay: PhaseStay, kind: MoveKind, on: date, reason: MoveReason, to_phase: Phase | None) -> None:
    """Raise RuleBroken, at its field, if someone in a stay can't make this move on a day; a review asks it before it is sent."""
    if reason not in REASONS.get(kind, ()):
        raise RuleBroken("Choose a reason that fits this move.", "reason")
    if on <= stay.started_on:
        _refuse_early(stay)
    if kind in LEAVING:
        return
    if to_phase is None or to_phase.program_version_id != stay.phase.program_version_id:
        raise RuleBroken("Choose a phase of this program.", "to_phase")
    down = to_phase.position > stay.phase.position
    if to_phase.position == stay.phase.position or down != (kind is MoveKind.step_down):
        raise RuleBroken(f"{to_phase.name} is not a {kind.value.replace('_', ' ')} from {stay.phase.name}.", "to_phase")


def _refuse_early(stay: PhaseStay) -> None:
    """A second move on one day, or one before a move that is on record: that one is put right first."""
    began = f"{stay.phase.name} begins on {_day(stay.started_on)}, and a phase lasts a day at least."
    way_out = "Choose a later day, or take back or correct that move first."
    raise RuleBroken(began, "effective_on", way_out)


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


_KEPT = (
    "episode_id",
    "phase_id",
    "started_on",
    "ended_on",
    "previous_ended_on",
    "transition_in_id",
    "transition_out_id",
)


def _supersede(stays: list[PhaseStay]) -> None:
    for stay in stays:
        stay.in_force, stay.superseded_at = None, clock.now()
    db.flush()


def _again(rows: list[tuple[PhaseStay, dict[str, Any]]]) -> None:
    """Supersede stays and append each again with some of its facts changed."""
    _supersede([stay for stay, _facts in rows])
    db.add_all([PhaseStay(**{name: getattr(stay, name) for name in _KEPT} | facts) for stay, facts in rows])
    db.flush()


def _replace(transition: Transition, episode: Episode, by: Actor, words: str) -> None:
    if not words.strip():
        raise RuleBroken("Say in your words why.", "words")
    transition.superseded_at, transition.superseded_by_id = clock.now(), by.id
    transition.superseded_words_sealed = sealed.seal(episode.client_id, words.strip())


def _copy(old: Transition, by: Actor, on: date, reason: MoveReason, words_sealed: bytes | None) -> Transition:
    row = Transition(episode_id=old.episode_id, kind=old.kind, effective_on=on, reason=reason, replaces_id=old.id)
    row.from_phase_id, row.to_phase_id = old.from_phase_id, old.to_phase_id
    row.proposed_by_id = row.decided_by_id = by.id
    row.words_sealed = words_sealed
    db.add(row)
    db.flush()
    return row


def new_transition(
    episode: Episode,
    by: Actor,
    kind: MoveKind,
    on: date,
    reason: MoveReason,
    words: str,
    from_phase: Phase | None,
    to_phase: Phase | None,
) -> Transition:
    """A transition of an episode, decided by the one who acts; the words are sealed."""
    row = Transition(
        episode_id=episode.id, kind=kind, effective_on=on, reason=reason, proposed_by_id=by.id, decided_by_id=by.id
    )
    row.from_phase_id = from_phase.id if from_phase else None
    row.to_phase_id = to_phase.id if to_phase else None
    row.words_sealed = sealed.seal(episode.client_id, words.strip())
    db.add(row)
    db.flush()
    return row
