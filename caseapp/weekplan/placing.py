"""From counts to a week: who leads in which room, and who sits in which of several groups that are held at one time.

The model made sure that it works out. Whatever is left open by it is done as today.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from caseapp.weekplan.rules import Clinic, Meeting, Span
from caseapp.weekplan.starts import Start, Starts


@dataclass
class Held:
    """A session on its way to its room and people; `least` more than are in it must come, `most` more may."""

    start: Start
    leader_id: str
    room_id: str = ""
    least: int = 0
    most: int = 0
    members: set[str] = field(default_factory=set)

    @property
    def wants(self) -> int:
        """How many more must come."""
        return max(0, self.least - len(self.members))

    def as_meeting(self) -> Meeting:
        """The session as it is proposed."""
        return Meeting(
            self.start.kind.service_id, self.start.span, self.room_id, self.leader_id, frozenset(self.members)
        )


@dataclass(frozen=True)
class Chosen:
    """What the search chose: by start who comes and who leads, and of each sort of rooms (its ids) how many."""

    comes: dict[Start, list[str]]
    leads: dict[Start, list[str]]
    rooms: dict[Start, dict[tuple[str, ...], int]]


def place(clinic: Clinic, starts: Starts, chosen: Chosen) -> tuple[Meeting, ...]:
    """The week of these choices together with what is fixed, by time."""
    made = [held for start in starts.all for held in _in_sorts_of_rooms(clinic, start, chosen)]
    _give_rooms(clinic, made)
    joined = {one: set(one.members) for one in clinic.fixed}
    for start in starts.all:
        groups = [held for held, _sort in made if held.start == start]
        fixed = [one for one in clinic.fixed if Start(one.kind, one.span) == start and starts.places_in(one)]
        rest = [Held(start, one.leader_id, one.room_id, most=starts.places_in(one)) for one in fixed]
        _seat(clinic, chosen.comes.get(start, []), groups + rest)
        for one, held in zip(fixed, rest, strict=True):
            joined[one] |= held.members
    stands = [
        Meeting(one.service_id, one.span, one.room_id, one.leader_id, frozenset(who)) for one, who in joined.items()
    ]
    return tuple(sorted([*stands, *(held.as_meeting() for held, _sort in made)], key=_by_time))


def _by_time(one: Meeting) -> tuple:
    return one.span, one.service_id, one.room_id


def _in_sorts_of_rooms(clinic: Clinic, start: Start, chosen: Chosen) -> list[tuple[Held, tuple[str, ...]]]:
    """A session for each who leads then, with the sort of rooms it gets: today's, if that is among those chosen."""
    rooms = {sort: number for sort, number in chosen.rooms.get(start, {}).items() if number}
    service = next(one for one in clinic.services if one.id == start.kind.service_id)
    seats = {room.id: room.seats for room in clinic.rooms}
    made = []
    waiting = sorted(chosen.leads.get(start, []), key=lambda leader: _room_of_today(clinic, start, leader) is None)
    for leader in waiting:
        today = _room_of_today(clinic, start, leader)
        sort = next((sort for sort in rooms if today in sort), None) or max(rooms)
        rooms[sort] -= 1
        if not rooms[sort]:
            del rooms[sort]
        most = min(service.most, seats[sort[0]])
        made.append((Held(start, leader, least=service.least, most=most), sort))
    return made


def _room_of_today(clinic: Clinic, start: Start, leader: str) -> str | None:
    return next((one.room_id for one in clinic.today if _is(one, start) and one.leader_id == leader), None)


def _is(one: Meeting, start: Start) -> bool:
    return (one.kind, one.span) == (start.kind, start.span)


def _give_rooms(clinic: Clinic, made: Iterable[tuple[Held, tuple[str, ...]]]) -> None:
    """A room to each: in order of time any that is free will do, for never more are held at once than there are rooms.

    One that a later session has today is left to it as long as there is another.
    """
    waiting = sorted(made, key=lambda one: (one[0].start.span, one[0].start.kind, one[0].leader_id))
    today = [_room_of_today(clinic, held.start, held.leader_id) for held, _sort in waiting]
    used: dict[str, list[Span]] = defaultdict(list)
    order = {room.id: (room.seats, room.name) for room in clinic.rooms}
    for number, (held, sort) in enumerate(waiting):
        span = held.start.span
        free = [room for room in sort if not any(map(span.meets, used[room]))]
        ahead = zip(waiting[number + 1 :], today[number + 1 :], strict=True)
        spoken_for = {room for (other, _sort), room in ahead if span.meets(other.start.span)}
        others = sorted((room in spoken_for, order[room], room) for room in free)
        held.room_id = today[number] if today[number] in free else others[0][-1]
        used[held.room_id].append(span)


def _seat(clinic: Clinic, people: list[str], groups: list[Held]) -> None:
    """Each to whom they sit with today, unless another group would not come to its least people."""
    with_today = {
        member: one.leader_id for one in clinic.today if groups and _is(one, groups[0].start) for member in one.members
    }
    waiting = sorted(people, key=lambda who: (who not in with_today, who))
    for number, who in enumerate(waiting):
        free = [one for one in groups if len(one.members) < one.most]
        if sum(one.wants for one in groups) >= len(waiting) - number:
            free = [one for one in free if one.wants]
        same = [one for one in free if one.leader_id == with_today.get(who)]
        (same or [min(free, key=lambda one: (-one.wants, len(one.members)))])[0].members.add(who)
