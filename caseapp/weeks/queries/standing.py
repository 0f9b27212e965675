"""How the weeks of clients stand: hours, services, gaps, two things at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select

from caseapp.attendance.counting import Sitting
from caseapp.attendance.facts import InPhase, sittings_between, stays_between
from caseapp.attendance.hours import Week, stay_on, weeks_of_clients
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs.models import Service, ServiceRequirement
from caseapp.programs.queries import Profiles
from caseapp.weekplan.queries import said_by
from caseapp.weekplan.times import Said
from caseapp.weeks.rules import (
    Asked,
    Gap,
    Lacks,
    ServiceStanding,
    at_once,
    gaps,
    is_served,
    needs_a_look,
    reach,
    span_of,
    standing,
)

WEEK, DAY = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True)
class ClientWeek:
    """A client's week: its hours, the services the phase asks for, gaps, and what is at the same time.

    `in_full` says that they are in the program on all its days: of someone who comes or leaves that week nothing is said to be
    short. `sittings` are their places from a week before to a week after, `phase_on` the position of their phase by day,
    `said` what they have each week besides.
    """

    hours: Week
    in_full: bool
    services: tuple[ServiceStanding, ...]
    gaps: tuple[Gap, ...]
    at_once: list[tuple[Sitting, Sitting]]
    sittings: list[Sitting]
    phase_on: dict[date, int]
    said: list[Said]
    break_minutes: int
    sentence: str

    @property
    def unreachable(self) -> int:
        """How many minutes are missing to what the phase asks for, even if everything booked is attended."""
        return max((self.hours.required or 0) - self.hours.reachable, 0) if self.in_full else 0

    @property
    def below(self) -> bool:
        """Whether the hours need a look: they can't be reached any more, or something was missed and is not made up for."""
        week = self.hours
        return self.in_full and needs_a_look(week.scheduled, week.attended, week.required, week.reachable)

    @property
    def short_services(self) -> list[ServiceStanding]:
        """The services that will not be had in time."""
        return [one for one in self.services if one.short and self.in_full]

    @property
    def is_short(self) -> bool:
        """Whether anything of the week is short or clashes."""
        return bool(self.below or self.short_services or self.gaps or self.at_once)

    @property
    def lacks(self) -> Lacks:
        """What a make-up session could give."""
        services = {one.asked.service: one.asked.minutes for one in self.short_services}
        return Lacks(services, self.unreachable, self.gaps)

    @property
    def order(self) -> tuple[bool, int, int, int]:
        """Before whom they stand: hours that can't be reached first, then by services, gaps and hours missing."""
        return self.unreachable == 0, -self.unreachable, -len(self.short_services), -self.hours.missing


def weeks_of(client_ids: list[str], day: date) -> dict[str, ClientWeek]:
    """By client, the week of their program that holds a day; a fixed number of statements, however many clients."""
    weeks = {id: week for id, [week] in weeks_of_clients(client_ids, day, day).items()}
    looked = _Looked(client_ids, day, list(weeks.values()))
    return {client_id: looked.week(client_id, week) for client_id, week in weeks.items()}


class _Looked:
    """What is read once for all of them: stays, places from a month before to a week after, what phases ask for, profiles."""

    def __init__(self, client_ids: list[str], day: date, weeks: Sequence[Week]):
        self.now, self.zone, self.profiles = clock.now(), ZoneInfo(clinic.zone()), Profiles()
        first, last = _span_of_all(weeks, day)
        self.stays = stays_between(first, last, client_ids)
        found = sittings_between(first, last, client_ids)
        self.sittings = {id: list(theirs) for id, theirs in groupby(found, lambda one: one.client_id)}
        self.said = said_by(client_ids)
        self.asked = _asked({week.phase.phase_id for week in weeks if week.phase})

    def week(self, client_id: str, week: Week) -> ClientWeek:
        """One client's week."""
        stays, sittings = self.stays.get(client_id, []), self.sittings.get(client_id, [])
        days = [week.first + DAY * offset for offset in range(7)]
        phase_on = {day: stay.position for day in days if (stay := stay_on(stays, day))}
        near = [one for one in sittings if week.first - WEEK <= one.on_day < week.after + WEEK]
        ahead = [one.starts_at.astimezone(self.zone) for one in week.ahead]
        program_id = week.phase.program_id if week.phase else None
        return ClientWeek(
            hours=week,
            in_full=len(phase_on) == len(days),
            services=self._services(week, sittings),
            gaps=self._gaps(week, stays, near, phase_on),
            at_once=at_once([one for one in near if week.first <= one.on_day < week.after], self.now),
            sittings=near,
            phase_on=phase_on,
            said=self.said.get(client_id, []),
            break_minutes=int(self.profiles.on(program_id, week.first)["break_minutes"]),
            sentence=reach(week.required, week.attended, week.reachable, ahead) if week.required else "",
        )

    def _services(self, week: Week, sittings: Sequence[Sitting]) -> tuple[ServiceStanding, ...]:
        found = []
        for asked in self.asked.get(week.phase.phase_id if week.phase else "", ()):
            first, after = span_of(asked.per, week.first)
            inside = [one for one in sittings if first <= one.on_day < after]
            found.append(standing(asked, inside, self.now, after, week.after))
        return tuple(found)

    def _gaps(
        self, week: Week, stays: list[InPhase], near: Sequence[Sitting], phase_on: dict[date, int]
    ) -> tuple[Gap, ...]:
        """The gaps between services from when they came until they leave, of which one day at least is in the week."""
        if not phase_on:
            return ()
        served = {one.on_day for one in near if one.treatment and is_served(one)}
        return gaps(served, _since(stays, min(phase_on)), week.first, max(phase_on) + DAY, week.gap_most)


def _span_of_all(weeks: Sequence[Week], day: date) -> tuple[date, date]:
    """The first and last day of which places are read: the months in which the weeks begin, and a week more on either side."""
    first = min((week.first for week in weeks), default=day)
    last = max((week.after for week in weeks), default=day)
    return min(first - WEEK, first.replace(day=1)), max(last + WEEK, last + timedelta(days=31))


def _since(stays: list[InPhase], day: date) -> date:
    """Since when they have been in the program without a break, as seen from a day on which they are in it."""
    since = day
    for stay in reversed(stays):
        if stay.started_on <= since and (stay.ended_on is None or stay.ended_on >= since):
            since = stay.started_on
    return since


def _asked(phase_ids: set[str]) -> dict[str, list[Asked]]:
    """By phase, the services it asks for, in the clinic's order; one statement."""
    columns = (
        ServiceRequirement.phase_id, Service.code, Service.name, ServiceRequirement.times, ServiceRequirement.per,
        ServiceRequirement.minutes,
    )  # fmt: skip
    rows = select(*columns).join(Service, ServiceRequirement.service_id == Service.id)
    rows = rows.where(ServiceRequirement.phase_id.in_(phase_ids)).order_by(Service.position, Service.name)
    found: dict[str, list[Asked]] = {}
    for phase_id, *asked in db.execute(rows):
        found.setdefault(phase_id, []).append(Asked(*asked))
    return found
