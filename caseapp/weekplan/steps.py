"""What a proposed week changes of the series as they run, and in which order that can be done. Plain Python."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, auto

from caseapp.weekplan.rules import Kind, Meeting, Span
from caseapp.weekplan.running import Running


@dataclass(frozen=True, order=True)
class Block:
    """Sessions of a proposed week that are alike but for their day: what one series holds."""

    service_id: str
    starts: int
    ends: int
    days: tuple[int, ...]
    room_id: str
    leader_id: str
    members: frozenset[str]

    @property
    def kind(self) -> Kind:
        """Its service and length."""
        return Kind(self.service_id, self.ends - self.starts)

    @property
    def spans(self) -> list[Span]:
        """Its times of the week."""
        return [Span(day, self.starts, self.ends) for day in self.days]


class What(StrEnum):
    """What becomes of a series: it stays where it is, is moved or changed, ends, or is new."""

    stays = auto()
    changes = auto()
    ends = auto()
    new = auto()


@dataclass(frozen=True)
class Step:
    """A series as it runs (None: a new one) and what it is to be (None: it ends)."""

    was: Running | None
    block: Block | None

    @property
    def what(self) -> What:
        """What becomes of it. One that stays may still have other members."""
        if self.was is None or self.block is None:
            return What.new if self.was is None else What.ends
        place = (self.block.starts, set(self.block.days), self.block.room_id, (self.block.leader_id,))
        same = place == (self.was.starts, set(self.was.days), self.was.room_id, self.was.leaders)
        return What.stays if same and len(self.block.members) <= self.was.places else What.changes

    @property
    def joins(self) -> frozenset[str]:
        """Who belongs to it and did not."""
        return (self.block.members if self.block else frozenset()) - (self.was.members if self.was else frozenset())

    @property
    def leaves(self) -> frozenset[str]:
        """Who belonged to it and does no more."""
        return (self.was.members if self.was else frozenset()) - (self.block.members if self.block else frozenset())


def blocks(meetings: Iterable[Meeting]) -> list[Block]:
    """The sessions of a week put together to series: the same service, time, room, leader and people on several days."""
    days: dict[tuple, list[int]] = defaultdict(list)
    for one in meetings:
        alike = one.service_id, one.span.starts, one.span.ends, one.room_id, one.leader_id, one.members
        days[alike].append(one.span.day)
    found = [
        Block(service, starts, ends, tuple(sorted(days[alike])), *rest)
        for alike in days
        for service, starts, ends, *rest in [alike]
    ]
    return sorted(found, key=lambda one: (one.days, one.starts, one.service_id, one.room_id, one.leader_id))


def compare(running: Iterable[Running], meetings: Iterable[Meeting]) -> list[Step]:
    """What becomes of each series, and what is new: each proposed block goes on with the series that it is most like."""
    running, wanted = list(running), blocks(meetings)
    pairs = [(_likeness(one, block), one, block) for one in running for block in wanted if one.kind == block.kind]
    pairs.sort(key=lambda pair: (*(-part for part in pair[0]), pair[1].id, pair[2].days, pair[2].starts))
    steps: dict[str, Step] = {}
    taken: set[Block] = set()
    for likeness, one, block in pairs:
        if any(likeness) and one.id not in steps and block not in taken:
            steps[one.id] = Step(one, block)
            taken.add(block)
    goes_on = [steps.get(one.id, Step(one, None)) for one in running]
    return goes_on + [Step(None, block) for block in wanted if block not in taken]


def _likeness(one: Running, block: Block) -> tuple[int, int, int]:
    """How much of a series is in a block: sessions at the same time, people, who leads it."""
    same_times = len(one.days & set(block.days)) if one.starts == block.starts else 0
    people = len(one.members & block.members)
    return (same_times if people else 0), people, int(bool(people) and block.leader_id in one.leaders)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """The steps so that each finds its time free when those before it are done: first what ends, then what changes, then what is new.

    Where two would have to make way for each other, one of them ends and is made anew.
    """
    steps = list(steps)
    ends = [one for one in steps if one.what is What.ends]
    new = [one for one in steps if one.what is What.new]
    waiting, changes = [one for one in steps if one.what is What.changes], []
    while waiting:
        ready = next((one for one in waiting if not any(_in_the_way(one, other) for other in waiting)), None)
        if ready:
            changes.append(ready)
        else:
            ready = waiting[0]
            ends.append(Step(ready.was, None))
            new.append(Step(None, ready.block))
        waiting.remove(ready)
    return [one for one in steps if one.what is What.stays] + ends + changes + new


def _in_the_way(one: Step, other: Step) -> bool:
    """Whether what one is to be needs what the other still has: the room, who leads it, or someone who is in both."""
    if one is other or not any(span.meets(old) for span in one.block.spans for old in other.was.spans):
        return False
    still_there = other.was.members - other.leaves
    shares = one.block.room_id == other.was.room_id or one.block.leader_id in other.was.leaders
    return shares or bool(one.block.members & still_there)
