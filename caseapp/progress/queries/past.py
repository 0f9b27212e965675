"""A past day that is looked at: as it is known now, or as the records stood at its end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.past import KNOWN_AT, UNTIL, as_of, recorded, stood
from caseapp.episodes.models import Assignment, Episode, PhaseStay, Transition
from caseapp.episodes.rules import LEAVING, Part
from caseapp.programs.models import Phase


@dataclass(frozen=True)
class AsOf:
    """A day of the clinic, and its end. `known_at` is None where all counts that is known now, else how far the records went."""

    day: date
    ended_at: datetime
    known_at: datetime | None = None

    @property
    def stood(self) -> bool:
        """Whether it is told as the records stood then."""
        return self.known_at is not None

    @property
    def asked(self) -> dict[str, Any]:
        """What UNTIL and KNOWN_AT stand for."""
        return as_of(self.day, self.known_at)


def looking_back(day: date, stood: bool) -> AsOf:
    """A day as it is asked for."""
    end = clock.day_bounds(day, clinic.zone())[1]
    return AsOf(day, end, end if stood else None)


def first_day() -> date | None:
    """The first day of which something is on record: that of the first admission. None before it."""
    return db.scalar(select(func.min(Episode.admitted_on)))


def in_phase(past: bool) -> ColumnElement[bool]:
    """A condition on PhaseStay: someone is in that phase on the day UNTIL (`core.past`)."""
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > UNTIL)
    return stood(PhaseStay, past) & (PhaseStay.started_on <= UNTIL) & still


def counts(past: bool) -> ColumnElement[bool]:
    """A condition on Transition: a move that counts now, or that counted at KNOWN_AT."""
    if not past:
        return Transition.superseded_at.is_(None)
    later = or_(Transition.superseded_at.is_(None), Transition.superseded_at > KNOWN_AT)
    return recorded(Transition.recorded_at, past) & later


def answering_on(part: Part, at: AsOf) -> ColumnElement[str]:
    """A value beside Episode: the id of who answered for it on a day. Before the first entry, whoever does now."""
    now = {Part.case_manager: Episode.case_manager_id, Part.clinician: Episode.clinician_id}[part]
    rows = select(Assignment.staff_id).where(Assignment.episode_id == Episode.id, Assignment.part == part)
    rows = rows.where(Assignment.from_day <= at.day)
    if at.known_at:
        rows = rows.where(Assignment.recorded_at <= at.known_at)
    newest = rows.order_by(Assignment.from_day.desc(), Assignment.recorded_at.desc(), Assignment.id).limit(1)
    return func.coalesce(newest.correlate(Episode).scalar_subquery(), now)


def moves_ahead(stay_ids: Collection[str], recorded_by: datetime | None = None) -> dict[str, str]:
    """By stay, the move on record that ends it: "to Phase 2 on Dec 1" or "leaves on Dec 1"; one statement.

    With an instant only what was recorded by then.
    """
    rows = select(PhaseStay.id, Transition, Phase.name).join(Transition, PhaseStay.transition_out_id == Transition.id)
    rows = rows.outerjoin(Phase, Transition.to_phase_id == Phase.id).where(PhaseStay.id.in_(stay_ids))
    if recorded_by:
        rows = rows.where(Transition.recorded_at <= recorded_by)
    found = {}
    for id, move, to in db.execute(rows):
        on = f"on {move.effective_on:%b} {move.effective_on.day}"
        found[id] = f"leaves {on}" if move.kind in LEAVING else f"to {to} {on}"
    return found
