"""The rules of programs: words, the rule profile, what adds up in a version, what changed, what is shipped."""

from caseapp.programs.rules.changes import changes
from caseapp.programs.rules.checks import Check, Need, PhaseFacts, check_phase, check_version, week_hours
from caseapp.programs.rules.settings import BY_NAME, DEFAULTS, GROUPS, SETTINGS, WEEKDAYS, Setting, what_is_wrong_with
from caseapp.programs.rules.shipped import SHIPPED_CRITERIA, SHIPPED_PHASES, SHIPPED_SERVICES
from caseapp.programs.rules.vocabulary import (
    CAPACITY_WORDS,
    CONSTRAINTS,
    DRAFT_EXISTS,
    INTENSIVE,
    LEVELS,
    MOST_PHASES,
    READ_ONLY,
    READ_ONLY_WAY_OUT,
    UNDER_INTENSIVE,
    Capacity,
    Per,
    VersionState,
)

__all__ = [
    "BY_NAME", "CAPACITY_WORDS", "CONSTRAINTS", "Capacity", "Check", "DEFAULTS", "DRAFT_EXISTS", "GROUPS", "INTENSIVE", "LEVELS",
    "MOST_PHASES", "Need", "Per", "PhaseFacts", "READ_ONLY", "READ_ONLY_WAY_OUT", "SETTINGS", "SHIPPED_CRITERIA",
    "SHIPPED_PHASES", "SHIPPED_SERVICES", "Setting", "UNDER_INTENSIVE", "VersionState", "WEEKDAYS",
    "changes", "check_phase", "check_version", "week_hours",
    "what_is_wrong_with",
]  # fmt: skip
