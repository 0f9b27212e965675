"""Whose name could be taken for another's, the plan as steps, attendance in words."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from caseapp.chart.rules import alike, asked, attendance_words, changes_between, steps


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (("alicia", "ramos"), ("alina", "ramos"), True),
        (("alicia", "ramos"), ("alicia", "ramos"), True),
        (("alicia", "ramos"), ("alicia", "ramas"), True),
        (("jo", "cho"), ("ji", "cho"), True),
        (("jo", "cho"), ("li", "cho"), False),
        (("ben", "ortiz"), ("ben", "haddad"), False),
        (("ben", "ortiz"), ("chandra", "ortiz"), False),
        (("alicia", "ramos"), ("alina", "patel"), False),
        (("marta", "silva"), ("berta", "silva"), True),
        (("marta", "silva"), ("bertha", "silva"), False),
    ],
)
def test_alike(one, other, said):
    assert alike(one, other) is alike(other, one) is said


@pytest.mark.parametrize(("one", "other", "many"), [("", "", 0), ("a", "", 1), ("kim", "kin", 1), ("ramos", "mora", 4)])
def test_changes_between(one, other, many):
    assert changes_between(one, other) == many


@dataclass
class Phase:
    position: int
    name: str = "Phase"
    level_of_care: str = "2.1"
    hours_least: float = 9
    hours_most: float = 19
    weeks_expected_least: int = 4
    weeks_expected_most: int = 6


@dataclass
class Stay:
    phase: Phase
    started_on: date
    ended_on: date | None = None


PHASES = [Phase(position) for position in (1, 2, 3)]
ON = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("stays", "ended", "states"),
    [
        ([], None, "later later later"),
        ([(1, -10, None)], None, "now next later"),
        ([(1, -10, 5), (2, 5, None)], None, "now next later"),  # a move that lies ahead changes nothing yet
        ([(1, -30, -5), (2, -5, None)], None, "done now next"),
        ([(1, -30, 0), (2, 0, None)], None, "done now next"),  # the day of the move is the first day of the next phase
        ([(1, -40, -20), (2, -20, -5), (1, -5, None)], None, "now next later"),  # back in Phase 1: the plan begins anew
        ([(1, -40, -20), (3, -20, None)], None, "done later now"),  # skipped
        ([(1, -40, -20), (2, -20, -3)], ON - timedelta(days=3), "done done later"),
        ([(2, 4, None)], None, "later later later"),  # admitted from a later day on
    ],
)
def test_the_plan_as_steps(stays, ended, states):
    rows = [
        Stay(PHASES[at - 1], ON + timedelta(days=since), None if until is None else ON + timedelta(days=until))
        for at, since, until in stays
    ]
    assert " ".join(step.state for step in steps(PHASES, rows, ON, ended)) == states


def test_the_words_of_a_step():
    [now, *_rest] = steps(PHASES, [Stay(PHASES[0], ON - timedelta(days=28))], ON)
    assert (now.detail, now.note) == ("week 5 of 4 to 6", "9 h a week, level 2.1")
    assert asked(Phase(1, hours_least=0, hours_most=1.5)) == "up to 1.5 h a week, level 2.1"


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({}, "no sessions"),
        ({None: 2}, "2 sessions not marked"),
        ({"present": 11, "excused": 1}, "came to 11 of 12: 1 excused, no no-shows"),
        ({"present": 1, "late": 2, "left_early": 1, "no_show": 2, None: 1},
         "came to 4 of 6: 2 late, 1 left early, 2 no-shows; 1 not marked"),
        ({"no_show": 1}, "came to 0 of 1: 1 no-show"),
        ({"cancelled_late": 1}, "came to 0 of 1: 1 cancelled late, no no-shows"),
    ],
)  # fmt: skip
def test_attendance_in_words(states, words):
    assert attendance_words(states) == words
