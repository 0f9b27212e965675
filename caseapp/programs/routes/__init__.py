"""The pages of programs, for admins: the editor, the rule profile, the services, what payers pay."""

from caseapp.programs.routes import criteria, editor, offers, payers, phases, profile
from caseapp.programs.routes.blueprint import bp

__all__ = ["bp", "criteria", "editor", "offers", "payers", "phases", "profile"]
