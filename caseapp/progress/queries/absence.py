"""Who has been missing: absences in a row, unexcused ones, and how long nobody has had contact."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import Date, Select, bindparam, case, cast, func, literal, or_, select, union_all

from caseapp.attendance.counting import Sitting
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import ABSENT, ATTENDED, UNEXCUSED
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.crisis.models import CrisisContact
from caseapp.crisis.rules import Caller
from caseapp.episodes.models import Episode
from caseapp.programs.queries import profile
from caseapp.progress.rules import Absence
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.queries import ON
from caseapp.tasks.models import Attempt, Task
from caseapp.tasks.rules import Result

LOOK_BACK = timedelta(days=30)
CAME, SPOKE, CALLED = "came", "spoke", "called"


class GoesOn(Protocol):
    """An episode that goes on, or as much of one as this asks about."""

    program_id: str
    admitted_on: date


class Seen(NamedTuple):
    """A session that someone missed, by its state and day, or the last contact of one kind, with its day if that is known."""

    state: str
    at: datetime
    on_day: date | None


def absences(
    client_ids: Collection[str], known: Mapping[str, Sequence[Sitting]] | None = None, since: date = date.max
) -> dict[str, Absence]:
    """By client, how they have been missing as of now; whoever is not in a program is left out. A fixed number of statements.

    `known` are the sittings from `since` on (30 days at least) by client, in order, for a page that has read them already.
    """
    today = clock.today(clinic.zone())
    rows = db.execute(_GOES_ON, {"client_ids": list(client_ids), "today": today})
    return absences_in({row.client_id: row for row in rows}, today, known, since)


def absences_in(
    episodes: Mapping[str, GoesOn],
    today: date,
    known: Mapping[str, Sequence[Sitting]] | None = None,
    since: date = date.max,
) -> dict[str, Absence]:
    """The same for clients whose newest episode that goes on was read already. One statement, and one for the profiles.

    Who is not marked has not been absent: a list that nobody has finished says nothing about anyone.
    """
    seen, zone = _seen(episodes, known or {}, since) if episodes else {}, clinic.zone()
    numbers = {program_id: profile(program_id, today) for program_id in {one.program_id for one in episodes.values()}}
    return {id: _absence(one, seen[id], numbers[one.program_id], today, zone) for id, one in episodes.items()}


def _absence(episode: GoesOn, seen: Sequence[Seen], numbers: Mapping[str, float], today: date, zone: str) -> Absence:
    here = [row for row in seen if row.state in ABSENT and row.on_day >= episode.admitted_on]
    contacts = [row for row in seen if row.state not in ABSENT]
    came = next((row.at for row in contacts if row.state == CAME), None)
    return Absence(
        day=today,
        in_a_row=sum(1 for row in here if came is None or row.at > came),
        unexcused=sum(1 for row in here if row.state in UNEXCUSED and row.on_day > today - LOOK_BACK),
        last_contact=max([episode.admitted_on, *(row.on_day or clock.day_of(row.at, zone) for row in contacts)]),
        review=int(numbers["absences_review"]),
        discharge=int(numbers["absences_discharge"]),
        warn_days=int(numbers["no_contact_warn_days"]),
        close_days=int(numbers["no_contact_close_days"]),
    )


def _seen(episodes: Mapping[str, GoesOn], known: Mapping[str, Sequence[Sitting]], since: date) -> dict[str, list[Seen]]:
    """By client, each session that has begun and in which they are marked as absent, and when they last came to one, spoke with
    someone who called, or called in a crisis. One statement, which asks for sessions only where the known ones don't go back to
    the last to which they came.
    """
    now = clock.now()
    found = {id: _of_sittings(known.get(id, ()), now) for id in episodes}
    earlier = [
        id for id, one in episodes.items() if since > one.admitted_on and all(row.state != CAME for row in found[id])
    ]
    found |= {id: [] for id in earlier}
    for client_id, *row in db.execute(_SEEN, {"client_ids": list(episodes), "earlier": earlier, "now": now}):
        found[client_id].append(Seen(*row))
    return found


def _of_sittings(sittings: Sequence[Sitting], now: datetime) -> list[Seen]:
    """What they missed of these sittings, and the last to which they came."""
    begun = [one for one in sittings if one.state and one.starts_at <= now]
    came = [(one.starts_at, one.on_day) for one in begun if one.state in ATTENDED]
    missed = [Seen(one.state, one.starts_at, one.on_day) for one in begun if one.state in ABSENT]
    return [*missed, Seen(CAME, *max(came))] if came else missed


# What every chart and caseload asks, put together once.
_MEANT = bindparam("client_ids", expanding=True)
_EARLIER = bindparam("earlier", expanding=True)
_episode, _TODAY = Episode.__table__.c, bindparam("today")
_GOES_ON = (  # from the table: for hundreds, rows of which nothing else is made are read in half the time of the ORM's
    select(_episode.client_id, _episode.program_id, _episode.admitted_on)
    .where(_episode.client_id.in_(_MEANT), _episode.admitted_on <= _TODAY)
    .where(or_(_episode.discharged_on.is_(None), _episode.discharged_on > _TODAY))
    .order_by(_episode.admitted_on, _episode.id)
)


def _marked(wanted: Select, states: frozenset) -> Select:
    """Marks in force of sessions that are on and have begun, saying one of these states."""
    rows = wanted.join(Mark, Mark.place_id == Place.id).join(Session, Place.session_id == Session.id)
    rows = rows.where(Place.client_id.in_(_EARLIER), Place.released_at.is_(None), Session.state.in_(ON))
    return rows.where(Mark.superseded_at.is_(None), Mark.state.in_(states), Session.starts_at <= bindparam("now"))


_NO_DAY = cast(None, Date).label("on_day")
# As a sitting begins: for whoever was taken in later, when they came.
_BEGUN = case((Place.arrived_at > Session.starts_at, Place.arrived_at), else_=Session.starts_at)
_CAME = select(Place.client_id, literal(CAME).label("state"), func.max(_BEGUN).label("at"), _NO_DAY)
_SEEN = union_all(
    _marked(_CAME, ATTENDED).group_by(Place.client_id),
    select(Task.client_id, literal(SPOKE), func.max(Attempt.tried_at), _NO_DAY)
    .join(Attempt, Attempt.task_id == Task.id)
    .where(Task.client_id.in_(_MEANT), Attempt.result == Result.spoke)
    .group_by(Task.client_id),
    select(CrisisContact.client_id, literal(CALLED), func.max(CrisisContact.started_at), _NO_DAY)
    .where(CrisisContact.client_id.in_(_MEANT))
    .where(CrisisContact.caller.in_((Caller.client, Caller.staff_noticed)))
    .group_by(CrisisContact.client_id),
    _marked(select(Place.client_id, Mark.state, Session.starts_at, Session.on_day), ABSENT),
)
