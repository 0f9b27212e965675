"""The week as a problem for CP-SAT: what may be chosen, what must hold, what costs.

Sessions of one kind at one time are counted together, not told apart: who leads is chosen, how many are in rooms of each sort,
and which clients come. Who sits with whom in which room is told afterwards (placing.py), which these counts always allow; so
the search does not lose itself in weeks that differ only in the numbers on the doors.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from caseapp.weekplan.beginning import First
from caseapp.weekplan.rules import DAYS_FOR_IT, MOST_DAYS_BETWEEN, WEEKDAYS, Client, Clinic, Costs, Kind
from caseapp.weekplan.starts import Sort, Start, Starts


@dataclass
class Week:
    """The model, and its choices.

    `comes`: whether a client comes at a start; `leads`: whether someone leads there; `rooms`: how many rooms of a sort are used;
    `short`: how many sessions a client is left short of.
    """

    clinic: Clinic
    starts: Starts
    costs: Costs = field(default_factory=Costs)
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    comes: dict[tuple[str, Start], cp_model.IntVar] = field(default_factory=dict)
    leads: dict[tuple[str, Start], cp_model.IntVar] = field(default_factory=dict)
    rooms: dict[tuple[Sort, Start], cp_model.IntVar] = field(default_factory=dict)
    short: dict[tuple[str, Kind], cp_model.IntVar] = field(default_factory=dict)


def build(clinic: Clinic, starts: Starts, costs: Costs, first: First) -> Week:
    """The whole model of a clinic's week; the search begins with `first`."""
    week = Week(clinic, starts, costs)
    _choices(week)
    _nobody_twice(week)
    _sessions_hold_their_people(week)
    _needs_are_met_or_named(week)
    week.model.minimize(sum(_price_of_needs(week)) + sum(_price_of_trips(week)) + sum(_price_of_change(week)))
    _begin_with(week, first)
    return week


def _choices(week: Week) -> None:
    model, starts = week.model, week.starts
    for client in week.clinic.clients:
        for start in starts.of_client[client.id]:
            week.comes[client.id, start] = model.new_bool_var("")
    for leader, possible in starts.of_leader.items():
        for start in possible:
            week.leads[leader, start] = model.new_bool_var("")
    for start in starts.all:
        for sort in starts.sorts_for(start):
            week.rooms[sort, start] = model.new_int_var(0, len(starts.sorts[sort]), "")


def _nobody_twice(week: Week) -> None:
    """At any step a client is in one place, whoever leads too, and no more rooms are used than there are."""
    for used in (week.comes, week.leads, week.rooms):
        at = defaultdict(list)
        for (who, start), choice in used.items():
            for cell in week.starts.cells(start.span):
                at[who, cell].append(choice)
        for (who, _cell), choices in at.items():
            if isinstance(who, Sort):
                week.model.add(sum(choices) <= len(week.starts.sorts[who]))
            elif len(choices) > 1:
                week.model.add_at_most_one(choices)


def _sessions_hold_their_people(week: Week) -> None:
    """Each session has someone who leads, a room, and its least and most people; fixed groups take who finds a place there."""
    leads, comes = _by_start(week.leads), _by_start(week.comes)
    places, rooms = defaultdict(list), _by_start(week.rooms)
    for (sort, start), number in week.rooms.items():
        places[start].append(min(sort.seats, week.starts.services[start.kind.service_id].most) * number)
    for start in week.starts.all:
        held, people = sum(leads[start]), sum(comes[start])
        week.model.add(held == sum(rooms[start]))
        week.model.add(people <= sum(places[start]) + week.starts.places_in_fixed(start))
        week.model.add(people >= week.starts.services[start.kind.service_id].least * held)


def _by_start(choices: dict) -> dict[Start, list]:
    found = defaultdict(list)
    for (_who, start), choice in choices.items():
        found[start].append(choice)
    return found


def _needs_are_met_or_named(week: Week) -> None:
    """A client comes as often as the phase asks, or is short of it; to the same service once a day at most."""
    for client in week.clinic.clients:
        by_need, by_day = defaultdict(list), defaultdict(list)
        for start in week.starts.of_client[client.id]:
            by_need[start.kind].append(week.comes[client.id, start])
            by_day[start.kind, start.span.day].append(week.comes[client.id, start])
        for kind, times in week.starts.left_to_place(client).items():
            days = sum(1 for which, _day in by_day if which == kind)
            week.short[client.id, kind] = short = week.model.new_int_var(max(0, times - days), times, "")
            week.model.add(sum(by_need[kind]) + short == times)
        for same_day in by_day.values():
            week.model.add_at_most_one(same_day)


def _price_of_needs(week: Week) -> Iterable:
    """An hour short costs most; an hour that someone leads costs a little, so that no group is split without need."""
    for (_client, kind), times in week.short.items():
        yield round(week.costs.hour_short * kind.minutes / 60) * times
    for (_leader, start), leads in week.leads.items():
        yield max(1, round(week.costs.leader_hour * start.kind.minutes / 60)) * leads


def _price_of_trips(week: Week) -> Iterable:
    """Each time that a client comes, or waits longer than to the next step, is a trip; days without one are counted too."""
    for client in week.clinic.clients:
        begins, ends = defaultdict(list), defaultdict(list)
        days = defaultdict(lambda: defaultdict(list))
        for start in week.starts.of_client[client.id]:
            cells, comes = week.starts.cells(start.span), week.comes[client.id, start]
            begins[cells[0]].append(comes)
            ends[cells[-1][0], cells[-1][1] + 1].append(comes)
            days[start.span.day][start.kind].append(comes)
        for span in week.starts.fixed_for(client.id):
            cells = week.starts.cells(span)
            begins[cells[0]].append(1)
            ends[cells[-1][0], cells[-1][1] + 1].append(1)
            days[span.day][None] = [1]
        trips = defaultdict(list)
        for cell, coming in begins.items():
            trips[cell[0]].append(trip := week.model.new_bool_var(""))
            week.model.add(trip >= sum(coming) - sum(ends[cell]))
        for day, kinds in days.items():
            for choices in kinds.values():
                # Follows from the above for whole sessions; said again, it gives the search a bound worth having.
                week.model.add(sum(trips[day]) >= sum(choices))
        yield from (week.costs.trip * trip for some in trips.values() for trip in some)
        yield from _price_of_days_between(week, client, days)


def _price_of_days_between(week: Week, client: Client, days: dict) -> Iterable:
    if client.days_asked < DAYS_FOR_IT:
        return
    for first in range(len(WEEKDAYS)):
        stretch = [(first + ahead) % len(WEEKDAYS) for ahead in range(MOST_DAYS_BETWEEN + 1)]
        none = week.model.new_bool_var("")
        week.model.add(sum(choice for day in stretch for some in days[day].values() for choice in some) + none >= 1)
        yield week.costs.days_between * none


def _price_of_change(week: Week) -> Iterable:
    """A client of today who comes at another time, and a session of today that is not held then by the same person, or not there."""
    stays = defaultdict(list)
    for one in week.starts.today_left():
        start = Start(one.kind, one.span)
        for member in sorted(one.members):
            comes = week.comes.get((member, start))
            if comes is not None:
                yield week.costs.client_moved * comes.negated()
        led = week.leads.get((one.leader_id, start), 0)
        yield week.costs.session_moved * (1 - led)
        stays[week.starts.sort_of[one.room_id], start].append(stay := week.model.new_bool_var(""))
        week.model.add(stay <= led)
        yield week.costs.room_moved * stay.negated()
    for key, some in stays.items():
        week.model.add(sum(some) <= week.rooms.get(key, 0))


def _begin_with(week: Week, first: First) -> None:
    """The search looks at this week first."""
    for choices, chosen in ((week.comes, first.comes), (week.leads, first.leads)):
        for key, choice in choices.items():
            week.model.add_hint(choice, key in chosen)
    for key, number in week.rooms.items():
        week.model.add_hint(number, first.rooms[key])
    held = Counter((who, start.kind) for who, start in first.comes)
    for (who, kind), times in week.short.items():
        client = week.starts.clients[who]
        week.model.add_hint(times, max(0, week.starts.left_to_place(client)[kind] - held[who, kind]))
