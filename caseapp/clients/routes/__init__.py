"""Pages about people: the list, finding, registering, changing, and who may see them."""

from caseapp.clients.routes import access, people
from caseapp.clients.routes.people import bp, on_every_page

__all__ = ["access", "bp", "on_every_page", "people"]
