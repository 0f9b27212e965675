"""Whether a proposed week keeps the rules: told by the rules alone, without a thought of how it was found."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from caseapp.core.words import count
from caseapp.weekplan.rules import WEEKDAYS, Client, Clinic, Meeting, Proposal, Span, when


class Fault(StrEnum):
    """What can be wrong with a week."""

    room_twice = "a room is used twice"
    room_taken = "a room is used for something else"
    leader_twice = "someone leads twice"
    client_twice = "a client is in two places"
    not_free = "a client is not free"
    not_at_work = "who leads does not work then"
    does_not_lead = "who leads does not lead this service"
    too_many = "more people than the service takes"
    too_few = "fewer people than the service takes"
    no_seat = "more people than seats"
    same_day = "the same service twice on one day"
    too_much = "more than the phase asks for"
    not_named = "what is short is not named"
    named_wrongly = "something is named as short that is not"
    fixed_moved = "what was fixed has changed"
    unknown = "nobody and nothing of the clinic"


class Found(NamedTuple):
    """A fault, and whom or what it concerns."""

    fault: Fault
    words: str


def faults(clinic: Clinic, proposal: Proposal) -> list[Found]:
    """All that is wrong with a proposed week; empty for one that could be put in place."""
    strangers = list(_strangers(clinic, proposal.meetings))
    if strangers:
        return strangers
    checks = (_clashes, _hours, _sizes, _fixed)
    found = [one for check in checks for one in check(clinic, proposal.meetings)]
    return found + [one for client in clinic.clients for one in _dose(client, clinic, proposal)]


def _strangers(clinic: Clinic, meetings: tuple[Meeting, ...]) -> Iterator[Found]:
    known = [{one.id for one in some} for some in (clinic.services, clinic.rooms, clinic.leaders, clinic.clients)]
    services, rooms, leaders, clients = known
    for one in meetings:
        if not (
            one.service_id in services and one.room_id in rooms and one.leader_id in leaders and one.members <= clients
        ):
            yield Found(Fault.unknown, when(one.span))


def _clashes(clinic: Clinic, meetings: tuple[Meeting, ...]) -> Iterator[Found]:
    names = {one.id: one.name for some in (clinic.rooms, clinic.leaders, clinic.clients) for one in some}
    for one, other in combinations(meetings, 2):
        apart = (
            one.span.day != other.span.day or one.span.ends <= other.span.starts or other.span.ends <= one.span.starts
        )
        if apart:
            continue
        if one.room_id == other.room_id:
            yield Found(Fault.room_twice, f"{names[one.room_id]}, {when(one.span)} and {when(other.span)}")
        if one.leader_id == other.leader_id:
            yield Found(Fault.leader_twice, f"{names[one.leader_id]}, {when(one.span)} and {when(other.span)}")
        for both in sorted(one.members & other.members):
            yield Found(Fault.client_twice, f"{names[both]}, {when(one.span)} and {when(other.span)}")


def _covers(spans: tuple[Span, ...], span: Span) -> bool:
    return any(one.day == span.day and one.starts <= span.starts and one.ends >= span.ends for one in spans)


def _hours(clinic: Clinic, meetings: tuple[Meeting, ...]) -> Iterator[Found]:
    leaders, clients = ({one.id: one for one in some} for some in (clinic.leaders, clinic.clients))
    rooms = {one.id: one for one in clinic.rooms}
    for one in meetings:
        room = rooms[one.room_id]
        if any(
            other.day == one.span.day and other.starts < one.span.ends and other.ends > one.span.starts
            for other in room.taken
        ):
            yield Found(Fault.room_taken, f"{room.name}, {when(one.span)}")
        leader = leaders[one.leader_id]
        if not _covers(leader.works, one.span):
            yield Found(Fault.not_at_work, f"{leader.name}, {when(one.span)}")
        if one.service_id not in leader.leads:
            yield Found(Fault.does_not_lead, f"{leader.name}, {when(one.span)}")
        for client in (clients[member] for member in sorted(one.members)):
            if not _covers(client.free, one.span):
                yield Found(Fault.not_free, f"{client.name}, {when(one.span)}")


def _sizes(clinic: Clinic, meetings: tuple[Meeting, ...]) -> Iterator[Found]:
    services, rooms = ({one.id: one for one in some} for some in (clinic.services, clinic.rooms))
    for one in meetings:
        service, room, people = services[one.service_id], rooms[one.room_id], len(one.members)
        words = f"{service.name}, {when(one.span)}: {count('person', people, 'people')}"
        if people > service.most:
            yield Found(Fault.too_many, words)
        if people < service.least:
            yield Found(Fault.too_few, words)
        if people > room.seats:
            yield Found(Fault.no_seat, f"{words} in {room.name}")


def _fixed(clinic: Clinic, meetings: tuple[Meeting, ...]) -> Iterator[Found]:
    """What is fixed stands at its time, in its room, with who leads it; nobody of it is gone."""
    for fixed in clinic.fixed:
        facts = (fixed.service_id, fixed.span, fixed.room_id, fixed.leader_id)
        if not any(
            (one.service_id, one.span, one.room_id, one.leader_id) == facts and fixed.members <= one.members
            for one in meetings
        ):
            yield Found(Fault.fixed_moved, when(fixed.span))


def _dose(client: Client, clinic: Clinic, proposal: Proposal) -> Iterator[Found]:
    """What the client gets against what the phase asks for; more than that only where someone fixed it."""
    got = Counter(one.kind for one in proposal.meetings if client.id in one.members)
    fixed = Counter(one.kind for one in clinic.fixed if client.id in one.members)
    named = Counter()
    for one in proposal.shortfalls:
        if one.client_id == client.id:
            named[one.kind] += one.times
    asked = {need.kind: need.times for need in client.needs}
    names = {one.id: one.name for one in clinic.services}
    for kind in sorted(set(asked) | set(got) | set(named)):
        words, times = f"{client.name}, {names[kind.service_id]}", asked.get(kind, 0)
        if got[kind] > max(times, fixed[kind]):
            yield Found(Fault.too_much, words)
        short = max(0, times - got[kind])
        if named[kind] != short:
            yield Found(Fault.not_named if named[kind] < short else Fault.named_wrongly, words)
    yield from _same_day(client, clinic, proposal.meetings)


def _same_day(client: Client, clinic: Clinic, meetings: tuple[Meeting, ...]) -> Iterator[Found]:
    days = Counter((one.service_id, one.span.day) for one in meetings if client.id in one.members)
    fixed = Counter((one.service_id, one.span.day) for one in clinic.fixed if client.id in one.members)
    for (service_id, day), times in sorted(days.items()):
        if times > max(1, fixed[service_id, day]):
            yield Found(Fault.same_day, f"{client.name}, {WEEKDAYS[day]}")
