"""What stands in the way of a session or a place: refusals that say no more than the reader may know, each with a way out."""

from zoneinfo import ZoneInfo

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_ids
from caseapp.clinic.models import Room, Site
from caseapp.core.access import Actor, Role
from caseapp.core.errors import RuleBroken
from caseapp.core.words import clock_time, count, day, time_range
from caseapp.episodes.queries import current_stays
from caseapp.identity.models import Staff
from caseapp.identity.queries import working_staff
from caseapp.programs.models import Service
from caseapp.scheduling import queries
from caseapp.scheduling.models import Session, Waiting
from caseapp.scheduling.rules import needs_admission
from caseapp.scheduling.times_off import Span, TimesOff, said, times_off_between


def hours_of(session: Session) -> str:
    """When a session is, on its site's wall clock: "1:00 pm - 2:30 pm"."""
    zone = ZoneInfo(session.site.zone)
    return time_range(session.starts_at.astimezone(zone), session.ends_at.astimezone(zone))


def check_room(room: Room, site: Site, span: Span, people: int, but: str | None = None) -> None:
    """Raise RuleBroken if the room is too small, or taken in that time by another session than `but`."""
    off = times_off_between(span, ())
    open_ones = (one for one in queries.free_rooms(site.id, *span, people) if not off.closed(site.id, one.id, span))
    free = [one.name for one in open_ones]
    way_out = f"Free then: {', '.join(free)}." if free else "No room of that size is free then. Choose another time."
    if room.seats < people:
        raise RuleBroken(f"{room.name} holds {count('person', room.seats, 'people')}.", "room", way_out)
    taken_by = queries.in_room(room.id, *span, but)
    if taken_by:
        raise RuleBroken(f"{room.name} is taken: {taken_by.name}, {hours_of(taken_by)}.", "room", way_out)


def check_staff(people: list[Staff], span: Span, but: str | None = None) -> None:
    """Raise RuleBroken if one of these leads another session than `but` in that time."""
    busy = queries.led_by([one.id for one in people], *span, but)
    first = next((one for one in people if one.id in busy), None)
    if first is None:
        return
    other = busy[first.id]
    raise RuleBroken(f"{first.name} leads {other.name}, {hours_of(other)}.", "staff", _who_else(people, span))


def _who_else(people: list[Staff], span: Span) -> str:
    """The way out where someone can't lead a session: who could."""
    free = [one for one in queries.free_staff(working_staff(Role.clinician), *span) if one not in people]
    off = times_off_between(span, [one.id for one in free])
    names = [one.name for one in free if not off.away(one.id, span)]
    return f"Free then: {', '.join(names[:5])}." if names else "Choose another time."


def check_open(site: Site, room: Room | None, off: TimesOff, span: Span) -> None:
    """Raise RuleBroken if the site or the room is closed in that time."""
    closed = off.closed(site.id, room and room.id, span)
    if closed:
        way_out = "Choose another room or time." if closed.room_id else "Choose another day or time."
        raise RuleBroken(said(closed), "room" if closed.room_id else "on_day", way_out)


def check_there(people: list[Staff], off: TimesOff, span: Span) -> None:
    """Raise RuleBroken if one of these is away in that time."""
    away = next(filter(None, (off.away(one.id, span) for one in people)), None)
    if away:
        raise RuleBroken(said(away), "staff", _who_else(people, span))


def check_hours(people: list[Staff], off: TimesOff, span: Span, zone: str) -> None:
    """Raise RuleBroken if that time is not in the working hours of one of these."""
    for one in people:
        outside = off.off_hours(one.id, span, zone)
        if outside:
            way_out = "Choose another time, or say that it is agreed with them."
            raise RuleBroken(f"{one.name} {outside}.", "staff", way_out)


def check_clients(clients: list[Client], span: Span, by: Actor, field: str, but: str | None = None) -> None:
    """Raise RuleBroken if one of these has a place elsewhere in that time. Of those the reader may not see: only that."""
    busy = queries.booked([client.id for client in clients], *span, but)
    if not busy:
        return
    may_see = visible_ids(list(busy), by)
    first = next((client for client in clients if client.id in busy and client.id in may_see), None)
    if first is None:
        says = "This client is busy at that time." if len(clients) == 1 else "Someone on the list is busy at that time."
        raise RuleBroken(says, field, "Choose another time.")
    other = busy[first.id]
    says = f"{first.last_first} has {other.name}, {hours_of(other)}."
    raise RuleBroken(says, field, "Choose another time, or free the place there first.")


def check_admitted(clients: list[Client], service: Service, session: Session, by: Actor) -> None:
    """Raise RuleBroken if a group is booked for someone who is in no phase on that day; names whom the reader may see."""
    if not needs_admission(service.capacity) or not clients:
        return
    stays = current_stays([client.id for client in clients], session.on_day)
    outside = [client for client in clients if client.id not in stays]
    if outside:
        may_see = visible_ids([client.id for client in outside], by)
        who = next((one.last_first for one in outside if one.id in may_see), "Someone on the list")
        raise RuleBroken(
            f"{who} is in no phase of a program on {day(session.on_day)}, so a group can't be booked.",
            "clients",
            "One-to-one sessions can be booked before admission.",
        )


def promised(session: Session, taken: int, offers: list[Waiting]) -> RuleBroken:
    """The refusal where the last places are kept for those to whom they are offered."""
    until = offers[0].answer_by.astimezone(ZoneInfo(session.site.zone))
    kept = f"{count('place', len(offers))} {'is' if len(offers) == 1 else 'are'} kept for who waits"
    says = f"{taken} of {count('place', session.limit)} are taken, and {kept}, until {day(until.date())}, {clock_time(until)}."
    return RuleBroken(says, "clients", "Record the answer to the offer first, or put them on the wait-list.")


def full(session: Session, taken: int) -> RuleBroken:
    """The refusal of a full session, with the next one that has a free place."""
    other = queries.with_a_place(session)
    zone = ZoneInfo(session.site.zone)
    way_out = "Choose another session."
    if other:
        way_out = f"The next with a free place: {other.name}, {day(other.starts_at.astimezone(zone).date())}, {hours_of(other)}."
    return RuleBroken(f"This session is full: {taken} of {count('place', session.limit)}.", "clients", way_out)
