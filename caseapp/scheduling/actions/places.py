"""Book and release places; free those of someone who leaves, and give them back to someone who stays after all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from sqlalchemy import func, inspect, select

from caseapp.audit.actions import changed
from caseapp.clients.actions import end_access_by_sessions, give_access_to_all
from caseapp.clients.models import Client
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken, Stale
from caseapp.scheduling import clashes, queries
from caseapp.scheduling.actions.waiting import end_waiting
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.scheduling.rules import PlaceSource, SessionState, WaitState, WhyAdded, WhyOver

# How long after a session its staff may still open the record of someone who was on its list, to write and sign.
ACCESS_AFTER = timedelta(days=8)


def hold(session: Session, version: int | None = None) -> None:
    """Make everyone else who changes this session or its list wait until this transaction ends, and read it as it is now.

    With the version that a form was opened at: raises Stale if the session has changed since.
    """
    db.refresh(session, [column.key for column in inspect(Session).column_attrs], with_for_update=True)
    db.expire(session, ["leads", "room", "roster"])  # what was read before the lock may have changed
    if version is not None and version != session.version:
        raise Stale(session, session.changed_by_name, session.changed_at)


def book(session: Session, client: Client, by: Actor) -> Place:
    """Give a client a place. Raises RuleBroken if the session is over or full, or the client is busy; says no more."""
    return book_all(session, [client], by)[0]


def book_all(session: Session, clients: Iterable[Client], by: Actor) -> list[Place]:
    """Give each of these a place, or nobody; as many statements for one as for many. Raises RuleBroken as `book` does."""
    hold(session)
    in_order = sorted(clients, key=lambda one: one.id)  # as everybody does, so that two never wait for each other
    lock(Client, [one.id for one in in_order])
    if session.state is not SessionState.scheduled or session.finished_at:
        raise RuleBroken("This session is not open for booking any more.")
    seats = queries.seats_taken(session.id)
    if len(seats) + len(in_order) > session.limit:
        raise clashes.full(session, max(len(seats), session.limit))
    offers = queries.promised(session.id, [one.id for one in in_order])
    if len(seats) + len(in_order) + len(offers) > session.limit:
        raise clashes.promised(session, len(seats), offers)
    clashes.check_clients(in_order, (session.starts_at, session.ends_at), by, "clients", but=session.id)
    clashes.check_admitted(in_order, session.service, session, by)
    places = _give(session, in_order, by, seats, source=PlaceSource.booking)
    for row in queries.waiting_for(session_id=session.id):
        if row.client_id in {one.id for one in in_order}:
            end_waiting(row, WaitState.booked, by)
    return places


def walk_in(
    session: Session, client: Client, by: Actor, *, why: WhyAdded, arrived_at: datetime, why_over: WhyOver | None = None
) -> Place:
    """A place for someone who came without one. Over the limit it takes a reason. The caller marks them present.

    Raises RuleBroken before the start, after the end of the list, for someone in no phase, and over the limit without reason.
    """
    hold(session)
    lock(Client, [client.id])
    if session.state in (SessionState.cancelled, SessionState.did_not_happen) or session.finished_at:
        raise RuleBroken("This list is closed.", way_out="Reopen the roll-call first.")
    if not session.begun:
        raise RuleBroken("The session has not begun yet.", way_out="Book a place instead.")
    if not session.starts_at <= max(arrived_at, session.starts_at) < session.ends_at:
        raise RuleBroken("They must have come before the end of the session.", "arrived")
    clashes.check_admitted([client], session.service, session, by)
    seats = queries.seats_taken(session.id)
    over = len(seats) >= session.limit
    if over and why_over is None:
        raise RuleBroken(f"That makes {len(seats) + 1} people, limit {session.limit}.", "why_over", "Say why.")
    facts = {"why_added": why, "arrived_at": max(arrived_at, session.starts_at), "why_over": why_over if over else None}
    return _give(session, [client], by, seats, source=PlaceSource.walk_in, **facts)[0]


def _give(session: Session, clients: list[Client], by: Actor, seats: set[int], **facts) -> list[Place]:
    free = (number for number in count(1) if number not in seats)
    places = [
        Place(session=session, client=client, seat=seat, booked_by_id=by.id, **facts)
        for client, seat in zip(clients, free, strict=False)
    ]
    db.add_all(places)
    db.flush()
    open_to_leads(session, clients, by)
    for place in places:
        changed("scheduling.book", place.id, by, client_id=place.client_id, session=session.id, source=place.source)
    return places


def open_to_leads(session: Session, clients: list[Client], by: Actor) -> None:
    """Let whoever leads a session open the records of these people on its list, until some days after it; then not any more."""
    until = session.on_day + ACCESS_AFTER
    if until < clock.today(session.site.zone):
        return
    for lead in session.leads:
        ids = [client.id for client in clients]
        give_access_to_all(ids, Ground.group, by, staff_id=lead.staff_id, ended_on=until)


def close_to_leads(staff_ids: Iterable[str], client_ids: Iterable[str], by: Actor) -> None:
    """These people lead these clients in a session less: they may open their records only as long as the others let them."""
    clients = list(client_ids)
    last = select(Place.client_id, func.max(Session.on_day)).join(Place.session).join(SessionStaff)
    last = last.where(Place.client_id.in_(clients), Place.released_at.is_(None), Session.state.in_(queries.ON))
    for staff_id in sorted(staff_ids):
        days = dict(db.execute(last.where(SessionStaff.staff_id == staff_id).group_by(Place.client_id)).all())
        until = {id: days[id] + ACCESS_AFTER if id in days else date.min for id in clients}
        end_access_by_sessions(staff_id, until, by)


def release(place: Place, by: Actor) -> None:
    """Free a place before the session; it stays on record. Raises RuleBroken once the session has begun."""
    hold(place.session)
    if place.session.begun and place.session.made_at < place.session.starts_at:
        raise RuleBroken("The session has begun.", way_out="Mark who came instead.")
    if place.session.marked_at or place.session.finished_at:
        raise RuleBroken("People are marked in this session already.", way_out="Mark this person instead.")
    free(place, by)


def free(place: Place, by: Actor, for_move: str | None = None) -> None:
    """Free a place, for a move if it was one that did it; the caller has held the session and made sure that nothing is
    lost by it. Freed meanwhile by someone else it stays as they left it.
    """
    db.refresh(place)
    if place.released_at is not None:
        return
    place.released_at, place.released_by_id, place.released_for_id = clock.now(), by.id, for_move
    db.flush()
    close_to_leads([lead.staff_id for lead in place.session.leads], [place.client_id], by)
    changed("scheduling.release", place.id, by, client_id=place.client_id)


def release_from(client_id: str, day: date, by: Actor, for_move: str | None = None) -> list[Session]:
    """Free every place a client holds on or after a day in sessions that have not begun, as a discharge does. Gives which.

    `for_move` is the id of the transition that frees them, by which `book_again` finds them.
    """
    ahead = select(Place).join(Place.session).where(Place.client_id == client_id, Place.released_at.is_(None))
    ahead = ahead.where(Session.on_day >= day, Session.starts_at > clock.now(), Session.finished_at.is_(None))
    places = list(db.scalars(ahead.order_by(Place.session_id)))
    for place in places:
        hold(place.session)
        free(place, by, for_move)
    return [place.session for place in places]


@dataclass(frozen=True)
class Again:
    """A session in which someone had a place before a move freed it. `why_not` says why it could not be given back, or is empty."""

    session: Session
    why_not: str


def book_again(move_id: str, by: Actor, until: date | None = None) -> list[Again]:
    """Give back the places that a move freed, in sessions still ahead (before `until`), by start; none is taken from anyone.

    Whoever has the place again by other means is left out. What stands in the way is said without a name.
    """
    done = []
    for place in sorted(queries.freed_by(move_id, until), key=lambda one: one.session_id):
        session, client = place.session, place.client
        hold(session)
        lock(Client, [client.id])
        if client.id in {one.client_id for one in queries.list_of(session)}:
            continue
        why_not = _in_the_way(session, client)
        if not why_not:
            _give(session, [client], by, queries.seats_taken(session.id), source=PlaceSource.booking)
        done.append(Again(session, why_not))
    return sorted(done, key=lambda one: one.session.starts_at)


def _in_the_way(session: Session, client: Client) -> str:
    if session.state is not SessionState.scheduled or session.finished_at or session.begun:
        return "is not held, or has begun"
    if queries.booked([client.id], session.starts_at, session.ends_at, session.id):
        return "they have another session at that time"
    kept = len(queries.seats_taken(session.id)) + len(queries.promised(session.id))
    return "is full" if kept >= session.limit else ""


def keep_freed_for(move_id: str, instead_of: str, since: date) -> None:
    """A move was corrected: what it freed on or after the new day is freed by the row that replaces it."""
    for place in queries.freed_by(instead_of):
        if place.session.on_day >= since:
            place.released_for_id = move_id
    db.flush()
