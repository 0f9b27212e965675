"""The job that looks for a week: it tells how good the best one so far is, and ends early, with that one, if someone asks it to."""

import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import Any

from caseapp.core.access import Actor
from caseapp.core.db import transaction
from caseapp.core.errors import RuleBroken
from caseapp.jobs.rules import Step
from caseapp.jobs.running import Files, Result, Work
from caseapp.weekplan import actions, queries
from caseapp.weekplan.actions import BUILD, PUT, UNDO
from caseapp.weekplan.checking import faults
from caseapp.weekplan.facts import read
from caseapp.weekplan.keeping import around_of
from caseapp.weekplan.putting import put
from caseapp.weekplan.rules import Clinic, Proposal
from caseapp.weekplan.undoing import undo

TOLD_EVERY = 1.0  # seconds


@dataclass
class _Watched:
    """What the search told last, and whether it should go on."""

    cost: int | None = None
    bound: int = 0
    goes_on: bool = True

    def tell(self, progress: tuple[int | None, int]) -> bool:
        """Called by the search, in its own thread."""
        self.cost, self.bound = progress
        return self.goes_on

    @property
    def so_far(self) -> dict[str, Any]:
        """As a page tells it."""
        return {"cost": self.cost, "bound": self.bound}


def build(facts: dict[str, Any], _files: Files, by: Actor) -> Generator[Step, None, Result]:
    """Look for the week that someone asked for. Raises RuleBroken if none is found, or if the check finds a fault in it."""
    with transaction():
        row = queries.get_proposal(facts["proposal"])
        around, seconds = around_of(row.around), row.seconds
        clinic = read(row.from_on, around.fixed, around.kept_free).clinic
    found = yield from _searched(clinic, seconds, row.id)
    wrong = faults(clinic, found)
    if wrong:
        raise RuleBroken(
            f"The week that was found is not sound, so it is not offered: {wrong[0].fault.value} ({wrong[0].words})."
        )
    with transaction():
        actions.keep(queries.get_proposal(row.id), found, by)
    return {}


def _searched(clinic: Clinic, seconds: int, id: str) -> Generator[Step, None, Proposal]:
    # OR-Tools takes a second and much memory to load: only whoever builds a week needs it.
    from caseapp.weekplan.solving import NothingFound, propose

    watched, begun = _Watched(), time.monotonic()
    with ThreadPoolExecutor(1) as beside:
        search = beside.submit(propose, clinic, seconds, watched.tell)
        try:
            yield Step(0, seconds)
            while wait_for([search], TOLD_EVERY).not_done:
                yield Step(min(int(time.monotonic() - begun), seconds), seconds, watched.so_far)
                with transaction():
                    watched.goes_on = watched.goes_on and not queries.should_stop(id)
        finally:
            watched.goes_on = False
        try:
            return search.result()
        except NothingFound:
            raise RuleBroken("No week was found in that time. Build it again with more time.") from None


JOBS: dict[str, Work] = {BUILD: build, PUT: put, UNDO: undo}
