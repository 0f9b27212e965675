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
from caseapp.programs.queries import profile
from caseapp.progress.rules import ACCESS_AFTER_LEAVING
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState
from caseapp.series import queries as series
from caseapp.series.models import Series


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
    `groups_end` are the series that are not held for it, to which they belong until that day; `follows` what is due then.
    """

    lines: list[tuple[str, str]]
    told: list[str]
    freed: list[Session] = field(default_factory=list)
    not_for_phase: list[Session] = field(default_factory=list)
    groups_end: list[str] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)


def preview(episode: Episode, stay: PhaseStay, kind: MoveKind, on: date, to_phase: Phase | None) -> Preview:
    """What a move from this stay on a day would change."""
    sessions = [place.session for place in places_from(episode.client_id, on)]
    people, numbers = _names(episode), profile(episode.program_id, on)
    ending = _groups_that_end(episode, on, to_phase)
    groups = [f"{one.name}, {one.repeats.words}" for one in ending]
    if kind in LEAVING:
        until = max(on + ACCESS_AFTER_LEAVING, clock.today(clinic.zone()) + timedelta(days=1))
        ends = f"until {until:%b} {until.day}, {until.year}"
        lines = [("Phase", f"{stay.phase.name}, until then"), ("Places in sessions", "freed from that day on")]
        lines.append(("Access of case manager and clinician", ends))
        follows = [f"a discharge summary by {_day(on + timedelta(days=int(numbers['discharge_summary_days'])))}"]
        follows += ["a continuing-care plan"] if kind is MoveKind.complete else []
        return Preview(lines, people, freed=sessions, groups_end=groups, follows=follows)
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
        lines.append(("Risk screen", "one belongs to a change of the level of care"))
    freed = _in_series([s.id for s in sessions], {one.id for one in ending})
    strangers = [s for s in sessions if s.phases_served and str(to_phase.position) not in str(s.phases_served).split()]
    follows = [f"the plan updated by {_day(on + timedelta(days=int(numbers['plan_update_days'])))}"]
    follows.append(f"the groups of {to_phase.name} chosen")
    others = [one for one in strangers if one.id not in freed]
    return Preview(lines, people, not_for_phase=others, groups_end=groups, follows=follows)


def _groups_that_end(episode: Episode, on: date, to_phase: Phase | None) -> list[Series]:
    """The series that a move ends: those that are not held for the new phase, of whoever leaves all."""
    theirs = series.series_by_id([one.series_id for one in series.memberships(episode.client_id, on)])
    return [one for one in theirs if to_phase is None or not one.serves(to_phase.position)]


def _in_series(session_ids: list[str], series_ids: set[str]) -> set[str]:
    """The sessions among these that belong to one of these series."""
    return {id for id, (_day, one) in series.series_of(session_ids).items() if one.id in series_ids}


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


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
