"""When two names can be taken for each other, the plan as steps, and attendance in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from caseapp.core.words import count

FIRST_LETTERS = 3


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two people, each as (first, last) name in small letters without accents, could be mistaken for each other.

    One of the names is the same; the other is a letter or two away, or begins with the same three letters.
    """
    if one[1] == other[1]:
        return close(one[0], other[0])
    return one[0] == other[0] and close(one[1], other[1])


def close(one: str, other: str) -> bool:
    """Whether two names look alike: the same first letters, or at most two letters added, lost or changed (one in short names)."""
    if one[:FIRST_LETTERS] == other[:FIRST_LETTERS] and min(len(one), len(other)) >= FIRST_LETTERS:
        return True
    return changes_between(one, other) <= (2 if min(len(one), len(other)) > 4 else 1)


def changes_between(one: str, other: str) -> int:
    """How many letters must be added, taken away or changed to make one word the other (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for place, against in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != against))
    return row[-1]


@dataclass(frozen=True)
class Step:
    """One phase of the plan: `state` is done, now, next or later; `detail` and `note` are words."""

    name: str
    position: int
    state: str
    detail: str
    note: str


def steps(phases: Sequence[Any], stays: Sequence[Any], today: date, ended: date | None = None) -> list[Step]:
    """The plan as it stands on a day: each phase with what is asked for in it, and where someone is.

    `phases` have position, name, hours_least, weeks_expected_least and _most; `stays` have phase, started_on and ended_on.
    Done is what someone has been through and is not in now; without a stay today nothing is now or next.
    """
    stay = next((s for s in stays if s.started_on <= today and (s.ended_on is None or s.ended_on > today)), None)
    been = {s.phase.position for s in stays if s.started_on <= today}
    here = stay.phase.position if stay else None
    following = min((p.position for p in phases if here is not None and p.position > here), default=None)
    return [
        Step(p.name, p.position, _state(p.position, here, been, following, ended), _week(p, stay, today), asked(p))
        for p in phases
    ]


def _state(position: int, here: int | None, been: set[int], following: int | None, ended: date | None) -> str:
    if position == here:
        return "now"
    if position in been and (here is None or position < here):
        return "done"
    return "next" if position == following and ended is None else "later"


def _week(phase: Any, stay: Any, today: date) -> str:
    if stay is None or stay.phase.position != phase.position:
        return ""
    week, least, most = (today - stay.started_on).days // 7 + 1, phase.weeks_expected_least, phase.weeks_expected_most
    expected = f" of {least} to {most}" if least != most else f" of {most}"
    return f"week {week}{expected if most else ''}"


def asked(phase: Any) -> str:
    """What a phase asks for in a week, in words, with its level of care."""
    least = float(phase.hours_least)
    hours = f"{least:g} h a week" if least else f"up to {float(phase.hours_most):g} h a week"
    return f"{hours}, level {phase.level_of_care}"


# In the order in which they are told; the first three together are "came".
CAME = ("present", "late", "left_early")
TOLD = (("late", "late", "late"), ("left_early", "left early", "left early"), ("excused", "excused", "excused"),
    ("no_show", "no-show", "no-shows"), ("cancelled_late", "cancelled late", "cancelled late"))  # fmt: skip


def attendance_words(states: Mapping[str | None, int]) -> str:
    """Attendance in words: "came to 11 of 12: 1 late, 1 excused, no no-shows; 2 not marked". By state, None is not marked."""
    marked = sum(many for state, many in states.items() if state)
    unmarked = states.get(None, 0)
    if not marked:
        return f"{count('session', unmarked)} not marked" if unmarked else "no sessions"
    came = sum(states.get(state, 0) for state in CAME)
    parts = [f"{states[state]} {one if states[state] == 1 else many}" for state, one, many in TOLD if states.get(state)]
    if not states.get("no_show"):
        parts.append("no no-shows")
    return f"came to {came} of {marked}: {', '.join(parts)}" + (f"; {unmarked} not marked" if unmarked else "")
