"""The pages of programs, for admins: the editor, the rule profile, the services."""

from caseapp.programs.routes import editor, offers, phases, profile
from caseapp.programs.routes.blueprint import bp

__all__ = ["bp", "editor", "offers", "phases", "profile"]
