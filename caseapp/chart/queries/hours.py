"""The weeks of an episode: hours by week, and what became of each session."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from caseapp.attendance.hours import Week, weeks_of_clients
from caseapp.attendance.models import Mark
from caseapp.chart.bars import Bars, bars
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.programs.queries import profile
from caseapp.scheduling.models import Place, Session

LEAST_WEEKS, MOST_WEEKS = 12, 60


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


@dataclass(frozen=True)
class Hours:
    """What the page of hours shows: the weeks, the newest first, their drawing, and the numbers they go by."""

    weeks: list[HoursWeek]
    drawing: Bars
    numbers: dict[str, float]

    @property
    def whole(self) -> list[Week]:
        """The weeks that are over and were spent in one phase from before their first day."""
        return [one.week for one in self.weeks if one.week.whole and one.week.seen]

    @property
    def below(self) -> list[Week]:
        """Those of them in which the hours of the phase were not met, the newest first."""
        return [week for week in self.whole if week.met is False]

    @property
    def gaps(self) -> list[Week]:
        """The weeks in which more days in a row were without treatment than the profile allows, the newest first."""
        return [one.week for one in self.weeks if one.week.gap_kept is False]


def hours(client: Client) -> Hours:
    """The weeks of the open episode, or else of the last one; twelve at least, sixty at most. A fixed number of statements."""
    first, last, program_id = _days(client)
    counted = weeks_of_clients([client.id], first, last)[client.id]
    by_week: dict[date, list[Attended]] = {week.first: [] for week in counted}
    for row in _attended(client, counted[0].first, counted[-1].after):
        by_week[counted[(row.session.on_day - counted[0].first).days // 7].first].append(row)
    weeks = [HoursWeek(week, by_week[week.first]) for week in reversed(counted)]
    return Hours(weeks, bars(counted), profile(program_id, last))


def _days(client: Client) -> tuple[date, date, str | None]:
    """The first and last day to show, and of which program."""
    today = clock.today(clinic.zone())
    found = select(Episode).where(Episode.client_id == client.id, Episode.admitted_on <= today)
    # An open episode comes first, as on the overview; of several that ended the last one.
    episode = db.scalar(found.order_by(Episode.discharged_on.is_not(None), Episode.admitted_on.desc()).limit(1))
    last = min(today, episode.discharged_on or today) if episode else today
    first = min(episode.admitted_on if episode else last, last - timedelta(weeks=LEAST_WEEKS - 1))
    return max(first, last - timedelta(weeks=MOST_WEEKS - 1)), last, episode.program_id if episode else None


def _attended(client: Client, start: date, after: date) -> list[Attended]:
    mark = (Mark.place_id == Place.id) & Mark.superseded_at.is_(None) & Mark.state.is_not(None)
    rows = select(Place, Mark).join(Place.session).join(Session.service).outerjoin(Mark, mark)
    rows = rows.where(Place.client_id == client.id, Place.released_at.is_(None))
    rows = rows.where(Session.on_day >= start, Session.on_day < after).order_by(Session.starts_at, Place.id)
    load = contains_eager(Place.session).contains_eager(Session.service)
    return [Attended(place.session, found) for place, found in db.execute(rows.options(load))]
