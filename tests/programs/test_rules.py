"""What a phase adds up to, what keeps a version a draft, what changed: tables with their boundaries."""

from dataclasses import replace
from decimal import Decimal

import pytest

from caseapp.programs.rules import (
    DEFAULTS,
    SETTINGS,
    Need,
    Per,
    PhaseFacts,
    changes,
    check_phase,
    check_version,
    week_hours,
    what_is_wrong_with,
)
from caseapp.programs.rules.checks import shortest_longest_gap

GROUP = Need("Group therapy", 3, Per.week, 180)
ONE = PhaseFacts("one", 1, "Phase 1", "2.1", Decimal(9), Decimal(19), 3, 4, 6, 4, (GROUP,))
TWO = PhaseFacts("two", 2, "Phase 2", "1.5", Decimal(6), Decimal(9), 2, 4, 5, 4, (replace(GROUP, times=2),))


@pytest.mark.parametrize(
    ("needs", "hours"),
    [
        ((), "0.0"),
        ((GROUP,), "9.0"),
        ((GROUP, Need("Individual counseling", 1, Per.week, 50)), "9.8"),
        ((GROUP, Need("Case management", 1, Per.week, 30, counts=False)), "9.0"),
        # The written Matrix timetable of weeks 1-4 has only 6.2 hours of clinician time (domain.md 1.2).
        ((Need("ERS", 2, Per.week, 50), Need("RP", 2, Per.week, 90), Need("Family", 1, Per.week, 90)), "6.2"),
        ((Need("Individual counseling", 1, Per.month, 260),), "1.0"),
    ],
)
def test_a_week_is_what_its_services_make(needs, hours):
    assert str(week_hours(needs)) == hours


@pytest.mark.parametrize(("days", "gap"), [(0, 7), (1, 6), (2, 3), (3, 2), (4, 1), (5, 1), (7, 0)])
def test_the_best_gap_that_so_many_days_allow(days, gap):
    assert shortest_longest_gap(days) == gap


def why_not(phase, **numbers) -> str:
    return " ".join(check.sentence for check in check_phase(phase, DEFAULTS | numbers) if not check.holds)


@pytest.mark.parametrize(
    ("facts", "numbers", "said"),
    [
        ({}, {}, ""),
        ({"hours_least": Decimal("8.9")}, {}, "9 hours a week is the least for level 2.1 in the rule profile"),
        ({"hours_least": Decimal("8.9"), "level_of_care": "1.5"}, {}, ""),
        ({"level_of_care": "1.5"}, {}, "9 hours a week or more is level 2.1 in the rule profile, not 1.5"),
        ({"hours_most": Decimal("19.1")}, {}, "19 hours a week is the most for level 2.1"),
        ({"hours_most": Decimal(20)}, {"intensive_hours_most": 20}, ""),
        ({"level_of_care": "2.5"}, {}, "Level 2.5 begins above 19 hours"),
        ({"needs": ()}, {}, "make 0 hours a week. This phase asks for 9 at least"),
        ({"needs": (replace(GROUP, times=7),)}, {}, "This phase allows 19 at most"),
        ({"days_a_week": 2}, {}, "3 days a week is the least for level 2.1. This phase has 2"),
        (
            {"days_a_week": 2},
            {"intensive_days_least": 2},
            "3 days in a row without services. The rule profile allows 2",
        ),
        ({"days_a_week": 2}, {"intensive_days_least": 2, "gap_days_most": 3}, ""),
        ({"days_a_week": 4}, {}, "3 sessions a week can't fill 4 days a week"),
    ],
)
def test_what_a_phase_may_be_is_said_in_sentences_with_the_profiles_numbers(facts, numbers, said):
    sentences = why_not(replace(ONE, **facts), **numbers)
    assert said in sentences if said else sentences == ""


def test_hours_that_rise_are_a_warning_and_an_empty_version_is_not_one():
    rising = [replace(TWO, position=1), replace(ONE, position=2)]
    assert [(check.blocks, check.sentence.split(".")[0]) for check in check_version(rising, DEFAULTS)] == [
        (False, "Phase 1 asks for more hours a week than Phase 2")
    ]
    assert check_version([ONE, TWO], DEFAULTS) == []
    assert [check.blocks for check in check_version([], DEFAULTS)] == [True]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ([ONE, TWO], []),
        ([ONE], ["Phase 2 is removed."]),
        ([ONE, replace(TWO, name="Middle")], ["Phase 2 is now called Middle."]),
        ([replace(ONE, hours_least=Decimal(10)), TWO], ["Phase 1: hours a week 9 to 19 becomes 10 to 19."]),
        ([replace(ONE, level_of_care="1.5"), TWO], ["Phase 1: level of care 2.1 becomes 1.5."]),
        ([replace(ONE, weeks_least=3, days_a_week=4), TWO], ["Phase 1: days a week 3 becomes 4.", "Phase 1: weeks, least 4 becomes 3."]),
        ([TWO, ONE], ["The order is now Phase 2, Phase 1."]),
        ([replace(ONE, needs=()), TWO], ["Phase 1: Group therapy is no longer required."]),
        (
            [replace(ONE, needs=(replace(GROUP, times=4), Need("CBT", 1, Per.week, 90))), TWO],
            ["Phase 1: Group therapy 3 a week, 180 min becomes 4 a week, 180 min.", "Phase 1: CBT is added, 1 a week, 90 min."],
        ),
        (
            [ONE, TWO, replace(TWO, key="new", name="Phase 3", position=3)],
            ["Phase 3 is added in place 3: level 1.5, 6 to 9 hours and 2 days a week, 4 to 5 weeks, Group therapy 2 a week, 180 min."],
        ),
    ],
)  # fmt: skip
def test_changes_are_sentences(new, said):
    assert changes([ONE, TWO], new) == said


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_takes_its_range_and_nothing_beyond(setting):
    assert setting.least <= setting.default <= setting.most and setting.label and setting.unit
    assert what_is_wrong_with(setting.name, setting.default, DEFAULTS) is None
    step = 0.1 if setting.places else 1
    for value in (setting.least - step, setting.most + step):
        assert what_is_wrong_with(setting.name, value, DEFAULTS).startswith("Enter a number from")


def test_two_numbers_that_belong_together_stay_in_order():
    assert what_is_wrong_with("intensive_hours_least", 19, DEFAULTS) is None
    assert "is 19 hours on that day" in what_is_wrong_with("intensive_hours_least", 19.5, DEFAULTS)
    assert "must not be under" in what_is_wrong_with("intensive_hours_most", 8, DEFAULTS)
