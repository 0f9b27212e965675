"""Take back a week that was put in place: the whole of it or nothing, as long as none of it has begun or was changed since."""

import json
from collections.abc import Callable, Generator, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from caseapp.audit import actions as audit
from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, share, transaction
from caseapp.core.errors import RuleBroken
from caseapp.core.words import clock_time
from caseapp.core.words import day as day_words
from caseapp.identity.models import Staff
from caseapp.jobs import actions as jobs
from caseapp.jobs.rules import GOING, Step
from caseapp.jobs.running import Files, Result
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import WaitState
from caseapp.series import actions as series
from caseapp.series import queries as series_queries
from caseapp.series.models import Series, SeriesMember
from caseapp.weekplan import queries
from caseapp.weekplan.actions import UNDO
from caseapp.weekplan.journal import Standing, standing
from caseapp.weekplan.models import WeekProposal
from caseapp.weekplan.putting import hold

ONE_BY_ONE = "Change the series that are in your way on their own pages."


def ask_to_undo(row: WeekProposal, by: Actor) -> None:
    """Have a week that is in place taken back, in the background. Raises RuleBroken as `take_back` does."""
    hold(row)
    kept = _kept(row)
    if row.job.state in GOING:
        raise RuleBroken("It is being worked on.", way_out="Look again in a moment.")
    _must_be_as_it_was_left(kept, _stands(kept))
    row.job_id = jobs.ask_for(UNDO, by, {"proposal": row.id}).id
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()


def undo(facts: dict[str, Any], _files: Files, by: Actor) -> Generator[Step, None, Result]:
    """The job: all of it or nothing. One that was cut off after it had done it finds it done."""
    yield Step(0, 1)
    with transaction(), audit.together():
        row = queries.get_proposal(facts["proposal"])
        hold(row)
        if row.put_in is not None:
            take_back(row, by)
    yield Step(1, 1)
    return {}


def take_back(row: WeekProposal, by: Actor) -> None:
    """Everything that putting a week in place did is undone: series, memberships and lists are as they were before.

    Places that were offered to who waits since then are offered no more; they wait on where they stood. Raises RuleBroken, and
    then nothing is to be kept, if it is not in place, if a session of it has begun, if anything of it was changed since, or if
    something else has taken a room, someone who leads or a client meanwhile.
    """
    hold(row)
    kept = _kept(row)
    _lock_all(kept)
    now = _stands(kept)
    _must_be_as_it_was_left(kept, now)
    lists = _lists_before(kept, now)
    _take_offers_back(kept, by)
    _free(lists, lambda place: place.client_id in kept["given"].get(place.session_id, ()), by)
    for id in kept["joined"]:
        series.never_joined(db.get(SeriesMember, id), by)
    for series_id, number in reversed(kept["changes"]):
        _undo_one(series_id, number, by)
    _drop_made_since(kept, by)
    for id, day in kept["left"].items():
        series.stays_on(db.get(SeriesMember, id), date.fromisoformat(day) if day else None, by)
    _give_back(lists, by)
    row.put_on, row.put_in, row.undone_at = None, None, clock.now()
    row.changed_at, row.changed_by_name = clock.now(), by.name
    db.flush()
    changed("weekplan.undo", row.id, by, series=len(kept["changes"]))


def may_be_undone(row: WeekProposal) -> bool:
    """Whether it is in place, was kept with what it did, and its first week has not come."""
    kept = json.loads(row.put_in).get("undo") if row.put_in else None
    return bool(kept) and clock.now() < _from(kept)


def _kept(row: WeekProposal) -> dict[str, Any]:
    kept = json.loads(row.put_in).get("undo") if row.put_in else None
    if kept is None:
        raise RuleBroken("There is no week in place that could be undone as a whole.", way_out=ONE_BY_ONE)
    return kept


def _from(kept: dict[str, Any]) -> datetime:
    """The first instant of the day from which the week counts."""
    site = db.scalar(select(Site).order_by(Site.id).limit(1))
    return clock.day_bounds(date.fromisoformat(kept["on"]), site.zone)[0]


def _stands(kept: dict[str, Any]) -> Standing:
    return standing(kept["marks"], date.fromisoformat(kept["on"]), kept["sessions"])


def _lock_all(kept: dict[str, Any]) -> None:
    """Everyone waits who would change what is taken back: in the order in which everybody locks."""
    lock(Series, list(kept["marks"]))
    found = _stands(kept)
    lock(Session, list(found.lists))
    share(Site, list(db.scalars(select(Site.id))))
    lock(Room, list(db.scalars(select(Room.id))))
    lock(Staff, list(db.scalars(select(Staff.id))))
    listed = {client for on_list in found.lists.values() for client in on_list}
    lock(Client, sorted(listed | {client for freed in kept["freed"].values() for client in freed}))
    db.expire_all()  # what was read before the locks may have changed


def _must_be_as_it_was_left(kept: dict[str, Any], now: Standing) -> None:
    held = [row.session for rows in now.days.values() for row in rows if row.session]
    if clock.now() >= _from(kept) or any(one.begun or one.marked_at for one in held):
        says = "A session of that week has begun, so it can't be undone as a whole any more."
        raise RuleBroken(says, way_out=ONE_BY_ONE)
    for id, (mark, until) in kept["marks"].items():
        row = series_queries.get_series(id)
        if now.mark(row, date.fromisoformat(until)) != mark:
            raise _refused(row, "It was changed since.")


def _refused(row: Series, why: str) -> RuleBroken:
    says = f"{row.name}, {row.repeats.words}, {clock_time(row.starts)}: {why} Nothing was undone."
    return RuleBroken(says, way_out=ONE_BY_ONE)


def _lists_before(kept: dict[str, Any], now: Standing) -> dict[str, frozenset[str]]:
    """By session that there was before, who was on its list."""
    given, freed = ({id: frozenset(who) for id, who in kept[what].items()} for what in ("given", "freed"))
    nobody = frozenset()
    return {id: (now.lists[id] - given.get(id, nobody)) | freed.get(id, nobody) for id in kept["sessions"]}


def _take_offers_back(kept: dict[str, Any], by: Actor) -> None:
    since = datetime.fromisoformat(kept["at"])
    for series_id in kept["marks"]:
        for row in sessions.waiting_for(series_id=series_id):
            if row.state is WaitState.offered and row.offered_at >= since:
                scheduling.take_offer_back(row, by)


def _free(session_ids: Iterable[str], those: Callable[[Place], bool], by: Actor) -> None:
    for places in sessions.lists_of(sorted(session_ids)).values():
        for place in filter(those, places):
            scheduling.free(place, by)


def _undo_one(series_id: str, number: int, by: Actor) -> None:
    row = series_queries.get_series(series_id)
    try:
        series.undo(row, by, number)
    except RuleBroken as refused:
        raise _refused(row, refused.sentence) from None


def _drop_made_since(kept: dict[str, Any], by: Actor) -> None:
    """What was made ahead since, for those who belonged to it then, is made again; undoing a change has seen to its own series."""
    for series_id in kept["marks"].keys() - {id for id, _number in kept["changes"]}:
        row, until = series_queries.get_series(series_id), date.fromisoformat(kept["marks"][series_id][1])
        if row.made_until > until:
            series.drop_made_since(row, until, by)


def _give_back(lists: dict[str, frozenset[str]], by: Actor) -> None:
    """Everyone has their place again, and nobody one that they had not. One that was off before the week came has no list to book."""
    _free(lists, lambda place: place.client_id not in lists[place.session_id], by)
    now = sessions.lists_of(sorted(lists))
    for id, listed in sorted(lists.items()):
        missing, session = listed - {place.client_id for place in now.get(id, ())}, db.get(Session, id)
        if missing and session.may_change:
            _book(session, list(db.scalars(select(Client).where(Client.id.in_(missing)))), by)


def _book(session: Session, clients: list[Client], by: Actor) -> None:
    try:
        scheduling.book_all(session, clients, by)
    except RuleBroken as refused:
        says = f"{session.name} on {day_words(session.on_day)}: {refused.sentence} Nothing was undone."
        raise RuleBroken(says, way_out=ONE_BY_ONE) from None
