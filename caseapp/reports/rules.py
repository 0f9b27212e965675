"""What reports there are, what may be asked of them, and which days they open on."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta

from caseapp.core.errors import RuleBroken
from caseapp.core.words import count, percent, time_range
from caseapp.crisis.words import CHANNELS
from caseapp.episodes.rules import TEDS_SERVICE_WORDS, MoveKind, MoveReason, TedsService, leaves_by

# By what a report can be split: the field's name, and its words on a page.
SPLITS = {
    "case_manager": "Case manager", "clinician": "Primary clinician", "program": "Program", "payer": "Payer", "sex": "Sex",
    "race": "Race", "ethnicity": "Ethnicity", "education": "Education", "teds_service": "Service (TEDS)", "reason": "Reason",
    "phase": "Phase", "service": "Service", "weekday": "Weekday", "month": "Month", "channel": "How they spoke", "risk": "Risk",
    "hour": "Hour of the day",
}  # fmt: skip
HOURS = {str(hour) for hour in range(24)}
MONTH = re.compile("(?!0000)[0-9]{4}-(0[1-9]|1[0-2])")
ALL = "all"
NOT_RECORDED = "Not recorded"
ADMISSION, LEFT = "Admission", "Left the program"
# By what a list of the people behind a figure can be sorted: stays, places in sessions, crisis contacts, and
# rows that are people themselves.
STAYS = ("client", "version", "phase", "began", "ended", "days", "reason", "decided_by")
PLACES = ("client", "session", "service", "state", "minutes")
CONTACTS = ("client", "contact", "channel", "risk", "follow_up", "hours")
CLIENT_WEEKS = ("client", "week", "level", "attended")
CLIENT_DAYS = ("client", "day", "service", "minutes", "why")

# How an episode may end, in the words of the clinic.
COMPLETED, TRANSFERRED, LEFT_BEFORE, BY_PROGRAM, OTHER = ENDINGS = (
    "Completed", "Transferred", "Left before completing", "Discharged by the program", "Other",
)  # fmt: skip


def ended_as(kind: MoveKind, reason: MoveReason) -> str:
    """How a move out of the program is called."""
    by_reason = {MoveReason.left_before_completing: LEFT_BEFORE, MoveReason.discharged_by_program: BY_PROGRAM}
    return {MoveKind.complete: COMPLETED, MoveKind.transfer: TRANSFERRED}.get(kind) or by_reason.get(reason, OTHER)


def ending_of(reason: MoveReason | None) -> str:
    """How an episode that ended for this reason is called; one without a reason ended otherwise."""
    return ended_as(leaves_by(reason), reason) if reason else OTHER


@dataclass(frozen=True)
class Definition:
    """A report: its name in addresses, title, question in words, the columns of its file, and by what it can be split.

    `chosen_by` says in words which day the days of the question are about. Split, a report gains the column `group` in front
    unless it has it always. `none_of` is what an empty page has none of. `behind` is the page of the people behind a figure;
    where it is empty the rows are people themselves, and everyone is given only those whom they may see.
    """

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    splits: tuple[str, ...]
    chosen_by: str
    none_of: str
    people: str = "The stays behind the figure"
    behind: str = "people"
    sorts: tuple[str, ...] = STAYS

    def split_words(self, by: str) -> str:
        """What it can be split by, in words."""
        return "Who led it" if (self.name, by) == ("attendance", "clinician") else SPLITS[by]

    @property
    def of_people(self) -> bool:
        """Whether its rows are people."""
        return not self.behind

    def columns_for(self, by: str | None) -> list[str]:
        """The columns of the file for a split or none."""
        return ["group", *self.columns] if by and "group" not in self.columns else list(self.columns)


_WHO = ("case_manager", "clinician", "program", "payer", "sex", "race", "ethnicity", "education", "teds_service")
_LENGTHS = ("phase", "day", "at_risk", "left", "censored", "still_in_phase", "lower95", "upper95")
REPORTS = {
    one.name: one
    for one in (
        Definition(
            "transitions",
            "Phase transitions",
            "Who moved from which phase to which, how many left and how, and after how many days",
            ("from", "to", "kind", "transitions", "share_of_from", "clients", "median_days_in_from"),
            (*_WHO, "reason"),
            "the day the move took effect",
            "transitions",
        ),
        Definition(
            "time-in-phase",
            "Time in each phase",
            "After how many days people leave a phase, and how many are still there",
            _LENGTHS,
            (*_WHO, "reason"),
            "the day the stay began",
            "stays",
        ),
        Definition(
            "retention",
            "Time in the program",
            "How many of those admitted are still there after so many days",
            _LENGTHS,
            (*_WHO, "reason"),
            "the day of admission",
            "admissions",
            "The episodes behind the figure",
        ),
        Definition(
            "discharges",
            "Discharges",
            "How episodes ended, and after how many days, as TEDS counts them",
            (
                "group",
                "discharges",
                "completed",
                "transferred",
                "dropped_out",
                "terminated",
                "other",
                "completed_share",
                "transferred_share",
                "dropped_out_share",
                "terminated_share",
                "other_share",
                "median_stay_days",
            ),  # fmt: skip
            ("education", "teds_service", "sex", "phase"),
            "the day of discharge",
            "discharges",
            "The episodes behind the figure",
        ),
        Definition(
            "census",
            "Census",
            "How many people were in each phase on each day",
            ("day", "phase", "clients"),
            _WHO,
            "the day itself",
            "stays",
        ),
        Definition(
            "attendance",
            "Attendance",
            "Who came to what was scheduled, who did not and why, and for how many hours",
            (
                "group",
                "scheduled",
                "present",
                "late",
                "left_early",
                "excused",
                "no_show",
                "cancelled_late",
                "unmarked",
                "attended_share",
                "hours_attended",
            ),  # fmt: skip
            ("service", "clinician", "phase", "weekday"),
            "the day of the session",
            "sessions with anyone on their list",
            "The places behind the figure",
            "places",
            PLACES,
        ),
        Definition(
            "dose",
            "Hours by client and week",
            "What each client's phase asks for in a week, what was scheduled and attended, and whether it was met",
            ("client", "week", "level", "hours_required", "hours_scheduled", "hours_attended", "days_attended", "met"),
            (),
            "the day itself",
            "weeks in a phase",
            behind="",
            sorts=CLIENT_WEEKS,
        ),
        Definition(
            "crisis",
            "Crisis contacts",
            "How many crisis contacts there were, and whether someone called again before it was due",
            (
                "group",
                "contacts",
                "high_risk",
                "follow_ups_due",
                "on_time",
                "late",
                "open",
                "median_hours_to_follow_up",
            ),  # fmt: skip
            ("month", "channel", "risk", "hour"),
            "the day on which the contact began",
            "crisis contacts",
            "The contacts behind the figure",
            "contacts",
            CONTACTS,
        ),
        Definition(
            "units",
            "Units to bill",
            "Each client's days of a service with minutes, code and units by the payer's rule, and why a line is not billable",
            (
                "client",
                "day",
                "service",
                "minutes",
                "how",
                "level",
                "payer",
                "code",
                "units",
                "unit",
                "rounding",
                "why_not",
            ),  # fmt: skip
            (),
            "the day of the session",
            "sessions with anyone on their list",
            behind="",
            sorts=CLIENT_DAYS,
        ),
    )
}
NAMES = tuple(REPORTS)


@dataclass(frozen=True)
class Cell:
    """Which figure of a report is meant: its row, column and group ("" is all of them), a length in days, or a day."""

    row: str = ""
    column: str = ""
    group: str = ""
    least: int | None = None
    most: int | None = None
    day: date | None = None


def words_of_group(by: str | None, group: str) -> str:
    """A group's label with the words for a code, as pages show it; the file has the code alone."""
    if by == "teds_service" and group in set(TedsService):
        return f"{group}, {TEDS_SERVICE_WORDS[TedsService(group)]}"
    if by == "channel":
        return CHANNELS.get(group.lower().replace(" ", "_"), group)
    if by == "hour" and group in HOURS:
        return time_range(time(int(group)), time((int(group) + 1) % 24))
    if by == "month" and MONTH.fullmatch(group):
        return f"{date.fromisoformat(group + '-01'):%B %Y}"
    return group


def shares(kinds: list[MoveKind]) -> str:
    """The finding in a sentence: of the stays that ended, how many were a step down, a step up, an ending."""
    if not kinds:
        return "No stay in a phase ended in these days."
    down, up = kinds.count(MoveKind.step_down), kinds.count(MoveKind.step_up)
    parts = [(down, "a step down"), (up, "a step up"), (len(kinds) - down - up, "the end of the episode")]
    said = ", ".join(
        f"{percent(number, len(kinds)).replace(f' of {len(kinds):,}', '')} {words}" for number, words in parts
    )
    return f"Of {count('stay', len(kinds))} that ended: {said}."


@dataclass(frozen=True)
class Question:
    """From which day to which, both included; looked at up to which day; of which program (its name); split by what."""

    first: date
    last: date
    as_of: date
    program: str | None = None
    by: str | None = None

    @classmethod
    def asked(
        cls,
        today: date,
        first: date | None,
        last: date | None,
        as_of: date | None,
        program: str | None,
        by: str | None,
        report: str = "transitions",
    ) -> "Question":
        """A question as a page opens it: the last full quarter, as of today. Raises RuleBroken where it makes no sense."""
        if as_of and as_of > today:
            raise RuleBroken("Nobody can look ahead: choose today or a day before it.", "as_of")
        opens_on = last_full_quarter(as_of or today)
        first, last = (
            first or min(opens_on[0], last or opens_on[0]),
            last or (opens_on[1] if not first else as_of or today),
        )
        if first > last:
            raise RuleBroken("The first day must not be after the last.", "from")
        if by and by not in REPORTS[report].splits:
            raise RuleBroken(f"This report can be split by: {', '.join(REPORTS[report].splits)}.", "by")
        return cls(first, last, as_of or today, program or None, by or None)


def last_full_quarter(today: date) -> tuple[date, date]:
    """First and last day of the last quarter that is over."""
    this_quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = this_quarter - timedelta(days=1)
    return date(last.year, last.month - 2, 1), last


def last_month(today: date) -> tuple[date, date]:
    """First and last day of the month before this one."""
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def this_year(today: date) -> tuple[date, date]:
    """From New Year to today."""
    return date(today.year, 1, 1), today
