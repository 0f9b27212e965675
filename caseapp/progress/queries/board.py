"""The phase board: who is in which phase, since when, with how many hours this week, and what lies ahead."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select

from caseapp.attendance.facts import sittings_of_many
from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clients.spelling import last_first
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.past import as_of
from caseapp.core.words import week_of_phase
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind, Part
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase, Program
from caseapp.programs.queries import phases_of
from caseapp.programs.rules.criteria import Asks
from caseapp.progress.criteria import Readiness
from caseapp.progress.models import PhaseReview
from caseapp.progress.queries.absence import absences
from caseapp.progress.queries.past import AsOf, answering_on, counts, in_phase, moves_ahead
from caseapp.progress.queries.readiness import WARNING, Known, criteria_of, first_day, readiness
from caseapp.progress.queries.reviews import waiting_of
from caseapp.progress.rules import RECENT_DAYS, Absence

MOVING, READY, WAITING, CLOSER, NEARLY, NOT_YET = "moving", "ready", "waiting", "closer", "nearly", "not_yet"
GROUPS = (
    (READY, "Ready"),
    (WAITING, "Waiting for approval"),
    (MOVING, "A move is on record"),
    (CLOSER, "Look closer, more support"),
    (NEARLY, "Nearly, 1 or 2 missing"),
    (NOT_YET, "Not yet"),
)


class Person(NamedTuple):
    """Someone in a phase, as far as a board of hundreds shows them: whose record, their name, the episode (`id`), the stay."""

    client_id: str
    last_name: str
    first_name: str
    called_elsewhere: str | None
    id: str
    program_id: str
    admitted_on: date
    stay_id: str
    phase_id: str
    started_on: date
    transition_out_id: str | None

    @property
    def last_first(self) -> str:
        """The name as lists show it."""
        return last_first(self)


@dataclass(frozen=True)
class OnBoard:
    """Someone in a phase: which week of it, minutes attended this week, the least hours, a move ahead, and how they stand."""

    client: Person
    phase: Phase
    week: int
    attended: int
    needed: float
    ahead: str = ""
    stands: Readiness | None = None
    absence: Absence | None = None
    review: PhaseReview | None = None

    @property
    def week_words(self) -> str:
        """Which week of the phase it is: "week 5 of 4 to 6"."""
        phase, since = self.phase, self.client.started_on
        in_it = since + timedelta(weeks=self.week - 1)
        return week_of_phase(since, in_it, phase.weeks_expected_least, phase.weeks_expected_most)

    @property
    def group(self) -> str:
        """Under which head they stand: a move ahead, a review, what asks for a closer look, then how much is missing."""
        if self.ahead:
            return MOVING
        if self.review:
            return WAITING
        if self.closer:
            return CLOSER
        if self.stands and self.stands.ready:
            return READY
        return NEARLY if self.stands and self.stands.nearly else NOT_YET

    @property
    def closer(self) -> list[str]:
        """What asks for a closer look, each with its facts: signs of the phase, and a silence that is for the team to decide."""
        signs = [one.words for one in self.stands.signs] if self.stands else []
        return signs + [flag.words for flag in (self.absence.flags if self.absence else []) if flag.urgent]

    @property
    def why(self) -> list[str]:
        """Why they stand where they stand, in words."""
        if self.stands is None or not self.stands.step_down:
            return ["no criteria in their version"]
        if self.stands.missing:
            return [one.criterion for one in self.stands.missing]
        return ["nothing is missing", *(one.criterion for one in self.stands.judged)]

    @property
    def early(self) -> list[str]:
        """Early signs, and absences that a person should look at."""
        flags = [flag.words for flag in self.absence.flags if not flag.urgent] if self.absence else []
        return [*(self.stands.warnings if self.stands else []), *flags]


@dataclass(frozen=True)
class Column:
    """One phase with who is in it, in groups. Clients on an older version stand in the column of the phase of that name."""

    phase: Phase
    of: int
    people: list[OnBoard] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[str, str, list[OnBoard]]]:
        """(key, words, people) for each group that has anyone."""
        split: dict[str, list[OnBoard]] = {}
        for one in self.people:
            split.setdefault(one.group, []).append(one)
        return [(key, words, split[key]) for key, words in GROUPS if key in split]


@dataclass(frozen=True)
class Asked:
    """Whose board: of one program, the clients of a case manager or counselor (None: everyone), on a day, which may be past."""

    program: Program
    day: date
    of: str | None = None
    past: AsOf | None = None

    @property
    def known_at(self) -> datetime | None:
        """How far the records are to be read, None for all that is known now."""
        return self.past.known_at if self.past else None


def board(user: Actor, asked: Asked) -> list[Column]:
    """A column for each phase of the version in use, and for phases that only older versions have; a fixed number of statements.

    Absences and reviews are told as of now, so a past day has none.
    """
    past = asked.past
    in_use = phases_of(asked.program, asked.day)
    people = _people(user, asked)
    phases, criteria = _phases({one.phase_id for one in people}), criteria_of({one.phase_id for one in people})
    stands, missing = _standing(people, criteria, asked)
    ahead = moves_ahead([one.stay_id for one in people if one.transition_out_id], past.ended_at if past else None)
    reviews = {} if past else waiting_of([one.id for one in people])
    columns = {phase.name: Column(phase, len(in_use)) for phase in in_use}
    for client in people:
        phase, one = phases[client.phase_id], stands.get(client.id)
        column = columns.setdefault(phase.name, Column(phase, max(len(columns), 1)))
        nth, needed = (asked.day - client.started_on).days // 7 + 1, float(phase.hours_least)
        known = (ahead.get(client.stay_id, ""), one, missing.get(client.client_id), reviews.get(client.id))
        column.people.append(OnBoard(client, phase, nth, one.attended if one else 0, needed, *known))
    return list(columns.values())


def _standing(
    people: Sequence[Person], criteria: Mapping[str, Sequence[Asks]], asked: Asked
) -> tuple[dict[str, Readiness], dict[str, Absence]]:
    """How they stand, by episode, and how they have been missing, by client; both read the same sittings."""
    clients, stays = [one.client_id for one in people], {one.id: one for one in people}
    every = [one for of_phase in criteria.values() for one in of_phase] + WARNING
    since = first_day(every, [one.started_on for one in people], asked.day)
    known = Known(stays, criteria, sittings_of_many(since, asked.day, clients, asked.known_at))
    stands = readiness(people, asked.day, asked.known_at, warn=True, known=known)
    return stands, {} if asked.past else absences(clients, known.sittings, since)


def _phases(phase_ids: Collection[str]) -> dict[str, Phase]:
    return {phase.id: phase for phase in db.scalars(select(Phase).where(Phase.id.in_(phase_ids)))}


def _people(user: Actor, asked: Asked) -> list[Person]:
    name = (Client.id, Client.last_name, Client.first_name, Client.called_elsewhere)
    episode = (Episode.id, Episode.program_id, Episode.admitted_on)
    stay = (PhaseStay.id, PhaseStay.phase_id, PhaseStay.started_on, PhaseStay.transition_out_id)
    rows = select(*name, *episode, *stay).join_from(Client, Episode, Episode.client_id == Client.id).join(PhaseStay)
    rows = rows.where(visible_to(user), Episode.program_id == asked.program.id)
    rows = rows.where(in_phase(asked.known_at is not None), *_theirs(asked))
    rows = rows.order_by(PhaseStay.started_on, Client.last_name, Client.first_name, Client.id)
    return [Person(*row) for row in db.execute(rows, as_of(asked.day, asked.known_at))]


def _theirs(asked: Asked) -> list[ColumnElement[bool]]:
    """That someone is case manager or counselor of the episode: now, or on a past day."""
    if asked.of is None:
        return []
    now = (Episode.case_manager_id, Episode.clinician_id)
    staff = [answering_on(part, asked.past) for part in Part] if asked.past else now
    return [or_(*(one == asked.of for one in staff))]


def who_answers(program: Program, day: date) -> list[tuple[str, str]]:
    """Whoever is case manager or counselor in a program on a day, as (id, name), by name. One statement."""
    still = or_(Episode.discharged_on.is_(None), Episode.discharged_on > day)
    theirs = or_(Episode.case_manager_id == Staff.id, Episode.clinician_id == Staff.id)
    here = exists().where(theirs, Episode.program_id == program.id, Episode.admitted_on <= day, still)
    return [(id, name) for id, name in db.execute(select(Staff.id, Staff.name).where(here).order_by(Staff.name))]


def caseloads(program: Program, day: date) -> list[tuple[str, str, int]]:
    """Whoever is counselor of an episode of the program that goes on: id, name, of how many; the most first. One statement."""
    still = or_(Episode.discharged_on.is_(None), Episode.discharged_on > day)
    rows = select(Staff.id, Staff.name, func.count()).join(Episode, Episode.clinician_id == Staff.id)
    rows = rows.where(Episode.program_id == program.id, Episode.admitted_on <= day, still).group_by(
        Staff.id, Staff.name
    )
    return [tuple(row) for row in db.execute(rows.order_by(func.count().desc(), Staff.name))]


def lately(user: Actor, asked: Asked) -> list[tuple[int, str]]:
    """The moves of the 30 days up to the day of the clients one may see: (how many, words), by kind; one statement."""
    rows = select(Transition.kind, func.count()).join(Episode, Transition.episode_id == Episode.id)
    rows = rows.join(Client, Episode.client_id == Client.id).where(visible_to(user), *_theirs(asked))
    rows = rows.where(Episode.program_id == asked.program.id, Transition.effective_on <= asked.day)
    rows = rows.where(counts(asked.known_at is not None)).group_by(Transition.kind)
    rows = rows.where(Transition.effective_on > asked.day - timedelta(days=RECENT_DAYS))
    kinds = dict(db.execute(rows, as_of(asked.day, asked.known_at)).all())
    words = (
        (MoveKind.admit, "admitted"),
        (MoveKind.step_down, "stepped down"),
        (MoveKind.step_up, "stepped up"),
        (MoveKind.complete, "completed"),
        (MoveKind.transfer, "transferred"),
        (MoveKind.discharge, "left before completing or discharged"),
    )
    return [(kinds.get(kind, 0), said) for kind, said in words]
