"""Episodes that another system recorded: brought in whole and by the hundred, past the gate, for they have been.

The database checks each chain of stays as it checks every other.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert

from caseapp.core import sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, new_id
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import Education, MoveKind, MoveReason, TedsService, leaves_by


@dataclass(frozen=True)
class PastStay:
    """Days in a phase, from its first to the first no longer in it, and why it ended: a reason, or else its words."""

    phase_id: str
    position: int
    started_on: date
    ended_on: date | None
    reason: MoveReason
    words: str = ""


@dataclass(frozen=True)
class PastEpisode:
    """An episode as it was. Its `stays` fit together; there may be none. `reason` is why it ended, None while it is open."""

    client_id: str
    program_id: str
    program_version_id: str
    admitted_on: date
    last_contact_on: date | None
    discharged_on: date | None
    reason: MoveReason | None
    education: Education | None
    teds_service: TedsService | None
    source: str
    source_reference: str
    source_digest: str
    stays: tuple[PastStay, ...] = ()


def bring_in_past(episodes: list[PastEpisode], by: Actor) -> None:
    """Append episodes with their stays and the transitions that tie them; as many statements as tables.

    The caller records one event for all of them in the same transaction.
    """
    rows: dict[type, list[dict[str, Any]]] = {table: [] for table in (Episode, Transition, PhaseStay)}
    for one in episodes:
        episode_id = new_id()
        facts = {name: getattr(one, name) for name in _KEPT}
        told = {"discharge_reason": None if one.stays else one.reason}
        rows[Episode].append(facts | told | {"id": episode_id})
        _add_stays(one, episode_id, rows[Transition], rows[PhaseStay])
    for table, made in rows.items():
        if made:
            db.execute(insert(table.__table__), made)


_KEPT = (
    "client_id", "program_id", "program_version_id", "admitted_on", "last_contact_on", "discharged_on", "education",
    "teds_service", "source", "source_reference", "source_digest",
)  # fmt: skip


def _add_stays(one: PastEpisode, episode_id: str, moves: list[dict[str, Any]], stays: list[dict[str, Any]]) -> None:
    before: PastStay | None = None
    for stay in one.stays:
        moves.append(_move(one, episode_id, before, stay))
        if before:
            stays[-1]["transition_out_id"] = moves[-1]["id"]
        tied = {"previous_ended_on": before.ended_on if before else None, "transition_in_id": moves[-1]["id"]}
        days = {"started_on": stay.started_on, "ended_on": stay.ended_on, "transition_out_id": None}
        stays.append({"id": new_id(), "episode_id": episode_id, "phase_id": stay.phase_id} | days | tied)
        before = stay
    if before and before.ended_on:
        moves.append(_move(one, episode_id, before, None))
        stays[-1]["transition_out_id"] = moves[-1]["id"]


def _move(one: PastEpisode, episode_id: str, before: PastStay | None, after: PastStay | None) -> dict[str, Any]:
    """The transition between two stays; without one before it the admission, without one after it the end."""
    if before is None:
        kind, reason = MoveKind.admit, MoveReason.admitted
    elif after is None:
        kind, reason = leaves_by(one.reason), one.reason
    else:
        kind = MoveKind.step_down if after.position > before.position else MoveKind.step_up
        reason = before.reason
    return {
        "id": new_id(),
        "episode_id": episode_id,
        "kind": kind,
        "effective_on": after.started_on if after else before.ended_on,
        "from_phase_id": before.phase_id if before else None,
        "to_phase_id": after.phase_id if after else None,
        "reason": reason,
        "words_sealed": sealed.seal(one.client_id, before.words) if before else None,
    }
