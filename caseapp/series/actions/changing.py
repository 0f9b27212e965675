"""Make a series and change it from a day on: what was previewed is what is written, all of it or nothing."""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, share
from caseapp.core.errors import RuleBroken, Stale
from caseapp.core.words import day as day_words
from caseapp.identity.models import Staff
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import WhyNot
from caseapp.series import queries
from caseapp.series.lines import Kind, Line, Preview, preview_change, preview_new
from caseapp.series.models import Series, SeriesChange, SeriesDay, SeriesStaff
from caseapp.series.plans import Plan, must_be_possible
from caseapp.series.recurrence import OddClock
from caseapp.series.rules import HORIZON, Clash, Do, LeftOut

Choices = dict[str, Do]


def add_series(plan: Plan, by: Actor, *, seen: str, choices: Choices) -> Series:
    """A series with the sessions that are in sight. `seen` is the digest of the preview, `choices` what was chosen by line.

    Raises Stale if the preview would be another one by now; RuleBroken if a plan or a choice is none.
    """
    must_be_possible(plan)
    lock_for(plan, [], [])
    until = max(clock.today(plan.site.zone), plan.repeats.first_on) + HORIZON
    preview = preview_new(plan, until, by)
    _must_be_as_seen(preview, seen)
    series = Series(made_until=until, changed_by_name=by.name, changed_at=clock.now())
    _put(series, plan, plan.repeats.first_on)
    db.add(series)
    db.flush()
    done = write(series, preview.lines, plan, choices, by)
    _keep(series, None, done, by)
    changed("series.add", series.id, by, service=plan.service.code, rule=plan.repeats.words, sessions=len(done))
    return series


def change(
    series: Series, plan: Plan, by: Actor, *, since: date, seen: str, choices: Choices, only: bool = False
) -> SeriesChange:
    """Change a series and its sessions from a day on, or its session of that day `only`. Raises as `add_series` does."""
    must_be_possible(plan)
    hold(series)
    days = queries.days_of(series.id, since)
    lists = sessions.lists_of([row.session_id for row in days if row.session_id])
    clients = [place.client_id for places in lists.values() for place in places]
    lock_for(plan, [row.session for row in days if row.session], [*clients, *member_ids(series)])
    db.expire_all()  # what was read before the locks may have changed
    preview = preview_change(series, plan, since, by, only=only)
    _must_be_as_seen(preview, seen)
    before = facts_of(series)
    done = write(series, preview.lines, plan, choices, by)
    if not only:
        _put(series, plan, since)
    series.changed_at, series.changed_by_name = clock.now(), by.name
    db.flush()
    kept = _keep(series, before, done, by)
    changed("series.change", series.id, by, since=since, only=only, rule=plan.repeats.words, sessions=len(done))
    return kept


def hold(series: Series) -> None:
    """Make everyone else who changes this series wait until this transaction ends, and read it as it is now."""
    db.refresh(series, with_for_update=True)
    db.expire(series, ["leads", "room", "service", "site"])


def member_ids(series: Series) -> list[str]:
    """The ids of everyone who belongs to a series or did."""
    return [one.client_id for one in queries.members(series.id)]


def lock_for(plan: Plan, ahead: Iterable[Session], client_ids: list[str]) -> None:
    """Make everyone wait who would change these sessions, or book the rooms, staff or clients that a plan needs."""
    for session in sorted(ahead, key=lambda one: one.id):
        scheduling.hold(session)
    share(Site, [plan.site.id])
    lock(Room, list(db.scalars(select(Room.id).where(Room.site_id == plan.site.id))))
    lock(Staff, [one.id for one in (*plan.leads, *sessions.leaders())])
    lock(Client, client_ids)


def _must_be_as_seen(preview: Preview, seen: str) -> None:
    if preview.digest != seen:
        raise Stale


def _put(series: Series, plan: Plan, since: date) -> None:
    series.planned_from = since
    for name in ("site", "service", "starts", "ends", "room", "topic", "places", "phases_served", "mode"):
        setattr(series, name, getattr(plan, name))
    rule = plan.repeats
    series.frequency, series.every, series.first_on = rule.frequency, rule.every, rule.first_on
    series.weekdays = " ".join(str(one) for one in sorted(rule.weekdays))
    series.until = rule.last_day() if rule.times else rule.until
    kept = {lead.staff_id: lead for lead in series.leads}
    series.leads = [kept.get(one.id) or SeriesStaff(staff_id=one.id) for one in plan.leads]


def write(series: Series, lines: list[Line], plan: Plan, choices: Choices, by: Actor) -> list[dict[str, Any]]:
    """Do each line as chosen; gives how each session stood before, for undoing. Raises RuleBroken for a choice that is not offered."""
    done = []
    for line in lines:
        do = choices.get(line.key, line.choices[0])
        if do not in line.choices:
            raise RuleBroken(f"Choose what to do on {day_words(line.day)}.", line.key)
        try:
            done += _do_line(series, line, plan, do, by)
        except RuleBroken as refused:
            raise RuleBroken(f"{day_words(line.day)}: {refused.sentence}", line.key, refused.way_out) from None
    return done


def _do_line(series: Series, line: Line, plan: Plan, do: Do, by: Actor) -> list[dict[str, Any]]:
    if do is Do.skip:
        if line.kind is Kind.made:
            set_day(series, line.day, left_out=_why_left_out(line))
        return []
    if line.kind is Kind.ends:
        before = facts_of_session(line.session) | {"day": line.day.isoformat(), "ended": True}
        forget_day(series, line.day)
        scheduling.cancel(line.session, WhyNot.series_changed, by)
        return [before | {"version": line.session.version}]
    facts = _facts(line, plan, do)
    if line.kind is Kind.made:
        there = [one.id for one in line.clients if one.id not in line.busy_clients]
        made = scheduling.add_session(by, client_ids=there, **facts)
        set_day(series, line.day, session=made)
        return [{"id": made.id, "day": line.day.isoformat(), "made": True, "version": made.version}]
    before = facts_of_session(line.session) | {"day": (line.was_on or line.day).isoformat()}
    gone = line.busy_clients if do is Do.without else frozenset()
    if line.kind is Kind.moved:
        gone |= former_members(series, line.day)
    before["freed"] = free_places(line.session, gone, by)
    scheduling.edit(line.session, by, **facts)
    if line.kind is Kind.moved:
        forget_day(series, line.was_on)
        set_day(series, line.day, session=line.session)
        let_in(series, line.session, line.day, by)
    return [before | {"version": line.session.version, "now": line.day.isoformat()}]


def _why_left_out(line: Line) -> LeftOut:
    first = line.clashes[0] if line.clashes else None
    return LeftOut(first.value) if first and first is not Clash.by_hand else LeftOut.skipped


def _facts(line: Line, plan: Plan, do: Do) -> dict[str, Any]:
    odd = OddClock(do.value) if do in (Do.earlier, Do.later) else None
    room = line.other_room if do is Do.other_room else plan.room
    leads = [one.id for one in plan.leads if do not in (Do.without, Do.other_lead) or one.id not in line.busy_leads]
    leads += [line.other_lead.id] if do is Do.other_lead else []
    return {
        "service": plan.service,
        "on_day": line.day,
        "starts": plan.starts,
        "ends": plan.ends,
        "span": plan.span(line.day, odd),
        "staff_ids": leads,
        "room_id": room.id if room else None,
        "topic": plan.topic,
        "places": plan.places,
        "phases_served": plan.phases_served,
        "mode": plan.mode,
        "agreed": True,
    }


def free_places(session: Session, client_ids: frozenset[str], by: Actor) -> list[str]:
    """Free the places that these people have in a session; gives whose that were."""
    freed = [place for place in sessions.list_of(session) if place.client_id in client_ids]
    for place in freed:
        scheduling.free(place, by)
    return [place.client_id for place in freed]


def former_members(series: Series, day: date) -> frozenset[str]:
    """Who belonged to a series or will, but not on that day."""
    members = queries.members(series.id)
    there = {one.client_id for one in members if one.holds(day)}
    return frozenset(one.client_id for one in members) - there


def let_in(series: Series, session: Session, day: date, by: Actor) -> None:
    """Who belongs to the series on the day to which a session moved has a place in it, if they can."""
    listed = {place.client_id for place in sessions.list_of(session)}
    for member in queries.members(series.id):
        if member.holds(day) and member.client_id not in listed:
            with suppress(RuleBroken):
                scheduling.book(session, member.client, by)


def set_day(series: Series, day: date, session: Session | None = None, left_out: LeftOut | None = None) -> None:
    """Say which session a series has on a day, or why it has none."""
    row = db.get(SeriesDay, (series.id, day)) or SeriesDay(series_id=series.id, on_day=day)
    row.session_id, row.left_out = session.id if session else None, left_out
    db.add(row)
    db.flush()


def forget_day(series: Series, day: date) -> None:
    """A series has this day no more; its session stands on its own from now on."""
    db.delete(db.get(SeriesDay, (series.id, day)))
    db.flush()


def facts_of(series: Series) -> dict[str, Any]:
    """How a series stands, as JSON keeps it."""
    columns = ("room_id", "topic", "places", "phases_served", "frequency", "every", "weekdays", "service_id", "mode")
    facts = {name: getattr(series, name) for name in columns} | {"staff_ids": [one.staff_id for one in series.leads]}
    wall = {name: getattr(series, name).isoformat() for name in ("starts", "ends", "first_on", "planned_from")}
    return facts | wall | {"until": series.until.isoformat() if series.until else None}


def facts_of_session(session: Session) -> dict[str, Any]:
    """How a session stands, as JSON keeps it."""
    columns = ("id", "room_id", "topic", "places", "phases_served", "service_id", "mode")
    facts = {name: getattr(session, name) for name in columns}
    wall = {name: getattr(session, name).isoformat() for name in ("on_day", "starts_at", "ends_at")}
    return facts | wall | {"staff_ids": [lead.staff_id for lead in session.leads]}


def _keep(series: Series, before: dict[str, Any] | None, done: list[dict[str, Any]], by: Actor) -> SeriesChange:
    """Keep how it all stood, and at which version it stands now, for an undo that must find it so."""
    kept = {"series": before, "sessions": done, "version": series.version, "made_until": series.made_until.isoformat()}
    last = queries.last_change(series.id)
    facts = {"number": last.number + 1 if last else 1, "by_id": by.id, "sessions": len(done)}
    row = SeriesChange(series_id=series.id, before=json.dumps(kept), **facts)
    db.add(row)
    db.flush()
    return row
