"""Units, as a table that reads like the payers' rules: rounding, the least minutes of a day, and why there are none."""

from datetime import timedelta

import pytest

from caseapp.attendance.billing import (
    DID_NOT_COME,
    IN_THE_UNIT_OF_THE_DAY,
    LOWER_LEVEL,
    NO_CODE,
    NO_NOTE,
    NO_PHASE,
    NOT_FINISHED,
    NOT_MARKED,
    Terms,
    rows_of,
)
from caseapp.attendance.counting import Counted, Sitting
from caseapp.attendance.rules import MarkState
from caseapp.programs.rules.billing import (
    SHIPPED_UNITS,
    Care,
    Rounding,
    Unit,
    UnitRule,
    units,
    what_is_wrong_with_unit,
)
from tests.sessions import WEDNESDAY, at

H0015 = SHIPPED_UNITS["group_therapy", Care.intensive]
H0004 = SHIPPED_UNITS["individual_counseling", Care.lower]
H0005 = SHIPPED_UNITS["group_therapy", Care.lower]
UP, DOWN = (UnitRule("T1016", Unit.minutes, 15, 1, rounding) for rounding in (Rounding.up, Rounding.down))
NOW = at(18)


@pytest.mark.parametrize(
    ("rule", "least", "minutes", "makes"),
    [
        (H0015, 180, 179, 0), (H0015, 180, 180, 1), (H0015, 180, 400, 1), (H0015, 120, 120, 1),
        (H0004, 8, 7, 0), (H0004, 8, 8, 1), (H0004, 8, 22, 1), (H0004, 8, 23, 2), (H0004, 8, 37, 2), (H0004, 8, 50, 3),
        (H0004, 8, 53, 4), (H0004, 8, 60, 4),
        (UP, 1, 0, 0), (UP, 1, 1, 1), (UP, 1, 15, 1), (UP, 1, 16, 2), (DOWN, 1, 14, 0), (DOWN, 1, 15, 1), (DOWN, 1, 29, 1),
        (H0005, 1, 0, 0), (H0005, 1, 90, 1), (UnitRule(), 1, 180, 0),
    ],
)  # fmt: skip
def test_minutes_become_units(rule, least, minutes, makes):
    assert units(rule, minutes, least) == makes


@pytest.mark.parametrize(
    ("rule", "field"),
    [(H0015, None), (UnitRule(), None), (UnitRule("H 1"), "code"), (UnitRule("Ä1"), "code"),
     (UnitRule("T1016", Unit.minutes), "unit_minutes"), (UnitRule("T1016", Unit.minutes, 481), "unit_minutes")],
)  # fmt: skip
def test_what_is_wrong_with_a_rule(rule, field):
    wrong = what_is_wrong_with_unit(rule)
    assert (wrong[1] if wrong else None) == field


def sat(service: str, minutes: int, state=MarkState.present, finished=True, starts=9, ahead=False, session="s"):
    """A sitting with the minutes that count of it."""
    begin = at(starts, day=WEDNESDAY + timedelta(days=1) if ahead else WEDNESDAY)
    day = WEDNESDAY + timedelta(days=1) if ahead else WEDNESDAY
    facts = Sitting("c", session, "Group", service, day, begin, begin + timedelta(hours=3), state, minutes)
    return Counted(facts._replace(finished_at=NOW if finished else None), 180, minutes)


def terms(level="2.1", noted=None, **rules):
    """Level 2.1 pays H0015 for everything but what is named; `noted` are the sessions with a signed note, if one is asked for."""

    def of(service, day):
        rule = rules.get(service, H0015)
        least = 180 if rule.least_minutes is None else rule.least_minutes
        return Terms(level, "Payer", rule, least, else_paid=level == "1.5" and service != "education", noted=noted)

    return of


LOWER = terms("1.5", group_therapy=UnitRule(), education=UnitRule(), individual_counseling=H0004, cbt=H0005)


@pytest.mark.parametrize(
    ("what", "sittings", "by", "told"),
    [
        ("a whole day of group", [sat("group_therapy", 180)], terms(), [(1, "")]),
        ("late by a minute", [sat("group_therapy", 179)], terms(), [(0, "under 180 minutes that day")]),
        ("group and individual make the day together, and are one unit",
         [sat("group_therapy", 140), sat("individual_counseling", 50)], terms(), [(1, ""), (0, IN_THE_UNIT_OF_THE_DAY)]),
        ("case management is no part of the day, and paid apart",
         [sat("group_therapy", 170), sat("case_management", 30)],
         terms(case_management=SHIPPED_UNITS["case_management", Care.intensive]),
         [(0, "under 180 minutes that day"), (2, "")]),
        ("what is not finished does not fill the day",
         [sat("group_therapy", 140), sat("individual_counseling", 50, finished=False)], terms(),
         [(0, "under 180 minutes that day"), (0, NOT_FINISHED)]),
        ("not marked", [sat("group_therapy", 0, None)], terms(), [(0, NOT_MARKED)]),
        ("one of two not marked", [sat("cbt", 90), sat("cbt", 0, None, starts=13)], terms(), [(0, NOT_MARKED)]),
        ("not held yet", [sat("group_therapy", 0, None, ahead=True)], terms(), [(0, NOT_MARKED)]),
        ("no-show", [sat("group_therapy", 0, MarkState.no_show)], terms(), [(0, DID_NOT_COME)]),
        ("not signed off", [sat("group_therapy", 180, finished=False)], terms(), [(0, NOT_FINISHED)]),
        ("no signed note", [sat("group_therapy", 180)], terms(noted=frozenset()), [(0, NO_NOTE)]),
        ("its note is signed", [sat("group_therapy", 180)], terms(noted=frozenset({"s"})), [(1, "")]),
        ("without a note it does not fill the day",
         [sat("group_therapy", 140), sat("individual_counseling", 50, session="t")], terms(noted=frozenset({"s"})),
         [(0, "under 180 minutes that day"), (0, NO_NOTE)]),
        ("nobody writes a note of who did not come", [sat("group_therapy", 0, MarkState.no_show)], terms(noted=frozenset()),
         [(0, DID_NOT_COME)]),
        ("before admission", [sat("group_therapy", 180)], terms(""), [(0, NO_PHASE)]),
        ("a phase under nine hours has no per diem", [sat("group_therapy", 180)], LOWER, [(0, LOWER_LEVEL)]),
        ("nobody pays for it", [sat("education", 60)], LOWER, [(0, NO_CODE)]),
        ("individual below the level", [sat("individual_counseling", 50)], LOWER, [(3, "")]),
        ("too short", [sat("individual_counseling", 7)], LOWER, [(0, "under 8 minutes")]),
        ("minutes of a day are added up before they are rounded",
         [sat("individual_counseling", 20), sat("individual_counseling", 20, starts=13)], LOWER, [(3, "")]),
        ("two sessions are two units", [sat("cbt", 90), sat("cbt", 90, starts=13)], LOWER, [(2, "")]),
        ("a day for each day", [sat("group_therapy", 180), sat("group_therapy", 180, ahead=True)], terms(), [(1, ""), (1, "")]),
    ],
)  # fmt: skip
def test_a_day_of_a_service_is_billed_so(what, sittings, by, told):
    assert [(row.units, row.why_not) for row in rows_of(sittings, by, NOW)] == told, what
