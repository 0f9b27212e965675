"""The groups that fit a phase, for whoever books them."""

from dataclasses import dataclass
from datetime import date

from caseapp.programs.models import Phase
from caseapp.series import queries as series
from caseapp.series.models import Series


@dataclass(frozen=True)
class Fitting:
    """A series that is held for a phase: how many belong to it, and whether it names the phase or is for all of them."""

    series: Series
    members: int
    names_it: bool

    @property
    def free(self) -> int:
        """How many more may belong to it."""
        return max(self.series.places - self.members, 0)


def fitting(client_id: str, phase: Phase, since: date) -> list[Fitting]:
    """The series that go on and are held for a phase, without those someone belongs to from a day on; a fixed number of statements.

    Those that name the phase come first, then those for every phase; within each by weekday and time.
    """
    theirs = {one.series_id for one in series.memberships(client_id, since)}
    found = [one for one in series.running(since) if one.serves(phase.position) and one.id not in theirs]
    counts = series.member_counts([one.id for one in found], since)
    rows = [Fitting(one, counts.get(one.id, 0), bool(one.phases_served)) for one in found]
    return sorted(rows, key=lambda one: not one.names_it)
