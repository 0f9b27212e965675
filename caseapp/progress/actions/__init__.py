"""Admission, moves and phase reviews, with what follows from them: access, tasks, places in sessions, series."""

from caseapp.progress.actions import after_use
from caseapp.progress.actions.admission import admit, reassign
from caseapp.progress.actions.deciding import decide, return_with, withdraw
from caseapp.progress.actions.groups import book_groups, no_groups
from caseapp.progress.actions.moves import correct, move, move_without_review, take_back
from caseapp.progress.actions.reviews import Proposal, propose, send_again

__all__ = [
    "Proposal",
    "admit",
    "after_use",
    "book_groups",
    "correct",
    "decide",
    "move",
    "move_without_review",
    "no_groups",
    "propose",
    "reassign",
    "return_with",
    "send_again",
    "take_back",
    "withdraw",
]
