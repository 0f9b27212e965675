"""Sessions of today, what is not finished, and what to know before a group."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.attendance.models import Mark
from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor, Role
from caseapp.core.db import db
from caseapp.core.words import count
from caseapp.crisis.models import CrisisContact
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.scheduling.rules import SessionState
from caseapp.today.rules import MOST_ROWS, NEWS_FOR, NEXT_SESSION_WITHIN, STEPPED_UP_FOR, Rows

ON = (SessionState.scheduled, SessionState.held)


@dataclass(frozen=True)
class SessionToday:
    """A session with how many are on its list and how many of them are marked."""

    session: Session
    on_list: int
    marked: int

    @property
    def waits(self) -> str:
        """What is missing from its list, in words."""
        missing = self.on_list - self.marked
        return f"{missing} of {self.on_list} not marked" if missing else "all marked, not finished"

    @property
    def age(self) -> str:
        """How long it has been waiting."""
        days = (clock.today(self.session.site.zone) - self.session.on_day).days
        return count("day", days) if days else "since today"

    @property
    def leads(self) -> list[str]:
        """Who leads it, by name."""
        return sorted(lead.staff.name for lead in self.session.leads)


@dataclass(frozen=True)
class News:
    """What to know of someone on today's lists: a crisis contact, a step up, or that they are new in their phase."""

    client: Client
    contact: CrisisContact | None = None
    move: Transition | None = None
    stay: PhaseStay | None = None


def today(user: Actor) -> list[SessionToday]:
    """The sessions this person leads on the clinic's day, by start, also those that are over; cancelled ones left out."""
    mine = _led_by(user).where(Session.on_day == clock.today(clinic.zone()), Session.state.in_(ON))
    return _counted(list(db.scalars(mine.order_by(Session.starts_at, Session.id).options(*_load()))))


def unfinished(user: Actor, number: int = 1, size: int = MOST_ROWS) -> Rows:
    """A page of past lists that are not done, the oldest first: one's own, or everyone's for a supervisor.

    Someone is not marked, or all are and nobody has pressed finish.
    """
    said = exists().where(Mark.place_id == Place.id, Mark.superseded_at.is_(None), Mark.state.is_not(None))
    held = exists().where(Place.session_id == Session.id, Place.released_at.is_(None)).correlate(Session)
    undone = or_(and_(Session.finished_at.is_(None), held), held.where(~said))
    found = select(Session) if Role.supervisor in user.roles else _led_by(user)
    found = found.where(Session.ends_at < clock.now(), Session.state.in_(ON), undone)
    # All ids: to count and to show a page would go through the same sessions twice.
    oldest = list(db.scalars(found.with_only_columns(Session.id).order_by(Session.starts_at, Session.id)))
    shown = select(Session).where(Session.id.in_(oldest[(number - 1) * size : number * size]))
    shown = shown.order_by(Session.starts_at, Session.id).options(*_load())
    return Rows(_counted(list(db.scalars(shown))), len(oldest))


def next_one(user: Actor) -> Session | None:
    """The next session this person leads within two weeks."""
    ahead = _led_by(user).where(Session.starts_at > clock.now(), Session.state == SessionState.scheduled)
    ahead = ahead.where(Session.starts_at < clock.now() + NEXT_SESSION_WITHIN).order_by(Session.starts_at).limit(1)
    return db.scalar(ahead.options(selectinload(Session.service)))


def know_before_group(user: Actor, sessions: list[SessionToday]) -> Rows:
    """News of the people on these lists whom this person may see: crises first, then steps up, then who is new."""
    listed = select(Place.client_id).where(Place.released_at.is_(None))
    listed = listed.where(Place.session_id.in_([row.session.id for row in sessions]))
    theirs = Client.id.in_(listed) & visible_to(user)
    news = {client.id: News(client, contact=contact) for client, contact in _crises_of(theirs)}
    day = clock.today(clinic.zone())
    for client, stay in _stays_begun(theirs, day):
        up = stay.transition_in.kind is MoveKind.step_up
        if client.id not in news and (up or stay.started_on > day - NEWS_FOR):
            news[client.id] = News(client, move=stay.transition_in if up else None, stay=stay)
    rows = sorted(news.values(), key=lambda row: (row.contact is None, row.move is None, row.client.last_first))
    return Rows(rows[:MOST_ROWS], len(rows))


def _crises_of(theirs) -> list:
    """Crisis contacts of the last days with whom they were about, the latest last."""
    found = select(Client, CrisisContact).join(CrisisContact, CrisisContact.client_id == Client.id).where(theirs)
    found = found.where(CrisisContact.started_at > clock.now() - NEWS_FOR)
    return db.execute(found.order_by(CrisisContact.started_at)).all()


def _stays_begun(theirs, day: date) -> list:
    """Stays of today that began within two weeks, with whose they are."""
    begun = select(Client, PhaseStay).join(Episode, Episode.client_id == Client.id).join(PhaseStay)
    begun = begun.where(theirs, PhaseStay.in_force == 1, PhaseStay.started_on <= day)
    begun = begun.where(PhaseStay.started_on > day - STEPPED_UP_FOR)
    begun = begun.where(or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > day))
    load = [joinedload(PhaseStay.phase), joinedload(PhaseStay.transition_in)]
    return db.execute(begun.order_by(PhaseStay.started_on, Client.id).options(*load)).all()


def _led_by(user: Actor):
    return select(Session).join(SessionStaff).where(SessionStaff.staff_id == user.id)


def _load() -> list:
    leads = selectinload(Session.leads).selectinload(SessionStaff.staff)
    return [selectinload(Session.service), selectinload(Session.room), selectinload(Session.site), leads]


def _counted(sessions: list[Session]) -> list[SessionToday]:
    """With the numbers of their lists, in one statement."""
    mark = (Mark.place_id == Place.id) & Mark.superseded_at.is_(None) & Mark.state.is_not(None)
    counts = select(Place.session_id, func.count(Place.id), func.count(Mark.id)).outerjoin(Mark, mark)
    counts = counts.where(Place.session_id.in_([one.id for one in sessions]), Place.released_at.is_(None))
    by_id = {row[0]: (row[1], row[2]) for row in db.execute(counts.group_by(Place.session_id))}
    return [SessionToday(one, *by_id.get(one.id, (0, 0))) for one in sessions]
