"""Clocks that start with an admission or a move, words of moves and reviews, and who keeps access for how long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, auto
from typing import Any, Protocol

from caseapp.core.words import count
from caseapp.episodes.rules import LEAVING, REASONS, MoveKind, MoveReason

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


def needs_words(admitted_on: date, today: date, position: int) -> str:
    """Why an admission has to be explained in words: another phase than the first, or a day that has been. Empty if not."""
    if position > 1:
        return "Say why they do not begin with the first phase."
    return "This day has been. Say why it is recorded later." if admitted_on < today else ""


def leaves(kind: MoveKind) -> bool:
    """Whether a move of this kind ends the episode."""
    return kind in LEAVING


@dataclass(frozen=True)
class Flag:
    """Something about someone's absence that a person should look at. `urgent` where the rule profile speaks of discharge."""

    words: str
    urgent: bool = False


@dataclass(frozen=True)
class Absence:
    """How someone in the program has been missing, up to a day, with the rule profile's thresholds (domain.md 10).

    `in_a_row` are sessions missed since they last came, for whatever reason; `unexcused` no-shows and late cancellations of
    30 days. `last_contact` is the last day on which they came, spoke with someone here, or called in a crisis; at first admission.
    """

    day: date
    in_a_row: int
    unexcused: int
    last_contact: date
    review: int = 2
    discharge: int = 3
    warn_days: int = 14
    close_days: int = 30

    @property
    def days_without(self) -> int:
        """Days since the last contact."""
        return (self.day - self.last_contact).days

    @property
    def flags(self) -> list[Flag]:
        """What a person should look at, the gravest first; nothing is done by itself, least of all a discharge."""
        found = []
        if self.days_without >= self.warn_days:
            closes = self.days_without >= self.close_days
            says = f"No contact for {count('day', self.days_without)}"
            found.append(Flag(f"{says}: for the team to decide" if closes else says, closes))
        if self.unexcused >= self.review:
            ends = self.unexcused >= self.discharge
            what = "for the team to decide" if ends else "for the team to review"
            found.append(Flag(f"{count('unexcused absence', self.unexcused)} in 30 days: {what}", ends))
        if self.in_a_row >= self.review:
            found.append(Flag(f"Absent {self.in_a_row} times in a row"))
        return sorted(found, key=lambda flag: not flag.urgent)


# Reviews: what may be decided in one, where it stands, what happened to it (docs/decisions/reviews.md).


class Decision(StrEnum):
    """What a review proposes. Staying is decided too: with what to work on, and until when."""

    step_down = auto()
    stay = auto()
    step_up = auto()
    complete = auto()
    transfer = auto()
    discharge = auto()

    @property
    def kind(self) -> MoveKind | None:
        """The kind of move it is; None for staying."""
        return None if self is Decision.stay else MoveKind(self.value)

    @property
    def goes_on(self) -> bool:
        """Whether it leads to another phase of the program."""
        return self in (Decision.step_down, Decision.step_up)

    @property
    def by_criteria(self) -> bool:
        """Whether the criteria for leaving the phase are asked. More support, a transfer or an end wait for none of them."""
        return self in (Decision.step_down, Decision.complete)


class ReviewState(StrEnum):
    """Where a review stands. `overtaken`: someone moved the client without it."""

    proposed = auto()
    returned = auto()
    decided = auto()
    withdrawn = auto()
    overtaken = auto()


class Happened(StrEnum):
    """What was done with a review, step by step."""

    proposed = auto()
    returned = auto()
    sent_again = auto()
    decided = auto()
    withdrawn = auto()
    overtaken = auto()


BY_PROPOSERS = (Happened.proposed, Happened.sent_again)
WAITING = (ReviewState.proposed, ReviewState.returned)
STATE_WORDS = {
    ReviewState.proposed: "Waiting for approval",
    ReviewState.returned: "Returned with a question",
    ReviewState.decided: "Decided",
    ReviewState.withdrawn: "Withdrawn",
    ReviewState.overtaken: "Overtaken by a move without a review",
}
HAPPENED_WORDS = {
    Happened.proposed: "Proposed",
    Happened.returned: "Returned with a question",
    Happened.sent_again: "Sent again",
    Happened.decided: "Decided",
    Happened.withdrawn: "Withdrawn",
    Happened.overtaken: "Overtaken by a move without a review",
}
CONSTRAINTS = {
    "uq_phase_review_one_open": ("A review of theirs is open already. Look at that one.", None),
    "uq_phase_review_step_review_id_number": ("Someone else acted on this review just now. Look at it first.", None),
    "ck_phase_review_step_is_locked": ("What a review says stays as it is.", None),
    "ck_phase_review_ended_is_locked": ("This review has ended and stays as it is.", None),
}


def decision_words(decision: Decision, here: str, to: str = "") -> str:
    """A decision in words: "Step down to Phase 2", "Stay in Phase 1"."""
    if decision is Decision.stay:
        return f"Stay in {here}"
    if decision.goes_on:
        return (
            f"{'Step down' if decision is Decision.step_down else 'Step up'} to {to}"
            if to
            else KIND_WORDS[decision.kind]
        )
    return KIND_WORDS[decision.kind]


def must_wait(decision: Decision, numbers: Mapping[str, float]) -> bool:
    """Whether another person than the proposer has to decide, by the rule profile."""
    setting = "hold_by_another" if decision is Decision.stay else "review_by_another"
    return bool(numbers[setting])


def why_not_without_review(kind: MoveKind, effective_on: date, today: date, words: str) -> tuple[str, str] | None:
    """The sentence and the field if a move may not be recorded without a review; None if it may.

    More support and leaving can't always wait for one. Stepping down and completing can, so without a review only a day that
    has been is entered: what was decided on paper.
    """
    if kind in (MoveKind.step_down, MoveKind.complete) and effective_on >= today:
        return (
            f"{KIND_WORDS[kind]} is decided in a review. Without one, enter only a day that has been.",
            "effective_on",
        )
    if not words.strip():
        return "Say in your words why there is no review.", "words"
    return None


class InRow(Protocol):
    """A phase, as far as its place in the row says what it is."""

    position: int
    hours_least: Any


def is_continuing_care(phase: InRow, positions: Sequence[int]) -> bool:
    """Whether a phase is the continuing care of its program: the last of several, in which no least hours are asked."""
    return len(positions) > 1 and phase.position == max(positions) and not phase.hours_least
