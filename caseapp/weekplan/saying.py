"""Reasons, in words: why a session stands where it does, what it changes, and why something is short."""

from caseapp.core.words import count, one_of
from caseapp.weekplan.rules import WEEKDAYS, Clinic, Ended, Kind, Meeting
from caseapp.weekplan.starts import Starts


def why_here(clinic: Clinic, one: Meeting) -> list[str]:
    """Sentences for a session of the proposal: what of it is as today or fixed, whom it serves, why its room."""
    if any(_same_place(one, fixed) for fixed in clinic.fixed):
        return ["Fixed by hand.", *_members(clinic, one)]
    return [_against_today(clinic, one), *_members(clinic, one), _room(clinic, one)]


def _same_place(one: Meeting, other: Meeting) -> bool:
    facts = ((m.service_id, m.span, m.room_id, m.leader_id) for m in (one, other))
    return next(facts) == next(facts)


def _against_today(clinic: Clinic, one: Meeting) -> str:
    names = {leader.id: leader.name for leader in clinic.leaders}
    then = [other for other in clinic.today if (other.kind, other.span) == (one.kind, one.span)]
    if any(other.leader_id == one.leader_id for other in then):
        return f"Day, time and {names[one.leader_id]} as today."
    if then:
        return f"Day and time as today; {names[one.leader_id]} leads and works then."
    return f"New at this time: {names[one.leader_id]} leads it and works then, and all who come are free."


def _members(clinic: Clinic, one: Meeting) -> list[str]:
    """How many come as today, and how many are new at this time."""
    before = {
        member for other in clinic.today if (other.kind, other.span) == (one.kind, one.span) for member in other.members
    }
    stay, new = len(one.members & before), len(one.members - before)
    if not stay:
        return []
    return [f"{count('person', stay, 'people')} as today" + (f", {new} new at this time." if new else ".")]


def _room(clinic: Clinic, one: Meeting) -> str:
    room = next(room for room in clinic.rooms if room.id == one.room_id)
    return f"{room.name} holds {count('person', room.seats, 'people')}, {len(one.members)} come."


def why_short(clinic: Clinic, starts: Starts, client_id: str, kind: Kind, ended: Ended) -> str:
    """Why a client is short of a kind: nobody leads it, they are not free when it could be held, or no place was left."""
    client = next(one for one in clinic.clients if one.id == client_id)
    service = starts.services[kind.service_id].name
    if not any(kind.service_id in leader.leads for leader in clinic.leaders):
        return f"No one leads {service}."
    if not any(start.kind == kind for start in starts.all):
        return f"No one who leads {service} works {kind.minutes} minutes in a row without something fixed."
    days = sorted({start.span.day for start in starts.of_client[client_id] if start.kind == kind})
    needed = starts.left_to_place(client)[kind]
    if len(days) < needed:
        on = f"only on {_days(days)}" if days else "on no day"
        return f"Is free {on} when someone who leads {service} works; {count('day', needed)} needed."
    if ended is Ended.proven:
        return "No room, nobody who leads it, or too few people for a group were left at the times when they are free."
    return "None was found in the time given; a longer search may find one."


def _days(days: list[int]) -> str:
    return one_of([WEEKDAYS[day] for day in days], "and")
