"""Today's week as series: which of them a new week may change, and when the others take rooms, staff and clients. Plain Python."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from caseapp.weekplan.rules import Kind, Meeting, Span


@dataclass(frozen=True)
class Running:
    """A series as it runs: on which days of the week, from and until which minute, where, who leads it, who belongs to it.

    `every_week` says whether it is held each week on these days and goes on; `kind` is what it gives whoever comes.
    """

    id: str
    service_id: str
    days: frozenset[int]
    starts: int
    ends: int
    room_id: str | None
    leaders: tuple[str, ...]
    members: frozenset[str]
    places: int
    every_week: bool = True

    @property
    def kind(self) -> Kind:
        """Its service and length."""
        return Kind(self.service_id, self.ends - self.starts)

    @property
    def spans(self) -> list[Span]:
        """Its times of the week."""
        return [Span(day, self.starts, self.ends) for day in sorted(self.days)]

    def may_change(self, kinds: set[Kind], rooms: set[str], leaders: set[str]) -> bool:
        """Whether a new week may keep, move or drop it: weekly, in a known room, with one leader, of a kind that a phase asks for."""
        known = self.room_id in rooms and len(self.leaders) == 1 and self.leaders[0] in leaders
        return self.every_week and known and self.kind in kinds

    def meetings(self, clients: set[str]) -> list[Meeting]:
        """Its sessions of a week, with those of its members who are to be planned for."""
        people = self.members & clients
        return [Meeting(self.service_id, span, self.room_id, self.leaders[0], people) for span in self.spans]


def given_by(stays: Iterable[Running]) -> Counter[tuple[str, Kind]]:
    """By client and kind, how many sessions a week the series give that stay as they are."""
    found: Counter[tuple[str, Kind]] = Counter()
    for one in stays:
        if one.every_week:
            found.update({(member, one.kind): len(one.days) for member in one.members})
    return found


def taken_by(stays: Iterable[Running]) -> dict[str, list[Span]]:
    """By room, member of staff and client, when the series take them that stay as they are; also those not of every week."""
    found: dict[str, list[Span]] = {}
    for one in stays:
        for id in {one.room_id, *one.leaders, *one.members} - {None}:
            found.setdefault(id, []).extend(one.spans)
    return found
