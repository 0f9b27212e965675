"""A proposed week as a page tells it, beside today's. Plain Python: names come from whoever knows who may read them."""

from dataclasses import dataclass
from datetime import time

from caseapp.core.words import count, time_range
from caseapp.weekplan.facts import Facts
from caseapp.weekplan.keeping import Around, same_place
from caseapp.weekplan.rules import WEEKDAYS, Costs, Ended, Meeting, Proposal
from caseapp.weekplan.running import Running
from caseapp.weekplan.saying import why_here
from caseapp.weekplan.steps import Block, Step, What, compare

Names = dict[str, str]


@dataclass(frozen=True)
class Row:
    """A series as proposed: what becomes of it in words, who joins and leaves, why it stands there; each session by number and day."""

    what: What
    service: str
    when: str
    room: str
    leader: str
    people: tuple[str, ...]
    against: str
    joins: int
    leaves: int
    why: tuple[str, ...]
    sessions: tuple[tuple[int, str], ...]
    by_hand: str
    is_group: bool


@dataclass(frozen=True)
class Dose:
    """What a client is asked for each week and gets, in sessions, and what is short, each with its reason."""

    name: str
    asked: int
    got: int
    short: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown:
    """A proposal as its page shows it. `moves` says for each client whose membership changes what they join and leave."""

    groups: list[Row]
    alone: list[Row]
    ends: list[Row]
    doses: list[Dose]
    moves: list[tuple[str, list[str]]]
    summary: str
    how_good: str


def shown(facts: Facts, found: Proposal, by_hand: Around, names: Names) -> Shown:
    """The proposal beside today's week; `names` are those of services, rooms, staff, and of clients as the reader may know them."""
    told = _Telling(facts, found, by_hand, names)
    steps = compare(facts.changing, found.meetings)
    rows = [told.row(step) for step in steps if step.block]
    doses = told.doses()
    return Shown(
        [row for row in rows if row.is_group],
        [row for row in rows if not row.is_group],
        [told.ended(step) for step in steps if not step.block],
        doses,
        told.moves(steps),
        _summary(doses),
        how_good(found),
    )


def when(days: tuple[int, ...], starts: int, ends: int) -> str:
    """In words: "Mon, Wed 9:00 am - 12:00 pm"."""
    hours = time_range(time(*divmod(starts, 60)), time(*divmod(ends % (24 * 60), 60)))
    return f"{', '.join(WEEKDAYS[day] for day in days)} {hours}"


def how_good(found: Proposal) -> str:
    """In words, how much better another week could be."""
    if found.ended is Ended.proven:
        return "No better week exists."
    more = (found.cost - found.bound) / Costs().hour_short
    ended = "It was stopped." if found.ended is Ended.stopped else "The time was over."
    return f"{ended} No week could meet more than {more:.1f} hours beyond this one."


def _summary(doses: list[Dose]) -> str:
    short = sum(bool(one.short) for one in doses)
    met = f"{len(doses) - short} of {count('client', len(doses))} get all that their phase asks for each week."
    return met + (f" {short} {'is' if short == 1 else 'are'} short of something." if short else "")


@dataclass
class _Telling:
    facts: Facts
    found: Proposal
    by_hand: Around
    names: Names

    def row(self, step: Step) -> Row:
        block, was = step.block, step.was
        against = "New" if was is None else "As today" if step.what is What.stays else f"Was {self._place(was)}"
        sessions = [
            (at, one) for at, one in enumerate(self.found.meetings) if one.span in block.spans and self._of(one, block)
        ]
        numbers = tuple((at, WEEKDAYS[one.span.day]) for at, one in sessions)
        return Row(
            step.what,
            self.names[block.service_id],
            when(block.days, block.starts, block.ends),
            self.names[block.room_id],
            self.names[block.leader_id],
            tuple(sorted(self.names[one] for one in block.members)),
            against,
            len(step.joins),
            len(step.leaves),
            tuple(why_here(self.facts.clinic, sessions[0][1])),
            numbers,
            "; ".join(filter(None, (self._hand(one) for _at, one in sessions))),
            next(one.is_group for one in self.facts.clinic.services if one.id == block.service_id),
        )

    def _of(self, one: Meeting, block: Block) -> bool:
        facts = one.service_id, one.room_id, one.leader_id, one.members
        return facts == (block.service_id, block.room_id, block.leader_id, block.members)

    def _hand(self, one: Meeting) -> str:
        if any(same_place(one, other) for other in self.by_hand.fixed):
            return f"{WEEKDAYS[one.span.day]} stands as it is"
        return f"{WEEKDAYS[one.span.day]} is dropped" if (one.leader_id, one.span) in self.by_hand.kept_free else ""

    def _place(self, one: Running) -> str:
        place = when(tuple(sorted(one.days)), one.starts, one.ends)
        return f"{place}, {self.names[one.room_id]}, {self.names[one.leaders[0]]}"

    def ended(self, step: Step) -> Row:
        was = step.was
        people = tuple(sorted(self.names[one] for one in was.members))
        place = (self.names[was.service_id], when(tuple(sorted(was.days)), was.starts, was.ends))
        where = self.names[was.room_id], self.names[was.leaders[0]]
        return Row(step.what, *place, *where, people, "Ends", 0, len(people), (), (), "", True)

    def doses(self) -> list[Dose]:
        short: dict[str, list[tuple[str, str]]] = {}
        missing: dict[str, int] = {}
        for one in self.found.shortfalls:
            words = f"{one.times} x {self.names[one.kind.service_id]}, {one.kind.minutes} min"
            short.setdefault(one.client_id, []).append((words, one.why))
            missing[one.client_id] = missing.get(one.client_id, 0) + one.times
        doses = []
        for client in self.facts.clinic.clients:
            asked = sum(need.times for need in client.needs)
            got = asked - missing.get(client.id, 0)
            doses.append(Dose(self.names[client.id], asked, got, tuple(short.get(client.id, ()))))
        return sorted(doses, key=lambda one: (not one.short, one.name))

    def moves(self, steps: list[Step]) -> list[tuple[str, list[str]]]:
        found: dict[str, list[str]] = {}
        for step in steps:
            for client in step.leaves:
                found.setdefault(self.names[client], []).append(f"leaves {self._short(step.was)}")
            for client in step.joins:
                found.setdefault(self.names[client], []).append(f"joins {self._short(step.block)}")
        return sorted((name, sorted(said, reverse=True)) for name, said in found.items())

    def _short(self, one: Running | Block) -> str:
        return f"{self.names[one.service_id]}, {when(tuple(sorted(one.days)), one.starts, one.ends)}"
