"""People who need a look: below their hours, at the gate, about to move, without a case manager; and whom one looked at last."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from caseapp.audit.queries import opened_last
from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Prescreen
from caseapp.episodes.queries import current_stays, gates
from caseapp.episodes.rules import Outcome
from caseapp.identity.models import Staff
from caseapp.progress.criteria import Readiness
from caseapp.progress.queries.absence import absences
from caseapp.progress.queries.readiness import readiness
from caseapp.progress.queries.reviews import waiting_of
from caseapp.today.rules import MOST_ROWS, Rows, first_rows
from caseapp.use.queries import last_use
from caseapp.use.rules import next_milestone
from caseapp.weeks.queries.people import short_of, with_fits

MILESTONES_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class AtTheGate:
    """Someone who is not admitted: the open pre-screen, if there is one, and what is missing."""

    client: Client
    prescreen: Prescreen | None
    missing: list[str]


@dataclass(frozen=True)
class MoveAhead:
    """A move or an end that is set for a later day."""

    client: Client
    on: date
    to: str
    kind: str


def caseload(user: Actor) -> list[Client]:
    """Whose case manager this person is in an open episode, by name."""
    mine = select(Client).join(Episode, Episode.client_id == Client.id)
    mine = mine.where(Episode.case_manager_id == user.id, _goes_on(clock.today(clinic.zone())), visible_to(user))
    return list(db.scalars(mine.distinct().order_by(Client.last_name, Client.first_name, Client.id)))


def _goes_on(today: date):
    return or_(Episode.discharged_on.is_(None), Episode.discharged_on > today)


def short_this_week(clients: list[Client]) -> tuple[Rows, int]:
    """Who of them is below the week's hours, first who can't reach them any more; and how many are short of anything else."""
    short = short_of(clients, clock.today(clinic.zone()))
    below = [row for row in short if row.week.below]
    rows = first_rows(below)
    return Rows(with_fits(rows.shown), rows.total), len(short) - len(below)


@dataclass(frozen=True)
class Stands:
    """Someone in a phase, with how they stand by its criteria."""

    client: Client
    stay: PhaseStay
    stands: Readiness


def by_readiness(user: Actor, clients: list[Client]) -> tuple[Rows, Rows]:
    """Of one's caseload, who is ready to step down, and who nearly is; the longest in the phase first. No move ahead, no review open."""
    today = clock.today(clinic.zone())
    mine = select(Episode).where(Episode.case_manager_id == user.id, _goes_on(today))
    stands = {one.client_id: one for one in db.scalars(mine.where(Episode.client_id.in_([one.id for one in clients])))}
    found, stays = readiness(list(stands.values()), today), current_stays(list(stands), today)
    reviewed = waiting_of([one.id for one in stands.values()])
    rows = [
        Stands(client, stays[client.id], found[stands[client.id].id])
        for client in clients
        if client.id in stays and stays[client.id].ended_on is None and stands[client.id].id in found.keys() - reviewed
    ]
    rows.sort(key=lambda row: (row.stay.started_on, row.client.last_first))
    ready = [row for row in rows if row.stands.ready and not row.stands.signs]
    return first_rows(ready), first_rows([row for row in rows if row.stands.nearly and not row.stands.signs])


def absent(clients: list[Client]) -> Rows:
    """Who of them has been missing so that someone should look: where it is for the team to decide first, then by silence."""
    found = absences([client.id for client in clients])
    missing = [(client, found[client.id]) for client in clients if client.id in found and found[client.id].flags]
    return first_rows(sorted(missing, key=lambda row: (not row[1].flags[0].urgent, -row[1].days_without)))


def milestones(clients: list[Client]) -> Rows:
    """Who of them reaches a milestone of days without use within this week from today on, the first day first. One statement."""
    today = clock.today(clinic.zone())
    ahead = {id: next_milestone(last.day, today) for id, last in last_use([one.id for one in clients]).items()}
    rows = [(client, ahead[client.id]) for client in clients if client.id in ahead]
    soon = [row for row in rows if row[1].day < today + MILESTONES_WITHIN]
    return first_rows(sorted(soon, key=lambda row: (row[1].day, row[0].last_first)))


def at_the_gate(user: Actor) -> Rows:
    """People one may see who wait for admission, the latest referral first: never screened, or with an open pre-screen."""
    order = (Client.registered_at.desc(), Client.id)
    # All ids: to count and to show the first would go through the same people twice.
    waiting = list(db.scalars(_waiting(user).order_by(*order)))
    clients = list(db.scalars(select(Client).where(Client.id.in_(waiting[:MOST_ROWS])).order_by(*order)))
    screens = _open_screens([client.id for client in clients])
    blocked = gates(list(screens.values()))
    rows = []
    for client in clients:
        screen = screens.get(client.id)
        missing = blocked[screen.id] if screen else ["The withdrawal check has not begun."]
        rows.append(AtTheGate(client, screen, missing))
    return Rows(rows, len(waiting))


def _waiting(user: Actor) -> Select:
    """The ids of whoever waits. Who may be seen is asked last: it is what takes longest, and few wait."""
    ever = exists().where(Episode.client_id == Client.id)
    now = exists().where(Episode.client_id == Client.id, Episode.discharged_on.is_(None))
    screened = exists().where(Prescreen.client_id == Client.id)
    waits = exists().where(Prescreen.client_id == Client.id, Prescreen.outcome == Outcome.open)
    return select(Client.id).where(~now, or_(waits, and_(~ever, ~screened)), visible_to(user))


def _open_screens(client_ids: list[str]) -> dict[str, Prescreen]:
    """By client, the newest open pre-screen with its clearances; two statements."""
    rows = select(Prescreen).where(Prescreen.client_id.in_(client_ids), Prescreen.outcome == Outcome.open)
    rows = rows.order_by(Prescreen.screened_at).options(selectinload(Prescreen.clearances))
    return {row.client_id: row for row in db.scalars(rows)}


def moves_ahead(user: Actor) -> Rows:
    """Moves and ends of one's own clients that take effect after today, the next one first; two statements."""
    today, leaving = clock.today(clinic.zone()), aliased(PhaseStay)
    into = select(Client, PhaseStay).join(Episode, Episode.client_id == Client.id).join(PhaseStay)
    into = into.where(Episode.case_manager_id == user.id, visible_to(user), PhaseStay.in_force == 1)
    into = into.where(PhaseStay.started_on > today)
    load = [joinedload(PhaseStay.phase), joinedload(PhaseStay.transition_in)]
    rows = [
        MoveAhead(client, stay.started_on, stay.phase.name, stay.transition_in.kind.value)
        for client, stay in db.execute(into.options(*load))
    ]
    out = select(Client, leaving).join(Episode, Episode.client_id == Client.id).join(leaving)
    out = out.where(Episode.case_manager_id == user.id, visible_to(user), leaving.in_force == 1)
    out = out.where(Episode.discharged_on > today, leaving.ended_on == Episode.discharged_on)
    rows += [
        MoveAhead(client, stay.ended_on, "", stay.transition_out.kind.value)
        for client, stay in db.execute(out.options(joinedload(leaving.transition_out)))
    ]
    return first_rows(sorted(rows, key=lambda row: (row.on, row.client.last_first)))


def without_case_manager(user: Actor) -> Rows:
    """People in the program whose case manager is nobody, or has left; the longest in first."""
    gone = exists().where(Staff.id == Episode.case_manager_id, Staff.left_on.is_not(None))
    rows = select(Client, Episode).join(Episode, Episode.client_id == Client.id)
    rows = rows.where(visible_to(user), _goes_on(clock.today(clinic.zone())))
    rows = rows.where(or_(Episode.case_manager_id.is_(None), gone))
    total = db.scalar(select(func.count()).select_from(rows.subquery())) or 0
    return Rows(list(db.execute(rows.order_by(Episode.admitted_on, Client.id).limit(MOST_ROWS))), total)


def looked_at_last(user: Actor) -> list[Client]:
    """The clients whose records this person opened last and still may see, the latest first."""
    ids = opened_last(user.id)
    seen = {client.id: client for client in db.scalars(select(Client).where(Client.id.in_(ids), visible_to(user)))}
    return [seen[client_id] for client_id in ids if client_id in seen]
