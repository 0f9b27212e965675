"""Make, change and cancel sessions, book and release places. Rows are locked first, so that two at once can't both win.

The order of locks is session, site, room, staff, client: everybody takes them in this order, so nobody waits in a circle.
"""

from caseapp.scheduling.actions.history import PastSession, bring_in_past
from caseapp.scheduling.actions.offering import (
    keep_offering,
    must_be_offered,
    offer_free_places,
    release,
    release_from,
    say_yes,
    stop_waiting,
    wait_for,
)
from caseapp.scheduling.actions.places import (
    Again,
    book,
    book_again,
    book_all,
    free,
    hold,
    keep_freed_for,
    walk_in,
)
from caseapp.scheduling.actions.sessions import add_session, cancel, edit, must_be_changeable, restore
from caseapp.scheduling.actions.waiting import begin_waiting, end_waiting, end_what_is_over, make_offer, take_offer_back

__all__ = [
    "begin_waiting",
    "end_waiting",
    "end_what_is_over",
    "keep_offering",
    "make_offer",
    "must_be_offered",
    "offer_free_places",
    "say_yes",
    "stop_waiting",
    "take_offer_back",
    "wait_for",
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
