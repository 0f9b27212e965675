"""Keep what someone was typing, for seven days; throw it away, take that back; drop it when the form was carried out."""

from datetime import datetime

from sqlalchemy import delete, select

from caseapp.core import clock, sealed
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.drafts.models import Draft
from caseapp.drafts.rules import LASTS, LONGEST_ADDRESS, MOST


def keep(staff_id: str, address: str, body: str, title: str = "") -> datetime:
    """Keep the form of an address for that person alone, in place of what was kept before; gives when.

    Raises RuleBroken for what is too long to keep. The title never holds a client's name: it is that of the page.
    """
    if len(address) > LONGEST_ADDRESS or len(body) > MOST:
        raise RuleBroken("This draft is too long to keep.")
    draft = db.scalar(select(Draft).where(Draft.staff_id == staff_id, Draft.address == address))
    draft = draft or Draft(staff_id=staff_id, address=address)
    draft.title = title[:200] or draft.title or "A form"
    draft.body_sealed, draft.kept_at, draft.thrown_away_at = sealed.seal(staff_id, body or " "), clock.now(), None
    db.add(draft)
    db.flush()
    return draft.kept_at


def text_of(draft: Draft) -> str:
    """What was typed, opened for its owner."""
    return sealed.unseal(draft.staff_id, draft.body_sealed) or ""


def throw_away(draft: Draft) -> None:
    """Put a draft aside; until it is dropped it can be taken back."""
    draft.thrown_away_at = clock.now()
    db.flush()


def take_back(draft: Draft) -> None:
    """Keep a draft after all that was thrown away."""
    draft.thrown_away_at = None
    db.flush()


def drop(staff_id: str, addresses: set[str]) -> None:
    """The form of these addresses was carried out: nothing of it is kept as a draft."""
    db.execute(delete(Draft).where(Draft.staff_id == staff_id, Draft.address.in_(addresses)))


def drop_old() -> int:
    """Drop what is older than seven days; gives how many."""
    return db.execute(delete(Draft).where(Draft.kept_at < clock.now() - LASTS)).rowcount
