"""What a session of a series is to be on each of its days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from caseapp.clinic.models import Room, Site
from caseapp.core import clock
from caseapp.core.errors import RuleBroken
from caseapp.core.words import count
from caseapp.identity.models import Staff
from caseapp.programs.models import Service
from caseapp.scheduling.clashes import Span
from caseapp.scheduling.queries import limit_of
from caseapp.scheduling.rules import LEAST_MINUTES, MOST_MINUTES, Mode, ends_on, held_as
from caseapp.series.models import Series
from caseapp.series.recurrence import OddClock, Repeats, instant, what_is_wrong


@dataclass(frozen=True)
class Plan:
    """What a session of a series is to be on each of its days. Times are the site's wall clock.

    Without a `mode` it follows from the room whether people meet in person.
    """

    site: Site
    service: Service
    starts: time
    ends: time
    leads: tuple[Staff, ...]
    room: Room | None
    topic: str
    places: int
    phases_served: str
    repeats: Repeats
    mode: Mode | None = None

    @property
    def held_as(self) -> Mode:
        """In person or as telehealth."""
        return held_as(self.mode, self.room and self.room.id)

    @property
    def length(self) -> timedelta:
        """How long a session is by the clock on the wall."""
        first = date(2000, 1, 1)
        return datetime.combine(ends_on(first, self.starts, self.ends), self.ends) - datetime.combine(
            first, self.starts
        )

    def span(self, day: date, odd: OddClock | None = None) -> Span | None:
        """Its instants on a day; None if the clocks skip its start or show it twice and nobody has said what is meant."""
        if clock.missing_or_twice(day, self.starts, self.site.zone) and odd is None:
            return None
        begin, last_day = instant(day, self.starts, self.site.zone, odd), ends_on(day, self.starts, self.ends)
        if odd or clock.missing_or_twice(last_day, self.ends, self.site.zone):
            return begin, begin + self.length
        return begin, clock.instant(last_day, self.ends, self.site.zone)


def plan_of(series: Series) -> Plan:
    """What a series says now."""
    names = ("site", "service", "starts", "ends", "room", "topic", "places", "phases_served", "repeats", "mode")
    facts = {name: getattr(series, name) for name in names}
    return Plan(leads=tuple(lead.staff for lead in series.leads), **facts)


def usual_end(starts: time, service: Service) -> time:
    """When a session of a service ends by the wall clock if it takes its usual minutes."""
    return (datetime.combine(date(2000, 1, 1), starts) + timedelta(minutes=service.minutes)).time()


def must_be_possible(plan: Plan) -> None:
    """Raise RuleBroken for a rule without days, nobody to lead it, an impossible length, or more places than service or room have."""
    wrong = what_is_wrong(plan.repeats)
    if wrong:
        raise RuleBroken(*wrong)
    if not plan.leads:
        raise RuleBroken("Choose who leads it.", "staff")
    if not LEAST_MINUTES <= plan.length.total_seconds() / 60 <= MOST_MINUTES:
        raise RuleBroken(
            f"A session takes {LEAST_MINUTES} minutes at least and {MOST_MINUTES // 60} hours at most.", "ends"
        )
    most = limit_of(plan.service, plan.repeats.first_on)
    if plan.places > most:
        says = f"{plan.service.name} is for {count('person', most, 'people')} at most (rule profile)."
        raise RuleBroken(says, "places", f"Enter {most} or fewer.")
    if plan.room and plan.room.seats < plan.places:
        raise RuleBroken(f"{plan.room.name} holds {count('person', plan.room.seats, 'people')}.", "room")
