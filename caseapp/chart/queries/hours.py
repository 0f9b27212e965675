"""Twelve weeks of a client: hours by week, and what became of each session."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from caseapp.attendance.hours import Week, week_of, weeks_of_clients
from caseapp.attendance.models import Mark
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.scheduling.models import Place, Session

WEEKS = 12


@dataclass(frozen=True)
class Attended:
    """One session of a client and the mark in force, if there is one."""

    session: Session
    mark: Mark | None


@dataclass(frozen=True)
class HoursWeek:
    """One week: its sums, and its sessions, also those that are no treatment hours or were cancelled."""

    week: Week
    sessions: list[Attended]


def weeks(client: Client) -> list[HoursWeek]:
    """The running week and the eleven before it, the newest first; a fixed number of statements."""
    _first, after = week_of(clock.today(clinic.zone()))
    start = after - timedelta(weeks=WEEKS)
    by_week: dict[int, list[Attended]] = {}
    for row in _attended(client, start, after):
        by_week.setdefault((row.session.on_day - start).days // 7, []).append(row)
    counted = weeks_of_clients([client.id], start, after)[client.id]
    return [HoursWeek(week, by_week.get(at, [])) for at, week in enumerate(counted)][::-1]


def _attended(client: Client, start, after) -> list[Attended]:
    mark = (Mark.place_id == Place.id) & Mark.superseded_at.is_(None) & Mark.state.is_not(None)
    rows = select(Place, Mark).join(Place.session).join(Session.service).outerjoin(Mark, mark)
    rows = rows.where(Place.client_id == client.id, Place.released_at.is_(None))
    rows = rows.where(Session.on_day >= start, Session.on_day < after).order_by(Session.starts_at, Place.id)
    load = contains_eager(Place.session).contains_eager(Session.service)
    return [Attended(place.session, found) for place, found in db.execute(rows.options(load))]


def below(counted: list[HoursWeek]) -> list[Week]:
    """The whole weeks that are over and in which the phase's hours were not met, the newest first."""
    return [one.week for one in counted[1:] if one.week.met is False]
