"""Enter a closure or a leave together with what is done about each session it hits: all of it, or nothing.

Locks are taken before anything is looked at, in the order of the schedule: sessions, site, rooms, staff, clients.
"""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic.models import Room, Site
from caseapp.closures.hits import Hit, digest, hits_of, lies_in, sessions_hit
from caseapp.closures.rules import Decision, Do, call_by
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken, Stale
from caseapp.core.words import clock_time
from caseapp.core.words import day as day_words
from caseapp.episodes.queries import case_managers
from caseapp.identity.models import Staff
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Session, TimeOff, WorkingHours
from caseapp.scheduling.rules import WhyNot, too_far
from caseapp.scheduling.times_off import Hours, working_hours
from caseapp.tasks import actions as tasks
from caseapp.tasks.rules import TaskKind

WAY_OUT = "Choose something else for it, or leave it and change it on its own page."
Decisions = dict[str, Decision]


def must_be_possible(off: TimeOff) -> None:
    """Raise RuleBroken for a closure or a leave that ends before it begins, is over, or lies more than a year ahead."""
    if off.ends_at <= off.starts_at:
        raise RuleBroken("The end must be after the beginning.", "ends" if _one_day(off) else "last_on")
    if off.ends_at <= clock.now():
        raise RuleBroken("This is over already. Enter one that is still on, or ahead.", "first_on")
    if too_far(clock.day_of(off.ends_at, off.site.zone), clock.today(off.site.zone)):
        raise RuleBroken("Choose days within a year of today.", "last_on")


def _one_day(off: TimeOff) -> bool:
    return clock.day_of(off.starts_at, off.site.zone) == clock.day_of(off.ends_at, off.site.zone)


def add(off: TimeOff, by: Actor, *, seen: str, decisions: Decisions) -> int:
    """Enter a closure or a leave, and do what was decided about each session that it hits; gives how many clients must be told.

    `seen` is the digest of the sessions that were shown. Raises Stale if by now it hits others; RuleBroken where a decision
    can't be carried out, at the field of its session: then nothing is saved.
    """
    must_be_possible(off)
    hits = _held(off, seen)
    off.changed_at, off.changed_by_name = clock.now(), by.name
    db.add(off)
    db.flush()
    changed("closures.add", off.id, by, room=off.room_id, staff=off.staff_id, since=off.starts_at, until=off.ends_at)
    return _carry_out(off, hits, decisions, by)


def decide(off: TimeOff, by: Actor, *, seen: str, decisions: Decisions) -> int:
    """Decide about the sessions that lie in a closure or a leave by now. Gives and raises what `add` does."""
    return _carry_out(off, _held(off, seen), decisions, by)


def withdraw(off: TimeOff, by: Actor) -> None:
    """There is no such closure or leave. Sessions that were cancelled or moved for it stay so until someone puts them back."""
    db.refresh(off, with_for_update=True)
    if off.withdrawn_at is not None:
        raise RuleBroken("This was taken back already.")
    off.withdrawn_at, off.changed_at, off.changed_by_name = clock.now(), clock.now(), by.name
    db.flush()
    changed("closures.withdraw", off.id, by)


def _held(off: TimeOff, seen: str) -> list[Hit]:
    """The hits as they are now that nobody else can change them."""
    found = sessions_hit(off)
    listed = [place.client_id for places in sessions.lists_of([one.id for one in found]).values() for place in places]
    leads = [lead.staff_id for one in found for lead in one.leads]
    for session in sorted(found, key=lambda one: one.id):
        scheduling.hold(session)
    lock(Site, [off.site_id])
    lock(Room, list(db.scalars(select(Room.id).where(Room.site_id == off.site_id))))
    lock(Staff, [*leads, *(one.id for one in sessions.leaders()), *([off.staff_id] if off.staff_id else [])])
    lock(Client, listed)
    db.expire_all()  # what was read before the locks may have changed
    if digest(sessions_hit(off)) != seen:
        raise Stale
    return hits_of(off)


def _carry_out(off: TimeOff, hits: list[Hit], decisions: Decisions, by: Actor) -> int:
    news: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for hit in hits:
        decision = decisions.get(hit.session.id) or Decision(Do.stays)
        was, name = hit.session.starts_at, hit.session.name
        try:
            told = _do(off, hit, decision, by)
        except RuleBroken as refused:
            when = day_words(hit.session.on_day)
            raise RuleBroken(f"{name}, {when}: {refused.sentence}", hit.session.id, WAY_OUT) from None
        for client in hit.clients if told else ():
            news[client.id].append((min(was, hit.session.starts_at), told))
    _have_them_told(news, by)
    return len(news)


def _do(off: TimeOff, hit: Hit, decision: Decision, by: Actor) -> str:
    """Do what was decided about one session; gives what those on its list must be told, or nothing."""
    session, do = hit.session, decision.do
    if do not in hit.choices:
        raise RuleBroken("Choose what to do from what is offered.")
    old = f"{session.name} on {_when(session)}"
    if do is Do.cancel:
        scheduling.cancel(session, WhyNot.staff_away if off.staff_id else WhyNot.closed, by)
        return f"{old} is cancelled."
    if do is Do.stays:
        return ""
    scheduling.edit(session, by, **_facts(off, hit, decision))
    if lies_in(off, session):
        raise RuleBroken("It would still lie in it. Choose another day or time.")
    if do is Do.moved:
        return f"{old} moves to {_when(session)}" + (f", {session.room.name}." if session.room else ".")
    return f"{old} is with {session.leads[0].staff.name}." if do is Do.given and hit.alone else ""


def _when(session: Session) -> str:
    begin = session.starts_at.astimezone(ZoneInfo(session.site.zone))
    return f"{day_words(begin.date())}, {clock_time(begin)}"


def _facts(off: TimeOff, hit: Hit, decision: Decision) -> dict[str, Any]:
    """The session as it is, but for what was decided."""
    session, zone = hit.session, ZoneInfo(hit.session.site.zone)
    facts = {
        name: getattr(session, name) for name in ("service", "on_day", "room_id", "topic", "places", "phases_served")
    }
    facts |= {"starts": time(), "span": (session.starts_at, session.ends_at), "agreed": True}
    facts["staff_ids"] = [lead.staff_id for lead in session.leads if lead.staff_id != off.staff_id]
    if decision.do is Do.other_room:
        return facts | {"room_id": hit.other_room.id, "staff_ids": [lead.staff_id for lead in session.leads]}
    if decision.do is Do.given:
        if decision.lead_id not in {one.id for one in hit.free}:
            raise RuleBroken("Choose someone who is free then.")
        return facts | {"staff_ids": [*facts["staff_ids"], decision.lead_id]}
    if decision.do is Do.moved:
        length = session.ends_at.astimezone(zone).replace(tzinfo=None) - session.starts_at.astimezone(zone).replace(
            tzinfo=None
        )
        ends = (datetime.combine(decision.on_day, decision.starts) + length).time()
        facts |= {"on_day": decision.on_day, "starts": decision.starts, "ends": ends, "span": None, "agreed": False}
        return facts | {"room_id": decision.room_id, "staff_ids": [lead.staff_id for lead in session.leads]}
    return facts


def _have_them_told(news: dict[str, list[tuple[datetime, str]]], by: Actor) -> None:
    """Nobody is told by the computer: for each client one task for who knows them, with all that changes for them."""
    owners = case_managers(news)
    for client_id, told in news.items():
        due = call_by(min(starts for starts, _says in told), clock.now())
        title = " ".join(says for _starts, says in sorted(told))
        facts = {"client_id": client_id, "owner_id": owners.get(client_id, by.id), "due_at": due, "title": title}
        tasks.open_task(TaskKind.tell_change, None, by, **facts)


def set_hours(staff: Staff, hours: Hours, by: Actor, *, seen: str) -> None:
    """Say when someone works, by weekday; none at all means that they may be booked at any time.

    Raises RuleBroken if an end is not after its start, or if someone else has changed them since they were `seen`.
    """
    lock(Staff, [staff.id])
    if hours_mark(working_hours([staff.id]).get(staff.id, {})) != seen:
        raise RuleBroken("Someone else has changed these hours meanwhile.", way_out="Open the page again and look.")
    for weekday, (starts, ends) in hours.items():
        if ends <= starts:
            raise RuleBroken("The end must be after the start.", f"ends_{weekday}")
    db.execute(delete(WorkingHours).where(WorkingHours.staff_id == staff.id))
    db.add_all(WorkingHours(staff_id=staff.id, weekday=one, starts=at[0], ends=at[1]) for one, at in hours.items())
    db.flush()
    changed("closures.set_hours", staff.id, by, hours=hours_mark(hours))


def hours_mark(hours: Hours) -> str:
    """Working hours as one line: "0 09:00-17:00, 2 09:00-13:00"."""
    return ", ".join(f"{one} {hours[one][0]:%H:%M}-{hours[one][1]:%H:%M}" for one in sorted(hours))


def planned(
    site: Site,
    whom: Room | Staff | None,
    first: date,
    last: date,
    starts: time | None,
    ends: time | None,
    name: str = "",
) -> TimeOff:
    """A closure of a site or a room, or a leave, that is not on record yet: whole days unless wall times are given."""
    begin = clock.instant(first, starts or time(), site.zone)
    end = clock.instant(last, ends, site.zone) if ends else clock.instant(last + timedelta(days=1), time(), site.zone)
    room, staff = (whom if isinstance(whom, kind) else None for kind in (Room, Staff))
    off = TimeOff(site_id=site.id, site=site, name=name.strip(), starts_at=begin, ends_at=end)
    off.room, off.room_id, off.staff, off.staff_id = room, room and room.id, staff, staff and staff.id
    return off
