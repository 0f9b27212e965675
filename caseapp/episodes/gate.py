"""The detox gate: what stands in the way of an admission. Plain Python.

Whoever needs medical detox, or of whom it is not known, is not admitted until an examination later than the last use has found
them fit (`domain.md` 6.6, 9). A scale supports, a clinician decides: so a finding, not a score, opens the gate again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from caseapp.clients.rules import Answer
from caseapp.episodes.rules import Bands


@dataclass(frozen=True)
class Blocker:
    """A sentence about what stands in the way, and the field of the withdrawal check (or "clearance") where it is mended."""

    sentence: str
    field: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Cleared:
    """The examination in force: when it was, and whether it found the person fit for outpatient care."""

    at: datetime
    fit: bool = True


@dataclass(frozen=True)
class WithdrawalFacts:
    """What the gate looks at. Scores are None when the scale was not taken; limits come from the rule profile.

    `asked_at` is when the answers were last given and `now` the moment of the question; both are aware instants.
    """

    last_use_known: Answer
    last_use_at: datetime | None
    seizure_or_delirium: Answer
    benzodiazepine_dependence: Answer
    withdrawal_now: Answer
    ciwa: int | None
    cows: int | None
    asked_at: datetime
    now: datetime
    clearance: Cleared | None = None
    ciwa_bands: Bands | None = None
    ciwa_blocks_from: float = 10
    ciwa_classic_blocks_from: float = 8
    cows_blocks_from: float = 13
    lasts_days: float = 30

    @property
    def ciwa_limit(self) -> float:
        """The score from which CIWA-Ar blocks. If nobody said by which bands it was read, the stricter one."""
        if self.ciwa_bands is None:
            return min(self.ciwa_blocks_from, self.ciwa_classic_blocks_from)
        return self.ciwa_classic_blocks_from if self.ciwa_bands is Bands.classic else self.ciwa_blocks_from


def what_blocks_admission(facts: WithdrawalFacts) -> list[Blocker]:
    """Everything that stands in the way of admission, in the order in which it is mended; empty means open.

    A last use that is not known blocks by itself, for no examination can be shown to be later.
    """
    stale = _too_old(facts)
    if facts.last_use_known is not Answer.yes or facts.last_use_at is None:
        return [Blocker("The last use is not known. Ask, and record the day.", "last_use_known")]
    if facts.clearance and not facts.clearance.fit and facts.clearance.at > facts.last_use_at:
        return [*stale, Blocker("The latest examination found that they need withdrawal management.", "clearance")]
    if facts.clearance and facts.clearance.fit and facts.clearance.at > facts.last_use_at:
        return stale
    reasons = needs_detox(facts) + not_known(facts)
    if facts.clearance and not facts.clearance.fit and not reasons:
        reasons = [
            Blocker("An examination found that they need withdrawal management, and they used after it.", "clearance")
        ]
    elif reasons and facts.clearance:
        reasons.append(Blocker("The clearance on record is not later than the last use.", "clearance"))
    return stale + reasons


def _too_old(facts: WithdrawalFacts) -> list[Blocker]:
    """The last use may have changed since the answers were given."""
    if facts.now - facts.asked_at <= timedelta(days=facts.lasts_days):
        return []
    days = f"{facts.lasts_days:g} days"
    return [
        Blocker(f"The answers are more than {days} old. Ask again: the last use may have changed.", "last_use_known")
    ]


def needs_detox(facts: WithdrawalFacts) -> list[Blocker]:
    """Signs that medical withdrawal management is needed first (`domain.md` 6.6)."""
    signs = [
        (
            facts.seizure_or_delirium is Answer.yes,
            "Had a withdrawal seizure or delirium before.",
            "seizure_or_delirium",
        ),
        (facts.benzodiazepine_dependence is Answer.yes, "Depends on benzodiazepines.", "benzodiazepine_dependence"),
        (facts.withdrawal_now is Answer.yes, "Shows signs of withdrawal now.", "withdrawal_now"),
        (
            facts.ciwa is not None and facts.ciwa >= facts.ciwa_limit,
            f"CIWA-Ar is {facts.ciwa}; from {facts.ciwa_limit:g} on medical detox comes first.",
            "ciwa",
        ),
        (
            facts.cows is not None and facts.cows >= facts.cows_blocks_from,
            f"COWS is {facts.cows}; from {facts.cows_blocks_from:g} on medical detox comes first.",
            "cows",
        ),
    ]
    return [Blocker(sentence, field) for shown, sentence, field in signs if shown]


def not_known(facts: WithdrawalFacts) -> list[Blocker]:
    """Questions without an answer; each blocks as much as a bad answer."""
    questions = [
        (facts.seizure_or_delirium, "Withdrawal seizure or delirium: not asked yet.", "seizure_or_delirium"),
        (facts.benzodiazepine_dependence, "Dependence on benzodiazepines: not asked yet.", "benzodiazepine_dependence"),
        (facts.withdrawal_now, "Signs of withdrawal now: not asked yet.", "withdrawal_now"),
    ]
    return [Blocker(sentence, field) for answer, sentence, field in questions if answer is Answer.unknown]


_CIWA = {
    Bands.classic: ((8, "mild, under 8"), (16, "moderate, 8 to 15"), (68, "severe, over 15")),
    Bands.asam_2020: ((10, "mild, up to 9"), (19, "moderate, 10 to 18"), (68, "severe, 19 or more")),
}
_COWS = ((5, "none, under 5"), (13, "mild, 5 to 12"), (25, "moderate, 13 to 24"), (37, "moderately severe, 25 to 36"))


def ciwa_words(score: int, bands: Bands | None) -> str:
    """A CIWA-Ar score with its band and the set it is read by: "12: moderate, 10 to 18 (ASAM 2020)"."""
    if bands is None:
        return f"{score}, bands not stated"
    name = "classic bands" if bands is Bands.classic else "ASAM 2020"
    return f"{score}: {next(words for below, words in _CIWA[bands] if score < below)} ({name})"


def cows_words(score: int) -> str:
    """A COWS score with its band: "14: moderate, 13 to 24"."""
    return f"{score}: {next((words for below, words in _COWS if score < below), 'severe, over 36')}"
