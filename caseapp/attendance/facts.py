"""What hours are counted from: the stays of clients and the places they held, each read in one statement for any number of clients.

A page that tells of one client in several ways reads both once and hands them on.
"""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select

from caseapp.attendance.counting import Sitting
from caseapp.attendance.models import Mark
from caseapp.clinic.models import Room
from caseapp.core.db import db
from caseapp.core.past import KNOWN_AT
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.programs.models import Phase, Service
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.queries import ON
from caseapp.scheduling.rules import Mode, held_as

WEEK = timedelta(days=7)
MANY = 50  # from so many people on all sessions and their places are looked through, instead of each person's


class InPhase(NamedTuple):
    """A stay in force: of whom, in which program's phase, what the phase asks for, its half-open days, who pays, the phase itself."""

    client_id: str
    program_id: str
    name: str
    position: int
    level_of_care: str
    hours_least: float
    days_a_week: int
    started_on: date
    ended_on: date | None
    payer_id: str | None = None
    phase_id: str = ""

    def holds(self, day: date) -> bool:
        """Whether they were in it on a day."""
        return self.started_on <= day and (self.ended_on is None or self.ended_on > day)

    def touches(self, first: date, last: date) -> bool:
        """Whether they were in it on any of these days, both included."""
        return self.started_on <= last and (self.ended_on is None or self.ended_on > first)


def in_phase(episode: Episode, stay: PhaseStay) -> InPhase:
    """A stay that was read already, with its episode and phase, as hours are counted by it."""
    phase = stay.phase
    asks = (phase.name, phase.position, phase.level_of_care, phase.hours_least, phase.days_a_week)
    days = (stay.started_on, stay.ended_on)
    return InPhase(episode.client_id, episode.program_id, *asks, *days, episode.payer_id, phase.id)


def stays_between(first: date, last: date, client_ids: Collection[str] | None = None) -> dict[str, list[InPhase]]:
    """By client (None: all), the stays in force that touch these days, a week more on either side, the one begun first first."""
    asked = {"since": first - WEEK, "until": last + WEEK} | _whose(client_ids)
    found: dict[str, list[InPhase]] = {}
    for row in db.execute(_stays(client_ids is None), asked):
        found.setdefault(row.client_id, []).append(InPhase(*row))
    return found


def sittings_between(
    first: date,
    last: date,
    client_ids: Collection[str] | None = None,
    treatment: bool = False,
    known_at: datetime | None = None,
) -> Iterator[Sitting]:
    """The places held in sessions that are on, on these days, one client after the other, in order of their start.

    `client_ids` of None means everyone; `treatment` leaves out services that don't count as hours; `known_at` (an aware
    instant) gives places and marks as the records stood then.
    """
    asked = {"first": first, "last": last, "known_at": known_at} | _whose(client_ids)
    return map(_sitting, db.execute(_sittings(client_ids is None, treatment, known_at is not None), asked))


def _sitting(row: Row) -> Sitting:
    starts, came = row.starts_at, row.arrived_at
    return Sitting(
        client_id=row.client_id,
        session_id=row.session_id,
        name=row.topic or row.service,
        service=row.code,
        on_day=row.on_day,
        starts_at=max(starts, came) if came else starts,
        ends_at=row.ends_at,
        state=row.state,
        minutes=row.minutes or 0,
        late=row.late_minutes or 0,
        early=row.early_minutes or 0,
        finished_at=row.finished_at,
        telehealth=held_as(row.mode, row.room) is Mode.telehealth,
        treatment=row.counts_as_hours,
        room=row.room or "",
    )


def sittings_of_many(
    first: date, last: date, client_ids: Collection[str], known_at: datetime | None = None
) -> dict[str, list[Sitting]]:
    """By client the same as `sittings_between` gives, for pages that tell of hundreds of people. Two statements.

    Ten people share a session, so sessions are read by themselves: what is the same for all is read and made once.
    """
    found: dict[str, list[tuple[datetime, str, Sitting]]] = {client_id: [] for client_id in client_ids}
    past, many = known_at is not None, len(found) > MANY
    asked = {"first": first, "last": last, "known_at": known_at, "client_ids": list(found)}
    held = {row.id: _shared(row) for row in db.execute(_held(many), asked)}
    rows = db.execute(_places(past, many), asked).all()
    for client_id, session_id, place_id, came, state, minutes, late, early in rows:
        if session_id not in held:  # it came to be on between the two statements
            continue
        before, begun, ends, after = held[session_id]
        starts = begun if came is None or came < begun else came
        one = Sitting._make((client_id, *before, starts, ends, state, minutes, late, early, *after))
        found[client_id].append((begun, place_id, one))
    return {client_id: [one for _begun, _id, one in sorted(theirs)] for client_id, theirs in found.items()}


def _shared(row: Row) -> tuple[tuple, datetime, datetime, tuple]:
    """What everyone in a session shares, in the order of Sitting: what comes before its hours, these, what comes after the mark."""
    before = (row.id, row.topic or row.service, row.code, row.on_day)
    after = (row.finished_at, held_as(row.mode, row.room) is Mode.telehealth, row.counts_as_hours, row.room or "")
    return before, row.starts_at, row.ends_at, after


def _whose(client_ids: Collection[str] | None) -> dict[str, list[str]]:
    return {} if client_ids is None else {"client_ids": list(client_ids)}


# Put together once for each way in which they are asked: that takes longer than the answer for one client.
_MEANT = bindparam("client_ids", expanding=True)


@cache
def _stays(everyone: bool) -> Select:
    columns = (
        Episode.client_id, Episode.program_id, Phase.name, Phase.position, Phase.level_of_care, Phase.hours_least,
        Phase.days_a_week, PhaseStay.started_on, PhaseStay.ended_on, Episode.payer_id, Phase.id,
    )  # fmt: skip
    rows = select(*columns).select_from(PhaseStay).join(Episode, PhaseStay.episode_id == Episode.id)
    rows = rows.join(Phase, PhaseStay.phase_id == Phase.id)
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > bindparam("since"))
    rows = rows.where(PhaseStay.in_force == 1, PhaseStay.started_on <= bindparam("until"), still)
    rows = rows if everyone else rows.where(Episode.client_id.in_(_MEANT))
    return rows.order_by(PhaseStay.started_on, PhaseStay.id)


# What many people were in, and their places with their marks. Both are selected from the tables: rows of which nothing else is made
# are read in half the time of the ORM's.
_session, _service = Session.__table__.c, Service.__table__.c


@cache
def _held(many: bool) -> Select:
    said = (
        _session.id,
        _session.topic,
        _session.on_day,
        _session.starts_at,
        _session.ends_at,
        _session.finished_at,
        _session.mode,
    )
    of_service = (_service.name.label("service"), _service.code, _service.counts_as_hours)
    rows = select(*said, *of_service, Room.__table__.c.name.label("room"))
    rows = rows.join_from(Session.__table__, Service.__table__, _session.service_id == _service.id)
    rows = rows.outerjoin(Room.__table__, _session.room_id == Room.__table__.c.id)
    rows = rows.where(_session.state.in_(ON), _session.on_day.between(bindparam("first"), bindparam("last")))
    place = Place.__table__.c
    return rows if many else rows.where(_session.id.in_(select(place.session_id).where(place.client_id.in_(_MEANT))))


@cache
def _places(past: bool, many: bool) -> Select:
    place, mark = Place.__table__.c, Mark.__table__.c
    said = (mark.place_id == place.id) & mark.state.is_not(None)
    said &= _stood(mark.recorded_at, mark.superseded_at, past)
    # Of many people SQLite would look up each one in each session, unless it is kept from the index of the two.
    who = place.client_id.concat("") if many else place.client_id
    minutes = (func.coalesce(one, 0) for one in (mark.minutes, mark.late_minutes, mark.early_minutes))
    marked = (mark.state, *minutes)
    rows = select(place.client_id, place.session_id, place.id, place.arrived_at, *marked)
    rows = rows.join_from(Place.__table__, Session.__table__).outerjoin(Mark.__table__, said)
    rows = rows.where(_stood(place.booked_at, place.released_at, past), _session.state.in_(ON), who.in_(_MEANT))
    return rows.where(_session.on_day.between(bindparam("first"), bindparam("last")))


@cache
def _sittings(everyone: bool, treatment: bool, past: bool) -> Select:
    columns = (
        Place.client_id, Session.id.label("session_id"), Session.topic, Service.name.label("service"), Service.code, Session.on_day,
        Session.starts_at, Session.ends_at, Place.arrived_at, Mark.state, Mark.minutes, Mark.late_minutes, Mark.early_minutes,
        Session.finished_at, Session.mode, Service.counts_as_hours, Room.name.label("room"),
    )  # fmt: skip
    said = (Mark.place_id == Place.id) & Mark.state.is_not(None)
    said &= _stood(Mark.recorded_at, Mark.superseded_at, past)
    rows = select(*columns).select_from(Place).join(Session, Place.session_id == Session.id)
    rows = rows.join(Service, Session.service_id == Service.id).outerjoin(Mark, said)
    rows = rows.outerjoin(Room, Session.room_id == Room.id)
    rows = rows.where(_stood(Place.booked_at, Place.released_at, past), Session.state.in_(ON))
    rows = rows.where(Session.on_day.between(bindparam("first"), bindparam("last")))
    rows = rows.where(Service.counts_as_hours.is_(True)) if treatment else rows
    rows = rows.order_by(Place.client_id, Session.starts_at, Place.id)
    # A cursor that the server keeps open asks several times and is never prepared: only for what would fill the memory.
    return rows.execution_options(yield_per=1_000) if everyone else rows.where(Place.client_id.in_(_MEANT))


def _stood(begun: ColumnElement, ended: ColumnElement, past: bool) -> ColumnElement[bool]:
    """Whether what lasts from one instant to another lasts still, or lasted at KNOWN_AT."""
    return (begun <= KNOWN_AT) & (ended.is_(None) | (ended > KNOWN_AT)) if past else ended.is_(None)
