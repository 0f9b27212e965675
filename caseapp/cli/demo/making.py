"""What the parts of the demo hand to each other while it is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random

from caseapp.cli.demo.people import Person
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.episodes.models import Episode


@dataclass(frozen=True)
class InPhase:
    """Half-open days of someone in a phase; no end means still."""

    position: int
    started_on: date
    ended_on: date | None

    def holds(self, day: date) -> bool:
        """Whether they are in it on that day."""
        return self.started_on <= day and (self.ended_on is None or day < self.ended_on)


@dataclass
class Known:
    """A person of the demo as far as they have been made."""

    person: Person
    client: Client
    episode: Episode | None = None
    stays: list[InPhase] = field(default_factory=list)

    @property
    def comes_evenings(self) -> bool:
        """Whether their groups are those of the evening."""
        return self.person.comes_evenings

    def position(self, day: date) -> int:
        """The phase they are in on a day, 0 for none."""
        return next((stay.position for stay in self.stays if stay.holds(day)), 0)


class Demo:
    """The clinic while it is made. Days count back from today in the clinic's zone."""

    def __init__(self) -> None:
        self.zone = clinic.zone()
        self.now = clock.now()
        self.today = clock.today(self.zone)
        self.staff: dict[str, Actor] = {}
        self.known: list[Known] = []

    @contextmanager
    def at(self, day: date, hour: int = 9, minute: int = 0) -> Iterator[datetime]:
        """Act as of that wall-clock time, or of now if that still lies ahead."""
        moment = min(clock.instant(day, time(hour, minute), self.zone), self.now)
        with clock.freeze(moment):
            yield moment

    def someone(self, last: str, first: str = "") -> Known:
        """A person by name."""
        return next(one for one in self.known if one.person.last == last and first in ("", one.person.first))

    def in_phases(self, positions: tuple[int, ...], day: date) -> list[Known]:
        """Who is in one of these phases on a day, in the order of the lines."""
        return [one for one in self.known if one.position(day) in positions]


def dice(*about: object) -> Random:
    """Chance that falls the same way whenever it is asked about the same thing."""
    return Random(" ".join(str(part) for part in about))
