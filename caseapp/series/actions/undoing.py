"""Take the last change of a series back, as long as nothing it made or moved has begun or was changed since."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic.models import Room
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs.models import Service
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import Mode, WhyNot
from caseapp.series import queries
from caseapp.series.actions.changing import forget_day, former_members, free_places, hold, let_in, set_day
from caseapp.series.models import Series, SeriesStaff
from caseapp.series.recurrence import Frequency

TOO_LATE = RuleBroken(
    "This can't be undone as a whole any more: a session has begun, or was changed since.",
    way_out="Change the series instead.",
)


def undo(series: Series, by: Actor, number: int | None = None) -> int:
    """Take back the last change, which must be the one of that number if one is given.

    Moved sessions return, those made for it are cancelled, those that it cancelled are held after all.
    Gives how many sessions that were. Raises RuleBroken if there is nothing to undo, another change came after it, or something
    has begun, was changed or is taken by now; then nothing is changed.
    """
    hold(series)
    last = queries.last_change(series.id)
    if last is None or last.undone_at:
        raise RuleBroken("There is no change to undo.")
    if number not in (None, last.number):
        raise RuleBroken(
            "The series was changed again in the meantime.", way_out="Look at it before you undo anything."
        )
    kept = json.loads(last.before)
    rows = {row["id"]: row for row in kept["sessions"]}
    found = {one.id: one for one in db.scalars(select(Session).where(Session.id.in_(rows)).order_by(Session.id))}
    for session in found.values():
        scheduling.hold(session)
    if series.version != kept["version"] or any(_changed_since(found[id], row) for id, row in rows.items()):
        raise TOO_LATE
    drop_made_since(series, date.fromisoformat(kept["made_until"]), by)
    for id, row in rows.items():
        _take_back(series, found[id], row, by)
    _put_back(series, kept, by)
    last.undone_at = clock.now()
    db.flush()
    changed("series.undo", series.id, by, sessions=len(rows))
    return len(rows)


def _changed_since(session: Session, row: dict[str, Any]) -> bool:
    first = min(
        session.starts_at, datetime.fromisoformat(row["starts_at"]) if "starts_at" in row else session.starts_at
    )
    return session.version != row["version"] or first <= clock.now()


def drop_made_since(series: Series, made_until: date, by: Actor) -> None:
    """Sessions made ahead under the rule that is taken back are made again under the one before."""
    for row in queries.days_of(series.id, made_until):
        forget_day(series, row.on_day)
        if row.session and row.session.may_change:
            scheduling.cancel(row.session, WhyNot.series_changed, by)
    series.made_until = made_until


def _take_back(series: Series, session: Session, row: dict[str, Any], by: Actor) -> None:
    day = date.fromisoformat(row["day"])
    if row.get("made"):
        forget_day(series, day)
        scheduling.cancel(session, WhyNot.mistake, by)
        return
    former = former_members(series, day)
    if row.get("ended"):
        free_places(session, former, by)
        scheduling.restore(session, by)
        set_day(series, day, session=session)
    else:
        if row["now"] != row["day"]:
            forget_day(series, date.fromisoformat(row["now"]))
            set_day(series, day, session=session)
            free_places(session, former, by)
        scheduling.edit(session, by, **_facts(row))
        _book_again(session, set(row["freed"]) - former, by)
    let_in(series, session, day, by)


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    span = datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"])
    facts = {name: row[name] for name in ("staff_ids", "room_id", "topic", "places", "phases_served")}
    facts |= {"mode": _mode(row["mode"])} if "mode" in row else {}  # changes of before it could be said do not tell it
    service, on_day = db.get(Service, row["service_id"]), date.fromisoformat(row["on_day"])
    return facts | {"service": service, "on_day": on_day, "starts": time(), "ends": None, "span": span, "agreed": True}


def _book_again(session: Session, freed: set[str], by: Actor) -> None:
    there = {place.client_id for place in sessions.list_of(session)}
    again = list(db.scalars(select(Client).where(Client.id.in_(freed - there))))
    if again:
        scheduling.book_all(session, again, by)


def _put_back(series: Series, kept: dict[str, Any], by: Actor) -> None:
    """The series as it stood; one that was made by the change ends before its first day."""
    facts = kept["series"]
    if facts is None:
        series.until = series.first_on - timedelta(days=1)
    else:
        for name in ("topic", "places", "phases_served", "every", "weekdays"):
            setattr(series, name, facts[name])
        series.frequency, series.mode = Frequency(facts["frequency"]), _mode(facts.get("mode"))
        series.service, series.room = db.get(Service, facts["service_id"]), _room(facts["room_id"])
        series.starts, series.ends = time.fromisoformat(facts["starts"]), time.fromisoformat(facts["ends"])
        series.first_on, series.planned_from = (
            date.fromisoformat(facts[name]) for name in ("first_on", "planned_from")
        )
        series.until = date.fromisoformat(facts["until"]) if facts["until"] else None
        there = {lead.staff_id: lead for lead in series.leads}
        series.leads = [there.get(id) or SeriesStaff(staff_id=id) for id in facts["staff_ids"]]
    series.changed_at, series.changed_by_name = clock.now(), by.name


def _mode(word: str | None) -> Mode | None:
    return Mode(word) if word else None


def _room(room_id: str | None) -> Room | None:
    return db.get(Room, room_id) if room_id else None
