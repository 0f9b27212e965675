"""The phase board, admission, reviews, moves, and who answers for an episode."""

from caseapp.progress.routes import admission, board, corrections, groups, moves, reviews, trying
from caseapp.progress.routes.board import bp, on_every_page

__all__ = ["admission", "board", "bp", "corrections", "groups", "moves", "on_every_page", "reviews", "trying"]
