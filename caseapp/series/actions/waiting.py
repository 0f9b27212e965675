"""Who waits for a place in a series is offered it when one is free, as a place in a session is: the next by rule, exactly once."""

from datetime import date

from sqlalchemy import select

from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE, Actor
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.core.words import clock_time
from caseapp.episodes.queries import current_stays
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Waiting
from caseapp.scheduling.rules import ANSWER_WITHIN, LIVE, WaitState, needs_admission, positions
from caseapp.series import queries
from caseapp.series.actions import members
from caseapp.series.actions.changing import hold
from caseapp.series.models import Series, SeriesMember


def wait_for(series: Series, clients: list[Client], by: Actor) -> list[Waiting]:
    """These people wait for a place in a series. Raises RuleBroken if one belongs to it, or if there are places for them now."""
    hold(series)
    there = {one.client_id for one in _members(series)}
    double = next((client for client in clients if client.id in there), None)
    if double:
        raise RuleBroken(f"{double.last_first} belongs to this series already.", "clients")
    if not sessions.waiting_for(series_id=series.id) and len(there) + len(clients) <= series.places:
        raise RuleBroken("There are free places.", "clients", "Let them belong to it.")
    rows = scheduling.begin_waiting(clients, by, series_id=series.id)
    offer_free_places(series, by)
    return rows


def offer_free_places(series: Series, by: Actor) -> list[Waiting]:
    """Offer each free place of a series to whoever is next, by the rule of `scheduling`; run twice it offers nothing twice."""
    if not sessions.waiting_for(series_id=series.id):
        return []
    hold(series)
    line = scheduling.end_what_is_over(sessions.waiting_for(series_id=series.id), by)
    today = clock.today(series.site.zone)
    if series.until is not None and series.until <= today:
        return []
    offers = sum(row.state is WaitState.offered for row in line)
    free = series.places - len(_members(series)) - offers
    waits = [row for row in line if row.state is WaitState.waits]
    chosen = _in_order(series, waits)[: max(free, 0)] if waits else []
    what = f"{series.name}, {series.repeats.words}, {clock_time(series.starts)}"
    for row in chosen:
        scheduling.make_offer(row, what, clock.now() + ANSWER_WITHIN, by)
    return chosen


def _members(series: Series) -> list[SeriesMember]:
    return queries.members(series.id, clock.today(series.site.zone))


def _in_order(series: Series, waits: list[Waiting]) -> list[Waiting]:
    """Those in a phase that it serves first, then whoever waited longest; who is in no phase waits on."""
    stays = current_stays([row.client_id for row in waits], clock.today(series.site.zone))
    served = set(positions(series.phases_served))
    meant = {id for id, stay in stays.items() if stay.phase.position in served}
    able = [row for row in waits if row.client_id in stays or not needs_admission(series.service.capacity)]
    return sorted(able, key=lambda row: (row.client_id not in meant, row.asked_at, row.id))


def end_membership(member: SeriesMember, by: Actor, *, on: date, for_move: str | None = None) -> int:
    """Someone belongs to a series no more, as `members.end_membership` says; what is free now is offered to whoever is next."""
    number = members.end_membership(member, by, on=on, for_move=for_move)
    offer_free_places(queries.get_series(member.series_id), by)
    return number


def say_yes(row: Waiting, by: Actor) -> None:
    """The client wants the place that is kept for them, from today on. Raises RuleBroken if none is kept for them now."""
    series = queries.get_series(row.series_id)
    hold(series)
    db.refresh(row)
    scheduling.must_be_offered(row)
    members.add_members(series, [row.client], by, since=clock.today(series.site.zone))


def stop_waiting(row: Waiting, state: WaitState, by: Actor) -> None:
    """The client said no, or is taken off the list; whoever is next is offered what was kept for them."""
    series = queries.get_series(row.series_id)
    hold(series)
    db.refresh(row)
    scheduling.end_waiting(row, state, by)
    offer_free_places(series, by)


def keep_offering() -> int:
    """Offer what has become free, and what nobody answered to in time, series by series; gives how many offers were made."""
    with transaction():
        live = select(Waiting.series_id, Waiting.answer_by, Series.places).join(Series, Series.id == Waiting.series_id)
        rows = list(db.execute(live.where(Waiting.state.in_(LIVE))))
        members = queries.member_counts([row.series_id for row in rows], clock.today(clinic.zone())) if rows else {}
        late = {row.series_id for row in rows if row.answer_by and row.answer_by <= clock.now()}
        free = {row.series_id for row in rows if not row.answer_by and members.get(row.series_id, 0) < row.places}
    return sum(_offered(series_id) for series_id in sorted(late | free))


def _offered(series_id: str) -> int:
    with transaction():
        return len(offer_free_places(queries.get_series(series_id), COMMAND_LINE))
