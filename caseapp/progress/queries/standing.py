"""Where clients stand, for lists of the room `clients`: laid in there when this room is loaded."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from caseapp.clients.models import Client
from caseapp.clients.queries.listing import Above, lay_in
from caseapp.clients.rules import Standing
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.episodes.rules import MoveKind, MoveReason, reason_words
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase
from caseapp.programs.queries import phases_in_use, programs
from caseapp.progress.rules import REASON_WORDS
from caseapp.tasks.models import Task

NO_PHASE = "none"


def standings(client_ids: list[str]) -> dict[str, Standing]:
    """By client, where they stand today: in a phase, admitted from a later day, or how they left; four statements."""
    today = clock.today(clinic.zone())
    in_force = and_(PhaseStay.episode_id == Episode.id, PhaseStay.in_force == 1)
    rows = select(Episode, PhaseStay).outerjoin(PhaseStay, in_force).where(Episode.client_id.in_(client_ids))
    rows = rows.order_by(func.coalesce(PhaseStay.started_on, Episode.admitted_on))
    newest: dict[str, tuple[Episode, PhaseStay | None]] = {}
    for episode, stay in db.execute(rows.options(joinedload(PhaseStay.phase), joinedload(PhaseStay.transition_out))):
        if stay is None or stay.started_on <= today or episode.client_id not in newest:
            newest[episode.client_id] = (episode, stay)
    due, several = (
        _next_due(client_ids),
        _phases_of({stay.phase.program_version_id for _e, stay in newest.values() if stay}),
    )
    names = _names({episode.case_manager_id for episode, _stay in newest.values()})
    found = {id: _standing(*pair, today, several, names, due.get(id)) for id, pair in newest.items()}
    return found | {id: Standing(ended="Before admission", next_due=at) for id, at in due.items() if id not in newest}


def _standing(
    episode: Episode, stay: PhaseStay | None, today: date, several: dict[str, int], names: dict, due
) -> Standing:
    if stay is None:
        return _without_phase(episode, names, due)
    if stay.ended_on is not None and stay.ended_on <= today:
        out = stay.transition_out
        return Standing(ended=_left(out.kind, out.reason), completed=out.kind is MoveKind.complete, next_due=due)
    manager = names.get(episode.case_manager_id, "")
    if stay.started_on > today:
        ended = f"Admitted from {stay.started_on:%b} {stay.started_on.day}"
        return Standing(ended=ended, case_manager=manager, next_due=due)
    phase = stay.phase
    return Standing(
        phase=phase.name,
        position=phase.position,
        of=several.get(phase.program_version_id, 4),
        started_on=stay.started_on,
        weeks_least=phase.weeks_expected_least,
        weeks_most=phase.weeks_expected_most,
        case_manager=manager,
        next_due=due,
    )


def _without_phase(episode: Episode, names: dict, due) -> Standing:
    """An episode that another system recorded without phases."""
    if episode.discharged_on is None:
        manager = names.get(episode.case_manager_id, "")
        return Standing(ended="No phase on record", case_manager=manager, next_due=due)
    completed = episode.discharge_reason is MoveReason.completed
    return Standing(ended=reason_words(episode.discharge_reason), completed=completed, next_due=due)


def _left(kind: MoveKind, reason: MoveReason) -> str:
    if kind is MoveKind.discharge and reason is not MoveReason.other:
        return REASON_WORDS[reason]
    return {MoveKind.complete: "Completed", MoveKind.transfer: "Transferred"}.get(kind, "Discharged")


def _next_due(client_ids: list[str]) -> dict[str, datetime]:
    due = select(Task.client_id, func.min(Task.due_at)).where(Task.client_id.in_(client_ids), Task.closed_at.is_(None))
    return dict(db.execute(due.group_by(Task.client_id)).all())


def _phases_of(version_ids: set[str]) -> dict[str, int]:
    several = select(Phase.program_version_id, func.count()).where(Phase.program_version_id.in_(version_ids))
    return dict(db.execute(several.group_by(Phase.program_version_id)).all())


def _names(staff_ids: set[str | None]) -> dict[str, str]:
    return dict(db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(staff_ids - {None}))).all())


def _now(day: date) -> Select:
    """The open episodes of clients, joined to nothing: the base of the conditions below."""
    return select(Episode.client_id).where(or_(Episode.discharged_on.is_(None), Episode.discharged_on > day))


def caseload(user: Actor) -> ColumnElement[bool]:
    """A condition on Client: this person is case manager or clinician of an episode that goes on."""
    theirs = or_(Episode.case_manager_id == user.id, Episode.clinician_id == user.id)
    return Client.id.in_(_now(clock.today(clinic.zone())).where(theirs))


def in_phase(name: str) -> ColumnElement[bool]:
    """A condition on Client: in a phase of that name today, whatever the version; of `none`, in no phase."""
    today = clock.today(clinic.zone())
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > today)
    here = select(Episode.client_id).join(PhaseStay, PhaseStay.episode_id == Episode.id).join(Phase)
    here = here.where(PhaseStay.in_force == 1, PhaseStay.started_on <= today, still)
    if name == NO_PHASE:
        return Client.id.not_in(here)
    wanted = select(Phase.name).where(Phase.id == name).scalar_subquery()
    return Client.id.in_(here.where(Phase.name == wanted))


def managed_by(staff_id: str) -> ColumnElement[bool]:
    """A condition on Client: this person is their case manager now."""
    return Client.id.in_(_now(clock.today(clinic.zone())).where(Episode.case_manager_id == staff_id))


def ordered(seen: Select, sort: str, down: bool) -> Select:
    """A list of clients in the order of their phase or of their case manager; whoever has none comes last."""
    today = clock.today(clinic.zone())
    if sort == "manager":
        key = select(func.min(Staff.name)).join(Episode, Episode.case_manager_id == Staff.id)
        key = key.where(
            Episode.client_id == Client.id, or_(Episode.discharged_on.is_(None), Episode.discharged_on > today)
        )
    else:
        still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > today)
        key = select(func.min(Phase.position)).join(PhaseStay, PhaseStay.phase_id == Phase.id)
        key = key.join(Episode, PhaseStay.episode_id == Episode.id).where(Episode.client_id == Client.id)
        key = key.where(PhaseStay.in_force == 1, PhaseStay.started_on <= today, still)
    value = key.correlate(Client).scalar_subquery()
    return seen.order_by(value.is_(None), value.desc() if down else value.asc())


def phases() -> list[tuple[str, str]]:
    """Phases to filter by: of the versions in use, as (id, name); the last is "in no phase"."""
    today = clock.today(clinic.zone())
    all_programs = programs()
    several = len(all_programs) > 1
    found = [
        (id, f"{program.name}: {name}" if several else name)
        for program in all_programs
        for id, _position, name in phases_in_use(program, today)
    ]
    return [*found, (NO_PHASE, "In no phase")]


def managers() -> list[tuple[str, str]]:
    """Whoever is case manager of an episode that goes on, as (id, name)."""
    now = select(Episode.case_manager_id).where(Episode.discharged_on.is_(None))
    rows = db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(now)).order_by(Staff.name))
    return [(id, name) for id, name in rows]


lay_in(Above(standings, caseload, in_phase, managed_by, ordered, phases, managers))
