"""The site's zone and day, for the rooms on the floors below the one that keeps the sites.

The clinic room says at its import how its zone is read; before set-up there is none, and days are those of UTC.
"""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from caseapp.core import clock
from caseapp.core.db import db

_readers: list[Callable[[Session], str | None]] = []


def read_zone_with(reader: Callable[[Session], str | None]) -> None:
    """Say how the IANA zone of the first site is read: a function of a session, None before set-up."""
    _readers[:] = [reader]


def zone(session: Session | None = None) -> str:
    """The IANA zone in which days of this clinic are counted.

    Whoever holds a transaction of their own gives its session: on SQLite another one might wait for it.
    """
    return next((found for reader in _readers if (found := reader(session or db()))), "UTC")


def today(session: Session | None = None) -> date:
    """The calendar day it is now at the first site."""
    return clock.today(zone(session))
