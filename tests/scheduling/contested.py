"""Many people at the same moment want the last seat, one room, one clinician, one offered place: one gets it, and all others
are told so in a sentence.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, time, timedelta

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.programs import queries as programs
from caseapp.scheduling import actions, queries
from caseapp.scheduling.actions import places as seats
from caseapp.scheduling.models import Session, Waiting
from caseapp.scheduling.rules import WaitState
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import TaskKind
from caseapp.waitlist.actions import answer
from caseapp.waitlist.rules import Answer
from tests.at_once import refusals
from tests.sessions import WEDNESDAY, at, group, person, room

WAITING = 4


class Contest:
    """Rounds of each contest, each on a day of its own; `told` counts the sentences by contest."""

    def __init__(self, cast, many: int):
        self.by, self.many, self.told = cast.ana.actor, many, Counter()
        self.staff = [one.actor.id for one in (cast.ana, cast.carl, cast.sue, cast.otto)]
        with clock.freeze(at(8)), transaction():
            self.people = [person(self.by, f"N{number}", "X").id for number in range(many)]
            self.room = room().id

    def rounds(self, many: int) -> None:
        """So many rounds of all four."""
        with clock.freeze(at(8)):
            for number in range(many):
                day = WEDNESDAY + timedelta(days=1 + number)
                for contest in (self.last_seat, self.one_room, self.one_clinician, self.one_offer):
                    contest(day)

    def _one_wins(self, what: str, deeds: list[Callable[[], object]], sentence: str) -> None:
        told = [one for one in refusals([_at_eight(deed) for deed in deeds]) if one is not None]
        assert len(told) == len(deeds) - 1, f"{what}: {len(deeds) - len(told)} of {len(deeds)} were not refused"
        for refused in told:
            assert isinstance(refused, RuleBroken) and sentence in refused.sentence, f"{what}: {refused!r}"
        self.told[what] += len(told)

    def last_seat(self, day: date) -> None:
        """Everyone is booked into the last place of a group."""
        with transaction():
            session = group(self.by, 2, places=3, day=day).id
        book = [
            lambda one=one: actions.book(db.get(Session, session), db.get(Client, one), self.by) for one in self.people
        ]
        self._one_wins("the last seat", book, "This session is full: 3 of 3 places.")
        with transaction():
            assert queries.seats_taken(session) == {1, 2, 3}

    def _make(self, day: date, lead: str, room_id: str | None) -> Session:
        facts = {"on_day": day, "starts": time(14), "ends": time(15), "staff_ids": [lead], "room_id": room_id}
        return actions.add_session(self.by, service=programs.service("cbt"), **facts)

    def one_room(self, day: date) -> None:
        """Everyone makes a session in one room at one time."""
        leads = self.staff * (self.many // len(self.staff))
        make = [lambda lead=lead: self._make(day, lead, self.room) for lead in leads]
        self._one_wins("one room", make, "Room 2 is taken")
        self._is_one(day)

    def one_clinician(self, day: date) -> None:
        """Everyone makes a session that one clinician leads at one time."""
        free = WEDNESDAY + timedelta(days=180) + (day - WEDNESDAY)  # a day on which nobody leads anything yet
        self._one_wins("one clinician", [lambda: self._make(free, self.staff[1], None)] * self.many, "Carl Ito leads")
        self._is_one(free)

    def _is_one(self, day: date) -> None:
        with transaction():
            made = queries.sessions_between(day, day + timedelta(days=1))
            assert sum(one.service.code == "cbt" for one in made) == 1

    def one_offer(self, day: date) -> None:
        """A place is free: everyone offers it to who is next, which happens once; then everyone books the yes of that person."""
        with transaction():
            session = group(self.by, 1, places=1, day=day, starts=time(16), ends=time(17)).id
            waiting = [db.get(Client, one) for one in self.people[:WAITING]]
            actions.wait_for(db.get(Session, session), waiting, self.by)
            seats.release(queries.list_of(db.get(Session, session))[0], self.by)
        offer = [_at_eight(lambda: actions.offer_free_places(db.get(Session, session), self.by))] * self.many
        assert refusals(offer) == [None] * self.many
        with transaction():
            [offered] = [row for row in queries.waiting_for(session_id=session) if row.state is WaitState.offered]
            assert task_of(TaskKind.offer_place, offered.id).closed_at is None
            row, whose = offered.id, offered.client_id
        say_yes = [lambda: answer(db.get(Waiting, row), Answer.yes, self.by)] * self.many
        self._one_wins("one offered place", say_yes, "No place is offered to them now.")
        with transaction():
            assert [place.client_id for place in queries.list_of(db.get(Session, session))] == [whose]


def _at_eight(deed: Callable[[], object]) -> Callable[[], None]:
    """The clock of a thread is its own."""

    def frozen() -> None:
        with clock.freeze(at(8)):
            deed()

    return frozen
