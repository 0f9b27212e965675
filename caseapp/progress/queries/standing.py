"""Where clients stand, for lists of the room `clients`: laid in there when this room is loaded."""

from datetime import date

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from caseapp.clients.models import Client
from caseapp.clients.queries.listing import Above, lay_in
from caseapp.clients.rules import Standing
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind, MoveReason, reason_words
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase
from caseapp.programs.queries import phases_in_use
from caseapp.progress.rules import REASON_WORDS
from caseapp.tasks.models import Task

NO_PHASE = "none"
OfTheVersion = aliased(Phase)
# For each client their episodes, and for each of these its stays in force, the earliest first.
_STAYS = (
    select(
        Client.id.label("client_id"),
        select(func.min(Task.due_at))
        .where(Task.client_id == Client.id, Task.closed_at.is_(None))
        .scalar_subquery()
        .label("next_due"),
        *(Episode.admitted_on, Episode.discharged_on, Episode.discharge_reason, Staff.name.label("case_manager")),
        *(PhaseStay.started_on, PhaseStay.ended_on, Transition.kind, Transition.reason),
        *(Phase.name.label("phase"), Phase.position, Phase.weeks_expected_least, Phase.weeks_expected_most),
        select(func.count())
        .where(OfTheVersion.program_version_id == Phase.program_version_id)
        .scalar_subquery()
        .label("several"),
    )
    .outerjoin(Episode, Episode.client_id == Client.id)
    .outerjoin(Staff, Episode.case_manager_id == Staff.id)
    .outerjoin(PhaseStay, and_(PhaseStay.episode_id == Episode.id, PhaseStay.in_force == 1))
    .outerjoin(Phase, PhaseStay.phase_id == Phase.id)
    .outerjoin(Transition, PhaseStay.transition_out_id == Transition.id)
    .where(Client.id.in_(bindparam("ids", expanding=True)))
    .order_by(func.coalesce(PhaseStay.started_on, Episode.admitted_on))
)


def standings(client_ids: list[str]) -> dict[str, Standing]:
    """By client, where they stand today: in a phase, admitted from a later day, or how they left. One statement."""
    today = clock.today(clinic.zone())
    newest: dict[str, Row] = {}
    for row in db.execute(_STAYS, {"ids": client_ids}):
        if row.started_on is None or row.started_on <= today or row.client_id not in newest:
            newest[row.client_id] = row
    return {id: _standing(row, today) for id, row in newest.items() if row.admitted_on or row.next_due}


def _standing(row: Row, today: date) -> Standing:
    manager = row.case_manager or ""
    if row.admitted_on is None:
        return Standing(ended="Before admission", next_due=row.next_due)
    if row.started_on is None:
        return _without_phase(row)
    if row.ended_on is not None and row.ended_on <= today:
        completed = row.kind is MoveKind.complete
        return Standing(ended=_left(row.kind, row.reason), completed=completed, next_due=row.next_due)
    if row.started_on > today:
        ended = f"Admitted from {row.started_on:%b} {row.started_on.day}"
        return Standing(ended=ended, case_manager=manager, next_due=row.next_due)
    return Standing(
        phase=row.phase,
        position=row.position,
        of=row.several,
        started_on=row.started_on,
        weeks_least=row.weeks_expected_least,
        weeks_most=row.weeks_expected_most,
        case_manager=manager,
        next_due=row.next_due,
    )


def _without_phase(row: Row) -> Standing:
    """An episode that another system recorded without phases."""
    if row.discharged_on is None:
        return Standing(ended="No phase on record", case_manager=row.case_manager or "", next_due=row.next_due)
    completed = row.discharge_reason is MoveReason.completed
    return Standing(ended=reason_words(row.discharge_reason), completed=completed, next_due=row.next_due)


def _left(kind: MoveKind, reason: MoveReason) -> str:
    if kind is MoveKind.discharge and reason is not MoveReason.other:
        return REASON_WORDS[reason]
    return {MoveKind.complete: "Completed", MoveKind.transfer: "Transferred"}.get(kind, "Discharged")


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
    found = phases_in_use(clock.today(clinic.zone()))
    several = len({one.program for one in found}) > 1
    named = [(one.id, f"{one.program}: {one.name}" if several else one.name) for one in found]
    return [*named, (NO_PHASE, "In no phase")]


_MANAGERS = (
    select(Staff.id, Staff.name)
    .where(exists().where(Episode.case_manager_id == Staff.id, Episode.discharged_on.is_(None)))
    .order_by(Staff.name)
)


def managers() -> list[tuple[str, str]]:
    """Whoever is case manager of an episode that goes on, as (id, name)."""
    return [(id, name) for id, name in db.execute(_MANAGERS)]


lay_in(Above(standings, caseload, in_phase, managed_by, ordered, phases, managers))
