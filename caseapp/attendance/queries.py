"""Marks in force, who else is marking, and sessions in which someone is not marked yet."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from caseapp.attendance.models import Mark, Reopening
from caseapp.attendance.rules import ATTENDED, MarkState, Said
from caseapp.clients.models import Client
from caseapp.clients.queries import find, visible_ids
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.episodes.queries import current_stays
from caseapp.programs.models import Service
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.scheduling.queries import ON, get_session, list_of

RECENTLY = timedelta(hours=1)


def session_of_mine(session_id: str, user: Actor) -> Session:
    """A session this person leads, or on whose list they may see someone. Raises NotFound for any other."""
    session = get_session(session_id, user)
    if user.id in {lead.staff_id for lead in session.leads}:
        return session
    if not visible_ids([place.client_id for place in list_of(session)], user):
        raise NotFound
    return session


def roll(session: Session) -> list[tuple[Place, Mark | None]]:
    """Everyone on the list by name, each with the mark in force, or None: not marked yet."""
    places = list_of(session)
    marks = marks_of([place.id for place in places])
    return [(place, marked(marks.get(place.id))) for place in places]


def roll_for(session: Session, user: Actor) -> tuple[list[tuple[Place, Mark | None]], int]:
    """The list as far as this person may see it, with the last mark of each (also one that unmarked), and how many more."""
    places = list_of(session)
    may_see = visible_ids([place.client_id for place in places], user)
    mine = [place for place in places if place.client_id in may_see]
    marks = marks_of([place.id for place in mine])
    return [(place, marks.get(place.id)) for place in mine], len(places) - len(mine)


def marked(mark: Mark | None) -> Mark | None:
    """A mark that says something: one without a state unmarks."""
    return mark if mark and mark.state else None


def marks_of(place_ids: list[str]) -> dict[str, Mark]:
    """By place, the mark in force; one statement and one for who marked."""
    in_force = (
        select(Mark)
        .where(Mark.place_id.in_(place_ids), Mark.superseded_at.is_(None))
        .options(selectinload(Mark.marked_by))
    )
    return {mark.place_id: mark for mark in db.scalars(in_force)}


def marks_by_id(mark_ids: list[str]) -> dict[str, Mark]:
    """Marks by their ids, in force or not: what a page showed when it was made."""
    return {mark.id: mark for mark in db.scalars(select(Mark).where(Mark.id.in_(mark_ids)))} if mark_ids else {}


def said_by(mark: Mark | None, client_id: str) -> Said:
    """What a mark says, its words opened; nothing for None."""
    if mark is None or mark.state is None:
        return Said()
    words = sealed.unseal(client_id, mark.words_sealed) or ""
    return Said(mark.state, mark.late_minutes, mark.early_minutes, mark.reason, words)


def history_of(place_ids: list[str]) -> dict[str, list[Mark]]:
    """By place, every mark ever made, the oldest first; two statements."""
    rows: dict[str, list[Mark]] = {}
    found = select(Mark).where(Mark.place_id.in_(place_ids)).order_by(Mark.recorded_at, Mark.id)
    for mark in db.scalars(found.options(selectinload(Mark.marked_by))):
        rows.setdefault(mark.place_id, []).append(mark)
    return rows


def reopenings(session: Session) -> list[Reopening]:
    """When and why the list was opened again after it had been finished, the oldest first."""
    found = select(Reopening).where(Reopening.session_id == session.id).order_by(Reopening.reopened_at)
    return list(db.scalars(found.options(selectinload(Reopening.reopened_by))))


@dataclass(frozen=True)
class Other:
    """Someone else who is marking the same list."""

    name: str
    marks: int
    since: datetime


def also_here(rows: list[tuple[Place, Mark | None]], user: Actor) -> list[Other]:
    """Who else has marked people on this list within the last hour."""
    by_name: dict[str, list[datetime]] = {}
    for _place, mark in rows:
        recent = mark is not None and mark.recorded_at > clock.now() - RECENTLY
        if recent and mark.marked_by and mark.marked_by_id != user.id:
            by_name.setdefault(mark.marked_by.name, []).append(mark.recorded_at)
    return [Other(name, len(times), min(times)) for name, times in sorted(by_name.items())]


def elsewhere(session: Session, client_ids: list[str]) -> dict[str, Session]:
    """By client, another session at the same time in which they are marked as having come; one statement and its services."""
    found = select(Place.client_id, Session).join(Session, Place.session_id == Session.id)
    found = found.join(Mark, Mark.place_id == Place.id).where(
        Place.client_id.in_(client_ids),
        Place.released_at.is_(None),
        Mark.superseded_at.is_(None),
        Mark.state.in_(ATTENDED),
        Session.id != session.id,
        Session.starts_at < session.ends_at,
        Session.ends_at > session.starts_at,
    )
    return {row[0]: row[1] for row in db.execute(found.options(selectinload(Session.service)))}


def could_have_come(text: str, session: Session, user: Actor) -> list[Client]:
    """Clients this person may see who match the text, are in a phase on the session's day, and are not on its list."""
    found = find(text, user)
    stays = current_stays([client.id for client in found], session.on_day)
    there = {place.client_id for place in list_of(session)}
    return [client for client in found if client.id in stays and client.id not in there]


def _waiting():
    """Places held by people who are not marked, of sessions that are on."""
    said = select(Mark.place_id).where(Mark.superseded_at.is_(None), Mark.state.is_not(None))
    return select(Place).where(Place.released_at.is_(None), Place.id.not_in(said))


def not_marked_in(session_ids: list[str]) -> dict[str, int]:
    """By session, how many people on its list are not marked; sessions with nobody waiting are left out. One statement."""
    waiting = _waiting().with_only_columns(Place.session_id, func.count()).where(Place.session_id.in_(session_ids))
    return {row[0]: row[1] for row in db.execute(waiting.group_by(Place.session_id))}


def unmarked_sessions(staff_id: str) -> list[Session]:
    """Past sessions this person leads in which someone is not marked, the oldest first."""
    led = select(SessionStaff.session_id).where(SessionStaff.staff_id == staff_id)
    waiting = _waiting().with_only_columns(Place.session_id)
    found = select(Session).where(Session.id.in_(led), Session.id.in_(waiting), Session.ends_at < clock.now())
    found = found.where(Session.state.in_(ON)).order_by(Session.starts_at)
    return list(db.scalars(found.options(selectinload(Session.service))))


def minutes_by_client(client_ids: list[str], first: date, after: date) -> dict[str, int]:
    """Attended minutes of treatment by client, from `first` up to but not including `after`; one statement."""
    total = select(Place.client_id, func.sum(Mark.minutes)).join(Mark, Mark.place_id == Place.id).join(Session)
    total = total.join(Service).where(Service.counts_as_hours.is_(True), Mark.superseded_at.is_(None))
    total = total.where(Place.released_at.is_(None), Session.state.in_(ON))
    total = total.where(Place.client_id.in_(client_ids), Session.on_day >= first, Session.on_day < after)
    return {row[0]: int(row[1]) for row in db.execute(total.group_by(Place.client_id))}


def state_counts(rows: list[tuple[Place, Mark | None]]) -> dict[MarkState | None, int]:
    """How many people of a list are marked what; None counts those who are not marked."""
    counts: dict[MarkState | None, int] = {}
    for _place, mark in rows:
        state = mark.state if mark else None
        counts[state] = counts.get(state, 0) + 1
    return counts
