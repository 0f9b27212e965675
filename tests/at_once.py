"""Deeds of several people at the same moment, each in a thread, a transaction and on a connection of its own."""

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from caseapp.core.db import transaction
from caseapp.core.errors import RuleBroken, Stale

REFUSALS = (RuleBroken, Stale, IntegrityError, StaleDataError)


def together(deeds: list[Callable[[], object]]) -> int:
    """Do all of these at the same moment; how many were not refused. Whatever else goes wrong is raised."""
    return refusals(deeds).count(None)


def refusals(deeds: list[Callable[[], object]]) -> list[Exception | None]:
    """Do all of these at the same moment; for each why it was refused, None if it was not. Whatever else goes wrong is raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> Exception | None:
        start.wait()
        try:
            with transaction():
                deed()
        except REFUSALS as refused:
            return refused
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(lambda one: contextvars.Context().run(do, one), deeds))
