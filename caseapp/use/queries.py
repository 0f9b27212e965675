"""The last use of many clients and their meetings in one statement each, and all that is on record of one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.core.past import UNTIL, as_of, recorded, stood
from caseapp.episodes.models import Episode, Prescreen
from caseapp.use import rules
from caseapp.use.models import Meeting, UseReading, UseReport
from caseapp.use.rules import LastUse, Used


def last_use(
    client_ids: Collection[str], *, until: date | None = None, known_at: datetime | None = None
) -> dict[str, LastUse]:
    """The last use reported in the newest episode of each client: one statement for any number of clients.

    The pre-screen of the admission says the first; returns to use follow. Who has no episode, or of whom nothing is known, is
    left out. `until` leaves out later days; `known_at` (an aware instant) answers as the records stood then.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    asked = {"client_ids": list(client_ids)} | as_of(until, known_at)
    for row in db.execute(_reported(known_at is not None), asked):
        rows[row.client_id].append(row)
    zone = clinic.zone()
    found = {client_id: _last(_of_newest(mine), zone) for client_id, mine in rows.items()}
    return {client_id: last for client_id, last in found.items() if last}


_MEANT = bindparam("client_ids", expanding=True)


@cache
def _reported(past: bool) -> Select:
    """Each episode with what its pre-screen said, a row for each report in force."""
    said = (UseReading.report_id == UseReport.id) & stood(UseReading, past) & (UseReading.first_on <= UNTIL)
    found = select(
        *(Episode.client_id, Episode.id, Episode.admitted_on, Episode.recorded_at.label("kept_at")),
        *(Prescreen.last_use_at, Prescreen.changed_at, UseReport.before_admission),
        *(UseReading.first_on, UseReading.last_on, UseReading.recorded_at),
    )
    found = found.outerjoin(Prescreen, Episode.prescreen_id == Prescreen.id)
    found = found.outerjoin(UseReport, UseReport.episode_id == Episode.id).outerjoin(UseReading, said)
    return found.where(Episode.client_id.in_(_MEANT), Episode.admitted_on <= UNTIL, recorded(Episode.recorded_at, past))


def _of_newest(rows: list[Row]) -> list[Row]:
    newest = max((row.admitted_on, row.kept_at, row.id) for row in rows)[2]
    return [row for row in rows if row.id == newest]


def _last(rows: list[Row], zone: str) -> LastUse | None:
    """What stands of the rows of one episode."""
    in_force = [row for row in rows if row.first_on]
    before = [_used(row, zone) for row in in_force if row.before_admission]
    if not before and rows[0].last_use_at:
        said, asked = (clock.day_of(moment, zone) for moment in (rows[0].last_use_at, rows[0].changed_at))
        before = [Used(said, said, asked)]
    return rules.last_use(before, [_used(row, zone) for row in in_force if not row.before_admission])


def _used(row: Row, zone: str) -> Used:
    return Used(row.first_on, row.last_on, clock.day_of(row.recorded_at, zone))


def meetings(
    client_ids: Collection[str], *, since: date, until: date, known_at: datetime | None = None
) -> dict[str, int]:
    """By client, how many mutual-help meetings of these days (both counted) are on record; who has none is left out. One statement."""
    asked = {"client_ids": list(client_ids), "since": since} | as_of(until, known_at)
    return dict(db.execute(_met(known_at is not None), asked).all())


@cache
def _met(past: bool) -> Select:
    found = select(Meeting.client_id, func.count()).where(Meeting.client_id.in_(_MEANT), stood(Meeting, past))
    found = found.where(Meeting.on_day >= bindparam("since"), Meeting.on_day <= UNTIL)
    return found.group_by(Meeting.client_id)


@dataclass(frozen=True)
class ReportRead:
    """A report with its words opened: what it says now (None once it was taken back), and what it said before."""

    row: UseReport
    reading: UseReading | None
    words: str
    reason: str
    why_taken_back: str
    before: list[UseReading]


def get_report(report_id: str, user: Actor) -> UseReport:
    """A report of a client whom this person may see. Raises NotFound for any other."""
    load = joinedload(UseReport.client), joinedload(UseReport.episode), selectinload(UseReport.readings)
    found = select(UseReport).join(Client).where(UseReport.id == report_id, visible_to(user))
    row = db.scalar(found.options(*load))
    if row is None:
        raise NotFound
    return row


def reports(client_id: str) -> list[ReportRead]:
    """Every report of a client, the latest day first, those taken back last. Opens sealed words; a fixed number of statements."""
    readings = selectinload(UseReport.readings)
    load = readings.joinedload(UseReading.recorded_by), readings.selectinload(UseReading.substances)
    rows = db.scalars(select(UseReport).where(UseReport.client_id == client_id).options(*load))
    keys = sealed.load_keys([client_id])  # held while the texts are opened
    found = [_read(row) for row in rows]
    del keys
    return sorted(found, key=lambda one: one.reading.first_on if one.reading else date.min, reverse=True)


def _read(row: UseReport) -> ReportRead:
    def words(blob: bytes | None) -> str:
        return sealed.unseal(row.client_id, blob) or ""

    now = row.reading
    return ReportRead(
        row=row,
        reading=now,
        words=words(now.words_sealed) if now else "",
        reason=words(now.reason_sealed) if now else "",
        why_taken_back=words(row.taken_back_sealed),
        before=[one for one in row.readings if not one.in_force],
    )


def words_of(row: UseReport) -> str:
    """The words of what a report says now, opened."""
    return sealed.unseal(row.client_id, row.reading.words_sealed) or ""


def get_meeting(meeting_id: str, user: Actor) -> Meeting:
    """A meeting of a client whom this person may see. Raises NotFound for any other."""
    found = select(Meeting).join(Client).where(Meeting.id == meeting_id, visible_to(user))
    row = db.scalar(found)
    if row is None:
        raise NotFound
    return row


def meeting_weeks(client_id: str, since: date, until: date, starts_on: int) -> list[tuple[date, list[Meeting]]]:
    """The weeks of these days, the newest first, each with its first day and the meetings on record. One statement."""
    found = select(Meeting).where(Meeting.client_id == client_id, Meeting.in_force == 1)
    found = found.where(Meeting.on_day >= since, Meeting.on_day <= until).order_by(Meeting.on_day, Meeting.kind)
    weeks: dict[date, list[Meeting]] = {}
    first = clock.week_of(until, starts_on)[0]
    while first >= clock.week_of(since, starts_on)[0]:
        weeks[first], first = [], first - timedelta(weeks=1)
    for one in db.scalars(found):
        weeks[clock.week_of(one.on_day, starts_on)[0]].append(one)
    return list(weeks.items())
