"""Clocks that start with an admission or a move, words of moves, and who keeps access for how long."""

from datetime import date, timedelta

from caseapp.episodes.rules import LEAVING, REASONS, MoveKind, MoveReason

PLAN_WORKING_DAYS = 7
# Whoever hands a client over may look back for two weeks; after someone has left, until the summary and questions are done.
ACCESS_AFTER_HANDING_OVER = timedelta(days=14)
ACCESS_AFTER_LEAVING = timedelta(days=30)
RECENT_DAYS = 30

KIND_WORDS = {
    MoveKind.step_down: "Step down",
    MoveKind.step_up: "More support (step up)",
    MoveKind.complete: "Complete the program",
    MoveKind.transfer: "Transfer to another provider",
    MoveKind.discharge: "Discharge before completing",
}
REASON_WORDS = {
    MoveReason.goals_met: "Goals of this phase met",
    MoveReason.more_support_needed: "More support needed",
    MoveReason.returned_to_use: "Returned to use",
    MoveReason.crisis: "After a crisis",
    MoveReason.own_wish: "Their own wish",
    MoveReason.completed: "Completed the program",
    MoveReason.left_before_completing: "Left before completing",
    MoveReason.discharged_by_program: "Discharged by the program",
    MoveReason.moved_to_other_provider: "Goes on with another provider",
    MoveReason.incarcerated: "Incarcerated",
    MoveReason.died: "Died",
    MoveReason.other: "Another reason",
}


def reasons_for(kind: MoveKind) -> list[tuple[str, str]]:
    """The reasons that fit a kind of move, as (value, words)."""
    return [(reason.value, REASON_WORDS[reason]) for reason in REASONS.get(kind, ())]


def reason_words(kind: MoveKind, reason: MoveReason) -> str:
    """A reason in words; an admission has none of its own."""
    return "" if kind is MoveKind.admit else REASON_WORDS.get(reason, reason.value.replace("_", " "))


def plan_due_on(admitted_on: date) -> date:
    """The seventh working day after admission, Monday to Friday (`domain.md` section 10)."""
    return working_day(admitted_on, PLAN_WORKING_DAYS)


def working_day(day: date, after: int) -> date:
    """The working day, Monday to Friday, so many working days after a day."""
    while after:
        day += timedelta(days=1)
        after -= day.weekday() < 5
    return day


def needs_words(admitted_on: date, today: date, position: int) -> str:
    """Why an admission has to be explained in words: another phase than the first, or a day that has been. Empty if not."""
    if position > 1:
        return "Say why they do not begin with the first phase."
    return "This day has been. Say why it is recorded later." if admitted_on < today else ""


def leaves(kind: MoveKind) -> bool:
    """Whether a move of this kind ends the episode."""
    return kind in LEAVING
