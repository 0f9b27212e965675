"""What the criteria of a draft would mean for the people who are in the program today; nothing changes by trying."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay
from caseapp.programs.models import Phase, ProgramVersion
from caseapp.progress.criteria import Readiness
from caseapp.progress.queries.readiness import readiness


@dataclass(frozen=True)
class Split:
    """How many people of a phase are ready, nearly ready (one or two things missing) and not yet; and to be looked at closer."""

    ready: int
    nearly: int
    not_yet: int
    closer: int


@dataclass(frozen=True)
class Tried:
    """A phase of a draft: how its people stand by their own version's criteria now, and how they would stand by the draft's."""

    phase: Phase
    now: Split
    then: Split


def try_on(draft: ProgramVersion, day: date) -> list[Tried]:
    """Each phase of a draft, tried on everyone who is in that phase of any version today. A fixed number of statements.

    Counts only: whoever edits programs need not be someone who may know who the clients are.
    """
    key_of = _keys(draft)
    theirs = {phase.origin_id or phase.id: [row.asks for row in phase.criteria] for phase in draft.phases}
    goes_on = or_(Episode.discharged_on.is_(None), Episode.discharged_on > day)
    episodes = list(db.scalars(select(Episode).where(Episode.program_id == draft.program_id, goes_on)))
    now = readiness(episodes, day)
    then = readiness(episodes, day, instead={id: theirs[key] for id, key in key_of.items() if key in theirs})
    found = []
    for phase in draft.phases:
        here = [id for id, one in now.items() if key_of.get(one.phase_id) == (phase.origin_id or phase.id)]
        found.append(Tried(phase, split([now[id] for id in here]), split([then[id] for id in here])))
    return found


def _keys(draft: ProgramVersion) -> dict[str, str]:
    """By phase in which someone of the program has been, what it is known by in every version: one statement."""
    rows = select(Phase.id, Phase.origin_id).join(PhaseStay, PhaseStay.phase_id == Phase.id)
    rows = rows.join(ProgramVersion).where(ProgramVersion.program_id == draft.program_id).distinct()
    return {id: origin or id for id, origin in db.execute(rows)}


def split(people: Sequence[Readiness]) -> Split:
    """How people divide."""
    ready, nearly = sum(one.ready for one in people), sum(one.nearly for one in people)
    return Split(ready, nearly, len(people) - ready - nearly, sum(bool(one.signs) for one in people))
