"""Drafts of one person that are still kept."""

from sqlalchemy import select

from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.drafts.models import Draft
from caseapp.drafts.rules import LASTS


def kept_for(user: Actor) -> list[Draft]:
    """What this person left unfinished in the last seven days, the newest first; title, address and when, not the text."""
    mine = _mine(user).where(Draft.thrown_away_at.is_(None), Draft.kept_at > clock.now() - LASTS)
    return list(db.scalars(mine.order_by(Draft.kept_at.desc())))


def draft_at(user: Actor, address: str) -> Draft | None:
    """What this person left unfinished on the page of an address (see `rules.page_of`), or None."""
    mine = _mine(user).where(Draft.thrown_away_at.is_(None), Draft.kept_at > clock.now() - LASTS)
    return db.scalar(mine.where(Draft.address == address))


def get_draft(draft_id: str, user: Actor) -> Draft:
    """A draft of one's own. Raises NotFound for anyone else's."""
    draft = db.scalar(_mine(user).where(Draft.id == draft_id))
    if draft is None:
        raise NotFound
    return draft


def _mine(user: Actor):
    return select(Draft).where(Draft.staff_id == user.id)
