"""The facts of a review as they stood, and what was said: plain rows that are kept as JSON, and read again as they were."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from caseapp.progress.criteria import State
from caseapp.progress.rules import Decision

UNMET = (State.not_met, State.not_known)


@dataclass(frozen=True)
class Fact:
    """A criterion as it stood: its sentence, what said so, the day of the fact. `for_level`: only a change of the level of care asks it.

    `kind` is the word of the criterion's kind; `agreed` what a clinician said of one that needs them ("" before), by whom.
    """

    kind: str
    criterion: str
    state: str
    says: str
    day: str = ""
    must: bool = False
    for_level: bool = False
    agreed: str = ""
    agreed_by: str = ""

    @property
    def met(self) -> bool:
        """Whether nothing is missing here: met, or a clinician agrees."""
        return self.state == State.met or (self.state == State.needs_clinician and self.agreed == "yes")

    @property
    def to_answer(self) -> bool:
        """Whether a clinician still has to say something."""
        return self.state == State.needs_clinician and not self.agreed


@dataclass(frozen=True)
class WeekOfHours:
    """A week of treatment: its first day, minutes attended, the least the phase asks for (None without a phase)."""

    first: str
    attended: int
    required: int | None

    @property
    def day(self) -> date:
        """The first day of the week."""
        return date.fromisoformat(self.first)


@dataclass(frozen=True)
class Stood:
    """The facts of someone in a phase at an instant."""

    at: str
    phase: str
    level: str
    since: str
    facts: list[Fact] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    weeks: list[WeekOfHours] = field(default_factory=list)
    attendance: str = ""
    without_use: str = ""

    @property
    def as_of(self) -> datetime:
        """The instant, aware."""
        return datetime.fromisoformat(self.at)

    @property
    def since_day(self) -> date:
        """The day on which the phase began."""
        return date.fromisoformat(self.since)

    def asked(self, decision: Decision, changes_level: bool) -> list[Fact]:
        """The criteria that this decision asks for; a risk screen of its own only where the level of care changes."""
        if not decision.by_criteria:
            return []
        return [one for one in self.facts if changes_level or not one.for_level]


@dataclass(frozen=True)
class Said:
    """What the proposer said: why, what the client says, what to work on while they stay, why they go on with criteria unmet."""

    words: str = ""
    client_view: str = ""
    work_on: str = ""
    override: str = ""
    answer: str = ""
    agrees: str = ""
    agrees_by: str = ""


@dataclass(frozen=True)
class Step:
    """What a step keeps. `said` is the proposer's, `words` whoever acted later, `changed` what differed from the proposal."""

    stood: Stood | None = None
    said: Said | None = None
    words: str = ""
    decision: str = ""
    effective_on: str = ""
    to_phase: str = ""
    reason: str = ""
    changes_level: bool = False
    changed: list[str] = field(default_factory=list)

    def written(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @property
    def asked(self) -> list[Fact]:
        """The criteria that its decision asked for, as they stood."""
        return self.stood.asked(Decision(self.decision), self.changes_level) if self.stood and self.decision else []

    @property
    def unmet(self) -> list[Fact]:
        """Those of them that were not met."""
        return [one for one in self.asked if not one.met]


def read(text: str | None) -> Step:
    """A step as it was written; an empty one if its text is purged."""
    if not text:
        return Step()
    told: dict[str, Any] = json.loads(text)
    stood, said = told.pop("stood"), told.pop("said")
    if stood:
        stood["facts"] = [Fact(**one) for one in stood["facts"]]
        stood["weeks"] = [WeekOfHours(**one) for one in stood["weeks"]]
    return Step(stood=Stood(**stood) if stood else None, said=Said(**said) if said else None, **told)


def changed_since(then: Stood, now: Stood) -> list[str]:
    """What differs between the facts of a proposal and those of later, in words; the running day alone is no difference."""
    before = {one.criterion: one for one in then.facts}
    found = []
    for one in now.facts:
        old = before.get(one.criterion)
        if old and old.state != one.state and one.state != State.needs_clinician:
            found.append(f"{one.criterion}: {_words(one.state)} ({one.says}), was {_words(old.state)} ({old.says})")
    new = [sign for sign in now.signs if _name(sign) not in {_name(old) for old in then.signs}]
    return [*found, *(f"Look closer: {sign}" for sign in new)]


def _words(state: str) -> str:
    return state.replace("_", " ")


def _name(sign: str) -> str:
    return sign.split(":")[0]


def missing_musts(asked: Sequence[Fact]) -> list[Fact]:
    """Criteria that must be met and are not."""
    return [one for one in asked if one.must and not one.met and not one.to_answer]
