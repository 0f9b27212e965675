"""Marks in force, who else is marking, and sessions in which someone is not marked yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import selectinload

from caseapp.attendance.models import Mark, Reopening
from caseapp.attendance.rules import ATTENDED, MarkState, Said
from caseapp.clients.models import Client
from caseapp.clients.queries import find, visible_ids, visible_to
from caseapp.core import clock, sealed
from caseapp.core.access import Actor, Can
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.episodes.queries import current_stays
from caseapp.programs.queries import strictest
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.queries import ON, get_session, list_of
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind

RECENTLY = timedelta(hours=1)


def session_of_mine(session_id: str, user: Actor) -> Session:
    """A session this person leads, or on whose list they may see someone. Raises NotFound for any other."""
    session = get_session(session_id, user)
    if user.id in {lead.staff_id for lead in session.leads}:
        return session
    on_list = exists().where(Place.session_id == session.id, Place.released_at.is_(None))
    if not db.scalar(select(on_list.where(visible_to(user, Place.client_id)))):
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


def marks_in_play(place_ids: list[str], seen: list[str]) -> tuple[dict[str, Mark], dict[str, Mark]]:
    """By place the mark in force, and by id those that pages showed (`seen`), in force or not. One statement."""
    in_force, places, shown = Mark.superseded_at.is_(None), set(place_ids), set(seen)
    rows = list(db.scalars(select(Mark).where(Mark.place_id.in_(place_ids) & in_force | Mark.id.in_(seen))))
    current = {mark.place_id: mark for mark in rows if mark.superseded_at is None and mark.place_id in places}
    return current, {mark.id: mark for mark in rows if mark.id in shown}


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


def outreach_of(place_ids: list[str]) -> dict[str, Task]:
    """By place, the outreach task of its no-show, open or closed, with its attempts. Two statements."""
    found = select(Task).where(Task.kind == TaskKind.no_show_outreach, Task.source_id.in_(place_ids))
    return {task.source_id: task for task in db.scalars(found.options(selectinload(Task.attempts)))}


def without_outreach(since: datetime) -> list[Place]:
    """Places of no-shows in lists that ended after `since`, that nobody has finished, and for which no task was opened."""
    opened = exists().where(Task.kind == TaskKind.no_show_outreach, Task.source_id == Place.id)
    found = select(Place).join(Place.session).join(Mark, Mark.place_id == Place.id)
    found = found.where(Mark.superseded_at.is_(None), Mark.state == MarkState.no_show, Place.released_at.is_(None))
    found = found.where(Session.state.in_(ON), Session.finished_at.is_(None), ~opened)
    return list(db.scalars(found.where(Session.ends_at > since, Session.ends_at <= clock.now()).order_by(Place.id)))


def may_excuse(session: Session, user: Actor) -> bool:
    """Whether this person may say that someone is excused: whoever marks, or only a supervisor, by the rule profile of the day."""
    return user.can(Can.excuse_absences) or strictest("excused_by", session.on_day) == 0


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


def state_counts(rows: list[tuple[Place, Mark | None]]) -> dict[MarkState | None, int]:
    """How many people of a list are marked what; None counts those who are not marked."""
    counts: dict[MarkState | None, int] = {}
    for _place, mark in rows:
        state = mark.state if mark else None
        counts[state] = counts.get(state, 0) + 1
    return counts
