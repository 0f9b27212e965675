"""How the rows of EPISODES.csv and PHASES.csv become a past episode, and why one can't be brought in."""

import json
import re
from dataclasses import dataclass
from datetime import date

from caseapp.audit.rules import digest
from caseapp.clients.rules import Sex
from caseapp.core.words import age_on, birth_day
from caseapp.episodes.rules import (
    REASONS,
    TEDS_REASONS,
    Education,
    MoveKind,
    MoveReason,
    TedsService,
)
from caseapp.interchange.rules import OLDEST, REFERENCE_MOST, CannotBringIn, Cells

DEFAULT_SOURCE = "history"
EPISODE_COLUMNS = (
    "client_ref", "date_of_birth", "sex", "education", "program", "teds_service", "admitted_on", "last_contact_on",
    "discharged_on", "discharge_reason",
)  # fmt: skip
PHASE_COLUMNS = ("client_ref", "admitted_on", "phase", "started_on", "ended_on", "reason")

# TEDS codes (`domain.md` 7.2); -9 and an empty cell say that it is not known.
SEXES = {"1": Sex.male, "2": Sex.female, "-9": Sex.unknown, "": Sex.unknown}
SERVICES = {service.value: service for service in TedsService} | {"-9": None, "": None}
EDUCATIONS = {one.value: one for one in Education} | {"-9": None, "": None}


@dataclass(frozen=True)
class Past:
    """An episode as its row says; `key` is how its source calls it: the reference of the client and the day of admission."""

    reference: str
    born: date
    sex: Sex
    education: Education | None
    program: str
    teds_service: TedsService | None
    admitted_on: date
    last_contact_on: date | None
    discharged_on: date | None
    reason: MoveReason | None

    @property
    def key(self) -> str:
        return key_of(self.reference, self.admitted_on)


def key_of(reference: str, admitted_on: date) -> str:
    """How a source calls an episode."""
    return f"{reference} {admitted_on.isoformat()}"


def past_of(row: dict[str, str], today: date) -> Past:
    """The episode of a row, by column names in capitals. Raises CannotBringIn."""
    cells = Cells(row)
    reference = cells.text("CLIENT_REF", "client_ref", REFERENCE_MOST, needed=True)
    admitted_on = _day(cells, "admitted_on", today, needed=True)
    discharged_on = _day(cells, "discharged_on", today)
    last_contact_on = _day(cells, "last_contact_on", today)
    if discharged_on and discharged_on < admitted_on:
        raise CannotBringIn(f"discharged_on {discharged_on} is before admitted_on {admitted_on}")
    if last_contact_on and last_contact_on < admitted_on:
        raise CannotBringIn(f"last_contact_on {last_contact_on} is before admitted_on {admitted_on}")
    return Past(
        reference=reference,
        born=_born(cells, admitted_on, today),
        sex=_code(cells, "sex", SEXES, "1 male, 2 female, -9 not known"),
        education=_code(cells, "education", EDUCATIONS, "0-8, 9-11, 12, 13+, or -9 not known"),
        program=cells.text("PROGRAM", "program", 100, needed=True),
        teds_service=_code(cells, "teds_service", SERVICES, "1 to 8, or -9 not known"),
        admitted_on=admitted_on,
        last_contact_on=last_contact_on,
        discharged_on=discharged_on,
        reason=_why_discharged(cells, discharged_on),
    )


def _day(cells: Cells, column: str, today: date, needed: bool = False) -> date | None:
    found = cells.day(column.upper(), column)
    if found is None and needed:
        raise CannotBringIn(f"{column} is missing")
    if found and found > today:
        raise CannotBringIn(f"{column} {found} lies ahead")
    if found and found.year < 1900:
        raise CannotBringIn(f"{column} {found} is before 1900")
    return found


def _born(cells: Cells, admitted_on: date, today: date) -> date:
    born = _day(cells, "date_of_birth", today, needed=True)
    if born > admitted_on:
        raise CannotBringIn(f"date_of_birth {born} is after admitted_on {admitted_on}")
    if age_on(born, today) > OLDEST:
        raise CannotBringIn(f"date_of_birth {born} is more than {OLDEST} years ago")
    return born


def _code(cells: Cells, column: str, codes: dict, allowed: str):
    text = cells.text(column.upper(), column, 100)
    if text not in codes:
        raise CannotBringIn(f'{column} "{text}" is not one of: {allowed}')
    return codes[text]


def _why_discharged(cells: Cells, discharged_on: date | None) -> MoveReason | None:
    text = cells.text("DISCHARGE_REASON", "discharge_reason", 100)
    if discharged_on is None:
        if text:
            raise CannotBringIn("There is a discharge_reason and no discharged_on")
        return None
    if not text:
        raise CannotBringIn("discharge_reason is missing. Write -9 if it is not known")
    if text not in TEDS_REASONS:
        raise CannotBringIn(f'discharge_reason "{text}" is not one of: 1 to 7, or -9 not known')
    return TEDS_REASONS[text]


@dataclass(frozen=True)
class PhaseRow:
    """Days in a phase as a row says; `reason` is still text, for what it may be depends on where the move leads."""

    phase: str
    started_on: date
    ended_on: date | None
    reason: str


def phase_key(row: dict[str, str]) -> str:
    """The key of the episode to which a row of PHASES.csv belongs. Raises CannotBringIn."""
    cells = Cells(row)
    reference = cells.text("CLIENT_REF", "client_ref", REFERENCE_MOST, needed=True)
    admitted_on = cells.day("ADMITTED_ON", "admitted_on")
    if admitted_on is None:
        raise CannotBringIn("admitted_on is missing")
    return key_of(reference, admitted_on)


def phase_of(row: dict[str, str], today: date) -> PhaseRow:
    """The days in a phase of a row. Raises CannotBringIn."""
    cells = Cells(row)
    phase = cells.text("PHASE", "phase", 60, needed=True)
    started_on, ended_on = _day(cells, "started_on", today, needed=True), _day(cells, "ended_on", today)
    if ended_on and ended_on <= started_on:
        raise CannotBringIn(f"{phase} ends on {ended_on} and begins on {started_on}: a phase lasts a day at least")
    return PhaseRow(phase, started_on, ended_on, cells.text("REASON", "reason", 500))


def must_fit(past: Past, phases: list[PhaseRow]) -> None:
    """Raises CannotBringIn where phases leave a gap, overlap, or do not begin and end with the episode."""
    first, last = phases[0], phases[-1]
    _must_meet("admission", past.admitted_on, first.phase, first.started_on)
    for one, other in zip(phases, phases[1:], strict=False):
        if one.ended_on is None:
            raise CannotBringIn(f"{one.phase} has no ended_on, and {other.phase} comes after it")
        _must_meet(one.phase, one.ended_on, other.phase, other.started_on)
        if one.phase == other.phase:
            raise CannotBringIn(f"{one.phase} follows itself on {other.started_on}. Make one row of the two")
    if last.ended_on != past.discharged_on:
        told = [f"on {day}" if day else "on no day" for day in (last.ended_on, past.discharged_on)]
        raise CannotBringIn(f"{last.phase} ends {told[0]} and the episode ends {told[1]}")


def _must_meet(one: str, ended_on: date, other: str, started_on: date) -> None:
    if started_on > ended_on:
        raise CannotBringIn(f"A gap: {one} ends on {ended_on}, and {other} begins on {started_on}".replace(
            "admission ends on", "the admission is on"))  # fmt: skip
    if started_on < ended_on:
        raise CannotBringIn(f"An overlap: {one} ends on {ended_on}, and {other} begins on {started_on}".replace(
            "admission ends on", "the admission is on"))  # fmt: skip


def why_moved(text: str, kind: MoveKind) -> tuple[MoveReason, str]:
    """The reason of a move between phases, and what of the text is left to keep as its words.

    A word of ours that fits the move is its reason; any other text is kept and counts as other; none is not recorded.
    """
    word = re.sub(r"[\s-]+", "_", text.strip().lower())
    if not word or word == "_9":
        return MoveReason.not_recorded, ""
    if word in REASONS[kind]:
        return MoveReason(word), ""
    return MoveReason.other, text.strip()


def digest_of(past: Past, phases: list[PhaseRow]) -> str:
    """A fingerprint of all that the files say of an episode, so that a later file that says something else is noticed."""
    facts = [getattr(past, name) for name in Past.__dataclass_fields__]
    rows = [[one.phase, one.started_on, one.ended_on, one.reason] for one in phases]
    return digest(json.dumps([facts, rows], default=str))


def same_person(past: Past, born: date, sex: Sex) -> None:
    """Raises CannotBringIn where a reference on record stands for someone of another birth date or sex."""
    if born != past.born:
        raise CannotBringIn(f"{past.reference} is on record with another date of birth, {birth_day(born)}")
    if len({sex, past.sex} - {Sex.unknown}) > 1:
        raise CannotBringIn(f"{past.reference} is on record with another sex, {sex.value}")


def overlap(past: Past, days: tuple[date, date | None]) -> bool:
    """Whether an episode shares a day with another one, given by its first day and its end (None is open)."""
    first, end = days
    if first == past.admitted_on:
        return True
    return first < (past.discharged_on or date.max) and past.admitted_on < (end or date.max)
