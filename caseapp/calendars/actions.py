"""Make the address of a feed, and end it."""

import secrets

from sqlalchemy.exc import IntegrityError

from caseapp.audit.actions import changed
from caseapp.calendars import queries
from caseapp.calendars.models import CalendarFeed
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.identity.queries import digest_of


def make_feed(by: Actor, *, staff_id: str | None = None, client_id: str | None = None, names: bool = False) -> str:
    """The token of a new feed for a member of staff or a client; it is told once. The feed they had before ends.

    `names` lets it say what a session is: of a client only if they chose so.
    """
    end_feed(by, staff_id=staff_id, client_id=client_id)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(
        token_digest=digest_of(token), staff_id=staff_id, client_id=client_id, names=names, made_by_id=by.id
    )
    db.add(feed)
    try:
        db.flush()
    except IntegrityError:
        raise RuleBroken("Someone else has just made an address for this calendar.", way_out="Try again.") from None
    changed("calendars.make_feed", feed.id, by, client_id=client_id, names=names)
    return token


def end_feed(by: Actor, *, staff_id: str | None = None, client_id: str | None = None) -> bool:
    """The address of a feed stops working. Gives whether there was one."""
    feed = queries.feed_for(staff_id=staff_id, client_id=client_id)
    if feed is None:
        return False
    feed.ended_at = clock.now()
    db.flush()
    changed("calendars.end_feed", feed.id, by, client_id=client_id)
    return True
