"""Pre-screen, clear, refer; admit; move, take back, correct. Stays are appended: a change supersedes the old row."""

from caseapp.episodes.actions.admission import admit, assign
from caseapp.episodes.actions.history import PastEpisode, PastStay, bring_in_past
from caseapp.episodes.actions.moves import correct, move, take_back
from caseapp.episodes.actions.screening import Used, clear, edit_prescreen, not_admitted, prescreen, refer

__all__ = [
    "PastEpisode",
    "PastStay",
    "Used",
    "admit",
    "assign",
    "bring_in_past",
    "clear",
    "correct",
    "edit_prescreen",
    "move",
    "not_admitted",
    "prescreen",
    "refer",
    "take_back",
]
