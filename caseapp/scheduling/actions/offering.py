"""Who waits for a place in a session is offered it when one is free: each place to one person, the next by rule, exactly once.

All of it is done while the session is held, so of two at once the second sees what the first has offered.
"""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE, Actor
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.core.words import clock_time
from caseapp.core.words import day as day_words
from caseapp.episodes.queries import current_stays
from caseapp.scheduling import clashes, queries
from caseapp.scheduling.actions import places
from caseapp.scheduling.actions.places import book, hold
from caseapp.scheduling.actions.waiting import begin_waiting, end_waiting, end_what_is_over, make_offer
from caseapp.scheduling.models import Place, Session, Waiting
from caseapp.scheduling.rules import LIVE, SessionState, WaitState, answer_by, needs_admission, positions


def wait_for(session: Session, clients: list[Client], by: Actor) -> list[Waiting]:
    """These people wait for a place in a session. Raises RuleBroken if it is over, or if there are places for them now."""
    hold(session)
    if not session.may_change or session.begun:
        raise RuleBroken("This session is not open for booking any more.")
    seats, line = queries.seats_taken(session.id), queries.waiting_for(session_id=session.id)
    if not line and len(seats) + len(clients) <= session.limit:
        raise RuleBroken("There are free places.", "clients", "Book them a place.")
    there = {place.client_id for place in queries.list_of(session)}
    double = next((client for client in clients if client.id in there), None)
    if double:
        raise RuleBroken(f"{double.last_first} has a place already.", "clients")
    clashes.check_admitted(clients, session.service, session, by)
    rows = begin_waiting(clients, by, session_id=session.id)
    offer_free_places(session, by)
    return rows


def offer_free_places(session: Session, by: Actor) -> list[Waiting]:
    """Offer each free place of a session to whoever is next. Run twice, or by two at once, it offers nothing twice.

    Next are those in a phase that the session serves, then whoever has waited longest; who has something else then, or is in no
    phase that day, is passed over and waits on.
    """
    if not queries.waiting_for(session_id=session.id):
        return []
    hold(session)
    line = end_what_is_over(queries.waiting_for(session_id=session.id), by)
    until = answer_by(session.starts_at, clock.now())
    if not session.may_change or until is None:
        return []
    offers = sum(row.state is WaitState.offered for row in line)
    free = session.limit - len(queries.seats_taken(session.id)) - offers
    waits = [row for row in line if row.state is WaitState.waits]
    chosen = _in_order(session, waits)[: max(free, 0)] if waits else []
    for row in chosen:
        make_offer(row, _in_words(session), until, by)
    return chosen


def _in_order(session: Session, waits: list[Waiting]) -> list[Waiting]:
    """Who could come, the next by rule first."""
    clients = [row.client_id for row in waits]
    stays = current_stays(clients, session.on_day)
    busy = queries.booked(clients, session.starts_at, session.ends_at, session.id)
    served = set(positions(session.phases_served))
    outside = {id for id in clients if id not in stays} if needs_admission(session.service.capacity) else set()
    meant = {id for id, stay in stays.items() if stay.phase.position in served}
    able = [row for row in waits if row.client_id not in busy and row.client_id not in outside]
    return sorted(able, key=lambda row: (row.client_id not in meant, row.asked_at, row.id))


def _in_words(session: Session) -> str:
    begin = session.starts_at.astimezone(ZoneInfo(session.site.zone))
    return f"{session.name}, {day_words(begin.date())}, {clock_time(begin)}"


def release(place: Place, by: Actor) -> None:
    """Free a place before the session, as `places.release` does, and offer it to whoever is next."""
    places.release(place, by)
    offer_free_places(place.session, by)


def release_from(client_id: str, day: date, by: Actor, for_move: str | None = None) -> int:
    """Free the places of someone who leaves, as `places.release_from` does, and offer them to whoever is next. Gives how many."""
    sessions = places.release_from(client_id, day, by, for_move)
    for session in sessions:
        offer_free_places(session, by)
    return len(sessions)


def say_yes(row: Waiting, by: Actor) -> Place:
    """The client wants the place that is kept for them. Raises RuleBroken as `book` does, or if no place is offered to them now."""
    hold(row.session)
    db.refresh(row)
    must_be_offered(row)
    return book(row.session, row.client, by)


def must_be_offered(row: Waiting) -> None:
    """Raise RuleBroken unless an offer waits for an answer."""
    if row.state is not WaitState.offered:
        raise RuleBroken(
            "No place is offered to them now.", way_out="Look at the list: the time to answer may be over."
        )


def stop_waiting(row: Waiting, state: WaitState, by: Actor) -> None:
    """The client said no, or is taken off the list; whoever is next is offered what was kept for them."""
    hold(row.session)
    db.refresh(row)
    end_waiting(row, state, by)
    offer_free_places(row.session, by)


def keep_offering() -> int:
    """Offer what has become free, and what nobody answered to in time, session by session; gives how many offers were made."""
    with transaction():
        live = select(Waiting).join(Waiting.session).where(Waiting.state.in_(LIVE), Session.starts_at > clock.now())
        rows = list(db.scalars(live.where(Session.state == SessionState.scheduled)))
        taken = queries.taken([row.session_id for row in rows])
        ids = sorted({row.session_id for row in rows if _may_be_due(row, rows, taken)})
    return sum(_offered(session_id) for session_id in ids)


def _may_be_due(row: Waiting, rows: list[Waiting], taken: dict[str, int]) -> bool:
    if row.answer_by:
        return row.answer_by <= clock.now()
    offers = sum(one.session_id == row.session_id and one.state is WaitState.offered for one in rows)
    return taken.get(row.session_id, 0) + offers < row.session.limit


def _offered(session_id: str) -> int:
    with transaction():
        return len(offer_free_places(db.get(Session, session_id), COMMAND_LINE))
