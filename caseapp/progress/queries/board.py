"""The phase board: who is in which phase, since when, with how many hours this week, and what lies ahead."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from caseapp.attendance.queries import minutes_by_client
from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import LEAVING, MoveKind
from caseapp.programs.models import Phase, Program
from caseapp.programs.queries import profile, version_in_use
from caseapp.progress.rules import RECENT_DAYS

MOVING, BEYOND, DUE, WITHIN, EARLY = "moving", "beyond", "due", "within", "early"
GROUPS = (
    (MOVING, "A move is on record"),
    (BEYOND, "Longer than expected"),
    (DUE, "In the expected weeks"),
    (WITHIN, "Before the expected weeks"),
    (EARLY, "First week"),
)


@dataclass(frozen=True)
class OnBoard:
    """Someone in a phase: which week of it, hours attended this week (of the least), and a move that lies ahead."""

    client: Client
    stay: PhaseStay
    week: int
    hours: float
    needed: float
    ahead: str = ""

    @property
    def group(self) -> str:
        """Under which head they stand: by what is known now, a move ahead or the weeks."""
        phase = self.stay.phase
        if self.ahead:
            return MOVING
        if self.week > phase.weeks_expected_most:
            return BEYOND
        if self.week >= phase.weeks_expected_least:
            return DUE
        return EARLY if self.week == 1 else WITHIN


@dataclass(frozen=True)
class Column:
    """One phase with who is in it, in groups. Clients on an older version stand in the column of the phase of that name."""

    phase: Phase
    of: int
    people: list[OnBoard] = field(default_factory=list)

    @property
    def groups(self) -> list[tuple[str, list[OnBoard]]]:
        """(words, people) for each group that has anyone."""
        split = [(words, [one for one in self.people if one.group == key]) for key, words in GROUPS]
        return [(words, some) for words, some in split if some]


def board(user: Actor, program: Program, day: date, mine: bool) -> list[Column]:
    """A column for each phase of the version in use, and for phases that only older versions have; a fixed number of statements."""
    version = version_in_use(program, day)
    rows = _rows(user, program, day, mine)
    ids = [client.id for client, _episode, _stay in rows]
    week = clock.week_of(day, int(profile(program.id, day)["week_starts_on"]))
    minutes, ahead = minutes_by_client(ids, *week), _ahead([stay.id for _c, _e, stay in rows])
    columns = {phase.name: Column(phase, len(version.phases)) for phase in (version.phases if version else [])}
    for client, _episode, stay in rows:
        column = columns.setdefault(stay.phase.name, Column(stay.phase, max(len(columns), 1)))
        hours = round(minutes.get(client.id, 0) / 60, 1)
        weeks = (day - stay.started_on).days // 7 + 1
        needed = float(stay.phase.hours_least)
        column.people.append(OnBoard(client, stay, weeks, hours, needed, ahead.get(stay.id, "")))
    return list(columns.values())


def _rows(user: Actor, program: Program, day: date, mine: bool) -> list[tuple[Client, Episode, PhaseStay]]:
    still = or_(PhaseStay.ended_on.is_(None), PhaseStay.ended_on > day)
    rows = select(Client, Episode, PhaseStay).join(Episode, Episode.client_id == Client.id).join(PhaseStay)
    rows = rows.where(visible_to(user), PhaseStay.in_force == 1, PhaseStay.started_on <= day, still)
    rows = rows.where(Episode.program_id == program.id)
    if mine:
        rows = rows.where(or_(Episode.case_manager_id == user.id, Episode.clinician_id == user.id))
    rows = rows.order_by(PhaseStay.started_on, Client.last_name, Client.first_name, Client.id)
    return [tuple(row) for row in db.execute(rows.options(joinedload(PhaseStay.phase)))]


def _ahead(stay_ids: list[str]) -> dict[str, str]:
    """By stay, the move on record that ends it: "to Phase 2 on Dec 1" or "leaves on Dec 1"; one statement."""
    rows = select(PhaseStay.id, Transition, Phase.name).join(Transition, PhaseStay.transition_out_id == Transition.id)
    rows = rows.outerjoin(Phase, Transition.to_phase_id == Phase.id).where(PhaseStay.id.in_(stay_ids))
    found = {}
    for id, move, to in db.execute(rows):
        on = f"on {move.effective_on:%b} {move.effective_on.day}"
        found[id] = f"leaves {on}" if move.kind in LEAVING else f"to {to} {on}"
    return found


def lately(user: Actor, program: Program, day: date, mine: bool) -> list[tuple[int, str]]:
    """The moves of the last 30 days of the clients one may see: (how many, words), by kind; one statement."""
    rows = select(Transition.kind).join(Episode, Transition.episode_id == Episode.id)
    rows = rows.join(Client, Episode.client_id == Client.id).where(visible_to(user), Episode.program_id == program.id)
    rows = rows.where(Transition.superseded_at.is_(None), Transition.effective_on <= day)
    rows = rows.where(Transition.effective_on > day - timedelta(days=RECENT_DAYS))
    if mine:
        rows = rows.where(or_(Episode.case_manager_id == user.id, Episode.clinician_id == user.id))
    counts = Counter(db.scalars(rows))
    words = (
        (MoveKind.admit, "admitted"),
        (MoveKind.step_down, "stepped down"),
        (MoveKind.step_up, "stepped up"),
        (MoveKind.complete, "completed"),
        (MoveKind.transfer, "transferred"),
        (MoveKind.discharge, "left before completing or discharged"),
    )
    return [(counts.get(kind, 0), said) for kind, said in words]
