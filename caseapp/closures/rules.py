"""Words of closures and leave: what can be done about a session that they hit, and by when those on its list are told."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum, auto


class Do(StrEnum):
    """What is done about one session that a closure or a leave hits."""

    other_room = auto()
    without = auto()
    given = auto()
    moved = auto()
    cancel = auto()
    stays = auto()


@dataclass(frozen=True)
class Decision:
    """What is to be done about one session. `lead_id` is who is given it; day, wall time and room are where it moves to."""

    do: Do
    lead_id: str | None = None
    on_day: date | None = None
    starts: time | None = None
    room_id: str | None = None


# Whoever is to be told has two days to plan anew where there are two days; whoever calls has two hours where there are two hours.
NOTICE, TO_CALL = timedelta(days=2), timedelta(hours=2)
# How far ahead a time is looked for to which a one-to-one session could move.
MOVES_WITHIN = timedelta(days=14)


def call_by(starts_at: datetime, now: datetime) -> datetime:
    """By when those on the list of a session that starts at an instant are called."""
    return min(max(starts_at - NOTICE, now + TO_CALL), starts_at)
