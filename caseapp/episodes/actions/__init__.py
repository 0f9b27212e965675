"""Note what a referral says; pre-screen, clear, refer; admit; move, take back, correct, place. Stays are appended, never overwritten."""

from caseapp.episodes.actions.admission import admit, assign
from caseapp.episodes.actions.history import PastEpisode, PastStay, bring_in_past
from caseapp.episodes.actions.moves import check_move, correct, move, place_in_phase, take_back
from caseapp.episodes.actions.problems import note_problems
from caseapp.episodes.actions.screening import Used, clear, edit_prescreen, not_admitted, prescreen, refer

__all__ = [
    "PastEpisode",
    "PastStay",
    "Used",
    "admit",
    "assign",
    "bring_in_past",
    "check_move",
    "clear",
    "correct",
    "edit_prescreen",
    "move",
    "not_admitted",
    "note_problems",
    "place_in_phase",
    "prescreen",
    "refer",
    "take_back",
]
