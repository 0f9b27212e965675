"""Who belongs to a series: from a day on they have a place in each of its sessions, as far as they can."""

from dataclasses import dataclass
from datetime import date, timedelta

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken
from caseapp.core.words import count
from caseapp.core.words import day as day_words
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.busy import Busy, busy_between
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import WaitState, needs_admission
from caseapp.series import queries
from caseapp.series.actions.changing import hold
from caseapp.series.models import Series, SeriesMember


@dataclass(frozen=True)
class Joining:
    """What belonging to a series gives someone: the sessions in which they get a place, and on which days they get none, and why."""

    client: Client
    sessions: list[Session]
    without: list[tuple[date, str]]


def look_at_members(series: Series, clients: list[Client], since: date) -> list[Joining]:
    """What it would give these people to belong to a series from a day on; a fixed number of statements."""
    ahead = [row.session for row in queries.days_of(series.id, since) if _open(row.session)]
    if not ahead:
        return [Joining(client, [], []) for client in clients]
    lists = {
        id: {place.client_id for place in places} for id, places in sessions.lists_of([s.id for s in ahead]).items()
    }
    span = min(one.starts_at for one in ahead) - timedelta(days=1), max(one.ends_at for one in ahead)
    busy = busy_between(span, series.site_id, [], [client.id for client in clients])
    joinings = []
    for client in clients:
        there, without = [], []
        for session in ahead:
            listed = lists.setdefault(session.id, set())
            reason = "" if client.id in listed else _why_not(session, client, busy, len(listed))
            if reason:
                without.append((session.on_day, reason))
            else:
                there.append(session)
                listed.add(client.id)
        joinings.append(Joining(client, there, without))
    return joinings


def _open(session: Session | None) -> bool:
    return session is not None and session.may_change and not session.begun


def _past_changing(session: Session) -> bool:
    """Begun, marked or finished; a cancelled one is not, for it may be put back on the schedule."""
    return session.begun or session.marked_at is not None or session.finished_at is not None


def _why_not(session: Session, client: Client, busy: Busy, taken: int) -> str:
    span, admitted_only = (session.starts_at, session.ends_at), needs_admission(session.service.capacity)
    reason = busy.why_not(client.id, span, session.on_day, frozenset({session.id}), admitted_only=admitted_only)
    return reason or ("the session is full" if taken >= session.limit else "")


def add_members(series: Series, clients: list[Client], by: Actor, *, since: date) -> list[Joining]:
    """Let people belong to a series from a day on, and give them places in its sessions where they can have one.

    Raises RuleBroken for a day in the past or someone who belongs already.
    """
    hold(series)
    if since < clock.today(series.site.zone):
        raise RuleBroken("Choose today or a day ahead.", "since")
    there = {one.client_id for one in queries.members(series.id, since)}
    double = next((client for client in clients if client.id in there), None)
    if double:
        raise RuleBroken(f"{double.last_first} belongs to this series already.", "clients")
    _must_not_be_promised(series, clients, len(there))
    ahead = [row.session for row in queries.days_of(series.id, since) if _open(row.session)]
    for session in sorted(ahead, key=lambda one: one.id):
        scheduling.hold(session)
    lock(Client, [client.id for client in clients])
    joinings = look_at_members(series, clients, since)
    db.add_all(SeriesMember(series_id=series.id, client_id=client.id, started_on=since) for client in clients)
    db.flush()
    for session in ahead:
        listed = {place.client_id for place in sessions.list_of(session)}
        book = [one.client for one in joinings if session in one.sessions and one.client.id not in listed]
        if book:
            scheduling.book_all(session, book, by)
    for one in joinings:
        changed("series.join", series.id, by, client_id=one.client.id, since=since, sessions=len(one.sessions))
    for row in sessions.waiting_for(series_id=series.id):
        if row.client_id in {client.id for client in clients}:
            scheduling.end_waiting(row, WaitState.booked, by)
    return joinings


def _must_not_be_promised(series: Series, clients: list[Client], members: int) -> None:
    """The last places of a series are kept for those to whom they are offered."""
    joining = {client.id for client in clients}
    line = [row for row in sessions.waiting_for(series_id=series.id) if row.client_id not in joining]
    offers = sum(row.state is WaitState.offered for row in line)
    if offers and members + len(joining) + offers > series.places:
        says = f"{count('place', offers)} of this series {'is' if offers == 1 else 'are'} kept for who waits."
        raise RuleBroken(says, "clients", "Record the answer to the offer first, or put them on the wait-list.")


def end_membership(member: SeriesMember, by: Actor, *, on: date, for_move: str | None = None) -> int:
    """Someone belongs to a series no more from a day on: their places in its sessions from then on are free, but on days on which
    they belong to it again. Gives how many. `for_move` is the id of the transition for which they leave.

    Raises RuleBroken for a day in the past, or if they have left before.
    """
    series = queries.get_series(member.series_id)
    hold(series)
    db.refresh(member)
    if on < clock.today(series.site.zone):
        raise RuleBroken("Choose today or a day ahead.", "on")
    if member.ended_on is not None and member.ended_on <= on:
        raise RuleBroken(f"They belong to it until {day_words(member.ended_on - timedelta(days=1))} already.", "on")
    again = [one for one in queries.members(series.id) if one.client_id == member.client_id and one.id != member.id]
    days = [row for row in queries.days_of(series.id, on) if not any(one.holds(row.on_day) for one in again)]
    ahead = [row.session for row in days if row.session and not _past_changing(row.session)]
    for session in sorted(ahead, key=lambda one: one.id):
        scheduling.hold(session)
    places = [place for places in sessions.lists_of([one.id for one in ahead]).values() for place in places]
    mine = [place for place in places if place.client_id == member.client_id]
    for place in mine:
        scheduling.free(place, by, for_move)
    member.ended_on, member.ended_for_id = max(on, member.started_on), for_move
    db.flush()
    changed("series.leave", series.id, by, client_id=member.client_id, on=on, places=len(mine))
    return len(mine)


def never_joined(member: SeriesMember, by: Actor) -> None:
    """Take back that someone belongs to a series, before the first day; the caller frees their places."""
    member.ended_on = member.started_on
    db.flush()
    changed("series.leave", member.series_id, by, client_id=member.client_id, on=member.started_on, places=0)


def stays_on(member: SeriesMember, until: date | None, by: Actor) -> None:
    """Take back that someone leaves a series; the caller gives them their places back. They belong to it up to `until`, if at all."""
    ended_on, member.ended_on = member.ended_on, until
    db.flush()
    changed("series.join", member.series_id, by, client_id=member.client_id, since=ended_on, sessions=0)
