"""Marks and their minutes, what is wrong with one, and what happens when two people mark the same person."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto

from caseapp.core.words import count, minutes


class MarkState(StrEnum):
    """What a mark says. Someone late who also left early counts as late, with both minutes kept."""

    present = auto()
    late = auto()
    left_early = auto()
    excused = auto()
    no_show = auto()
    cancelled_late = auto()


class Reason(StrEnum):
    """Why someone was excused."""

    illness = auto()
    court = auto()
    work = auto()
    family = auto()
    appointment = auto()
    transport = auto()
    weather = auto()
    other = auto()


class WhyReopened(StrEnum):
    """Why a finished roll-call was opened again. No free text: it would name people."""

    wrong_mark = auto()
    wrong_minutes = auto()
    someone_missing = auto()
    heard_later = auto()
    ended_by_mistake = auto()


WORDS = {state: state.value.replace("_", " ").capitalize() for state in MarkState} | {MarkState.no_show: "No-show"}
KEYS = dict(zip(MarkState, "PLOENC", strict=True))
REASONS = {reason: reason.value.capitalize() for reason in Reason} | {
    Reason.court: "Court date",
    Reason.transport: "No way to get here",
    Reason.appointment: "Medical appointment",
    Reason.other: "Another reason",
}
WHY_REOPENED = {
    WhyReopened.wrong_mark: "A mark was wrong",
    WhyReopened.wrong_minutes: "Minutes were wrong",
    WhyReopened.someone_missing: "Someone who came is missing",
    WhyReopened.heard_later: "We heard the reason later",
    WhyReopened.ended_by_mistake: "It was finished by mistake",
}
ATTENDED = frozenset({MarkState.present, MarkState.late, MarkState.left_early})
PARTLY = frozenset({MarkState.late, MarkState.left_early})
ABSENT = frozenset(MarkState) - ATTENDED
UNEXCUSED = frozenset({MarkState.no_show, MarkState.cancelled_late})
BEFORE_THE_START = frozenset({MarkState.excused, MarkState.cancelled_late})
CONSTRAINTS = {"uq_mark_one_in_force": ("Someone else has just marked this person. Look at the list again.", None)}
OUTREACH_FOR = timedelta(days=14)  # paper entered longer after opens no outreach: nobody would call then
WORDS_MOST = 200


@dataclass(frozen=True)
class Said:
    """What someone says of one person: a state (None is not marked), minutes late and early, a reason, a few words."""

    state: MarkState | None = None
    late: int = 0
    early: int = 0
    reason: Reason | None = None
    words: str = ""

    def __str__(self) -> str:
        if self.state is None:
            return "not marked"
        parts = [f"Late {self.late} min"] if self.late else []
        parts += [f"{'left' if parts else 'Left'} early {self.early} min"] if self.early else []
        if self.state in PARTLY:
            return ", ".join(parts) or WORDS[self.state]
        return WORDS[self.state] + (f": {REASONS[self.reason].lower()}" if self.reason else "")


@dataclass(frozen=True)
class Sent:
    """One row as it was sent. `seen` is the id of the mark that its page showed (None: not marked).

    `settled` is the id of someone else's mark that was looked at: overruled, or accepted if `accepts`.
    """

    said: Said
    seen: str | None = None
    settled: str | None = None
    accepts: bool = False


class Verdict(StrEnum):
    """What to do with a mark that was sent."""

    nothing = auto()
    save = auto()
    ask = auto()


def tidy(said: Said) -> Said:
    """What counts of what was said: minutes only for who came in part, a reason only for the excused, and late before early."""
    state, late, early = said.state, said.late, said.early
    if state not in PARTLY:
        late = early = 0
    elif late and early:
        state = MarkState.late
    return Said(
        state=state,
        late=late,
        early=early,
        reason=said.reason if state is MarkState.excused else None,
        words=said.words.strip() if early else "",
    )


def what_is_wrong(said: Said, planned: int, begun: bool) -> str | None:
    """A sentence if a mark can't be so. `planned` is the session's length for this person in minutes."""
    if said.state and not begun and said.state not in BEFORE_THE_START:
        return "Before the start only excused and cancelled late can be set."
    if said.state not in PARTLY:
        return None
    if min(said.late, said.early) < 0 or max(said.late, said.early) >= planned:
        return f"Enter minutes from 1 to {planned - 1}."
    if said.late + said.early >= planned:
        return f"That leaves no time of {minutes(planned)}. Correct the minutes, or choose no-show."
    if not said.late and not said.early:
        return "Enter how many minutes late." if said.state is MarkState.late else "Enter how many minutes early."
    if said.state is MarkState.late and not said.late:
        return "Enter how many minutes late, or choose left early."
    if said.state is MarkState.left_early and not said.early:
        return "Enter how many minutes early, or choose late."
    return None


def attended_minutes(state: MarkState | None, planned: int, late: int = 0, early: int = 0) -> int:
    """Minutes attended of the planned ones: what is left after coming late and leaving early; none if absent."""
    return max(planned - late - early, 0) if state in ATTENDED else 0


def verdict(base: Said, theirs: Said, mine: Said) -> Verdict:
    """Three ways to look at one row: as it was when my page was made, as it is now, as I want it.

    What only one of us changed is taken; the same change twice is no conflict; two different ones are asked back.
    """
    if mine in (base, theirs):
        return Verdict.nothing
    return Verdict.save if theirs == base else Verdict.ask


def over_limit(people: int, limit: int) -> str:
    """The sentence of a list that has grown over its limit."""
    return f"{count('person', people, 'people')}, limit {limit}"
