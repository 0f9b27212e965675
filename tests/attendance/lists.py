"""Lists of sessions that run by the real clock, for a browser lives in real time; and hands that count what they do."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from caseapp.attendance import queries
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session
from tests.sessions import NAMES, THIRTY, ZONE, group, person


def running(by, people: int, leader=None) -> Session:
    """A group that began an hour ago, or today at midnight; of more than twelve people an education group."""
    now = clock.now().astimezone(ZoneInfo(ZONE)).replace(second=0, microsecond=0)
    midnight, last = now.replace(hour=0, minute=0), now.replace(hour=23, minute=59)
    start = max(now - timedelta(hours=1), midnight)
    ends = min(start + timedelta(hours=3), last)
    times = {"day": start.date(), "starts": start.time(), "ends": ends.time(), "agreed": True}
    with clock.freeze(clock.now() - timedelta(days=1)):
        service = programs.service("group_therapy" if people <= len(NAMES) else "education")
        session = group(by, 0, leader=leader, service=service, **times)
        clients = [person(by, last, first, start.date() - timedelta(days=30)) for last, first in THIRTY[:people]]
        scheduling.book_all(session, clients, by)
    return session


def states(transaction, session_id: str) -> list[str]:
    """What is in force for each person, by name."""
    with transaction():
        rows = queries.roll(db.get(Session, session_id))
        return [str(queries.said_by(mark, place.client_id)) for place, mark in rows]


def place_of(last: str, people: int = 30) -> int:
    """Where someone stands on the list, from 0."""
    return sorted(THIRTY[:people]).index(next(one for one in THIRTY if one[0] == last))


class Hand:
    """Someone at a page who does nothing but press keys, click and tap; each is counted, Control and Enter as two."""

    def __init__(self, page: Any):
        self.page, self.done = page, 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        for key in keys:
            self.done += len(key.split("+")) if len(key) > 1 else 1
            self.page.keyboard.press(key)

    def click(self, place: Any) -> None:
        """Click with the mouse."""
        self.done += 1
        place.click()

    def tap(self, place: Any) -> None:
        """Tap with a finger."""
        self.done += 1
        place.tap()
