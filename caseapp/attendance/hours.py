"""Hours a week: what a phase asks for, what is scheduled, what was attended, what can still be reached.

One source for the chart, Today and the reports. A week runs from the first day that the rule profile names (Monday, unless
set otherwise) up to but not including the same day of the next week, in days of the clinic.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from caseapp.attendance.models import Mark
from caseapp.attendance.rules import ATTENDED
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.programs.models import Phase, Service
from caseapp.programs.queries import profile
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.queries import ON


@dataclass(frozen=True)
class Ahead:
    """A session of the week that is still to come, and its minutes for this person."""

    session_id: str
    name: str
    starts_at: datetime
    minutes: int


@dataclass
class Week:
    """One client's week; all lengths in minutes.

    `required` is the least of the phase they are in on the week's last day so far (None without a phase), `whole` says
    whether one stay covers the whole week: only then a week can be met or not. `scheduled` are all places held in sessions
    that count as treatment, `not_marked` of those that are over and not marked, `remaining` of those not over and not marked.
    """

    first: date
    after: date
    phase: Phase | None = None
    required: int | None = None
    days_required: int | None = None
    whole: bool = False
    scheduled: int = 0
    attended: int = 0
    not_marked: int = 0
    remaining: int = 0
    days: set[date] = field(default_factory=set)
    ahead: list[Ahead] = field(default_factory=list)

    @property
    def days_attended(self) -> int:
        """On how many days of the week they attended."""
        return len(self.days)

    @property
    def reachable(self) -> int:
        """The most that the week can still come to: attended, over but not marked yet, and still ahead."""
        return self.attended + self.not_marked + self.remaining

    @property
    def missing(self) -> int:
        """How many minutes are missing to what is required, so far; 0 if nothing is."""
        return max((self.required or 0) - self.attended, 0)

    @property
    def can_reach(self) -> bool:
        """Whether what is required can still be reached with what is booked."""
        return self.reachable >= (self.required or 0)

    @property
    def met(self) -> bool | None:
        """Whether the week's hours were met. None in a week in which someone was admitted, moved or left."""
        return self.attended >= (self.required or 0) if self.whole else None


def this_week() -> tuple[date, date]:
    """First day of the clinic's running week and of the next one."""
    return week_of(clock.today(clinic.zone()))


def week_of(day: date) -> tuple[date, date]:
    """First day of the clinic's week that holds a day, and of the next one."""
    return clock.week_of(day, int(profile(None, day)["week_starts_on"]))


def weeks_of_clients(
    client_ids: list[str], first: date | None = None, after: date | None = None
) -> dict[str, list[Week]]:
    """By client, their weeks from the one that holds `first` up to `after` (both None: the running week), in order.

    Two statements for stays and places, however many clients or weeks, and two for the clinic's week and zone.
    """
    start, end = week_of(first) if first else this_week()
    starts = [start]
    while after and end < after:
        starts.append(end)
        end += timedelta(days=7)
    weeks = {
        client_id: {monday: Week(monday, monday + timedelta(days=7)) for monday in starts} for client_id in client_ids
    }
    _fill_required(weeks, start, end)
    _fill_minutes(weeks, start, end)
    return {client_id: list(theirs.values()) for client_id, theirs in weeks.items()}


def week_of_clients(client_ids: list[str]) -> dict[str, Week]:
    """By client, the running week: what is required, scheduled, attended, and can still be reached. Fixed in statements."""
    return {client_id: weeks[0] for client_id, weeks in weeks_of_clients(client_ids).items()}


def week_of_client(client_id: str) -> Week:
    """The running week of one client."""
    return week_of_clients([client_id])[client_id]


def _fill_required(weeks: dict[str, dict[date, Week]], start: date, end: date) -> None:
    today = clock.today(clinic.zone())
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > start)
    rows = select(Episode.client_id, PhaseStay).join(Episode, PhaseStay.episode_id == Episode.id)
    rows = rows.where(Episode.client_id.in_(list(weeks)), PhaseStay.in_force == 1, PhaseStay.started_on < end, still)
    for client_id, stay in db.execute(rows.options(joinedload(PhaseStay.phase)).order_by(PhaseStay.started_on)):
        for week in weeks[client_id].values():
            last = min(max(today, week.first), week.after - timedelta(days=1))
            if stay.started_on <= last and (stay.ended_on is None or stay.ended_on > last):
                week.phase = stay.phase
                week.required = round(float(stay.phase.hours_least) * 60)
                week.days_required = stay.phase.days_a_week
                week.whole = stay.started_on <= week.first and (stay.ended_on is None or stay.ended_on >= week.after)


def _fill_minutes(weeks: dict[str, dict[date, Week]], start: date, end: date) -> None:
    rows = select(Place, Mark).join(Place.session).join(Session.service)
    rows = rows.outerjoin(Mark, (Mark.place_id == Place.id) & Mark.superseded_at.is_(None) & Mark.state.is_not(None))
    rows = rows.where(Place.client_id.in_(list(weeks)), Place.released_at.is_(None), Session.state.in_(ON))
    rows = rows.where(Session.on_day >= start, Session.on_day < end, Service.counts_as_hours.is_(True))
    eager = contains_eager(Place.session).contains_eager(Session.service)
    for place, mark in db.execute(rows.options(eager).order_by(Session.starts_at)):
        monday = start + timedelta(days=(place.session.on_day - start).days // 7 * 7)
        _count(weeks[place.client_id][monday], place, mark)


def _count(week: Week, place: Place, mark: Mark | None) -> None:
    session = place.session
    week.scheduled += place.minutes
    if mark:
        week.attended += mark.minutes
        if mark.state in ATTENDED:
            week.days.add(session.on_day)
    elif session.over:
        week.not_marked += place.minutes
    else:
        week.remaining += place.minutes
        week.ahead.append(Ahead(session.id, session.name, session.starts_at, place.minutes))
