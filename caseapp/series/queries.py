"""Series with their days and members, and to which series a session belongs."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.scheduling.models import Session, SessionStaff
from caseapp.series.models import Series, SeriesChange, SeriesDay, SeriesMember, SeriesStaff
from caseapp.series.rules import LeftOut


def get_series(series_id: str) -> Series:
    """A series with its service, room and leads. Raises NotFound. Any care staff may know of it, as of its sessions."""
    series = db.scalar(_whole().where(Series.id == series_id))
    if series is None:
        raise NotFound
    return series


def running(day: date) -> list[Series]:
    """The series that go on on or after a day, by weekday and time."""
    still = select(Series.id).where(or_(Series.until.is_(None), Series.until >= day))
    found = list(db.scalars(_whole().where(Series.id.in_(still))))
    return sorted(found, key=lambda one: (min(one.weekdays.split(), default="9"), one.starts, one.name, one.id))


def to_make_ahead(until: date) -> list[str]:
    """The ids of series of which not all sessions before `until` are made."""
    behind = select(Series.id).where(Series.made_until < until)
    return list(db.scalars(behind.where(or_(Series.until.is_(None), Series.until >= Series.made_until))))


def days_of(series_id: str, since: date) -> list[SeriesDay]:
    """The days of a series from `since` on with their sessions, by day; a fixed number of statements."""
    found = select(SeriesDay).outerjoin(SeriesDay.session).where(SeriesDay.series_id == series_id)
    found = found.where(SeriesDay.on_day >= since).order_by(SeriesDay.on_day)
    whole = contains_eager(SeriesDay.session)
    leads = whole.selectinload(Session.leads).selectinload(SessionStaff.staff)
    parts = (whole.selectinload(one) for one in (Session.service, Session.site, Session.room))
    return list(db.scalars(found.options(whole, leads, *parts)))


def number_fixed(series_id: str) -> int:
    """How many sessions of a series were held or have begun."""
    fixed = select(func.count()).select_from(SeriesDay).join(SeriesDay.session)
    begun = or_(Session.starts_at <= clock.now(), Session.marked_at.is_not(None))
    return db.scalar(fixed.where(SeriesDay.series_id == series_id, begun))


def members(series_id: str, since: date | None = None) -> list[SeriesMember]:
    """Who belongs to a series, by name; with a day, only those who still do on it or will."""
    found = select(SeriesMember).where(SeriesMember.series_id == series_id).options(selectinload(SeriesMember.client))
    if since:
        found = found.where(or_(SeriesMember.ended_on.is_(None), SeriesMember.ended_on > since))
    return sorted(db.scalars(found), key=lambda one: (one.client.last_name, one.client.first_name, one.id))


def memberships(client_id: str, since: date) -> list[SeriesMember]:
    """To which series someone belongs on a day or later, in the order in which they are locked."""
    still = or_(SeriesMember.ended_on.is_(None), SeriesMember.ended_on > since)
    return list(
        db.scalars(
            select(SeriesMember).where(SeriesMember.client_id == client_id, still).order_by(SeriesMember.series_id)
        )
    )


def series_by_id(series_ids: Collection[str]) -> list[Series]:
    """These series, by name; a fixed number of statements."""
    found = db.scalars(_whole().where(Series.id.in_(series_ids)))
    return sorted(found, key=lambda one: (one.name, one.starts, one.id))


def ended_for(move_id: str) -> list[SeriesMember]:
    """The memberships that a move ended, in the order in which their series are locked."""
    found = select(SeriesMember).where(SeriesMember.ended_for_id == move_id)
    return list(db.scalars(found.order_by(SeriesMember.series_id, SeriesMember.id)))


def get_member(series: Series, member_id: str) -> SeriesMember:
    """A membership of that series. Raises NotFound."""
    found = select(SeriesMember).where(SeriesMember.id == member_id, SeriesMember.series_id == series.id)
    member = db.scalar(found.options(selectinload(SeriesMember.client)))
    if member is None:
        raise NotFound
    return member


def last_change(series_id: str) -> SeriesChange | None:
    """The newest change of a series."""
    newest = select(SeriesChange).where(SeriesChange.series_id == series_id)
    return db.scalar(newest.order_by(SeriesChange.number.desc()).limit(1))


def series_of(session_ids: list[str]) -> dict[str, tuple[SeriesDay, Series]]:
    """By session, its day in a series and the series itself; sessions of none are left out. A fixed number of statements."""
    days = list(db.scalars(select(SeriesDay).where(SeriesDay.session_id.in_(session_ids))))
    series = {one.id: one for one in db.scalars(_whole().where(Series.id.in_({row.series_id for row in days})))}
    return {row.session_id: (row, series[row.series_id]) for row in days}


def member_counts(series_ids: list[str], day: date) -> dict[str, int]:
    """By series, how many belong to it on a day."""
    there = select(SeriesMember.series_id, func.count()).where(SeriesMember.series_id.in_(series_ids))
    there = there.where(or_(SeriesMember.ended_on.is_(None), SeriesMember.ended_on > day))
    return {row[0]: row[1] for row in db.execute(there.group_by(SeriesMember.series_id))}


def members_of(series_ids: list[str], since: date) -> dict[str, frozenset[str]]:
    """By series, the ids of those who belong to it on a day or will; one statement."""
    there = select(SeriesMember.series_id, SeriesMember.client_id).where(SeriesMember.series_id.in_(series_ids))
    found: dict[str, set[str]] = {}
    for series_id, client_id in db.execute(
        there.where(or_(SeriesMember.ended_on.is_(None), SeriesMember.ended_on > since))
    ):
        found.setdefault(series_id, set()).add(client_id)
    return {series_id: frozenset(clients) for series_id, clients in found.items()}


def open_days(series_ids: list[str], since: date) -> dict[str, int]:
    """By series, how many days ahead have no session because something stood in the way when it was made."""
    waits = select(SeriesDay.series_id, func.count()).where(SeriesDay.series_id.in_(series_ids))
    waits = waits.where(
        SeriesDay.on_day >= since, SeriesDay.left_out.is_not(None), SeriesDay.left_out != LeftOut.skipped
    )
    return {row[0]: row[1] for row in db.execute(waits.group_by(SeriesDay.series_id))}


def _whole():
    leads = selectinload(Series.leads).selectinload(SeriesStaff.staff)
    return select(Series).options(
        selectinload(Series.service), selectinload(Series.room), selectinload(Series.site), leads
    )
