"""Sessions and places, what is busy, and what is free instead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.access import Actor, Role
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.identity.models import Staff
from caseapp.identity.queries import working_staff
from caseapp.programs import queries as programs
from caseapp.programs.models import Phase, Service
from caseapp.scheduling.models import Place, Session, SessionStaff, Waiting
from caseapp.scheduling.rules import LEAST, LIMITS, LIVE, SessionState, WaitState, positions

ON = (SessionState.scheduled, SessionState.held)


@dataclass(frozen=True)
class Filters:
    """Which sessions of the schedule are wanted; None is all."""

    staff_id: str | None = None
    room_id: str | None = None
    site_id: str | None = None
    phase: int | None = None
    client_id: str | None = None


def get_session(session_id: str, user: Actor) -> Session:
    """A session with its service, room, leads. Any care staff may know of a session; its list shows only visible clients."""
    session = db.scalars(_ONE, {"id": session_id}).unique().one_or_none()
    if session is None:
        raise NotFound
    return session


_ONE = (
    select(Session)
    .where(Session.id == bindparam("id"))
    .options(joinedload(Session.service), joinedload(Session.room), joinedload(Session.site))
    .options(joinedload(Session.leads).joinedload(SessionStaff.staff))
)


def sessions_between(
    first: date, after: date, *, staff_id: str | None = None, room_id: str | None = None, filters: Filters | None = None
) -> list[Session]:
    """Sessions of the days from `first` up to but not including `after`, by start; a fixed number of statements."""
    wanted = filters or Filters(staff_id=staff_id, room_id=room_id)
    found = _whole().where(Session.on_day >= first, Session.on_day < after).order_by(Session.starts_at, Session.id)
    if wanted.staff_id:
        led = select(SessionStaff.session_id).where(SessionStaff.staff_id == wanted.staff_id)
        found = found.where(Session.id.in_(led))
    if wanted.room_id:
        found = found.where(Session.room_id == wanted.room_id)
    if wanted.site_id:
        found = found.where(Session.site_id == wanted.site_id)
    if wanted.client_id:
        held = select(Place.session_id).where(Place.client_id == wanted.client_id, Place.released_at.is_(None))
        found = found.where(Session.id.in_(held))
    if wanted.phase:
        found = found.where((" " + Session.phases_served + " ").like(f"% {wanted.phase} %"))
    return list(db.scalars(found))


def sites() -> list[Site]:
    """The sites of the clinic, by name."""
    return list(db.scalars(select(Site).order_by(Site.name)))


def clients_by_id(client_ids: list[str], user: Actor) -> list[Client]:
    """Those of these clients whom this person may see."""
    return list(db.scalars(select(Client).where(Client.id.in_(client_ids), visible_to(user)))) if client_ids else []


def people_for(session: Session, user: Actor, most: int = 40) -> list[Client]:
    """Clients this person may see who are that day in one of the phases a session serves, by name; nobody if it names none."""
    return people_in_phases(session.phases_served, session.on_day, user, most)


def people_in_phases(phases_served: str, day: date, user: Actor, most: int = 40) -> list[Client]:
    """Clients this person may see who are on a day in one of these phases (positions, as a session has them), by name."""
    served = positions(phases_served)
    if not served:
        return []
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > day)
    in_phase = select(Episode.client_id).join(PhaseStay, PhaseStay.episode_id == Episode.id).join(Phase)
    in_phase = in_phase.where(Phase.position.in_(served), PhaseStay.in_force == 1, PhaseStay.started_on <= day, still)
    found = select(Client).where(Client.id.in_(in_phase), visible_to(user))
    return list(db.scalars(found.order_by(Client.last_name, Client.first_name, Client.id).limit(most)))


def leaders() -> list[Staff]:
    """Who may lead a session: everyone who works here in care, by name."""
    roles = {Role.clinician, Role.case_manager, Role.supervisor}
    return [one for one in working_staff() if roles & {row.role for row in one.roles}]


def freed_by(move_id: str, until: date | None = None) -> list[Place]:
    """The places that a move freed, in sessions that have not begun (before `until`), by start."""
    freed = select(Place).join(Place.session).where(Place.released_for_id == move_id, Session.starts_at > clock.now())
    if until:
        freed = freed.where(Session.on_day < until)
    whole = contains_eager(Place.session)
    freed = freed.options(whole.selectinload(Session.service), whole.selectinload(Session.site))
    return list(db.scalars(freed.order_by(Session.starts_at, Place.id)))


def leads_any(staff_id: str, since: date) -> bool:
    """Whether someone leads a session on or after a day."""
    return _any(select(Session.id).join(SessionStaff).where(SessionStaff.staff_id == staff_id, Session.on_day >= since))


def taken(session_ids: list[str]) -> dict[str, int]:
    """By session, how many places are taken; one statement."""
    counts = select(Place.session_id, func.count()).where(
        Place.session_id.in_(session_ids), Place.released_at.is_(None)
    )
    return {row[0]: row[1] for row in db.execute(counts.group_by(Place.session_id))}


def seats_taken(session_id: str) -> set[int]:
    """The seats of a session that are held."""
    return set(db.scalars(select(Place.seat).where(Place.session_id == session_id, Place.released_at.is_(None))))


def list_of(session: Session) -> list[Place]:
    """The places of a session that are held, by the client's name."""
    held = (
        select(Place)
        .where(Place.session_id == session.id, Place.released_at.is_(None))
        .options(joinedload(Place.client))
    )
    return sorted(db.scalars(held), key=lambda place: (place.client.last_name, place.client.first_name, place.id))


def lists_of(session_ids: list[str]) -> dict[str, list[Place]]:
    """By session, the places that are held, with their clients; two statements however many sessions."""
    held = select(Place).where(Place.session_id.in_(session_ids), Place.released_at.is_(None))
    lists: dict[str, list[Place]] = {}
    for place in db.scalars(held.options(selectinload(Place.client))):
        lists.setdefault(place.session_id, []).append(place)
    return lists


def get_place(session: Session, place_id: str) -> Place:
    """A held place of that session. Raises NotFound."""
    place = db.scalar(
        select(Place).where(Place.id == place_id, Place.session_id == session.id, Place.released_at.is_(None))
    )
    if place is None:
        raise NotFound
    return place


def places_of_client(client_id: str, first: date, after: date) -> list[Place]:
    """The places a client holds on the days from `first` up to but not including `after`, by start, cancelled sessions too."""
    held = select(Place).join(Place.session).where(Place.client_id == client_id, Place.released_at.is_(None))
    held = held.where(Session.on_day >= first, Session.on_day < after).order_by(Session.starts_at)
    whole = contains_eager(Place.session)
    return list(db.scalars(held.options(whole.selectinload(Session.service), whole.selectinload(Session.room))))


def limit_of(service: Service, on_day: date) -> int:
    """How many people a session of a service may hold on a day: its own most, within the strictest profile of the programs."""
    name = LIMITS.get(service.capacity)
    if name is None:
        return 1
    most = min(int(numbers[name]) for numbers in _profiles(on_day))
    return min(most, service.most or most)


def least_of(service: Service, on_day: date) -> int:
    """How many people a session of a service needs on a day: its own least, and no less than any profile of the programs says."""
    name = LEAST.get(service.capacity)
    if name is None:
        return 1
    return max(service.least or 1, *(int(numbers[name]) for numbers in _profiles(on_day)))


def _profiles(on_day: date) -> list[dict[str, float]]:
    return [programs.profile(one.id, on_day) for one in programs.programs()] or [programs.profile(None, on_day)]


def waiting_for(*, session_id: str | None = None, series_id: str | None = None) -> list[Waiting]:
    """Who waits for a place in a session, or in a series, or is offered one, those who waited longest first."""
    found = select(Waiting).where(Waiting.state.in_(LIVE))
    found = found.where(Waiting.session_id == session_id if session_id else Waiting.series_id == series_id)
    return list(db.scalars(found.order_by(Waiting.asked_at, Waiting.id).options(selectinload(Waiting.client))))


def promised(session_id: str, but: Iterable[str] = ()) -> list[Waiting]:
    """The offers of places in a session that wait for an answer, without those made to the clients `but`, by when it is due."""
    found = select(Waiting).where(Waiting.session_id == session_id, Waiting.state == WaitState.offered)
    return list(db.scalars(found.where(Waiting.client_id.not_in(list(but))).order_by(Waiting.answer_by)))


def in_room(room_id: str, starts: datetime, ends: datetime, but: str | None = None) -> Session | None:
    """The first session that holds a room in that time, other than `but`."""
    return _first(select(Session).where(Session.room_id == room_id), starts, ends, but)


def led_by(staff_ids: Iterable[str], starts: datetime, ends: datetime, but: str | None = None) -> dict[str, Session]:
    """By member of staff, a session they lead in that time, other than `but`; who is free is left out."""
    found = select(SessionStaff.staff_id, Session).join(Session, SessionStaff.session_id == Session.id)
    found = found.where(SessionStaff.staff_id.in_(list(staff_ids)), *_overlaps(starts, ends, but))
    return {row[0]: row[1] for row in db.execute(found.options(selectinload(Session.service)))}


def booked(client_ids: Iterable[str], starts: datetime, ends: datetime, but: str | None = None) -> dict[str, Session]:
    """By client, a session in which they have a place in that time, other than `but`; who is free is left out."""
    found = select(Place.client_id, Session).join(Session, Place.session_id == Session.id)
    found = found.where(Place.client_id.in_(list(client_ids)), Place.released_at.is_(None))
    found = found.where(*_overlaps(starts, ends, but)).options(selectinload(Session.service))
    return {row[0]: row[1] for row in db.execute(found)}


def free_rooms(site_id: str, starts: datetime, ends: datetime, people: int) -> list[Room]:
    """Rooms of a site that are free in that time and hold so many people, the smallest first."""
    used = select(Session.room_id).where(Session.room_id.is_not(None), *_overlaps(starts, ends, None))
    rooms = select(Room).where(Room.site_id == site_id, Room.seats >= people, Room.id.not_in(used))
    return list(db.scalars(rooms.order_by(Room.seats, Room.name)))


def free_staff(like: list[Staff], starts: datetime, ends: datetime) -> list[Staff]:
    """Which of these members of staff lead nothing in that time."""
    busy = led_by([one.id for one in like], starts, ends)
    return [one for one in like if one.id not in busy]


def with_a_place(session: Session, days: int = 14) -> Session | None:
    """The next other session of the same service that has a free place, within so many days."""
    count = select(func.count(Place.id)).where(Place.session_id == Session.id, Place.released_at.is_(None))
    found = select(Session).where(
        Session.service_id == session.service_id,
        Session.id != session.id,
        Session.state == SessionState.scheduled,
        Session.starts_at > clock.now(),
        Session.starts_at < clock.now() + timedelta(days=days),
        count.scalar_subquery() < Session.places,
    )
    return db.scalar(found.order_by(Session.starts_at).limit(1).options(selectinload(Session.service)))


def _first(found, starts: datetime, ends: datetime, but: str | None) -> Session | None:
    overlapping = found.where(*_overlaps(starts, ends, but)).order_by(Session.starts_at).limit(1)
    return db.scalar(overlapping.options(selectinload(Session.service)))


def _overlaps(starts: datetime, ends: datetime, but: str | None) -> tuple:
    meanwhile = Session.state.in_(ON), Session.starts_at < ends, Session.ends_at > starts
    return (*meanwhile, Session.id != but) if but else meanwhile


def _any(statement) -> bool:
    return db.scalar(statement.limit(1)) is not None


def _whole():
    leads = selectinload(Session.leads).selectinload(SessionStaff.staff)
    return select(Session).options(
        selectinload(Session.service), selectinload(Session.room), selectinload(Session.site), leads
    )
