"""The screen's levels at every border, judgments beside them, what is missing, and due times across changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from caseapp.core import clock
from caseapp.crisis import rules
from caseapp.crisis.rules import Asked, Behavior, Caller, Risk, follow_up_due, risk_by_screen, what_is_wrong_with

Y, N, X = Asked.yes, Asked.no, Asked.not_asked
NEVER, OLD, RECENT, OPEN = (
    Behavior.no, Behavior.over_three_months_ago, Behavior.within_three_months, Behavior.not_asked,
)  # fmt: skip
ZONE = "America/New_York"
NOW = datetime(2026, 11, 18, 21, 12, tzinfo=UTC)  # 4:12 pm at the clinic


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ((N, N, X, X, X, NEVER), Risk.none_found),
        ((Y, N, X, X, X, NEVER), Risk.low),
        ((N, Y, N, N, N, NEVER), Risk.low),
        ((Y, Y, Y, N, N, NEVER), Risk.moderate),
        ((N, N, X, X, X, OLD), Risk.moderate),
        ((N, N, X, X, X, RECENT), Risk.high),
        ((N, Y, N, Y, N, NEVER), Risk.high),
        ((N, Y, N, N, Y, NEVER), Risk.high),
        ((X, X, X, Y, X, OPEN), Risk.high),
        ((X, X, X, X, X, RECENT), Risk.high),
        ((X, N, X, X, X, NEVER), Risk.not_asked),
        ((N, X, X, X, X, NEVER), Risk.not_asked),
        ((N, N, X, X, X, OPEN), Risk.not_asked),
        ((N, Y, X, N, N, NEVER), Risk.not_asked),
        ((N, Y, N, X, N, NEVER), Risk.not_asked),
        ((N, Y, N, N, X, NEVER), Risk.not_asked),
        ((X, X, X, X, X, OPEN), Risk.not_asked),
    ],
)
def test_the_worst_answer_wins(answers, level):
    assert risk_by_screen(*answers) is level


def test_a_yes_to_intent_or_plan_is_never_less_than_high():
    for wish, thoughts, method, behavior in product(Asked, Asked, Asked, Behavior):
        assert risk_by_screen(wish, thoughts, method, Y, X, behavior) is Risk.high
        assert risk_by_screen(wish, thoughts, method, X, Y, behavior) is Risk.high


@pytest.mark.parametrize(
    ("answers", "judged", "reason", "field"),
    [
        ((N, N, X, X, X, RECENT), Risk.moderate, "", "lowered_because"),
        ((N, N, X, X, X, RECENT), Risk.moderate, "  ", "lowered_because"),
        ((N, N, X, X, X, RECENT), Risk.moderate, "Plan given up", None),
        ((N, N, X, X, X, RECENT), Risk.high, "", None),
        ((Y, N, X, X, X, NEVER), Risk.high, "", None),
        ((X, X, X, X, X, OPEN), Risk.low, "", None),
        ((X, X, X, X, X, OPEN), Risk.not_asked, "", None),
        ((Y, N, X, X, X, NEVER), Risk.not_asked, "", "risk"),
        # Not a whole screen yet, but what was answered counts already.
        ((X, X, X, X, X, OLD), Risk.low, "", "lowered_because"),
        ((X, X, X, X, X, OLD), Risk.moderate, "", None),
    ],
)
def test_a_judgment_beside_its_screen(answers, judged, reason, field):
    wrong = what_is_wrong_with(dict(zip(rules.SCREEN, answers, strict=True)), judged, reason)
    assert (wrong[1] if wrong else None) == field


@pytest.mark.parametrize(("risk", "hours"), [(r, 24 if r in (Risk.high, Risk.not_asked) else 72) for r in Risk])
def test_due_from_the_end(risk, hours):
    ended = datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert follow_up_due(ended, risk, 24, 72) - ended == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "due_hour"),
    [(date(2026, 3, 7), 0), (date(2026, 10, 31), 22), (date(2026, 11, 17), 23)],
)
def test_a_day_is_24_hours_that_pass_whatever_clocks_do(day, due_hour):
    ended = clock.instant(day, time(23), ZONE)
    assert follow_up_due(ended, Risk.high, 24, 72).astimezone(ZoneInfo(ZONE)).hour == due_hour


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("due_now", "by_rule", "tried", "due"),
    [
        (NOW + 48 * HOUR, NOW + 2 * HOUR, False, NOW + 2 * HOUR),
        (NOW + 48 * HOUR, NOW + 2 * HOUR, True, NOW + 2 * HOUR),
        (NOW + 2 * HOUR, NOW + 48 * HOUR, False, NOW + 48 * HOUR),
        (NOW + 2 * HOUR, NOW + 48 * HOUR, True, NOW + 2 * HOUR),
        (NOW, NOW + 48 * HOUR, False, NOW),
        (NOW - HOUR, NOW + 48 * HOUR, False, NOW - HOUR),
        (NOW + HOUR / 60, NOW + 48 * HOUR, False, NOW + 48 * HOUR),
    ],
)
def test_a_lateness_cannot_be_edited_away(due_now, by_rule, tried, due):
    assert rules.due_after_change(due_now, by_rule, tried, NOW) == due


def at(day, hour, minute=0, fold=0):
    return clock.instant(day, time(hour, minute, fold=fold), ZONE)


DAY = date(2026, 11, 18)


@pytest.mark.parametrize(
    ("now", "reached", "risk", "due"),
    [
        (at(DAY, 10), True, Risk.high, at(DAY, 10) + 24 * HOUR),
        (at(DAY, 10), True, Risk.low, at(DAY, 10) + 72 * HOUR),
        (at(DAY, 10), False, Risk.high, at(DAY, 14)),
        (at(DAY, 10), False, Risk.not_asked, at(DAY, 14)),
        (at(DAY, 10), False, Risk.moderate, at(DAY, 10) + 24 * HOUR),
        (at(DAY, 16, 59), False, Risk.high, at(DAY, 20, 59)),
        (at(DAY, 17), False, Risk.high, at(date(2026, 11, 19), 9)),
        (at(DAY, 0, 5), False, Risk.high, at(DAY, 9)),
        (at(DAY, 5), False, Risk.high, at(DAY, 9)),
        (at(DAY, 5, 1), False, Risk.high, at(DAY, 9, 1)),
        (at(date(2026, 10, 31), 17), False, Risk.high, at(date(2026, 11, 1), 9)),
    ],
)
def test_when_to_try_again(now, reached, risk, due):
    assert rules.next_try(now, reached, risk, (24, 72), ZONE) == due


FALL, SPRING = date(2026, 11, 1), date(2026, 3, 8)


@pytest.mark.parametrize(
    ("day", "started", "ended", "later", "minutes"),
    [
        (DAY, at(DAY, 10), time(10), None, 0),
        (DAY, at(DAY, 10), time(10, 25), None, 25),
        (DAY, at(DAY, 23, 40), time(0, 5), None, 25),
        (FALL, at(FALL, 0, 50), time(1, 30), False, 40),
        (FALL, at(FALL, 0, 50), time(1, 30), True, 100),
        (FALL, at(FALL, 1, 50), time(1, 10), None, 20),
        (FALL, at(FALL, 0, 50), time(2, 10), None, 140),
        (SPRING, at(SPRING, 1, 50), time(3, 10), None, 20),
    ],
)
def test_when_it_ended(day, started, ended, later, minutes):
    assert rules.end_of(day, started, ended, later, ZONE) - started == timedelta(minutes=minutes)


def test_an_end_that_the_clocks_skip_is_none_on_that_night():
    assert rules.end_of(date(2026, 3, 7), at(date(2026, 3, 7), 23, 50), time(2, 30), None, ZONE) is None


WHOLE = {
    "caller": Caller.client, "wish_to_be_dead": N, "thoughts": N, "method": X, "intent": X, "plan": X, "behavior": NEVER,
    "risk": Risk.low, "safety_plan": N, "what_was_done": "listened", "disposition": "settled",
}  # fmt: skip
SAID = {"participants": "", "what_happened": "Talked"}


@pytest.mark.parametrize(
    ("facts", "texts", "missing"),
    [
        ({}, {}, []),
        ({"caller": Caller.family_or_friend}, {}, ["participants"]),
        ({"caller": Caller.family_or_friend}, {"participants": "His sister"}, []),
        ({"caller": Caller.staff_noticed}, {}, []),
        ({"thoughts": Y}, {}, ["method", "intent", "plan"]),
        ({"wish_to_be_dead": X, "behavior": OPEN}, {}, ["wish_to_be_dead", "behavior"]),
        ({"risk": Risk.not_asked}, {}, ["risk"]),
        ({"safety_plan": X, "what_was_done": "", "disposition": None}, {"what_happened": ""},
         ["safety_plan", "what_happened", "what_was_done", "disposition"]),
    ],
)  # fmt: skip
def test_what_is_missing(facts, texts, missing):
    assert [one.field for one in rules.what_is_missing(WHOLE | facts, SAID | texts)] == missing
