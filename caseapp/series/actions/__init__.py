"""Make, change and undo series, make their sessions ahead, and let people belong to them.

Everybody locks in the order series, sessions, site, rooms, staff, clients, and only then looks what stands in the way, so that of two at
once the second sees what the first has done.
"""

from caseapp.series.actions.ahead import make_ahead, without_asking
from caseapp.series.actions.changing import add_series, change
from caseapp.series.actions.members import add_members, look_at_members, never_joined, stays_on
from caseapp.series.actions.moving import end_for_move, follow_the_move, resume_after
from caseapp.series.actions.undoing import drop_made_since, undo
from caseapp.series.actions.waiting import (
    end_membership,
    keep_offering,
    offer_free_places,
    say_yes,
    stop_waiting,
    wait_for,
)

__all__ = [
    "add_members",
    "add_series",
    "change",
    "drop_made_since",
    "end_for_move",
    "end_membership",
    "follow_the_move",
    "keep_offering",
    "look_at_members",
    "make_ahead",
    "never_joined",
    "offer_free_places",
    "resume_after",
    "say_yes",
    "stays_on",
    "stop_waiting",
    "undo",
    "wait_for",
    "without_asking",
]
