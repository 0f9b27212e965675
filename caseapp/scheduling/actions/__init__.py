"""Make, change and cancel sessions, book and release places. Rows are locked first, so that two at once can't both win.

The order of locks is session, room, staff, client: everybody takes them in this order, so nobody waits in a circle.
"""

from caseapp.scheduling.actions.history import PastSession, bring_in_past
from caseapp.scheduling.actions.places import (
    Again,
    book,
    book_again,
    book_all,
    free,
    hold,
    keep_freed_for,
    release,
    release_from,
    walk_in,
)
from caseapp.scheduling.actions.sessions import add_session, cancel, edit, must_be_changeable, restore

__all__ = [
    "Again",
    "PastSession",
    "add_session",
    "book",
    "book_again",
    "book_all",
    "bring_in_past",
    "cancel",
    "edit",
    "free",
    "hold",
    "keep_freed_for",
    "must_be_changeable",
    "release",
    "release_from",
    "restore",
    "walk_in",
]
