"""What stands around every page of one client: where they are, what presses, whom they could be taken for, who looked."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

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
    return Frame(
        where=_where(client, today),
        follow_up_due=_follow_up_due(client),
        similar=_similar(client, user),
        others=len(who_opened(client.id, since) - {user.id}),
    )


def _where(client: Client, today: date) -> list[Where]:
    """A word for each open episode, or for the last one; one statement."""
    several = func.count(Phase.id).label("several")
    phases = select(Phase.program_version_id, several).group_by(Phase.program_version_id).subquery()
    stays = and_(PhaseStay.episode_id == Episode.id, PhaseStay.in_force == 1)
    rows = select(Episode, PhaseStay, phases.c.several).outerjoin(PhaseStay, stays)
    rows = rows.join(phases, phases.c.program_version_id == Episode.program_version_id)
    rows = rows.where(Episode.client_id == client.id)
    rows = rows.order_by(func.coalesce(PhaseStay.started_on, Episode.admitted_on)).options(
        joinedload(PhaseStay.phase), joinedload(PhaseStay.transition_out)
    )
    found = db.execute(rows).all()
    now = [
        Where(stay.phase.name, stay.phase.position, of)
        for _episode, stay, of in found
        if stay and stay.started_on <= today and (stay.ended_on is None or stay.ended_on > today)
    ]
    if now or not found:
        return now
    episode, last = found[-1].Episode, found[-1].PhaseStay
    if last is None:
        return [_without_phase(episode)]
    if last.started_on > today:
        return [Where(ended=f"Admitted from {last.started_on:%b} {last.started_on.day}")]
    return [Where(ended=how_left(last.transition_out), completed=last.transition_out.kind is MoveKind.complete)]


def _without_phase(episode: Episode) -> Where:
    """An episode that another system recorded without phases."""
    if episode.discharged_on is None:
        return Where(ended="In the program, no phase on record")
    completed = episode.discharge_reason is MoveReason.completed
    return Where(ended=reason_words(episode.discharge_reason), completed=completed)


def how_left(move: Transition) -> str:
    """How an episode ended, in the words of the clinic."""
    if move.kind is MoveKind.discharge and move.reason is not MoveReason.other:
        return move.reason.value.replace("_", " ").capitalize()
    return {MoveKind.complete: "Completed", MoveKind.transfer: "Transferred"}.get(move.kind, "Discharged")


def _follow_up_due(client: Client) -> datetime | None:
    due = select(func.min(Task.due_at)).where(Task.client_id == client.id, Task.closed_at.is_(None))
    return db.scalar(due.where(Task.kind == TaskKind.crisis_follow_up))


def _similar(client: Client, user: Actor) -> Client | None:
    """Someone else this person sees whose name is alike; of several, the first by name."""
    first, last = folded(client.first_name), folded(client.last_name)
    for other in sharing_a_name(client, user, SIMILAR_LOOKED_AT):
        if alike((first, last), (folded(other.first_name), folded(other.last_name))):
            return other
    return None
