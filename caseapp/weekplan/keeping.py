"""A proposal, and what is fixed of it, as JSON keeps them: ids and facts, no names."""

import json
from dataclasses import dataclass, replace

from caseapp.weekplan.rules import Ended, Kind, Meeting, Proposal, Shortfall, Span


@dataclass(frozen=True)
class Around:
    """What a week is built around: sessions that stand as they are, and when someone of the staff is kept free."""

    fixed: tuple[Meeting, ...] = ()
    kept_free: tuple[tuple[str, Span], ...] = ()

    def fix(self, one: Meeting, instead_of: Meeting) -> "Around":
        """The same with a session fixed, in the place of another."""
        return replace(self.forget(instead_of), fixed=(*self.forget(instead_of).fixed, one))

    def drop(self, one: Meeting) -> "Around":
        """The same without a session; who leads it is kept free, or else it would be proposed again."""
        kept = self.forget(one)
        return replace(kept, kept_free=(*kept.kept_free, (one.leader_id, one.span)))

    def forget(self, one: Meeting) -> "Around":
        """The same with nothing said of a session."""
        fixed = tuple(other for other in self.fixed if not same_place(one, other))
        return Around(fixed, tuple(other for other in self.kept_free if other != (one.leader_id, one.span)))


def same_place(one: Meeting, other: Meeting) -> bool:
    """Whether it is the same session, whoever comes: service, time, room and leader."""
    facts = [(m.service_id, m.span, m.room_id, m.leader_id) for m in (one, other)]
    return facts[0] == facts[1]


def around_as_json(around: Around) -> str:
    """As text."""
    return json.dumps(
        {
            "fixed": [_meeting(one) for one in around.fixed],
            "kept_free": [[who, *_span(span)] for who, span in around.kept_free],
        }
    )


def around_of(text: str) -> Around:
    """What `around_as_json` wrote."""
    kept = json.loads(text)
    free = tuple((who, Span(*span)) for who, *span in kept["kept_free"])
    return Around(tuple(_meeting_of(one) for one in kept["fixed"]), free)


def proposal_as_json(found: Proposal) -> str:
    """As text."""
    shortfalls = [
        [one.client_id, one.kind.service_id, one.kind.minutes, one.times, one.why] for one in found.shortfalls
    ]
    kept = {"meetings": [_meeting(one) for one in found.meetings], "shortfalls": shortfalls}
    return json.dumps(kept | {"cost": found.cost, "bound": found.bound, "ended": found.ended.value})


def proposal_of(text: str) -> Proposal:
    """What `proposal_as_json` wrote."""
    kept = json.loads(text)
    shortfalls = (
        Shortfall(client, Kind(service, minutes), times, why)
        for client, service, minutes, times, why in kept["shortfalls"]
    )
    meetings = tuple(_meeting_of(one) for one in kept["meetings"])
    return Proposal(meetings, tuple(shortfalls), kept["cost"], kept["bound"], Ended(kept["ended"]))


def _span(span: Span) -> list[int]:
    return [span.day, span.starts, span.ends]


def _meeting(one: Meeting) -> list:
    return [one.service_id, _span(one.span), one.room_id, one.leader_id, sorted(one.members)]


def _meeting_of(kept: list) -> Meeting:
    service, span, room, leader, members = kept
    return Meeting(service, Span(*span), room, leader, frozenset(members))
