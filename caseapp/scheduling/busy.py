"""Who and what is busy when, read at once for a whole stretch of days, so that a preview asks no more for a year than for a week."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from caseapp.clinic.models import Room
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.identity.models import Staff
from caseapp.scheduling.clashes import Span, hours_of
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.scheduling.queries import ON, leaders
from caseapp.scheduling.times_off import TimesOff, times_off_between

Key = str


class Kept(NamedTuple):
    """A time in which something is to be kept for a session."""

    id: str
    starts_at: datetime
    ends_at: datetime


@dataclass
class Busy:
    """The sessions of some days by the rooms, staff and clients that they keep busy, what is closed and who is away, and when
    clients are in a phase.

    `working` are the ids of those who may lead a session now.
    """

    rooms: list[Room]
    working: frozenset[str] = frozenset()
    off: TimesOff = field(default_factory=TimesOff)
    sessions: dict[Key, list[Session | Kept]] = field(default_factory=lambda: defaultdict(list))
    stays: dict[str, list[tuple[date, date | None]]] = field(default_factory=lambda: defaultdict(list))

    def during(self, key: Key | None, span: Span, but: frozenset[str]) -> Session | Kept | None:
        """The first session other than `but` that keeps a room, a member of staff or a client (by id) busy in that time."""
        starts, ends = span
        meanwhile = (one for one in self.sessions.get(key or "", ()) if one.starts_at < ends and one.ends_at > starts)
        return next((one for one in meanwhile if one.id not in but), None)

    def keep(self, key: Key, session_id: str, span: Span) -> None:
        """From now on a room, a member of staff or a client is busy in that time, for that session."""
        self.sessions[key].append(Kept(session_id, *span))

    def why_not(self, client_id: str, session: Span, day: date, but: frozenset[str], *, admitted_only: bool) -> str:
        """Why a client can't come to a session on a day: what else they have then, or that they are in no phase; empty if they can."""
        other = self.during(client_id, session, but)
        if other:
            return f"{other.name}, {hours_of(other)}"
        return "in no phase of a program that day" if admitted_only and not self.in_phase(client_id, day) else ""

    def in_phase(self, client_id: str, day: date) -> bool:
        """Whether a client is in a phase of a program on a day."""
        return any(since <= day and (until is None or day < until) for since, until in self.stays.get(client_id, ()))

    def may_lead(self, staff_id: str, span: Span, but: frozenset[str], zone: str) -> bool:
        """Whether someone is at work in that time and leads nothing else but `but`."""
        off = self.off.away(staff_id, span) or self.off.off_hours(staff_id, span, zone)
        return not off and self.during(staff_id, span, but) is None

    def who_could_lead(
        self, people: list[Staff], instead_of: Staff, span: Span, but: frozenset[str], zone: str
    ) -> tuple[Staff, ...]:
        """Who of these people could lead in that time instead of someone, those of the same roles first."""
        roles = set(instead_of.role_names)
        free = [one for one in people if self.may_lead(one.id, span, but, zone)]
        return tuple(sorted(free, key=lambda one: (-len(roles & set(one.role_names)), one.name)))

    def free_room(self, people: int, span: Span, but: frozenset[str], first: str | None = None) -> Room | None:
        """A room in use that is free in that time and holds so many: the one named `first` if it can be, else the smallest."""
        fits = [room for room in self.rooms if room.active and room.seats >= people]
        free = [room for room in fits if self.during(room.id, span, but) is None]
        free = [room for room in free if self.off.closed(room.site_id, room.id, span) is None]
        return min(free, key=lambda room: (room.id != first, room.seats, room.name), default=None)


def busy_between(span: Span, site_id: str, staff_ids: Iterable[str], client_ids: Iterable[str]) -> Busy:
    """What stands between two instants in the rooms of a site, for these staff and these clients; a fixed number of statements."""
    rooms = list(db.scalars(select(Room).where(Room.site_id == site_id)))
    staff, clients = list(staff_ids), list(client_ids)
    busy = Busy(rooms, frozenset(one.id for one in leaders()), times_off_between(span, staff))
    then = Session.state.in_(ON), Session.starts_at < span[1], Session.ends_at > span[0]
    whole = selectinload(Session.service), selectinload(Session.site)
    in_rooms = select(Session).where(Session.room_id.in_([room.id for room in rooms]), *then)
    for session in db.scalars(in_rooms.order_by(Session.starts_at).options(*whole)):
        busy.sessions[session.room_id].append(session)
    led = select(SessionStaff.staff_id, Session).join(Session, Session.id == SessionStaff.session_id)
    led = led.where(SessionStaff.staff_id.in_(staff), *then)
    held = select(Place.client_id, Session).join(Session, Session.id == Place.session_id)
    held = held.where(Place.client_id.in_(clients), Place.released_at.is_(None), *then)
    for found in (led, held):
        for key, session in db.execute(found.order_by(Session.starts_at).options(*whole)):
            busy.sessions[key].append(session)
    stays = select(Episode.client_id, PhaseStay.started_on, PhaseStay.ended_on).join(PhaseStay)
    for client_id, since, until in db.execute(stays.where(Episode.client_id.in_(clients), _in_force(span))):
        busy.stays[client_id].append((since, until))
    return busy


def _in_force(span: Span):
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > span[0].date())
    return (PhaseStay.in_force == 1) & still
