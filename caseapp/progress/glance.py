"""How someone stands at a glance: under which head of the board, why, and what else to look at, in words. Plain Python, no reads."""

from typing import NamedTuple

from caseapp.core.words import capfirst
from caseapp.progress.criteria import Readiness
from caseapp.progress.rules import Absence

MOVING, READY, WAITING, CLOSER, NEARLY, NOT_YET = "moving", "ready", "waiting", "closer", "nearly", "not_yet"
GROUPS = (
    (READY, "Ready"),
    (WAITING, "Waiting for approval"),
    (MOVING, "A move is on record"),
    (CLOSER, "Look closer, more support"),
    (NEARLY, "Nearly, 1 or 2 missing"),
    (NOT_YET, "Not yet"),
)


class Glance(NamedTuple):
    """The head under which someone stands by themselves, why, early signs, and the minutes attended in the week of the day."""

    group: str
    why: str
    early: tuple[str, ...]
    attended: int


def glance(stands: Readiness, absence: Absence | None = None) -> Glance:
    """How someone stands by their criteria and has been missing (None: not told). What asks for a closer look comes first."""
    closer, early = [one.words for one in stands.signs], list(stands.warnings)
    for flag in absence.flags if absence else ():
        (closer if flag.urgent else early).append(flag.words)
    if closer:
        group, why = CLOSER, "; ".join(closer)
    elif stands.ready:
        judged = [one.criterion for one in stands.judged]
        group, why = READY, capfirst("; ".join(["nothing is missing", *judged]))
    else:
        group, why = NEARLY if stands.nearly else NOT_YET, _missing(stands)
    return Glance(group, why, tuple(early), stands.attended)


def _missing(stands: Readiness) -> str:
    if not stands.step_down:
        return "no criteria in their version"
    missing = "; ".join(one.criterion for one in stands.missing)
    return f"Missing: {missing}" if missing else "nothing is missing"
