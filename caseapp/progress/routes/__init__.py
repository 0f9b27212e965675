"""The phase board, admission, moves, and who answers for an episode."""

from caseapp.progress.routes import admission, board, corrections, moves
from caseapp.progress.routes.board import bp

__all__ = ["admission", "board", "bp", "corrections", "moves"]
