"""Whose week lacks something, of the people one may see."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import or_, select

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.weeks.queries.free import free_between
from caseapp.weeks.queries.standing import ClientWeek, weeks_of
from caseapp.weeks.rules import MakeUp, Theirs, make_ups, why_none

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Short:
    """Someone whose week lacks something, and the free sessions that fit, the best first, or why there is none."""

    client: Client
    week: ClientWeek
    fits: list[MakeUp] = field(default_factory=list)
    why_none: str = ""


def short_of(clients: list[Client], day: date) -> list[Short]:
    """Who of these is short in the week that holds a day: first who can't reach their hours, then by what is missing."""
    weeks = weeks_of([client.id for client in clients], day)
    found = [Short(client, weeks[client.id]) for client in clients if weeks[client.id].is_short]
    return sorted(found, key=lambda one: (*one.week.order, one.client.last_first, one.client.id))


def with_fits(rows: list[Short]) -> list[Short]:
    """The same people with the make-up sessions that fit each of them; a fixed number of statements."""
    if not rows:
        return []
    first, after = min(one.week.hours.first for one in rows), max(one.week.hours.after for one in rows)
    free = free_between(first, after)
    return [Short(one.client, one.week, *offers_of(one.week, free)) for one in rows]


def offers_of(week: ClientWeek, free: list | None = None) -> tuple[list[MakeUp], str]:
    """The free sessions of a week that make up for what it lacks, the best first; if there is none, why. Nothing if it lacks nothing."""
    if not week.lacks:
        return [], ""
    first, after = week.hours.first, week.hours.after
    inside = [one for one in (free_between(first, after) if free is None else free) if first <= one.on_day < after]
    theirs = Theirs(week.sittings, week.phase_on, week.said)
    fits = make_ups(inside, week.lacks, theirs, week.break_minutes)
    return fits, "" if fits else why_none(inside, week.lacks, theirs, week.break_minutes)


def in_a_phase(user: Actor, day: date, *, mine: bool) -> list[Client]:
    """Clients one may see who are in a phase in the week around a day, by name; `mine`: whose case manager or clinician one is."""
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > day - WEEK)
    there = select(Episode.client_id).join(PhaseStay, PhaseStay.episode_id == Episode.id)
    there = there.where(PhaseStay.in_force == 1, PhaseStay.started_on < day + WEEK, still)
    if mine:
        there = there.where(or_(Episode.case_manager_id == user.id, Episode.clinician_id == user.id))
    found = select(Client).where(Client.id.in_(there), visible_to(user))
    return list(db.scalars(found.order_by(Client.last_name, Client.first_name, Client.id)))
