"""Words of referral, admission and moves. The detox gate has rules of its own: `episodes.gate`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Protocol


class ReferralSource(StrEnum):
    """Who referred (TEDS PSOURCE, `domain.md` 7.2)."""

    individual = auto()
    substance_use_provider = auto()
    other_health_care = auto()
    school = auto()
    employer = auto()
    other_community = auto()
    court = auto()


class PriorLevel(StrEnum):
    """The care someone comes from."""

    partial_hospitalization = auto()
    inpatient = auto()
    residential = auto()
    detox = auto()
    outpatient = auto()
    none = auto()
    unknown = auto()


class Substance(StrEnum):
    """TEDS SUB1-3, shortened to what a pre-screen asks (`domain.md` 7.2)."""

    alcohol = auto()
    cocaine = auto()
    marijuana = auto()
    heroin = auto()
    other_opioids = auto()
    methamphetamine = auto()
    other_stimulants = auto()
    benzodiazepines = auto()
    other_sedatives = auto()
    hallucinogens = auto()
    inhalants = auto()
    other = auto()


class Route(StrEnum):
    """How a substance is taken (TEDS ROUTE)."""

    oral = auto()
    smoking = auto()
    inhalation = auto()
    injection = auto()
    other = auto()


class Frequency(StrEnum):
    """How often in the past month (TEDS FREQ as states report it)."""

    none = auto()
    one_to_three_a_month = auto()
    one_or_two_a_week = auto()
    three_to_six_a_week = auto()
    daily = auto()


class Bands(StrEnum):
    """By which bands a CIWA-Ar score is read (`domain.md` 6.6): two are in use, so the one meant is kept."""

    asam_2020 = auto()
    classic = auto()


class NotAdmitted(StrEnum):
    """Why someone who was screened is not admitted."""

    declined = auto()
    under_age = auto()
    needs_another_level = auto()
    went_elsewhere = auto()
    not_reached = auto()
    other = auto()


class Part(StrEnum):
    """For what someone of the staff answers in an episode."""

    case_manager = auto()
    clinician = auto()


class Outcome(StrEnum):
    """What became of a pre-screen."""

    open = auto()
    admitted = auto()
    referred_to_withdrawal_management = auto()
    not_admitted = auto()


class MoveKind(StrEnum):
    """The kinds of transition of the contract."""

    admit = auto()
    step_down = auto()
    step_up = auto()
    complete = auto()
    transfer = auto()
    discharge = auto()


LEAVING = frozenset({MoveKind.complete, MoveKind.transfer, MoveKind.discharge})


class MoveReason(StrEnum):
    """Why; the leaving ones carry a TEDS code (`domain.md` 7.2)."""

    admitted = auto()
    goals_met = auto()
    more_support_needed = auto()
    returned_to_use = auto()
    crisis = auto()
    own_wish = auto()
    completed = auto()
    left_before_completing = auto()
    discharged_by_program = auto()
    moved_to_other_provider = auto()
    incarcerated = auto()
    died = auto()
    other = auto()
    # Only of what another system recorded: nobody here leaves a reason out.
    not_recorded = auto()


class Education(StrEnum):
    """Years of school when an episode began, in the four groups of the TEDS tables (`domain.md` 7.3)."""

    to_8 = "0-8"
    from_9_to_11 = "9-11"
    twelve = "12"
    more_than_12 = "13+"


class TedsService(StrEnum):
    """The service of an episode by its TEDS code (SERVICES, `domain.md` 7.2)."""

    detox_hospital = "1"
    detox_residential = "2"
    rehab_hospital = "3"
    rehab_short = "4"
    rehab_long = "5"
    intensive_outpatient = "6"
    outpatient = "7"
    detox_ambulatory = "8"


TEDS_SERVICE_WORDS = {
    TedsService.detox_hospital: "withdrawal management, 24-hour hospital",
    TedsService.detox_residential: "withdrawal management, 24-hour residential",
    TedsService.rehab_hospital: "residential, hospital",
    TedsService.rehab_short: "residential, 30 days or fewer",
    TedsService.rehab_long: "residential, more than 30 days",
    TedsService.intensive_outpatient: "intensive outpatient",
    TedsService.outpatient: "outpatient, not intensive",
    TedsService.detox_ambulatory: "withdrawal management, outpatient",
}

# How an episode ended, by its TEDS code (REASON, `domain.md` 7.2).
TEDS_REASONS: dict[str, MoveReason] = {
    "1": MoveReason.completed,
    "2": MoveReason.left_before_completing,
    "3": MoveReason.discharged_by_program,
    "4": MoveReason.moved_to_other_provider,
    "5": MoveReason.incarcerated,
    "6": MoveReason.died,
    "7": MoveReason.other,
    "-9": MoveReason.not_recorded,
}


def reason_words(reason: MoveReason | None) -> str:
    """How an episode ended, in words, where only its reason is on record."""
    other = {MoveReason.moved_to_other_provider: "Transferred", MoveReason.not_recorded: "Ended, reason not on record"}
    if reason is None or reason is MoveReason.other:
        return "Discharged"
    return other.get(reason) or reason.value.replace("_", " ").capitalize()


def leaves_by(reason: MoveReason) -> MoveKind:
    """The kind of move with which an episode ends for a reason."""
    by_reason = {MoveReason.completed: MoveKind.complete, MoveReason.moved_to_other_provider: MoveKind.transfer}
    return by_reason.get(reason, MoveKind.discharge)


REASONS: dict[MoveKind, tuple[MoveReason, ...]] = {
    MoveKind.step_down: (MoveReason.goals_met, MoveReason.own_wish, MoveReason.other),
    MoveKind.step_up: (
        MoveReason.more_support_needed,
        MoveReason.returned_to_use,
        MoveReason.crisis,
        MoveReason.own_wish,
        MoveReason.other,
    ),
    MoveKind.complete: (MoveReason.completed,),
    MoveKind.transfer: (MoveReason.moved_to_other_provider,),
    MoveKind.discharge: (
        MoveReason.left_before_completing,
        MoveReason.discharged_by_program,
        MoveReason.incarcerated,
        MoveReason.died,
        MoveReason.other,
    ),
}

# The highest score of each scale (`domain.md` 6.6).
CIWA_MOST, COWS_MOST = 67, 48


class CodeSystem(StrEnum):
    """In which system of codes a referral names a problem."""

    snomed = auto()
    rxnorm = auto()
    icd_10_cm = auto()


class ProblemStatus(StrEnum):
    """Whether a problem goes on, as the referral says."""

    active = auto()
    in_remission = auto()
    ended = auto()


@dataclass(frozen=True)
class Problem:
    """A condition or a medication that a referral names. Its days are as exact as given: 2001, 2001-05, 2001-05-12 or ""."""

    system: CodeSystem
    code: str
    words: str
    onset_on: str = ""
    ended_on: str = ""
    status: ProblemStatus = ProblemStatus.active


class Asked(Protocol):
    """What a pre-screen says of days and scores."""

    last_use_known: str | None
    last_use_at: datetime | None
    last_use_time_known: bool | None
    prior_ended_on: date | None
    ciwa: int | None
    ciwa_taken_at: datetime | None
    cows: int | None
    cows_taken_at: datetime | None


def what_does_not_fit(
    asked: Asked, now: datetime, today: date, day_of: Callable[[datetime], date]
) -> tuple[str, str] | None:
    """The sentence and the field of what can't be so in a pre-screen, None if all can. `day_of` gives the site's day.

    A last use without its time stands at the end of its day, so on the day itself it may lie ahead of `now`.
    """
    if asked.last_use_known == "yes" and asked.last_use_at is None:
        return "Enter the day of the last use.", "last_use_on"
    if asked.last_use_known != "yes" and asked.last_use_at is not None:
        return "Choose known, or take the day of the last use out.", "last_use_known"
    for name, moment in (("last_use", asked.last_use_at), ("ciwa", asked.ciwa_taken_at), ("cows", asked.cows_taken_at)):
        if moment is not None and day_of(moment) > today:
            return "Enter a day that has been.", f"{name}_on"
        timed = name != "last_use" or asked.last_use_time_known is not False
        if moment is not None and timed and moment > now:
            return "Enter a time that has been.", "last_use_time" if name == "last_use" else f"{name}_at"
    if asked.prior_ended_on is not None and asked.prior_ended_on > today:
        return "Enter a day that has been.", "prior_ended_on"
    for name, score, most in (("ciwa", asked.ciwa, CIWA_MOST), ("cows", asked.cows, COWS_MOST)):
        if score is not None and not 0 <= score <= most:
            return f"Enter a score from 0 to {most}.", name
    return None


CONSTRAINTS = {
    "ck_prescreen_last_use_known_with_its_day": ("Enter the day of the last use.", "last_use_on"),
    "ck_prescreen_ciwa_of_its_scale": (f"Enter a score from 0 to {CIWA_MOST}.", "ciwa"),
    "ck_prescreen_cows_of_its_scale": (f"Enter a score from 0 to {COWS_MOST}.", "cows"),
    "uq_episode_one_open_per_program": ("This client already has an open episode in this program.", "phase"),
    "ck_phase_stay_at_least_a_day": ("A stay lasts a day at least. Choose a later day.", "effective_on"),
    "ck_episode_days_in_order": ("The end can't come before the admission.", "effective_on"),
    "uq_episode_source_source_reference": ("This episode has already been brought in from that source.", None),
    "uq_clearance_prescreen_id_number": ("Someone else recorded an examination just now. Look at it first.", None),
}
