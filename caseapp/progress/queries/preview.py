"""What a move will change, before it is made."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.episodes.rules import LEAVING, MoveKind
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase
from caseapp.progress.rules import ACCESS_AFTER_LEAVING
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState


def places_from(client_id: str, day: date) -> list[Place]:
    """Places a client holds in sessions that have not begun, on or after a day, by their start."""
    ahead = select(Place).join(Session).where(Place.client_id == client_id, Place.released_at.is_(None))
    ahead = ahead.where(Session.on_day >= day, Session.starts_at > clock.now(), Session.state == SessionState.scheduled)
    load = joinedload(Place.session)
    ahead = ahead.options(load.selectinload(Session.service), load.selectinload(Session.room))
    return list(db.scalars(ahead.order_by(Session.starts_at, Place.id)))


@dataclass(frozen=True)
class Preview:
    """What will be different from a day on, in words that stand without the client's name.

    `freed` are the sessions in which a place is freed; `not_for_phase` those that stay booked and are not held for the new phase.
    """

    lines: list[tuple[str, str]]
    told: list[str]
    freed: list[Session] = field(default_factory=list)
    not_for_phase: list[Session] = field(default_factory=list)


def preview(episode: Episode, stay: PhaseStay, kind: MoveKind, on: date, to_phase: Phase | None) -> Preview:
    """What a move from this stay on a day would change."""
    sessions = [place.session for place in places_from(episode.client_id, on)]
    people = _names(episode)
    if kind in LEAVING:
        until = max(on + ACCESS_AFTER_LEAVING, clock.today(clinic.zone()) + timedelta(days=1))
        ends = f"until {until:%b} {until.day}, {until.year}"
        lines = [("Phase", f"{stay.phase.name}, until then"), ("Places in sessions", "freed from that day on")]
        return Preview([*lines, ("Access of case manager and clinician", ends)], people, freed=sessions)
    if to_phase is None:
        return Preview([], [])
    level = f"{stay.phase.level_of_care} to {to_phase.level_of_care}"
    same = stay.phase.level_of_care == to_phase.level_of_care
    lines = [
        ("Phase", f"{stay.phase.name} to {to_phase.name}"),
        ("Level of care", f"stays {to_phase.level_of_care}" if same else level),
        ("Hours a week, least", f"{_hours(stay.phase)} to {_hours(to_phase)}"),
        ("Days a week", f"{stay.phase.days_a_week} to {to_phase.days_a_week}"),
    ]
    if not same:
        lines.append(("Due on that day", "a risk screen, because the level of care changes"))
    strangers = [s for s in sessions if s.phases_served and str(to_phase.position) not in str(s.phases_served).split()]
    return Preview(lines, people, not_for_phase=strangers)


def _hours(phase: Phase) -> str:
    return f"{float(phase.hours_least):g} h"


def _names(episode: Episode) -> list[str]:
    ids = {id for id in (episode.case_manager_id, episode.clinician_id) if id}
    return list(db.scalars(select(Staff.name).where(Staff.id.in_(ids)).order_by(Staff.name)))


def next_phase(phases: list[Phase], stay: PhaseStay, kind: MoveKind) -> Phase | None:
    """The phase one usually moves to: the next one down, or the one before for more support; None at the end of the row."""
    step = {MoveKind.step_down: 1, MoveKind.step_up: -1}.get(kind, 0)
    here = stay.phase.position
    return next((phase for phase in phases if step and phase.position == here + step), None)
