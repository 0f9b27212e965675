"""Notes that are still to be written, and by when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, selectinload

from caseapp.attendance.models import Mark
from caseapp.attendance.rules import ATTENDED
from caseapp.clients.queries import denied_ids
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor, Role
from caseapp.core.db import db
from caseapp.notes.models import Note
from caseapp.notes.rules import due_at
from caseapp.programs import queries as programs
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.scheduling.queries import ON

LONGEST = timedelta(days=15)  # no profile gives more than 336 hours


@dataclass(frozen=True)
class Owed:
    """A session of which parts of the note are not signed: how many of those who came, and by when."""

    session: Session
    left: int
    of: int
    due_at: datetime

    @property
    def leads(self) -> list[str]:
        """Who led it, by name."""
        return sorted(lead.staff.name for lead in self.session.leads)


def owed(user: Actor, everyones: bool = False) -> list[Owed]:
    """Sessions that are over and whose note is not whole, what is due first: one's own, or everyone's.

    A client who is denied to this person is not counted. A fixed number of statements.
    """
    counts = _unwritten(user, everyones)
    sessions = select(Session).where(Session.id.in_(counts)).options(selectinload(Session.service), _leads())
    found = list(db.scalars(sessions))
    due = due_of(found)
    rows = [Owed(one, *counts[one.id], due[one.id]) for one in found]
    return sorted(rows, key=lambda row: (row.due_at, row.session.id))


def may_see_everyones(user: Actor) -> bool:
    """Whether this person looks after other people's notes."""
    return Role.supervisor in user.roles


def _leads():
    return selectinload(Session.leads)


def _unwritten(user: Actor, everyones: bool) -> dict[str, tuple[int, int]]:
    """By session, how many who came have no signed note, and how many came."""
    came = and_(Mark.place_id == Place.id, Mark.superseded_at.is_(None), Mark.state.in_(ATTENDED))
    rows = select(Session.id, func.count(Place.id), func.count(Note.id)).join(Place, Place.session_id == Session.id)
    rows = rows.join(Mark, came).outerjoin(Note, Note.place_id == Place.id)
    rows = rows.where(Session.ends_at < clock.now(), Session.state.in_(ON), Place.released_at.is_(None))
    rows = rows.where(Place.client_id.not_in(denied_ids(user)))
    if not everyones:
        rows = rows.where(Session.id.in_(select(SessionStaff.session_id).where(SessionStaff.staff_id == user.id)))
    rows = rows.group_by(Session.id).having(func.count(Place.id) > func.count(Note.id))
    return {id: (came - signed, came) for id, came, signed in db.execute(rows)}


def due_of(sessions: Iterable[Session]) -> dict[str, datetime]:
    """By session, when its note is due, by the profile in force today."""
    found, hours = list(sessions), hours_now()
    following = _next_of_type(found)
    return {one.id: due_at(one.ends_at, hours, following.get(one.id)) for one in found}


def hours_now() -> float:
    """Within how many hours a note is due: the strictest rule profile of the clinic's programs."""
    today = clock.today(clinic.zone())
    ids = [program.id for program in programs.programs()] or [None]
    return min(float(programs.profile(id, today)["note_due_hours"]) for id in ids)


def _next_of_type(sessions: list[Session]) -> dict[str, datetime]:
    """By session, the start of the next one of the same service to which someone on its list comes; one statement."""
    if not sessions:
        return {}
    here, there, mine, theirs = aliased(Session), aliased(Session), aliased(Place), aliased(Place)
    days = [one.on_day for one in sessions]
    rows = select(here.id, func.min(there.starts_at)).join(mine, mine.session_id == here.id)
    rows = rows.join(theirs, theirs.client_id == mine.client_id).join(there, theirs.session_id == there.id)
    rows = rows.where(here.id.in_([one.id for one in sessions]), there.service_id == here.service_id)
    rows = rows.where(mine.released_at.is_(None), theirs.released_at.is_(None), there.state.in_(ON))
    rows = rows.where(there.starts_at >= here.ends_at, there.on_day >= min(days), there.on_day <= max(days) + LONGEST)
    return {row[0]: row[1] for row in db.execute(rows.group_by(here.id))}
