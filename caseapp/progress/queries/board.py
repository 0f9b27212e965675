"""The phase board: who is in which phase, since when, with how many hours this week, and what lies ahead."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.clients.spelling import last_first
from caseapp.core.access import Actor
from caseapp.core.changes import stamp
from caseapp.core.db import db
from caseapp.core.past import as_of
from caseapp.core.words import capfirst, hours, week_of_phase
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind, Part
from caseapp.identity.models import Staff
from caseapp.programs.models import Phase, Program
from caseapp.programs.queries import phases_of
from caseapp.progress.glance import GROUPS, MOVING, WAITING, Glance, glance
from caseapp.progress.models import PhaseReview
from caseapp.progress.queries.kept import glances
from caseapp.progress.queries.past import AsOf, answering_on, counts, in_phase, moves_ahead
from caseapp.progress.queries.readiness import readiness
from caseapp.progress.queries.reviews import waiting_of
from caseapp.progress.rules import RECENT_DAYS


class Person(NamedTuple):
    """Someone in a phase, as far as a board of hundreds shows them: whose record, their name, the episode (`id`), the stay.

    `stamp` is that of all facts about them (`core/changes.py`).
    """

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
    stamp: str

    @property
    def last_first(self) -> str:
        """The name as lists show it."""
        return last_first(self)


@dataclass(frozen=True)
class OnBoard:
    """Someone in a phase, with the words for week and hours, how they stand, a move ahead, and a review that waits."""

    client: Person
    here: str
    stands: Glance
    ahead: str = ""
    review: PhaseReview | None = None

    @property
    def group(self) -> str:
        """Under which head they stand: a move ahead, a review, else as they stand by themselves."""
        if self.ahead:
            return MOVING
        return WAITING if self.review else self.stands.group


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
    phases, stands = _phases({one.phase_id for one in people}), _standing(people, asked)
    moves = moves_ahead([one.stay_id for one in people if one.transition_out_id], past.ended_at if past else None)
    reviews = {} if past else waiting_of([one.id for one in people])
    columns = {phase.name: Column(phase, len(in_use)) for phase in in_use}
    for client in people:
        phase = phases[client.phase_id]
        column = columns.setdefault(phase.name, Column(phase, max(len(columns), 1)))
        ahead, one = moves.get(client.stay_id, ""), stands[client.id]
        here = _here(client, phase, one.attended, asked, phase.id != column.phase.id)
        column.people.append(OnBoard(client, here, one, ahead, reviews.get(client.id)))
    return list(columns.values())


def _here(client: Person, phase: Phase, attended: int, asked: Asked, older: bool) -> str:
    """Where someone is: which week of the phase, what they attended of its hours in the week of the day, and by which version."""
    expected = phase.weeks_expected_least, phase.weeks_expected_most
    said = capfirst(week_of_phase(client.started_on, asked.day, *expected))
    if phase.hours_least:
        said += f" · {hours(attended)} of {float(phase.hours_least):g} h {'that' if asked.past else 'this'} week"
    return f"{said} · older version" if older else said


def _standing(people: Sequence[Person], asked: Asked) -> dict[str, Glance]:
    """By episode how each stands; of a past day without absences."""
    if asked.past:
        return {id: glance(one) for id, one in readiness(people, asked.day, asked.known_at, warn=True).items()}
    return glances(people)


def _phases(phase_ids: Collection[str]) -> dict[str, Phase]:
    return {phase.id: phase for phase in db.scalars(select(Phase).where(Phase.id.in_(phase_ids)))}


def _people(user: Actor, asked: Asked) -> list[Person]:
    name = (Client.id, Client.last_name, Client.first_name, Client.called_elsewhere)
    episode = (Episode.id, Episode.program_id, Episode.admitted_on)
    stay = (PhaseStay.id, PhaseStay.phase_id, PhaseStay.started_on, PhaseStay.transition_out_id)
    rows = (
        select(*name, *episode, *stay, stamp(Client.id))
        .join_from(Client, Episode, Episode.client_id == Client.id)
        .join(PhaseStay)
    )
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


# Episodes of a program that go on on a day.
_DAY = bindparam("day")
_GOES_ON = (
    (Episode.program_id == bindparam("program_id"))
    & (Episode.admitted_on <= _DAY)
    & or_(Episode.discharged_on.is_(None), Episode.discharged_on > _DAY)
)
_THEIRS = or_(Episode.case_manager_id == Staff.id, Episode.clinician_id == Staff.id)
_WHO_ANSWERS = select(Staff.id, Staff.name).where(exists().where(_THEIRS, _GOES_ON)).order_by(Staff.name)
_MANY = func.count()
_CASELOADS = (
    select(Staff.id, Staff.name, _MANY)
    .join(Episode, Episode.clinician_id == Staff.id)
    .where(_GOES_ON)
    .group_by(Staff.id, Staff.name)
    .order_by(_MANY.desc(), Staff.name)
)


def who_answers(program: Program, day: date) -> list[tuple[str, str]]:
    """Whoever is case manager or counselor in a program on a day, as (id, name), by name. One statement."""
    return [tuple(row) for row in db.execute(_WHO_ANSWERS, {"program_id": program.id, "day": day})]


def caseloads(program: Program, day: date) -> list[tuple[str, str, int]]:
    """Whoever is counselor of an episode of the program that goes on: id, name, of how many; the most first. One statement."""
    return [tuple(row) for row in db.execute(_CASELOADS, {"program_id": program.id, "day": day})]


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
