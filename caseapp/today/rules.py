"""How much of each block stands on Today, and in which order: by harm."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

MOST_ROWS = 7
NEXT_SESSION_WITHIN = timedelta(days=14)
NEWS_FOR = timedelta(days=7)  # who is new in a group, or has called in a crisis, is told for a week
STEPPED_UP_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Rows:
    """The first rows of a block and how many there are in all."""

    shown: list[Any] = field(default_factory=list)
    total: int = 0

    def __bool__(self) -> bool:
        return self.total > 0

    @property
    def more(self) -> bool:
        """Whether there are more than are shown."""
        return self.total > len(self.shown)


def first_rows(rows: Sequence[Any], total: int | None = None) -> Rows:
    """A block of these rows, cut to what Today shows; `total` if more were counted than fetched."""
    return Rows(list(rows[:MOST_ROWS]), len(rows) if total is None else total)


def by_harm(crisis: bool, due_at: datetime) -> tuple[bool, datetime]:
    """The order of what is overdue: calls after a crisis first, then what has waited longest."""
    return (not crisis, due_at)


def session_of_the_page(sessions: Sequence[Any], now: datetime) -> Any | None:
    """Of today's sessions, in order of their start: the one that is on, else the next one, else None."""
    return next((one for one in sessions if one.ends_at > now), None)
