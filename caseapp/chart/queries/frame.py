"""What stands around every page of one client: where they are, what presses, whom they could be taken for, who looked."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from caseapp.audit.queries import who_opened
from caseapp.chart.rules import alike
from caseapp.clients.models import Client
from caseapp.clients.queries import folded, sharing_a_name
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind, MoveReason, reason_words
from caseapp.programs.models import Phase
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind

SIMILAR_LOOKED_AT = 50


@dataclass(frozen=True)
class Where:
    """Where a client is in one program today: in a phase, or out of it with the words for how they left."""

    phase: str = ""
    position: int = 0
    of: int = 0
    ended: str = ""
    completed: bool = False


@dataclass(frozen=True)
class Frame:
    """What the banner and the foot of a client's pages say. Without an entry in `where` they were never admitted."""

    where: list[Where]
    follow_up_due: datetime | None
    similar: Client | None
    others: int


def frame(client: Client, user: Actor) -> Frame:
    """The frame of a client one may see, as of now; a fixed number of statements."""
    zone = clinic.zone()
    today = clock.today(zone)
    since, _end = clock.day_bounds(clock.week_of(today)[0], zone)
    stays = db.execute(_STAYS, {"client_id": client.id}).all()
    return Frame(
        where=_where([row for row in stays if row.admitted_on], today),
        follow_up_due=stays[0].follow_up_due,
        similar=_similar(client, user),
        others=len(who_opened(client.id, since) - {user.id}),
    )


OfTheVersion = aliased(Phase)
_SEVERAL = select(func.count()).where(OfTheVersion.program_version_id == Episode.program_version_id)
_DUE = select(func.min(Task.due_at)).where(
    Task.client_id == Client.id, Task.closed_at.is_(None), Task.kind == TaskKind.crisis_follow_up
)
# For a client, admitted or not, when they are to be called; their episodes, and the stays in force of each, the earliest first.
_STAYS = (
    select(
        *(
            Episode.admitted_on,
            Episode.discharged_on,
            Episode.discharge_reason,
            PhaseStay.started_on,
            PhaseStay.ended_on,
        ),
        *(Phase.name, Phase.position, Transition.kind, Transition.reason),
        *(_SEVERAL.scalar_subquery().label("several"), _DUE.scalar_subquery().label("follow_up_due")),
    )
    .select_from(Client)
    .outerjoin(Episode, Episode.client_id == Client.id)
    .outerjoin(PhaseStay, and_(PhaseStay.episode_id == Episode.id, PhaseStay.in_force == 1))
    .outerjoin(Phase, PhaseStay.phase_id == Phase.id)
    .outerjoin(Transition, PhaseStay.transition_out_id == Transition.id)
    .where(Client.id == bindparam("client_id"))
    .order_by(func.coalesce(PhaseStay.started_on, Episode.admitted_on))
)


def _where(found: list[Row], today: date) -> list[Where]:
    """A word for each open episode, or for the last one."""
    now = [
        Where(row.name, row.position, row.several)
        for row in found
        if row.started_on and row.started_on <= today and (row.ended_on is None or row.ended_on > today)
    ]
    if now or not found:
        return now
    last = found[-1]
    if last.started_on is None:
        return [_without_phase(last)]
    if last.started_on > today:
        return [Where(ended=f"Admitted from {last.started_on:%b} {last.started_on.day}")]
    return [Where(ended=how_left(last), completed=last.kind is MoveKind.complete)]


def _without_phase(episode: Row) -> Where:
    """An episode that another system recorded without phases."""
    if episode.discharged_on is None:
        return Where(ended="In the program, no phase on record")
    completed = episode.discharge_reason is MoveReason.completed
    return Where(ended=reason_words(episode.discharge_reason), completed=completed)


def how_left(move: Transition | Row) -> str:
    """How an episode ended, in the words of the clinic."""
    if move.kind is MoveKind.discharge and move.reason is not MoveReason.other:
        return move.reason.value.replace("_", " ").capitalize()
    return {MoveKind.complete: "Completed", MoveKind.transfer: "Transferred"}.get(move.kind, "Discharged")


def _similar(client: Client, user: Actor) -> Client | None:
    """Someone else this person sees whose name is alike; of several, the first by name."""
    first, last = folded(client.first_name), folded(client.last_name)
    for other in sharing_a_name(client, user, SIMILAR_LOOKED_AT):
        if alike((first, last), (folded(other.first_name), folded(other.last_name))):
            return other
    return None
