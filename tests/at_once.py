"""Deeds of several people at the same moment, each in a thread, a transaction and on a connection of its own."""

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from caseapp.core.db import transaction
from caseapp.core.errors import RuleBroken, Stale


def together(deeds: list[Callable[[], object]]) -> int:
    """Do all of these at the same moment; how many were not refused. Whatever else goes wrong is raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> bool:
        start.wait()
        try:
            with transaction():
                deed()
        except (RuleBroken, Stale, IntegrityError, StaleDataError):
            return False
        return True

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sum(pool.map(lambda one: contextvars.Context().run(do, one), deeds))
