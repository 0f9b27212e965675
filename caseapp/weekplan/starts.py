"""Which sessions could start when: for each client, for whoever leads, and beside what is fixed."""

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from caseapp.weekplan.rules import Client, Clinic, Kind, Leader, Meeting, Service, Span


class Start(NamedTuple):
    """Sessions of a kind at one time of the week."""

    kind: Kind
    span: Span


class Sort(NamedTuple):
    """Rooms that are as good as each other: as many seats, and taken at the same times."""

    seats: int
    taken: tuple[Span, ...]


class Starts:
    """What could be, given free times, working hours and what is fixed."""

    def __init__(self, clinic: Clinic) -> None:
        """For this clinic; nothing is worked out before it is asked for."""
        self.clinic = clinic

    @cached_property
    def services(self) -> dict[str, Service]:
        """The services by id."""
        return {one.id: one for one in self.clinic.services}

    @cached_property
    def clients(self) -> dict[str, Client]:
        """The clients by id."""
        return {one.id: one for one in self.clinic.clients}

    @cached_property
    def sorts(self) -> dict[Sort, list[str]]:
        """The rooms by sort, as ids."""
        found = defaultdict(list)
        for room in self.clinic.rooms:
            fixed = [one.span for one in self.clinic.fixed if one.room_id == room.id]
            found[Sort(room.seats, tuple(sorted([*fixed, *room.taken])))].append(room.id)
        return dict(found)

    @cached_property
    def sort_of(self) -> dict[str, Sort]:
        """Of which sort each room is, by its id."""
        return {room: sort for sort, same in self.sorts.items() for room in same}

    def sorts_for(self, start: Start) -> list[Sort]:
        """The sorts of rooms that hold the least people of such a session, and are free then."""
        least = self.services[start.kind.service_id].least
        return [sort for sort in self.sorts if sort.seats >= least and not any(map(start.span.meets, sort.taken))]

    def cells(self, span: Span) -> list[tuple[int, int]]:
        """The steps of the week that it touches."""
        step = self.clinic.step
        return [(span.day, at) for at in range(span.starts // step, -(-span.ends // step))]

    @cached_property
    def of_leader(self) -> dict[str, list[Start]]:
        """By who leads: every start within their hours, of what they lead and someone still needs, beside what is fixed."""
        return {leader.id: self._could_lead(leader) for leader in self.clinic.leaders}

    @cached_property
    def of_client(self) -> dict[str, list[Start]]:
        """By client: every start that is theirs to take: needed, in their free time, on a day without that service so far."""
        return {client.id: self._could_come(client) for client in self.clinic.clients}

    @cached_property
    def all(self) -> list[Start]:
        """Every start at which someone could lead, or a fixed group has places; in order."""
        led = {start for some in self.of_leader.values() for start in some}
        return sorted(led | set(self._places))

    def left_to_place(self, client: Client) -> dict[Kind, int]:
        """How many sessions of each kind they still need beside what is fixed."""
        held = [one.kind for one in self.clinic.fixed if client.id in one.members]
        left = {need.kind: need.times - held.count(need.kind) for need in client.needs}
        return {kind: times for kind, times in left.items() if times > 0}

    def fixed_for(self, client_id: str) -> list[Span]:
        """When a client is in something fixed."""
        return [one.span for one in self.clinic.fixed if client_id in one.members]

    def places_in_fixed(self, start: Start) -> int:
        """How many more people the fixed groups of that start hold."""
        return self._places.get(start, 0)

    def places_in(self, fixed: Meeting) -> int:
        """How many more people a fixed session holds: by its service and by its room's seats."""
        seats = next(room.seats for room in self.clinic.rooms if room.id == fixed.room_id)
        return max(0, min(seats, self.services[fixed.service_id].most) - len(fixed.members))

    def today_left(self) -> list[Meeting]:
        """The sessions of today that are not fixed at their time with whoever leads them: the new week may differ from them."""
        fixed = {(one.kind, one.span, one.leader_id) for one in self.clinic.fixed}
        return [one for one in self.clinic.today if (one.kind, one.span, one.leader_id) not in fixed]

    @cached_property
    def _places(self) -> dict[Start, int]:
        found = defaultdict(int)
        for one in self.clinic.fixed:
            if places := self.places_in(one):
                found[Start(one.kind, one.span)] += places
        return dict(found)

    @cached_property
    def _needed(self) -> list[Kind]:
        return sorted({kind for client in self.clinic.clients for kind in self.left_to_place(client)})

    @cached_property
    def _of_today(self) -> dict[Kind, set[tuple[int, int]]]:
        found = defaultdict(set)
        for one in self.clinic.today:
            found[one.kind].add((one.span.day, one.span.starts))
        return found

    def _could_lead(self, leader: Leader) -> list[Start]:
        busy = [one.span for one in self.clinic.fixed if one.leader_id == leader.id]
        found = set()
        for kind in self._needed:
            if kind.service_id not in leader.leads:
                continue
            begins = {(work.day, at) for work in leader.works for at in self._steps(work)} | self._of_today[kind]
            spans = (kind.at(*begin) for begin in begins)
            found |= {
                Start(kind, span) for span in spans if span.within(leader.works) and not any(map(span.meets, busy))
            }
        return sorted(found)

    def _steps(self, work: Span) -> range:
        step = self.clinic.step
        return range(-(-work.starts // step) * step, work.ends, step)

    def _could_come(self, client: Client) -> list[Start]:
        busy, needed = self.fixed_for(client.id), self.left_to_place(client)
        held = {(one.service_id, one.span.day) for one in self.clinic.fixed if client.id in one.members}
        return [
            start
            for start in self.all
            if start.kind in needed
            and (start.kind.service_id, start.span.day) not in held
            and start.span.within(client.free)
            and not any(map(start.span.meets, busy))
        ]
