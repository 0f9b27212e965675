"""A first week, made in a moment: today's as far as it still holds, then the fullest group again and again, then one to one.

It is no good week, but it holds most hours. The search begins with it; of a large clinic it would else spend its time on finding
any week at all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from caseapp.weekplan.rules import WEEKDAYS, Clinic, Kind, Meeting, Span
from caseapp.weekplan.starts import Sort, Start, Starts


@dataclass
class First:
    """A week to begin with: who comes to what, who leads what, how many rooms of a sort are used at a start."""

    comes: set[tuple[str, Start]] = field(default_factory=set)
    leads: set[tuple[str, Start]] = field(default_factory=set)
    rooms: Counter[tuple[Sort, Start]] = field(default_factory=Counter)


@dataclass
class Beginning:
    """The week so far, and who is still free for what."""

    clinic: Clinic
    starts: Starts
    first: First = field(default_factory=First)

    def __post_init__(self) -> None:
        self.needs = {
            (client.id, kind): times
            for client in self.clinic.clients
            for kind, times in self.starts.left_to_place(client).items()
        }
        self.could_come = {who: set(some) for who, some in self.starts.of_client.items()}
        self.could_lead = {who: set(some) for who, some in self.starts.of_leader.items()}
        self.wanted: dict[Start, set[str]] = _turned(self.could_come)
        self.offered: dict[Start, set[str]] = _turned(self.could_lead)
        self.used: Counter[tuple[Sort, tuple[int, int]]] = Counter()
        self.sorts = {sort: len(same) for sort, same in self.starts.sorts.items()}

    def join(self, who: str, start: Start) -> None:
        """The client comes to it, and is no more free for what would clash with it, or for more than is needed."""
        self.first.comes.add((who, start))
        self.needs[who, start.kind] -= 1
        for other in list(self.could_come[who]):
            done = other.kind == start.kind and (not self.needs[who, start.kind] or other.span.day == start.span.day)
            if done or self._share(other.span, start.span):
                self.could_come[who].discard(other)
                self.wanted[other].discard(who)

    def open(self, leader: str, start: Start, people: Iterable[str]) -> None:
        """A session of these people, led by this person, in the smallest free room that holds them."""
        people = list(people)
        sort = next(sort for sort in self.free_sorts(start) if sort.seats >= len(people))
        self.first.leads.add((leader, start))
        self.first.rooms[sort, start] += 1
        self.used.update((sort, cell) for cell in self.starts.cells(start.span))
        for other in list(self.could_lead[leader]):
            if self._share(other.span, start.span):
                self.could_lead[leader].discard(other)
                self.offered[other].discard(leader)
        for who in people:
            self.join(who, start)

    def free_sorts(self, start: Start) -> list[Sort]:
        """The sorts of rooms of which one is free then, the smallest first."""
        cells = self.starts.cells(start.span)
        return [
            sort
            for sort in sorted(self.starts.sorts_for(start))
            if all(self.used[sort, cell] < self.sorts[sort] for cell in cells)
        ]

    def seats(self, start: Start) -> int:
        """How many people a session could have that would be opened there now; 0 if there is no room, or nobody to lead it."""
        free = self.free_sorts(start) if self.offered[start] else []
        return min(free[-1].seats, self.starts.services[start.kind.service_id].most) if free else 0

    def _share(self, one: Span, other: Span) -> bool:
        """Whether they share a step of the week."""
        step = self.clinic.step
        return (
            one.day == other.day
            and one.starts // step < -(-other.ends // step)
            and other.starts // step < -(-one.ends // step)
        )


def begin(clinic: Clinic, starts: Starts) -> First:
    """A first week."""
    week = Beginning(clinic, starts)
    _as_today(week)
    for start in starts.all:
        for who in sorted(week.wanted[start])[: starts.places_in_fixed(start)]:
            week.join(who, start)
    kinds = sorted({kind for _who, kind in week.needs}, key=lambda kind: (-kind.minutes, kind))
    groups = [kind for kind in kinds if starts.services[kind.service_id].is_group]
    _open_groups(week, groups)
    for kind in kinds:
        if kind not in groups:
            _one_to_one(week, kind)
    return week.first


def from_meetings(starts: Starts, meetings: Iterable[Meeting]) -> First:
    """A week that was found already, as one to begin with."""
    first = First()
    for one in meetings:
        start = Start(one.kind, one.span)
        first.comes.update((member, start) for member in one.members)
        first.leads.add((one.leader_id, start))
        first.rooms[starts.sort_of[one.room_id], start] += 1
    return first


def _turned(by_person: dict[str, set[Start]]) -> dict[Start, set[str]]:
    found = defaultdict(set)
    for who, some in by_person.items():
        for start in some:
            found[start].add(who)
    return found


def _as_today(week: Beginning) -> None:
    for one in week.starts.today_left():
        start = Start(one.kind, one.span)
        people = sorted(one.members & week.wanted[start])[: week.seats(start)]
        if one.leader_id in week.offered[start] and len(people) >= week.starts.services[one.service_id].least:
            week.open(one.leader_id, start, people)


def _open_groups(week: Beginning, kinds: list[Kind]) -> None:
    """Again and again the group that serves most people for most minutes, until none comes to its least people."""
    possible = [start for start in week.starts.all if start.kind in kinds]
    while True:
        worth = {start: min(week.seats(start), len(week.wanted[start])) for start in possible}
        possible = [start for start in possible if worth[start] >= week.starts.services[start.kind.service_id].least]
        if not possible:
            return
        best = max(possible, key=lambda start: (worth[start] * start.kind.minutes, -len(week.offered[start])))
        most_in_want = sorted(week.wanted[best], key=lambda who: _in_want(week, who, best))
        week.open(_least_needed(week, best), best, most_in_want[: worth[best]])


def _in_want(week: Beginning, who: str, start: Start) -> tuple:
    """Who goes first into a group: who can hardly come to another, then who does not come the day before or after anyway."""
    choices = _choices(week, who, start.kind)
    days = {(start.span.day + way) % len(WEEKDAYS) for way in (-1, 1)}
    comes_beside = sum((who, one) in week.first.comes for one in week.starts.of_client[who] if one.span.day in days)
    return choices > 0, comes_beside, choices, who


def _choices(week: Beginning, who: str, kind: Kind) -> int:
    """On how many days beyond those needed the client could still come to that kind."""
    return len({one.span.day for one in week.could_come[who] if one.kind == kind}) - week.needs[who, kind]


def _least_needed(week: Beginning, start: Start) -> str:
    """Who leads: the one who could lead least else."""
    return min(week.offered[start], key=lambda who: (len(week.could_lead[who]), who))


def _one_to_one(week: Beginning, kind: Kind) -> None:
    """Who has the fewest choices goes first; next to what they come for already, if that can be."""
    clients = [who for (who, needed), times in week.needs.items() if needed == kind for _time in range(times)]
    for who in sorted(clients, key=lambda who: (len(week.could_come[who]), who)):
        taken = [start.span for one, start in week.first.comes if one == who] + week.starts.fixed_for(who)
        possible = [start for start in week.could_come[who] if start.kind == kind and week.seats(start)]
        if possible:
            best = min(possible, key=lambda start: (_apart(start.span, taken), start))
            week.open(_least_needed(week, best), best, [who])


def _apart(span: Span, taken: list[Span]) -> int:
    """Minutes between it and the nearest that the client comes for on that day; a day more is as bad as a day's wait."""
    waits = [max(span.starts - one.ends, one.starts - span.ends) for one in taken if one.day == span.day]
    return min(waits, default=24 * 60)
