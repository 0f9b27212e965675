"""Sign-in and sign-out, one's own account, and the pages of admins about staff and teams."""

from caseapp.identity.routes import account, sign_in, staff, teams
from caseapp.identity.routes.blueprint import bp
from caseapp.identity.routes.sign_in import late_owner, whoever_is_signed_in

__all__ = ["account", "bp", "late_owner", "sign_in", "staff", "teams", "whoever_is_signed_in"]
