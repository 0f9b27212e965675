"""Words of tasks and attempts, and which tasks are about reaching someone."""

from datetime import timedelta
from enum import StrEnum, auto


class TaskKind(StrEnum):
    """What is to be done."""

    crisis_follow_up = auto()
    look_at_crisis = auto()
    no_show_outreach = auto()
    plan_due = auto()
    plan_review = auto()
    hand_over = auto()
    risk_screen = auto()
    tell_change = auto()
    offer_place = auto()
    suicide_screen = auto()
    phase_review = auto()
    plan_update = auto()
    book_groups = auto()
    discharge_summary = auto()
    continuing_care_plan = auto()
    other = auto()


class Result(StrEnum):
    """What came of an attempt to reach someone."""

    spoke = auto()
    left_message = auto()
    no_answer = auto()
    wrong_number = auto()


class Channel(StrEnum):
    """How someone was tried."""

    phone = auto()
    text = auto()
    email = auto()
    letter = auto()
    in_person = auto()


class Happened(StrEnum):
    """What else may happen to a task, beside attempts."""

    closed = auto()
    reopened = auto()
    reassigned = auto()
    moved = auto()


# The one place for what a kind is called, on Today, in lists and on a chart.
KIND_WORDS = {
    TaskKind.crisis_follow_up: "Call after crisis contact",
    TaskKind.look_at_crisis: "Look at a crisis contact",
    TaskKind.no_show_outreach: "Reach out after no-show",
    TaskKind.plan_due: "Treatment plan due",
    TaskKind.plan_review: "Plan review due",
    TaskKind.hand_over: "Hand-over",
    TaskKind.risk_screen: "Risk screen (new level of care)",
    TaskKind.tell_change: "Tell them of a change on the schedule",
    TaskKind.offer_place: "Offer a place that is free",
    TaskKind.suicide_screen: "C-SSRS after a PHQ-9 answer",
    TaskKind.phase_review: "Phase review",
    TaskKind.plan_update: "Update the plan (new phase)",
    TaskKind.book_groups: "Book the groups of the new phase",
    TaskKind.discharge_summary: "Discharge summary",
    TaskKind.continuing_care_plan: "Continuing-care plan",
    TaskKind.other: "Other task",
}
RESULT_WORDS = {
    Result.spoke: "Spoke with them",
    Result.left_message: "Left a message",
    Result.no_answer: "No answer",
    Result.wrong_number: "Wrong number",
}
CHANNEL_WORDS = {
    Channel.phone: "Phone",
    Channel.text: "Text",
    Channel.email: "Email",
    Channel.letter: "Letter",
    Channel.in_person: "In person",
}
HAPPENED_WORDS = {
    Happened.closed: "Closed",
    Happened.reopened: "Opened again",
    Happened.reassigned: "Given to someone else",
    Happened.moved: "Due time changed",
}
# Done by reaching someone, so each try is noted. The others are done or not.
REACH = frozenset({TaskKind.crisis_follow_up, TaskKind.no_show_outreach, TaskKind.tell_change, TaskKind.offer_place})
AHEAD_DAYS = 14
FARTHEST = timedelta(days=365)


def what(kind: TaskKind) -> str:
    """What a kind of task is called: "Call after crisis contact". A kind without words of its own reads as its code."""
    return KIND_WORDS.get(kind, kind.value.replace("_", " ").capitalize())


def is_about_reaching(kind: TaskKind) -> bool:
    """Whether a task of this kind is done by reaching someone, so that attempts are counted."""
    return kind in REACH


def was_reached(results: list[Result]) -> bool:
    """Whether any of these attempts reached the person."""
    return Result.spoke in results


def where_attempts_stand(made: int, least: int) -> str:
    """How many attempts of those that the rule profile asks for were made, in words; none of them has reached anyone yet."""
    if made < least:
        return f"Attempt {made + 1} of {least} (rule profile)."
    return f"{made} of {least} attempts made, nobody reached. Try again, or close it with what the team decides."


def why_not_close(kind: TaskKind, results: list[Result], words: str) -> str | None:
    """The sentence if a task may not be closed so: ending it unreached needs words. None where it may."""
    if is_about_reaching(kind) and not was_reached(results) and not words.strip():
        return "You have not reached them yet. Enter why it ends here"
    return None
