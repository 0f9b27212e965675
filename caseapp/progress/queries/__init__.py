"""Who is in which phase, where clients stand, and what a move will change."""

from caseapp.progress.queries import standing

__all__ = ["standing"]
