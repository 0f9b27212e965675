"""A client's phases: every stay and move, ahead ones too, and what was replaced later."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import LEAVING, MoveKind
from caseapp.identity.models import Staff
from caseapp.programs.models import ProgramVersion


@dataclass(frozen=True)
class Move:
    """A move as it is told: what kind, why, in which words (none for those who may not read them), who decided, when kept."""

    kind: str
    reason: str
    words: str
    decided_by: str
    recorded_at: datetime


@dataclass(frozen=True)
class StayRow:
    """Days in a phase. `state` is past, now or ahead; `days` counts up to today for one that goes on."""

    stay: PhaseStay
    state: str
    days: int
    move: Move


@dataclass(frozen=True)
class Replaced:
    """A stay as it stood before it was written anew."""

    phase: str
    started_on: date
    ended_on: date | None
    recorded_at: datetime
    superseded_at: datetime


@dataclass(frozen=True)
class History:
    """One episode: its stays in order, how it ended, and what was replaced."""

    episode: Episode
    rows: list[StayRow]
    ended: Move | None
    ended_ahead: bool
    replaced: list[Replaced]


def histories(client: Client, reads_words: bool) -> list[History]:
    """Every episode of a client, the newest first; a fixed number of statements. `reads_words` opens the sealed reasons."""
    today, mine = clock.today(clinic.zone()), _episodes(client)
    stays = _stays([episode.id for episode in mine])
    moves = {s.transition_in for s in stays} | {s.transition_out for s in stays if s.transition_out}
    ids = {move.decided_by_id for move in moves if move.decided_by_id}
    names = dict(db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))).all())
    keys = sealed.load_keys([client.id]) if reads_words else []
    told = {move.id: _told(move, names, client.id if keys else None) for move in moves}
    return [_history(one, [s for s in stays if s.episode_id == one.id], told, today) for one in mine]


def _episodes(client: Client) -> list[Episode]:
    rows = select(Episode).where(Episode.client_id == client.id).order_by(Episode.admitted_on.desc(), Episode.id)
    return list(db.scalars(rows.options(joinedload(Episode.program_version).joinedload(ProgramVersion.program))))


def _stays(episode_ids: list[str]) -> list[PhaseStay]:
    rows = select(PhaseStay).where(PhaseStay.episode_id.in_(episode_ids))
    load = [joinedload(PhaseStay.phase), joinedload(PhaseStay.transition_in), joinedload(PhaseStay.transition_out)]
    return list(db.scalars(rows.order_by(PhaseStay.started_on, PhaseStay.recorded_at).options(*load)))


def _told(move: Transition, names: dict[str, str], client_id: str | None) -> Move:
    reason = "" if move.kind is MoveKind.admit else move.reason.value.replace("_", " ")
    words = sealed.unseal(client_id, move.words_sealed) or "" if client_id else ""
    kind = move.kind.value.replace("_", " ").capitalize()
    return Move(kind, reason, words, names.get(move.decided_by_id, "the import"), move.recorded_at)


def _history(episode: Episode, stays: list[PhaseStay], told: dict[str, Move], today: date) -> History:
    rows = [StayRow(s, _state(s, today), _days(s, today), told[s.transition_in_id]) for s in stays if s.in_force]
    out = rows[-1].stay.transition_out if rows else None
    out = out if out and out.kind in LEAVING else None
    replaced = [
        Replaced(s.phase.name, s.started_on, s.ended_on, s.recorded_at, s.superseded_at)
        for s in stays
        if not s.in_force
    ]
    return History(episode, rows, told[out.id] if out else None, bool(out and out.effective_on > today), replaced)


def _days(stay: PhaseStay, today: date) -> int:
    """Days in the phase up to its end or today, whichever comes first; none before it begins."""
    return max((min(stay.ended_on or today, today) - stay.started_on).days, 0)


def _state(stay: PhaseStay, today: date) -> str:
    if stay.started_on > today:
        return "ahead"
    return "now" if stay.ended_on is None or stay.ended_on > today else "past"
