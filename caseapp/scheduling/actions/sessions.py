"""Make and change sessions, cancel them, and take a cancelling back."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, share
from caseapp.core.errors import RuleBroken
from caseapp.core.words import count
from caseapp.identity.models import Staff
from caseapp.programs.models import Service
from caseapp.scheduling import clashes, queries, rules
from caseapp.scheduling.actions.places import book_all, close_to_leads, hold, open_to_leads
from caseapp.scheduling.actions.waiting import end_waiting
from caseapp.scheduling.models import Session, SessionStaff
from caseapp.scheduling.rules import Mode, SessionState, WaitState, WhyNot
from caseapp.scheduling.times_off import times_off_between


@dataclass(frozen=True)
class Plan:
    """What a session is to be: wall-clock times of the site on `on_day`; no end means the service's usual minutes later.

    `span` gives the instants themselves, where someone has said what an odd wall time means; `agreed` says that whoever leads
    it comes outside their working hours. Without a `mode` it follows from the room.
    """

    service: Service
    on_day: date
    starts: time
    ends: time | None
    staff_ids: tuple[str, ...]
    room_id: str | None = None
    topic: str = ""
    places: int | None = None
    phases_served: str = ""
    span: clashes.Span | None = None
    agreed: bool = False
    mode: Mode | None = None


def add_session(by: Actor, *, client_ids: list[str] = (), staff_ids: list[str] = (), **facts) -> Session:
    """A session on a day; `facts` are the rest of a Plan. `client_ids` get a place at once, or nothing is made at all.

    It is at the site of its room, else at the first. Raises RuleBroken on impossible times, a day too far off, nobody to lead
    it, a room no longer used, too many places, or a clash of room, staff or client, at the right field.
    """
    plan = Plan(staff_ids=tuple(dict.fromkeys(staff_ids)), **{"ends": None, **facts})
    session = Session(site=clinic.site(), changed_by_name=by.name)
    _arrange(session, plan)
    session.leads = [SessionStaff(staff_id=staff_id) for staff_id in plan.staff_ids]
    db.add(session)
    db.flush()
    changed("scheduling.add_session", session.id, by, service=plan.service.code, starts_at=session.starts_at)
    if client_ids:
        book_all(session, db.scalars(select(Client).where(Client.id.in_(client_ids))), by)
    return session


def edit(session: Session, by: Actor, *, version: int | None = None, staff_ids: list[str] = (), **facts) -> None:
    """Change a session that nobody is marked in; `facts` are the rest of a Plan. Its list goes with it.

    Where they do not say how people meet, it stays. `version` is the one the form was opened at: raises Stale if it is another
    by now. Raises RuleBroken if the session was held, marked or cancelled, would clash, or has more people than places.
    """
    hold(session, version)
    must_be_changeable(session)
    plan = Plan(staff_ids=tuple(dict.fromkeys(staff_ids)), **{"ends": None, "mode": session.mode, **facts})
    before = _facts(session)
    places = queries.list_of(session)
    _arrange(session, plan, but=session.id)
    if len(places) > session.places:
        raise RuleBroken(f"{count('person', len(places), 'people')} are on the list.", "places", "Free places first.")
    clients = [place.client for place in places]
    lock(Client, [client.id for client in clients])
    clashes.check_clients(clients, (session.starts_at, session.ends_at), by, "starts", but=session.id)
    clashes.check_admitted(clients, plan.service, session, by)
    kept = {lead.staff_id: lead for lead in session.leads}
    session.leads = [kept.get(staff_id) or SessionStaff(staff_id=staff_id) for staff_id in plan.staff_ids]
    session.changed_at, session.changed_by_name = clock.now(), by.name
    db.flush()
    open_to_leads(session, clients, by)
    close_to_leads(kept.keys() | set(plan.staff_ids), [client.id for client in clients], by)
    changed("scheduling.edit", session.id, by, was=before, now=_facts(session))


def _facts(session: Session) -> str:
    leads = " ".join(sorted(lead.staff_id for lead in session.leads))
    return f"{session.starts_at.isoformat()} {session.ends_at.isoformat()} {session.room_id} {session.mode} {session.places} {leads}"


def _arrange(session: Session, plan: Plan, but: str | None = None) -> None:
    """Put the plan into the session after every check of times, places, room and staff, under their locks."""
    room = db.get(Room, plan.room_id) if plan.room_id else None
    site = room.site if room else session.site
    begin, end = _times(plan, site)
    if plan.on_day != session.on_day and rules.too_far(plan.on_day, clock.today(site.zone)):
        raise RuleBroken("Choose a day within a year of today.", "on_day")
    _must_be_offered(plan, room, session)
    share(Site, [site.id])
    lock(Room, [room.id] if room else [])
    lock(Staff, list(plan.staff_ids))
    places = _places(plan, room)
    staff = list(db.scalars(select(Staff).where(Staff.id.in_(plan.staff_ids)).order_by(Staff.name)))
    _must_be_there(session, plan, site, room, staff, (begin, end))
    if room:
        clashes.check_room(room, site, (begin, end), places, but)
    clashes.check_staff(staff, (begin, end), but)
    session.site = site
    session.service, session.room, session.topic = plan.service, room, plan.topic.strip()
    session.on_day, session.starts_at, session.ends_at = plan.on_day, begin, end
    session.places, session.phases_served = places, plan.phases_served
    session.mode = plan.mode


def _must_be_there(
    session: Session, plan: Plan, site: Site, room: Room | None, staff: list[Staff], span: clashes.Span
) -> None:
    """The clinic, the room and whoever leads it are there; what a session is to keep of its time and people is not asked again."""
    off = times_off_between(span, plan.staff_ids)
    same_time = (session.starts_at, session.ends_at) == span
    if not (same_time and session.room_id == plan.room_id):
        clashes.check_open(site, room, off, span)
    led_by = {lead.staff_id for lead in session.leads} if same_time else set()
    new = [one for one in staff if one.id not in led_by]
    clashes.check_there(new, off, span)
    if not plan.agreed:
        clashes.check_hours(new, off, span, site.zone)


def _must_be_offered(plan: Plan, room: Room | None, session: Session) -> None:
    """Room and staff are in use today, or were the session's already."""
    if plan.room_id and (room is None or (not room.active and room.id != session.room_id)):
        raise RuleBroken("Choose a room that is in use.", "room")
    if not plan.staff_ids:
        raise RuleBroken("Choose who leads it.", "staff")
    leads = {one.id for one in queries.leaders()} | {lead.staff_id for lead in session.leads}
    if not leads.issuperset(plan.staff_ids):
        raise RuleBroken("Choose someone who works here in care.", "staff")


def _times(plan: Plan, site: Site) -> clashes.Span:
    if plan.span:
        return plan.span
    begin = clock.instant(plan.on_day, plan.starts, site.zone)
    if plan.ends is None:
        wrong = rules.odd_clock(plan.on_day, plan.starts, "starts", site.zone)
        end = begin + timedelta(minutes=plan.service.minutes)
    else:
        wrong = rules.what_is_wrong_with_times(plan.on_day, plan.starts, plan.ends, site.zone)
        end = clock.instant(rules.ends_on(plan.on_day, plan.starts, plan.ends), plan.ends, site.zone)
    if wrong:
        raise RuleBroken(*wrong)
    return begin, end


def _places(plan: Plan, room: Room | None) -> int:
    """The places asked for, or as many as the rule profile and the room allow. Raises RuleBroken for more."""
    most = queries.limit_of(plan.service, plan.on_day)
    if plan.places is None:
        return min(most, room.seats) if room else most
    if plan.places > most:
        says = f"{plan.service.name} is for {count('person', most, 'people')} at most (rule profile)."
        raise RuleBroken(says, "places", f"Enter {most} or fewer.")
    return plan.places


def must_be_changeable(session: Session) -> None:
    """Raise RuleBroken unless the session still lies open: neither held, marked, cancelled nor finished."""
    if session.state is SessionState.cancelled:
        raise RuleBroken("This session was cancelled.", way_out="Make a new one instead.")
    if not session.may_change:
        raise RuleBroken(
            "People are marked in this session, so it can't be changed any more.",
            way_out="Correct the marks on its roll-call instead.",
        )


def cancel(session: Session, why: WhyNot, by: Actor, version: int | None = None) -> None:
    """Cancel a session that is still ahead or did not begin; its list stays on record.

    Raises RuleBroken if people are marked, Stale if it is no longer at the version given.
    """
    hold(session, version)
    if session.state is not SessionState.scheduled or session.finished_at:
        raise RuleBroken("This session was held or cancelled already.")
    if session.begun and session.marked_at:
        raise RuleBroken("People are marked in this session.", way_out="Say on its roll-call that it did not happen.")
    session.state, session.state_reason = SessionState.cancelled, why
    session.changed_at, session.changed_by_name = clock.now(), by.name
    db.flush()
    listed = [place.client_id for place in queries.list_of(session)]
    close_to_leads([lead.staff_id for lead in session.leads], listed, by)
    for row in queries.waiting_for(session_id=session.id):
        end_waiting(row, WaitState.called_off, by)
    changed("scheduling.cancel", session.id, by, why=why)


def restore(session: Session, by: Actor) -> None:
    """Take a cancelling back, if room, staff and people are still free. Raises RuleBroken if they are not."""
    hold(session)
    if session.state is not SessionState.cancelled:
        raise RuleBroken("This session is not cancelled.")
    span, leads = (session.starts_at, session.ends_at), [lead.staff for lead in session.leads]
    clients = [place.client for place in queries.list_of(session)]
    share(Site, [session.site_id])
    lock(Room, [session.room_id] if session.room_id else [])
    lock(Staff, [one.id for one in leads])
    lock(Client, [client.id for client in clients])
    if session.room:
        clashes.check_room(session.room, session.site, span, session.places, session.id)
    clashes.check_staff(leads, span, session.id)
    clashes.check_clients(clients, span, by, "clients", session.id)
    off = times_off_between(span, [one.id for one in leads])
    clashes.check_open(session.site, session.room, off, span)
    clashes.check_there(leads, off, span)
    session.state, session.state_reason = SessionState.scheduled, None
    session.changed_at, session.changed_by_name = clock.now(), by.name
    db.flush()
    open_to_leads(session, clients, by)
    changed("scheduling.restore", session.id, by)
