"""The rule profile: every number that a state or payer sets, with its unit, default and range (domain.md 3 and 10)."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Setting:
    """One number that a state or payer sets. `used` says whether a part of the house already goes by it."""

    name: str
    label: str
    unit: str
    default: float
    least: float
    most: float
    places: int = 0
    used: bool = False

    @property
    def named(self) -> tuple[str, ...]:
        """What the values 0, 1, 2 and so on are called, where they are no numbers of anything."""
        return NAMED.get(self.unit, ())

    def words(self, value: float | Decimal) -> str:
        """A value with its unit: "9 hours", "1 day", "Monday"."""
        if self.named:
            return self.named[int(value)]
        return f"{float(value):g} {self.unit[:-1] if value == 1 and self.unit.endswith('s') else self.unit}"


WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMED = {"weekday": WEEKDAYS, "who": ("whoever marks", "a supervisor"), "answer": ("no", "yes")}

GROUPS: dict[str, tuple[Setting, ...]] = {
    "Hours and days": (
        Setting("intensive_hours_least", "Hours a week at level 2.1, least", "hours", 9, 1, 40, 1, used=True),
        Setting("intensive_hours_most", "Hours a week at level 2.1, most", "hours", 19, 1, 60, 1, used=True),
        Setting("intensive_days_least", "Days a week at level 2.1, least", "days", 3, 1, 7, used=True),
        Setting("gap_days_most", "Days without services in a row at level 2.1, most", "days", 2, 0, 7, used=True),
        Setting("billable_day_minutes", "Attended minutes that make a billable day", "minutes", 180, 15, 480, used=True),
        Setting("break_minutes", "Break in each full hour of a session, not counted", "minutes", 0, 0, 30, used=True),
        Setting("week_starts_on", "First day of the week", "weekday", 0, 0, 6, used=True),
    ),
    "Groups and caseload": (
        Setting("counseling_group_most", "People in a counseling group, most", "people", 12, 2, 40, used=True),
        Setting("counseling_group_least", "People in a counseling group, least", "people", 2, 1, 12, used=True),
        Setting("education_group_least", "People in an education group, least", "people", 2, 1, 35, used=True),
        Setting("education_group_most", "People in an education group, most", "people", 35, 2, 100, used=True),
        Setting("caseload_alert", "Clients per counselor before an alert", "clients", 24, 1, 100),
    ),
    "Crisis and outreach": (
        Setting("crisis_follow_up_high_hours", "Crisis follow-up after high or unknown risk", "hours", 24, 1, 72, used=True),
        Setting("crisis_follow_up_other_hours", "Crisis follow-up after other risk", "hours", 72, 1, 168, used=True),
        Setting("crisis_attempts_most", "Attempts before a follow-up is reconsidered", "attempts", 5, 1, 20, used=True),
        Setting("no_show_outreach_hours", "First outreach after a no-show", "hours", 24, 1, 168, used=True),
        Setting("no_show_attempts_least", "Outreach attempts after a no-show, least", "attempts", 3, 1, 10, used=True),
    ),
    "Absence": (
        Setting("excused_by", "Who says that an absence is excused", "who", 0, 0, 1, used=True),
        Setting("absences_review", "Unexcused absences before the team reviews", "absences", 2, 1, 20, used=True),
        Setting("absences_discharge", "Unexcused absences before discharge is considered", "absences", 3, 1, 30, used=True),
        Setting("no_contact_warn_days", "Days without contact before a warning", "days", 14, 1, 90, used=True),
        Setting("no_contact_close_days", "Days without contact before closing is proposed", "days", 30, 2, 180, used=True),
    ),
    "Phase reviews": (
        Setting("review_by_another", "Another person than the proposer decides a review", "answer", 1, 0, 1, used=True),
        Setting("hold_by_another", "Staying in the phase is decided by another person too", "answer", 0, 0, 1, used=True),
        Setting("risk_screen_days", "Risk screen before stepping to another level of care, within", "days", 7, 1, 90, used=True),
        Setting("review_after_use_days", "Phase review after a return to use, within", "days", 3, 1, 30, used=True),
        Setting("plan_update_days", "Plan updated after a move to another phase, within", "days", 7, 1, 60, used=True),
    ),
    "Withdrawal check": (
        Setting("ciwa_blocks_from", "CIWA-Ar score from which medical detox is needed", "points", 10, 1, 67, used=True),
        Setting("ciwa_classic_blocks_from", "The same, read by the classic bands", "points", 8, 1, 67, used=True),
        Setting("cows_blocks_from", "COWS score from which medical detox is needed", "points", 13, 1, 48, used=True),
        Setting(
            "prescreen_lasts_days", "Days after which a withdrawal check is asked again", "days", 30, 1, 90, used=True
        ),
    ),
    "Records and measures": (
        Setting("assessment_days", "Level-of-care assessment due after admission", "days", 7, 1, 60, used=True),
        Setting("plan_due_working_days", "Plan due after admission", "working days", 7, 1, 60, used=True),
        Setting("plan_review_days", "Plan review every", "days", 30, 1, 120, used=True),
        Setting("plan_review_hours", "Plan review after attended hours", "hours", 27, 1, 200, used=True),
        Setting("note_due_hours", "Session note due after the session", "hours", 72, 1, 336, used=True),
        Setting("bill_signed_notes_only", "Units only where the note is signed", "answer", 1, 0, 1, used=True),
        Setting("discharge_summary_days", "Discharge summary due after discharge", "days", 15, 1, 90, used=True),
        Setting("drug_test_days", "Drug test every, at level 2 and above", "days", 7, 1, 90, used=True),
        Setting("drug_test_stable_days", "Drug test every, below level 2", "days", 30, 1, 180, used=True),
        Setting("bam_days", "Brief Addiction Monitor every", "days", 30, 1, 180),
        Setting("bam_short_days", "Seven-day Brief Addiction Monitor every", "days", 7, 1, 90),
        Setting("phq_gad_days", "PHQ-9 and GAD-7 every", "days", 28, 1, 180),
    ),
    "Sign-in and audit": (
        Setting("sign_in_idle_minutes", "Minutes of doing nothing before sign-in ends", "minutes", 15, 5, 30, used=True),
        Setting("audit_years", "Years for which the audit is kept", "years", 6, 6, 30),
    ),
}  # fmt: skip
SETTINGS = tuple(setting for group in GROUPS.values() for setting in group)
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
BY_NAME = {setting.name: setting for setting in SETTINGS}

# Of each pair the first must not be above the second.
IN_ORDER = (
    ("intensive_hours_least", "intensive_hours_most"),
    ("counseling_group_least", "counseling_group_most"),
    ("education_group_least", "education_group_most"),
    ("crisis_follow_up_high_hours", "crisis_follow_up_other_hours"),
    ("absences_review", "absences_discharge"),
    ("no_contact_warn_days", "no_contact_close_days"),
    ("bam_short_days", "bam_days"),
    ("drug_test_days", "drug_test_stable_days"),
)


def what_is_wrong_with(name: str, value: float | Decimal, numbers: dict[str, float]) -> str | None:
    """A sentence if a value is out of range, or out of order with the other numbers in force; None if it will do."""
    setting = BY_NAME[name]
    if not setting.least <= value <= setting.most:
        return f"Enter a number from {setting.least:g} to {setting.most:g}."
    told = {**numbers, name: float(value)}
    for lower, upper in IN_ORDER:
        if name in (lower, upper) and told[lower] > told[upper]:
            other = BY_NAME[upper if name == lower else lower]
            side = "above" if name == lower else "under"
            return f'This must not be {side} "{other.label}", which is {other.words(told[other.name])} on that day.'
    return None
