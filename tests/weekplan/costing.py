"""What a week costs, counted from its sessions alone, beside what the search says that it costs."""

from collections import Counter

from caseapp.weekplan.rules import Clinic, Costs, Meeting, Proposal
from caseapp.weekplan.starts import Start, Starts


def cost_of(clinic: Clinic, proposal: Proposal, costs: Costs) -> int:
    """The whole cost of a week; what is fixed and led anyway is not counted."""
    short = sum(round(costs.hour_short * one.kind.minutes / 60) * one.times for one in proposal.shortfalls)
    fixed = {(one.kind, one.span, one.room_id, one.leader_id) for one in clinic.fixed}
    new = [one for one in proposal.meetings if (one.kind, one.span, one.room_id, one.leader_id) not in fixed]
    led = sum(max(1, round(costs.leader_hour * one.kind.minutes / 60)) for one in new)
    comfort = sum(costs.trip * _trips(clinic, proposal, one.id) for one in clinic.clients)
    comfort += sum(costs.days_between * _long_times(proposal, one.id) for one in clinic.clients if one.days_asked >= 3)
    return short + led + comfort + _changes(clinic, proposal, costs)


def _trips(clinic: Clinic, proposal: Proposal, client: str) -> int:
    """How often the client comes: a session that begins in the step in which another one ended is no trip more."""
    mine, step = [one.span for one in proposal.meetings if client in one.members], clinic.step
    ended = {(one.day, -(-one.ends // step)) for one in mine}
    return sum((one.day, one.starts // step) not in ended for one in mine)


def _long_times(proposal: Proposal, client: str) -> int:
    days = {one.span.day for one in proposal.meetings if client in one.members}
    return sum(not days & {first % 7, (first + 1) % 7, (first + 2) % 7} for first in range(7))


def _changes(clinic: Clinic, proposal: Proposal, costs: Costs) -> int:
    led = {(one.kind, one.span, one.leader_id) for one in proposal.meetings}
    comes = {(one.kind, one.span, member) for one in proposal.meetings for member in one.members}
    fixed = {(one.kind, one.span, one.leader_id) for one in clinic.fixed}
    could = Starts(clinic).of_client
    today = [one for one in clinic.today if (one.kind, one.span, one.leader_id) not in fixed]
    moved = [one for one in today if (one.kind, one.span, one.leader_id) not in led]
    members = [
        member
        for one in today
        for member in one.members
        if Start(one.kind, one.span) in could[member] and (one.kind, one.span, member) not in comes
    ]
    stay = _rooms_kept(clinic, proposal, [one for one in today if one not in moved])
    rooms = costs.room_moved * (len(today) - stay)
    return costs.session_moved * len(moved) + costs.client_moved * len(members) + rooms


def _rooms_kept(clinic: Clinic, proposal: Proposal, today: list[Meeting]) -> int:
    """How many of these could be in a room as good as today's: of rooms that are the same nobody cares which."""
    sort_of = Starts(clinic).sort_of
    fixed = {(one.kind, one.span, one.room_id) for one in clinic.fixed}
    new = [one for one in proposal.meetings if (one.kind, one.span, one.room_id) not in fixed]
    wanted = Counter((one.kind, one.span, sort_of[one.room_id]) for one in today)
    there = Counter((one.kind, one.span, sort_of[one.room_id]) for one in new)
    return (wanted & there).total()
