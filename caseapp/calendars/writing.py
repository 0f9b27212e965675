"""A feed as iCalendar (RFC 5545), by the icalendar library."""

from zoneinfo import ZoneInfo

import icalendar

from caseapp.calendars.queries import Event


def as_icalendar(events: list[Event]) -> bytes:
    """A calendar with an event for each session, in the zone of its site and with that zone's rules.

    The name of an event stays the same whatever happens to its session, its number grows, and what is cancelled says so.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Appointments")
    calendar.add("refresh-interval;value=duration", "PT1H")
    for one in events:
        calendar.add_component(_event(one))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(one: Event) -> icalendar.Event:
    session, zone = one.session, ZoneInfo(one.session.site.zone)
    event = icalendar.Event()
    event.add("uid", f"{session.id}@calendar")
    event.add("dtstamp", one.changed_at)
    event.add("last-modified", one.changed_at)
    event.add("sequence", one.sequence)
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("summary", one.says)
    event.add("status", "CONFIRMED" if one.on else "CANCELLED")
    event.add("class", "PRIVATE")
    if one.where:
        event.add("location", one.where)
    return event
