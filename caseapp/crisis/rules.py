"""Risk by the screen, what is missing from a contact, and when to call again (`domain.md` 5.1, 5.2, 5.5, 10)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from caseapp.core import clock
from caseapp.crisis.words import QUESTIONS, RISKS, Asked, Behavior, Caller, Channel, Disposition, Done, Risk
from caseapp.measures.cssrs import (
    ALWAYS_ASKED,
    ANSWER_LEVELS,
    ASKED_AFTER_YES,
    ORDER,
    SCREEN,
    WHAT_FIRST,
    level_of,
    risk_by_screen,
    worst_answer,
)

__all__ = [
    "Asked",
    "Behavior",
    "Caller",
    "Channel",
    "Disposition",
    "Done",
    "Risk",
    "SCREEN",
    "WHAT_FIRST",
    "level_of",
    "risk_by_screen",
    "worst_answer",
]

HIGH = frozenset({Risk.high, Risk.not_asked})
# The screen as the page of a new contact takes it to compute the level beside the answers.
SCREEN_TABLE = {
    "levels": ANSWER_LEVELS,
    "order": ORDER,
    "always": ALWAYS_ASKED,
    "afterYes": ASKED_AFTER_YES,
    "words": RISKS,
}
LONGEST = timedelta(hours=12)
LATEST_RECORDING = timedelta(days=31)


def is_lowered(answers: dict[str, str], judged: Risk) -> bool:
    """Whether a person judged the risk lower than an answer given shows, which needs a reason."""
    return judged is not Risk.not_asked and ORDER.index(judged) < ORDER.index(worst_answer(answers))


def what_is_wrong_with(answers: dict[str, str], judged: Risk, reason: str) -> tuple[str, str] | None:
    """The sentence and the field where a judgment can't stand beside its screen; None where it can.

    Higher is free. Lower than an answer shows needs a reason. Not asked can't stand beside a screen that has a level.
    """
    if judged is Risk.not_asked:
        answered = level_of(answers) is not Risk.not_asked
        return ("The screen gives a level, so choose the risk you see", "risk") if answered else None
    if is_lowered(answers, judged) and not reason.strip():
        level = RISKS[worst_answer(answers)].lower()
        return f"The answers show {level}. Enter why you judge it lower", "lowered_because"
    return None


def follow_up_due(ended_at: datetime, risk: Risk, high_hours: float, other_hours: float) -> datetime:
    """When to call again: hours that pass, counted from the contact's end (an aware instant), whatever clocks do."""
    return ended_at + timedelta(hours=high_hours if risk in HIGH else other_hours)


def due_after_change(due_now: datetime, due_by_rule: datetime, tried: bool, now: datetime) -> datetime:
    """When a follow-up is due after its contact was completed or corrected.

    What brings it nearer always counts. What moves it off counts only while nobody has tried and it is not overdue, so
    that a lateness can't be edited away.
    """
    if due_by_rule < due_now:
        return due_by_rule
    return due_now if tried or due_now <= now else due_by_rule


def next_try(now: datetime, reached: bool, risk: Risk, hours: tuple[float, float], zone: str) -> datetime:
    """When to try again, as a proposal. `hours` are the profile's for high and for other risk.

    Reached: the same interval as after a contact. Not reached: in 4 hours at high risk, else in 24 (no source sets the
    spacing; 988 guidance sets 3 to 5 attempts). A call that would fall between 9 pm and 9 am waits until 9:00 am.
    """
    if reached:
        return follow_up_due(now, risk, *hours)
    later = now + timedelta(hours=4 if risk in HIGH else 24)
    return first_call_after(later, zone)


def first_call_after(moment: datetime, zone: str) -> datetime:
    """This moment, or 9:00 am at the clinic if it falls into the night (from 9 pm to 9 am)."""
    day = clock.day_of(moment, zone)
    morning, night = (clock.instant(day, time(hour), zone) for hour in (9, 21))
    if moment < morning:
        return morning
    return moment if moment < night else clock.instant(day + timedelta(days=1), time(9), zone)


def end_of(day: date, started_at: datetime, at: time, later_pass: bool | None, zone: str) -> datetime | None:
    """The instant at which a contact ended, from the wall time of its end.

    An end before the start is past midnight. Of a time that comes twice that night, `later_pass` says which one; None
    picks the first that fits. None if it does not fit on that day or the next.
    """
    for on_day in (day, day + timedelta(days=1)):
        folds = (0, 1) if later_pass is None else (int(later_pass),)
        for fold in folds:
            moment = clock.instant(on_day, at.replace(fold=fold), zone)
            if moment >= started_at and clock.missing_or_twice(on_day, at, zone) != "missing":
                return moment
    return None


@dataclass(frozen=True)
class Missing:
    """Something a contact still lacks, and the field in which it is given."""

    label: str
    field: str


def what_is_missing(facts: dict[str, str], texts: dict[str, str]) -> list[Missing]:
    """What a crisis contact must hold and does not yet (WAC 246-341-0670(2) in `domain.md` 5.1), in the order of the page.

    `facts` are the codes and `texts` the words by field name. Who else took part is missing only where it was not the
    client who called: the client and who recorded it stand in the record already.
    """
    missing = [] if facts["caller"] in (Caller.client, Caller.staff_noticed) or texts["participants"] else [
        Missing("who called, by name", "participants")
    ]  # fmt: skip
    needed = SCREEN if facts["thoughts"] == "yes" else ALWAYS_ASKED
    missing += [Missing(f"screen question {QUESTIONS[name]}", name) for name in needed if facts[name] == "not_asked"]
    if facts["risk"] == Risk.not_asked:
        missing.append(Missing("the risk in your judgment", "risk"))
    if facts["safety_plan"] == "not_asked":
        missing.append(Missing("whether there is a safety plan", "safety_plan"))
    if not texts["what_happened"]:
        missing.append(Missing("what happened", "what_happened"))
    if not facts["what_was_done"]:
        missing.append(Missing("what we did", "what_was_done"))
    if not facts["disposition"]:
        missing.append(Missing("how it ended", "disposition"))
    return missing
