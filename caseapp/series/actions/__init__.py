"""Make, change and undo series, make their sessions ahead, and let people belong to them.

Everybody locks in the order series, sessions, rooms, staff, clients, and only then looks what stands in the way, so that of two at
once the second sees what the first has done.
"""

from caseapp.series.actions.ahead import make_ahead
from caseapp.series.actions.changing import add_series, change
from caseapp.series.actions.members import add_members, end_membership, look_at_members
from caseapp.series.actions.undoing import undo

__all__ = ["add_members", "add_series", "change", "end_membership", "look_at_members", "make_ahead", "undo"]
