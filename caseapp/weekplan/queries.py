"""When clients can come, who leads what, whose phase asks for what, and the weeks that were proposed; each in one statement."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.programs.models import ServiceRequirement
from caseapp.programs.rules import Per
from caseapp.weekplan.models import ClientTime, StaffService, WeekProposal
from caseapp.weekplan.times import Said

NEWEST = 20


def times_of(client_id: str) -> list[ClientTime]:
    """What a client said of their week, in the order in which it was entered."""
    found = select(ClientTime).where(ClientTime.client_id == client_id)
    return list(db.scalars(found.order_by(ClientTime.added_at, ClientTime.id)))


def get_time(id: str, user: Actor) -> ClientTime:
    """One such row of a client whom this person may see. Raises NotFound."""
    found = select(ClientTime).join(ClientTime.client).where(ClientTime.id == id, visible_to(user))
    row = db.scalar(found.options(selectinload(ClientTime.client)))
    if row is None:
        raise NotFound
    return row


def said_by(client_ids: Iterable[str]) -> dict[str, list[Said]]:
    """By client, what they said of their week; who said nothing is left out."""
    said: dict[str, list[Said]] = defaultdict(list)
    for row in db.scalars(select(ClientTime).where(ClientTime.client_id.in_(set(client_ids)))):
        said[row.client_id].append(row.said)
    return dict(said)


def leads_of(staff_ids: Iterable[str]) -> dict[str, set[str]]:
    """By member of staff, the ids of the services that they lead; of whom it is not known is left out."""
    leads: dict[str, set[str]] = defaultdict(set)
    for row in db.scalars(select(StaffService).where(StaffService.staff_id.in_(set(staff_ids)))):
        leads[row.staff_id].add(row.service_id)
    return dict(leads)


def in_phases(day: date) -> dict[str, set[str]]:
    """By client, the ids of the phases in which they are on a day."""
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > day)
    stays = select(Episode.client_id, PhaseStay.phase_id).join(PhaseStay, PhaseStay.episode_id == Episode.id)
    stays = stays.where(PhaseStay.in_force == 1, PhaseStay.started_on <= day, still)
    found: dict[str, set[str]] = defaultdict(set)
    for client_id, phase_id in db.execute(stays):
        found[client_id].add(phase_id)
    return dict(found)


def asked_weekly(phase_ids: Iterable[str]) -> list[ServiceRequirement]:
    """What these phases ask for each week."""
    weekly = ServiceRequirement.phase_id.in_(set(phase_ids)), ServiceRequirement.per == Per.week
    return list(db.scalars(select(ServiceRequirement).where(*weekly)))


def clients_of(ids: Iterable[str]) -> list[Client]:
    """These clients, whoever may see them: their names are shown to those alone who may."""
    return list(db.scalars(select(Client).where(Client.id.in_(set(ids)))))


def get_proposal(id: str) -> WeekProposal:
    """A week that was asked for, with its job. Raises NotFound."""
    found = select(WeekProposal).where(WeekProposal.id == id)
    row = db.scalar(found.options(joinedload(WeekProposal.job), joinedload(WeekProposal.asked_by)))
    if row is None:
        raise NotFound
    return row


def newest_proposals() -> list[WeekProposal]:
    """The weeks that were asked for last, whoever asked."""
    found = select(WeekProposal).order_by(WeekProposal.asked_at.desc(), WeekProposal.id).limit(NEWEST)
    return list(db.scalars(found.options(joinedload(WeekProposal.job), joinedload(WeekProposal.asked_by))))


def should_stop(id: str) -> bool:
    """Whether someone wants the search for a week to end."""
    return db.scalar(select(WeekProposal.stop_at).where(WeekProposal.id == id)) is not None
