"""What a clinic's week is made of, and what is asked of it. Plain facts: no tables, no search.

Days are 0 (Monday) to 6; times are minutes from midnight on the site's wall clock. Ids are whatever the caller's are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from enum import StrEnum, auto

from caseapp.core.words import clock_time

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# North Carolina's service definition: no more than two days in a row without an offered service. Asked here for whoever must
# come on three days or more; nobody can keep it with fewer.
MOST_DAYS_BETWEEN, DAYS_FOR_IT = 2, 3


@dataclass(frozen=True, order=True)
class Span:
    """From a minute up to but not including another, on one day of the week."""

    day: int
    starts: int
    ends: int

    def meets(self, other: "Span") -> bool:
        """Whether the two share a minute."""
        return self.day == other.day and self.starts < other.ends and other.starts < self.ends

    def within(self, spans: Iterable["Span"]) -> bool:
        """Whether one of these holds all of it."""
        return any(one.day == self.day and one.starts <= self.starts and self.ends <= one.ends for one in spans)


def when(span: Span) -> str:
    """When it starts, in words: "Tue 9:00 am"."""
    return f"{WEEKDAYS[span.day]} {clock_time(time(*divmod(span.starts, 60))).split(' (')[0]}"


@dataclass(frozen=True)
class Room:
    """A room, for how many clients it has seats, and when it is used for what is no part of this week."""

    id: str
    name: str
    seats: int
    taken: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Leader:
    """Someone of the staff: which services they lead, and when they work."""

    id: str
    name: str
    leads: frozenset[str]
    works: tuple[Span, ...]


@dataclass(frozen=True)
class Service:
    """A service, with the least and the most people of a session; of one-to-one sessions both are 1."""

    id: str
    name: str
    least: int
    most: int

    @property
    def is_group(self) -> bool:
        """Whether more than one person comes to it."""
        return self.most > 1


@dataclass(frozen=True, order=True)
class Kind:
    """A service in sessions of so many minutes: what is held at one time for those who need the same."""

    service_id: str
    minutes: int

    def at(self, day: int, starts: int) -> Span:
        """Such a session's time if it starts then."""
        return Span(day, starts, starts + self.minutes)


@dataclass(frozen=True)
class Need:
    """What a phase asks of its clients: sessions of a kind, so many times a week, each on another day."""

    kind: Kind
    times: int


@dataclass(frozen=True)
class Client:
    """A client, what their phase asks for, and when they are free of work, school and child care."""

    id: str
    name: str
    needs: tuple[Need, ...]
    free: tuple[Span, ...]

    @property
    def days_asked(self) -> int:
        """On how many days they must come at least: as often as for the service asked for most."""
        return max((need.times for need in self.needs), default=0)


@dataclass(frozen=True)
class Meeting:
    """A session of every week: a group with its members, or one client with whoever leads."""

    service_id: str
    span: Span
    room_id: str
    leader_id: str
    members: frozenset[str]

    @property
    def kind(self) -> Kind:
        """Its service and length."""
        return Kind(self.service_id, self.span.ends - self.span.starts)


@dataclass(frozen=True)
class Clinic:
    """All that a week is built from.

    `today` is the week as it runs now, from which the new one should differ little. `fixed` stands as it is: others may still
    join a fixed group that has places. New sessions start at multiples of `step` minutes, or when one of today starts.
    """

    rooms: tuple[Room, ...]
    leaders: tuple[Leader, ...]
    services: tuple[Service, ...]
    clients: tuple[Client, ...]
    today: tuple[Meeting, ...] = ()
    fixed: tuple[Meeting, ...] = ()
    step: int = 30


@dataclass(frozen=True)
class Shortfall:
    """What a client's phase asks for and the proposal does not hold: so many sessions of a kind, and why."""

    client_id: str
    kind: Kind
    times: int
    why: str


class Ended(StrEnum):
    """How a search ended."""

    proven = auto()
    """Nothing better exists."""
    time_over = auto()
    stopped = auto()


@dataclass(frozen=True)
class Proposal:
    """A week, what it leaves short, and how good it is: its cost, and the bound under which no week's cost can be."""

    meetings: tuple[Meeting, ...]
    shortfalls: tuple[Shortfall, ...]
    cost: int
    bound: int
    ended: Ended


@dataclass(frozen=True)
class Costs:
    """What the search pays for, each in the same points; the proposal is the week that costs least.

    An hour that a phase asks for outweighs everything else that one client can cause, so none is given up for comfort. Then come
    days without a service, then trips (a client who waits is as badly off as one who comes again), then changes of today's week.
    """

    hour_short: int = 1000
    days_between: int = 60
    trip: int = 10
    client_moved: int = 6
    session_moved: int = 4
    room_moved: int = 1
    leader_hour: int = 2
