"""Pages of the pre-screen: the questions, the gate, and the ways on from it."""

from caseapp.episodes.routes import gate, screening
from caseapp.episodes.routes.screening import bp

__all__ = ["bp", "gate", "screening"]
