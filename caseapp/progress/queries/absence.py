"""Who has been missing: absences in a row, unexcused ones, and how long nobody has had contact."""

from datetime import date, timedelta

from sqlalchemy import Date, Row, Select, bindparam, cast, func, literal, or_, select, union_all

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


def absences(client_ids: list[str]) -> dict[str, Absence]:
    """By client, how they have been missing as of now; whoever is not in a program is left out. A fixed number of statements."""
    today = clock.today(clinic.zone())
    rows = db.scalars(_GOES_ON, {"client_ids": client_ids, "today": today})
    return absences_in({row.client_id: row for row in rows}, today)


def absences_in(episodes: dict[str, Episode], today: date) -> dict[str, Absence]:
    """The same for clients whose newest episode that goes on was read already. One statement, and one for the profiles.

    Who is not marked has not been absent: a list that nobody has finished says nothing about anyone.
    """
    seen, zone = _seen(list(episodes)) if episodes else {}, clinic.zone()
    return {id: _absence(episode, seen.get(id, []), today, zone) for id, episode in episodes.items()}


def _absence(episode: Episode, seen: list[Row], today: date, zone: str) -> Absence:
    here = [row for row in seen if row.state in ABSENT and row.on_day >= episode.admitted_on]
    contacts = [row for row in seen if row.state not in ABSENT]
    came = next((row.at for row in contacts if row.state == CAME), None)
    numbers = profile(episode.program_id, today)
    return Absence(
        day=today,
        in_a_row=sum(1 for row in here if came is None or row.at > came),
        unexcused=sum(1 for row in here if row.state in UNEXCUSED and row.on_day > today - LOOK_BACK),
        last_contact=max([episode.admitted_on, *(clock.day_of(row.at, zone) for row in contacts)]),
        review=int(numbers["absences_review"]),
        discharge=int(numbers["absences_discharge"]),
        warn_days=int(numbers["no_contact_warn_days"]),
        close_days=int(numbers["no_contact_close_days"]),
    )


def _seen(client_ids: list[str]) -> dict[str, list[Row]]:
    """By client, each session that has begun and in which they are marked as absent, and when they last came to one, spoke with
    someone who called, or called in a crisis. One statement.
    """
    found: dict[str, list[Row]] = {}
    for row in db.execute(_SEEN, {"client_ids": client_ids, "now": clock.now()}):
        found.setdefault(row.client_id, []).append(row)
    return found


# What every chart and caseload asks, put together once.
_MEANT = bindparam("client_ids", expanding=True)
_GOES_ON = (
    select(Episode)
    .where(Episode.client_id.in_(_MEANT), Episode.admitted_on <= bindparam("today"))
    .where(or_(Episode.discharged_on.is_(None), Episode.discharged_on > bindparam("today")))
    .order_by(Episode.admitted_on, Episode.id)
)


def _marked(wanted: Select, states: frozenset) -> Select:
    """Marks in force of sessions that are on and have begun, saying one of these states."""
    rows = wanted.join(Mark, Mark.place_id == Place.id).join(Session, Place.session_id == Session.id)
    rows = rows.where(Place.client_id.in_(_MEANT), Place.released_at.is_(None), Session.state.in_(ON))
    return rows.where(Mark.superseded_at.is_(None), Mark.state.in_(states), Session.starts_at <= bindparam("now"))


_NO_DAY = cast(None, Date).label("on_day")
_CAME = select(Place.client_id, literal(CAME).label("state"), func.max(Session.starts_at).label("at"), _NO_DAY)
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
