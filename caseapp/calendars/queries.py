"""Feeds by their token, the sessions they tell, and a client's week."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.calendars.models import CalendarFeed
from caseapp.calendars.rules import AHEAD, BACK, PLAIN, initials, sequence
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.identity.queries import digest_of
from caseapp.programs.rules import Capacity
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.models import Place, Session, SessionStaff


@dataclass(frozen=True)
class Event:
    """One session as a feed tells it. `changed_at` is an aware instant; `on` says whether it takes place, for whom the feed is."""

    session: Session
    says: str
    where: str
    sequence: int
    changed_at: datetime
    on: bool


def feed_of(token: str) -> CalendarFeed:
    """The feed of a token. Raises NotFound for one that is none, that has ended, or of someone who does not work here any more."""
    found = select(CalendarFeed).where(CalendarFeed.token_digest == digest_of(token), CalendarFeed.ended_at.is_(None))
    feed = db.scalar(found.options(joinedload(CalendarFeed.staff)))
    if feed is None or (feed.staff and feed.staff.left_on):
        raise NotFound
    return feed


def feed_for(*, staff_id: str | None = None, client_id: str | None = None) -> CalendarFeed | None:
    """The feed of a member of staff or of a client that goes on, if there is one."""
    whose = CalendarFeed.staff_id == staff_id if staff_id else CalendarFeed.client_id == client_id
    return db.scalar(select(CalendarFeed).where(whose, CalendarFeed.ended_at.is_(None)))


def events(feed: CalendarFeed) -> list[Event]:
    """What a feed tells, by start; a fixed number of statements."""
    found = _led(feed) if feed.staff_id else _come_to(feed)
    return sorted(found, key=lambda one: (one.session.starts_at, one.session.id))


def _led(feed: CalendarFeed) -> Iterator[Event]:
    led = select(SessionStaff.session_id).where(SessionStaff.staff_id == feed.staff_id)
    sessions = list(db.scalars(_near().where(Session.id.in_(led))))
    alone = [one.id for one in sessions if one.service.capacity is Capacity.individual]
    lists = scheduling.lists_of(alone) if feed.names else {}
    for one in sessions:
        says = PLAIN
        if feed.names:
            people = [initials(place.client.first_name, place.client.last_name) for place in lists.get(one.id, ())]
            says = (", ".join(people) or PLAIN) if one.id in alone else one.name
        on = one.state in scheduling.ON
        yield Event(one, says, _where(one), sequence(one.version, 0, on), one.changed_at, on)


def _come_to(feed: CalendarFeed) -> Iterator[Event]:
    """A place that was freed is told too, as cancelled, so that it goes away from the calendar."""
    had = select(Place).where(Place.client_id == feed.client_id)
    by_session: dict[str, list[Place]] = {}
    for place in db.scalars(had):
        by_session.setdefault(place.session_id, []).append(place)
    mine = select(Place.session_id).where(Place.client_id == feed.client_id)
    for one in db.scalars(_near().where(Session.id.in_(mine))):
        places = by_session[one.id]
        held = any(place.released_at is None for place in places)
        on = held and one.state in scheduling.ON
        number = sequence(one.version, len(places), held)
        changed_at = max([one.changed_at, *(place.released_at or place.booked_at for place in places)])
        yield Event(one, one.name if feed.names else PLAIN, _where(one) if feed.names else "", number, changed_at, on)


def _near():
    now = clock.now()
    whole = (selectinload(one) for one in (Session.service, Session.site, Session.room))
    return select(Session).where(Session.ends_at > now - BACK, Session.starts_at < now + AHEAD).options(*whole)


def _where(session: Session) -> str:
    return session.room.name if session.room else ""


def week_of_client(client_id: str, first: date, after: date) -> list[Session]:
    """The sessions of a client on the days from `first` up to but not including `after` that take place, by start."""
    places = scheduling.places_of_client(client_id, first, after)
    return [place.session for place in places if place.session.state in scheduling.ON]
