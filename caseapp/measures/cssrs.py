"""The C-SSRS screener: its answers, questions and levels, for a measure and for a crisis contact alike (`domain.md` 5.2).

Free to use without permission (Columbia Lighthouse Project); the triage is that of "Screen with Triage Points".
"""

from enum import StrEnum, auto


class Asked(StrEnum):
    """An answer, or that nobody asked."""

    yes = auto()
    no = auto()
    not_asked = auto()


class Behavior(StrEnum):
    """Question 6 of the screener."""

    no = auto()
    over_three_months_ago = auto()
    within_three_months = auto()
    not_asked = auto()


class Risk(StrEnum):
    """How high the risk is. Not asked counts as high until it is."""

    none_found = auto()
    low = auto()
    moderate = auto()
    high = auto()
    not_asked = auto()


ASKED = {Asked.no: "No", Asked.yes: "Yes", Asked.not_asked: "Not asked"}
BEHAVIORS = {
    Behavior.no: "No",
    Behavior.over_three_months_ago: "Yes, over 3 months ago",
    Behavior.within_three_months: "Yes, within 3 months",
    Behavior.not_asked: "Not asked",
}
RISKS = {
    Risk.high: "High risk",
    Risk.moderate: "Moderate risk",
    Risk.low: "Low risk",
    Risk.none_found: "No risk found",
    Risk.not_asked: "Not asked yet",
}
# The number of each question, and its words as they are read out.
QUESTIONS = {"wish_to_be_dead": 1, "thoughts": 2, "method": 3, "intent": 4, "plan": 5, "behavior": 6}
READ_OUT = {
    "wish_to_be_dead": "Have you wished you were dead or wished you could go to sleep and not wake up?",
    "thoughts": "Have you actually had any thoughts of killing yourself?",
    "method": "Have you been thinking about how you might do this?",
    "intent": "Have you had these thoughts and had some intention of acting on them?",
    "plan": "Have you started to work out or worked out the details of how to kill yourself? "
    "Did you intend to carry out this plan?",
    "behavior": "Have you ever done anything, started to do anything, or prepared to do anything to end your life?",
}
ORDER = (Risk.none_found, Risk.low, Risk.moderate, Risk.high)
SCREEN = tuple(QUESTIONS)
# The rule of the screen as data, so that the page computes it while someone types from the very same table: what each
# answer is worth (any other answer is worth nothing), and which questions must have been asked for there to be a level.
ANSWER_LEVELS = {
    "wish_to_be_dead": {"yes": Risk.low},
    "thoughts": {"yes": Risk.low},
    "method": {"yes": Risk.moderate},
    "intent": {"yes": Risk.high},
    "plan": {"yes": Risk.high},
    "behavior": {"over_three_months_ago": Risk.moderate, "within_three_months": Risk.high},
}
ALWAYS_ASKED = ("wish_to_be_dead", "thoughts", "behavior")
ASKED_AFTER_YES = ("method", "intent", "plan")
# What is said to do first at high risk; `domain.md` 5.1 (stay until resolved or handed over) and 5.3.
WHAT_FIRST = (
    "Stay on the line or with them. Do not leave them alone until someone else is there.",
    "Call a supervisor now.",
    "Ask what is within reach, and who can move it away.",
    "If they may act now, or have taken something: 911.",
)


def risk_by_screen(wish: Asked, thoughts: Asked, method: Asked, intent: Asked, plan: Asked, behavior: Behavior) -> Risk:
    """The screen's level: the worst answer wins, nothing is added up (`domain.md` 5.2).

    Not asked unless 1, 2 and 6 were, and 3 to 5 after a yes to 2; but whatever shows high risk is enough alone.
    """
    answers = dict(zip(SCREEN, (wish, thoughts, method, intent, plan, behavior), strict=True))
    worst = worst_answer(answers)
    needed = ALWAYS_ASKED + (ASKED_AFTER_YES if thoughts == Asked.yes else ())
    if worst is not Risk.high and any(answers[name] == "not_asked" for name in needed):
        return Risk.not_asked
    return worst


def worst_answer(answers: dict[str, str]) -> Risk:
    """The highest level that any answer given so far shows; none found before the first."""
    return max((ANSWER_LEVELS[name].get(answers[name], Risk.none_found) for name in SCREEN), key=ORDER.index)


def level_of(answers: dict[str, str]) -> Risk:
    """The screen's level of answers by field name."""
    return risk_by_screen(*(answers[name] for name in SCREEN))
