"""What a closure or a leave hits, session by session, and what can be done about each; read in a fixed number of statements."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from caseapp.clients.models import Client
from caseapp.clinic.models import Room
from caseapp.closures.rules import MOVES_WITHIN, Do
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.identity.models import Staff
from caseapp.programs.rules import Capacity
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.busy import Busy, busy_between
from caseapp.scheduling.models import Session, SessionStaff, TimeOff
from caseapp.scheduling.rules import SessionState
from caseapp.scheduling.times_off import Span


@dataclass(frozen=True)
class Hit:
    """A session ahead that is hit, with whoever is on its list. `choices` is what can be done, the proposed one first.

    `free` are those who could lead it instead, `to` a time to which a one-to-one session could move as it is.
    """

    session: Session
    clients: tuple[Client, ...]
    choices: tuple[Do, ...] = (Do.cancel, Do.moved, Do.stays)
    other_room: Room | None = None
    free: tuple[Staff, ...] = ()
    to: Span | None = None

    @property
    def alone(self) -> bool:
        """Whether it is one to one."""
        return self.session.service.capacity is Capacity.individual


def sessions_hit(off: TimeOff) -> list[Session]:
    """The sessions ahead that lie in a closure or a leave, by start; those held, marked or begun are none."""
    found = select(Session).where(Session.starts_at < off.ends_at, Session.ends_at > off.starts_at)
    found = found.where(Session.state == SessionState.scheduled, Session.starts_at > clock.now())
    found = found.where(Session.marked_at.is_(None), Session.finished_at.is_(None))
    if off.staff_id:
        found = found.where(
            Session.id.in_(select(SessionStaff.session_id).where(SessionStaff.staff_id == off.staff_id))
        )
    elif off.room_id:
        found = found.where(Session.room_id == off.room_id)
    else:
        found = found.where(Session.site_id == off.site_id)
    leads = selectinload(Session.leads).selectinload(SessionStaff.staff)
    whole = (selectinload(one) for one in (Session.service, Session.site, Session.room))
    return list(db.scalars(found.order_by(Session.starts_at, Session.id).options(leads, *whole)))


def lies_in(off: TimeOff, session: Session) -> bool:
    """Whether a session, as it stands, is at a time of a closure or a leave that concerns its lead, its room or its site."""
    concerns = session.site_id == off.site_id
    if off.staff_id:
        concerns = off.staff_id in {lead.staff_id for lead in session.leads}
    elif off.room_id:
        concerns = session.room_id == off.room_id
    return concerns and session.starts_at < off.ends_at and session.ends_at > off.starts_at


def digest(sessions: Iterable[Session]) -> str:
    """A mark of what was shown: what is decided must be about what was seen."""
    seen = sorted((one.id, one.version) for one in sessions)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def hits_of(off: TimeOff) -> list[Hit]:
    """What a closure or a leave hits, each with what is proposed; nothing that is free is proposed twice."""
    sessions = sessions_hit(off)
    if not sessions:
        return []
    lists, people = scheduling.lists_of([one.id for one in sessions]), scheduling.leaders()
    clients = {place.client_id for places in lists.values() for place in places}
    whole = sessions[0].starts_at, max(one.ends_at for one in sessions) + MOVES_WITHIN + timedelta(days=1)
    leads = {lead.staff_id for one in sessions for lead in one.leads}
    busy = busy_between(whole, off.site_id, leads | {one.id for one in people}, clients)
    if off not in busy.off.times:
        busy.off.times.append(off)
    hits = []
    for session in sessions:
        on_list = tuple(place.client for place in lists.get(session.id, ()))
        hits.append(_proposed(off, Hit(session, on_list), busy, people))
        _reserve(hits[-1], busy, off)
    return hits


def _proposed(off: TimeOff, hit: Hit, busy: Busy, people: list[Staff]) -> Hit:
    """The way out that changes least for those on the list comes first: another room, another lead, another day, none."""
    session, span = hit.session, (hit.session.starts_at, hit.session.ends_at)
    firsts: list[Do] = []
    if off.room_id:
        room = busy.free_room(session.places, span, frozenset({session.id}))
        hit, firsts = replace(hit, other_room=room), [Do.other_room] if room else []
    if off.staff_id:
        leads = {lead.staff_id for lead in session.leads}
        others = [one for one in people if one.id not in leads]
        free = busy.who_could_lead(others, off.staff, span, frozenset({session.id}), session.site.zone)
        hit = replace(hit, free=free)
        firsts = [Do.without] if len(session.leads) > 1 else []
        firsts += [Do.given] if hit.free else []
    if hit.alone:
        hit = replace(hit, to=_a_time(hit, busy))
        # Counseling goes by whom one knows: a day later with the same person comes before today with another one.
        firsts = [Do.moved, *firsts] if hit.to and not off.room_id else firsts
    return replace(hit, choices=tuple(dict.fromkeys([*firsts, *hit.choices])))


def _a_time(hit: Hit, busy: Busy) -> Span | None:
    """The same time on the first working day after it on which its lead, its room and its client are free."""
    session, own, zone = hit.session, frozenset({hit.session.id}), hit.session.site.zone
    begin = session.starts_at.astimezone(ZoneInfo(zone))
    for days in range(1, MOVES_WITHIN.days + 1):
        on = begin.date() + timedelta(days=days)
        starts = clock.instant(on, begin.time(), zone)
        span = starts, starts + (session.ends_at - session.starts_at)
        keys = [session.room_id, *(client.id for client in hit.clients)]
        free = all(busy.during(key, span, own) is None for key in keys)
        free = free and all(busy.may_lead(lead.staff_id, span, own, zone) for lead in session.leads)
        open_then = on.weekday() < 5 and busy.off.closed(session.site_id, session.room_id, span) is None
        if free and open_then and clock.missing_or_twice(on, begin.time(), zone) is None:
            return span
    return None


def _reserve(hit: Hit, busy: Busy, off: TimeOff) -> None:
    """What is proposed for one session is not free for the next one."""
    do, session, span = hit.choices[0], hit.session, (hit.session.starts_at, hit.session.ends_at)
    if do is Do.other_room:
        busy.keep(hit.other_room.id, session.id, span)
    elif do is Do.given:
        busy.keep(hit.free[0].id, session.id, span)
    elif do is Do.moved and hit.to:
        for key in filter(
            None, (session.room_id, *(one.staff_id for one in session.leads), *(one.id for one in hit.clients))
        ):
            busy.keep(key, session.id, hit.to)
