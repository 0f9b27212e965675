"""What a change of a series says to whoever looks at it before it is saved."""

from datetime import date
from zoneinfo import ZoneInfo

from caseapp.clinic.models import Room
from caseapp.core.words import clock_time, count, time_range
from caseapp.core.words import day as day_words
from caseapp.scheduling.clashes import Span, hours_of
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import Mode
from caseapp.series.plans import Plan
from caseapp.series.recurrence import OddClock
from caseapp.series.rules import Clash, Do

HELD_AS = {Mode.in_person: "in person", Mode.telehealth: "telehealth"}


def differs(session: Session, day: date, plan: Plan) -> str:
    """In words what a session on a day would change to be as planned: "9:00 am - 12:00 pm to 9:30 am - 12:30 pm"."""
    span = plan.span(day)
    told = []
    if span and (session.starts_at, session.ends_at) != span:
        told.append(f"{hours_of(session)} to {hours_as(span, plan.site.zone)}")
    if session.room_id != (plan.room.id if plan.room else None):
        told.append(f"{room_name(session.room)} to {room_name(plan.room)}")
    if {lead.staff_id for lead in session.leads} != {one.id for one in plan.leads}:
        told.append(f"led by {', '.join(sorted(one.name for one in plan.leads))}")
    if session.held_as is not plan.held_as:
        told.append(f"{HELD_AS[session.held_as]} to {HELD_AS[plan.held_as]}")
    if session.places != plan.places:
        told.append(f"{session.places} to {plan.places} places")
    if (session.service_id, session.topic) != (plan.service.id, plan.topic):
        told.append(f"now {plan.topic or plan.service.name}")
    if session.phases_served != plan.phases_served:
        told.append("other phases")
    return ", ".join(told)


def hours_as(span: Span, zone: str) -> str:
    """A span on the wall clock of a zone: "1:00 pm - 2:30 pm"."""
    return time_range(*(one.astimezone(ZoneInfo(zone)) for one in span))


def room_name(room: Room | None) -> str:
    """Its name, or that there is none."""
    return room.name if room else "no room"


def ways_out(line, plan: Plan) -> list[tuple[Do, str]]:
    """What can be done about a line, each in words, the proposed one first."""
    return [(do, _words_of(do, line, plan)) for do in line.choices]


def _words_of(do: Do, line, plan: Plan) -> str:
    if do is Do.skip:
        return _skipped(line)
    if do is Do.other_room:
        return f"In {line.other_room.name}"
    if do is Do.other_lead:
        return f"Led by {line.other_lead.name} instead, who is free then"
    if do is Do.without:
        busy = [lead.name for lead in plan.leads if lead.id in line.busy_leads]
        who = " and ".join(busy) or count("person", len(line.busy_clients), "people") + " who can't"
        return f"Without {who}"
    if do in (Do.earlier, Do.later):
        begin, _end = plan.span(line.day, OddClock(do.value))
        return f"At {clock_time(begin.astimezone(ZoneInfo(plan.site.zone)))}, the {do.value} of the two"
    return "Change it too" if Clash.by_hand in line.clashes else "Do it"


def _skipped(line) -> str:
    if line.session is None:
        return "No session that day"
    if line.was_on:
        return f"Leave it on {day_words(line.was_on)}"
    return "Leave it as it is"
