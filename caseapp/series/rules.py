"""Words of series: how far ahead sessions are made, why a day has none, what stands in the way of a day and what can be done."""

from datetime import timedelta
from enum import StrEnum, auto

# Sessions are made for so long ahead, and again each day for the day that has come into sight.
HORIZON = timedelta(weeks=12)
CONSTRAINTS = {
    "uq_series_member_once": ("This client belongs to this series already.", "clients"),
    "pk_series_day": ("Someone else has just made the sessions of this series. Look again.", None),
}


class Clash(StrEnum):
    """What stands in the way of a session on its day."""

    room = auto()
    staff = auto()
    client = auto()
    places = auto()
    clock = auto()
    by_hand = auto()
    closed = auto()
    leave = auto()
    hours = auto()


class Do(StrEnum):
    """What is done about one day of a change: all of it, nothing, or all but what stands in the way."""

    go = auto()
    skip = auto()
    other_room = auto()
    without = auto()
    other_lead = auto()
    earlier = auto()
    later = auto()


class LeftOut(StrEnum):
    """Why a series has no session on one of its days."""

    skipped = auto()
    room = auto()
    staff = auto()
    client = auto()
    places = auto()
    clock = auto()
    closed = auto()
    leave = auto()
    hours = auto()


LEFT_OUT = {
    LeftOut.skipped: "Left out when the series was made or changed",
    LeftOut.room: "The room is taken",
    LeftOut.staff: "Whoever leads it has another session",
    LeftOut.client: "The client has another session",
    LeftOut.places: "More people than places",
    LeftOut.clock: "The clocks change at that time",
    LeftOut.closed: "Closed",
    LeftOut.leave: "Whoever leads it is away",
    LeftOut.hours: "Whoever leads it does not work then",
}
