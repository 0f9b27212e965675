"""How a row of a Synthea-style `patients.csv` becomes a person of ours, and why one can't be brought in.

A FHIR Bundle is turned into such a row first (`referrals`), so that one set of rules decides about both.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from typing import Any

from caseapp.clients.rules import Sex
from caseapp.core.parsing import FORBIDDEN
from caseapp.core.words import age_on, birth_day
from caseapp.episodes.rules import Problem

DEFAULT_SOURCE = "patients.csv"
SOURCE_MOST = 60  # as wide as the column
REFERENCE_MOST = 100

# Without one of these nobody can tell who a row is about, or whether the person may be brought in at all.
NEEDED_COLUMNS = ("Id", "BIRTHDATE", "DEATHDATE", "FIRST", "LAST")
OLDEST = 120

# How files begin that are something else under another name.
MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK": "a spreadsheet or an archive",
    b"\x1f\x8b": "an archive",
    b"%P": "a PDF",
}

SEXES = {"m": Sex.male, "male": Sex.male, "f": Sex.female, "female": Sex.female}
# The generator's words, in those of the federal standard for race and ethnicity; other words stay as they are given.
RACES = {
    "white": "White",
    "black": "Black or African American",
    "asian": "Asian",
    "native": "American Indian or Alaska Native",
    "hawaiian": "Native Hawaiian or other Pacific Islander",
    "other": "Other",
}
ETHNICITIES = {"hispanic": "Hispanic or Latino", "nonhispanic": "Not Hispanic or Latino"}


class Outcome(StrEnum):
    """What became of someone who was not refused."""

    imported = auto()
    known = auto()


# Jobs: what an upload waits for first, and what is done with it once someone has looked.
LOOK, BRING_IN = "look_through_clients", "import_clients"


class CannotBringIn(Exception):
    """A row stays outside. `reason` is a sentence without its full stop, for the last column of the rejects."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class LeastAge:
    """In full years, from which on someone may be admitted, and by which program; of several the lowest."""

    years: int
    program: str


@dataclass(frozen=True)
class Person:
    """Someone as another system describes them. `details` are what `clients.actions.register` takes.

    `source` is who calls them by `reference`, where the file says that.
    """

    reference: str
    details: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    source: str = ""


def person_of(row: dict[str, str], today: date, least_age: LeastAge | None) -> Person:
    """The person of a row, by the column names of the file in capitals. Raises CannotBringIn.

    Government numbers (SSN, driver's license, passport), costs, birth place and maiden name are left where they are:
    nothing here needs them.
    """
    cells = Cells(row)
    reference = cells.text("ID", "Id", REFERENCE_MOST, needed=True)
    born = _born(cells, today)
    _must_be_alive(cells, today)
    _must_be_old_enough(born, today, least_age)
    return Person(
        reference,
        {
            "first_name": cells.name("FIRST", "First name"),
            "last_name": cells.name("LAST", "Last name"),
            "born": born,
            "sex": SEXES.get(cells.text("GENDER", "Sex", 60).lower(), Sex.unknown),
            "race": cells.word("RACE", "Race", RACES),
            "ethnicity": cells.word("ETHNICITY", "Ethnicity", ETHNICITIES),
            "language": cells.text("LANGUAGE", "Language", 60),
            "phone": cells.text("PHONE", "Phone", 40),
            "email": cells.text("EMAIL", "Email", 254),
            "address": _address(cells),
        },
    )


class Cells:
    """The cells of one row, tidied and checked as they are asked for."""

    def __init__(self, row: dict[str, str]):
        self.row = row

    def text(self, column: str, label: str, most: int, needed: bool = False) -> str:
        """The text of a column, "" where the file has no such column."""
        text = re.sub(r"[ \t\r\n]+", " ", self.row.get(column, "")).strip()
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            raise CannotBringIn(f"{label} is not UTF-8 text. Save the file as UTF-8 and import it again")
        if FORBIDDEN.search(text):
            raise CannotBringIn(f"{label} has characters that can't be kept. Take them out")
        if len(text) > most:
            raise CannotBringIn(f"{label} has {len(text):,} characters. At most {most} can be kept")
        if needed and not text:
            raise CannotBringIn(f"{label} is missing")
        return text

    def name(self, column: str, label: str) -> str:
        """A name, without the digits that the generator puts behind each part of it."""
        name = re.sub(r"(?<=[^\W\d_])[0-9]+(?=$|[ '-])", "", self.text(column, label, 100, needed=True))
        if not any(letter.isalpha() for letter in name):
            raise CannotBringIn(f"{label} has no letter in it")
        return name

    def word(self, column: str, label: str, words: dict[str, str]) -> str:
        """A code in our words, or as it was given where it is another one."""
        text = self.text(column, label, 60)
        return words.get(text.lower(), text)

    def day(self, column: str, label: str) -> date | None:
        """A calendar day written YYYY-MM-DD; None for an empty cell."""
        text = self.text(column, label, 100)
        return _day(text, label) if text else None

    def day_of_instant(self, column: str) -> str:
        """The day of a day or an instant written YYYY-MM-DD…, as it is written; "" for an empty cell."""
        text = self.text(column, column, 100)[:10]
        return _day(text, column).isoformat() if text else ""


def _day(text: str, label: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise CannotBringIn(f'{label} "{text}" is not a day. Write it as YYYY-MM-DD') from None


def _born(cells: Cells, today: date) -> date:
    born = cells.day("BIRTHDATE", "Birth date")
    if born is None:
        raise CannotBringIn("Birth date is missing")
    if born > today:
        raise CannotBringIn(f"Birth date {birth_day(born)} lies ahead")
    if age_on(born, today) > OLDEST:
        raise CannotBringIn(f"Birth date {birth_day(born)} is more than {OLDEST} years ago")
    return born


def _must_be_alive(cells: Cells, today: date) -> None:
    died = cells.day("DEATHDATE", "Day of death")
    if died is not None and died > today:
        raise CannotBringIn(f"Day of death {birth_day(died)} lies ahead")
    if died is not None:
        raise CannotBringIn(f"Has died ({birth_day(died)})")


def _must_be_old_enough(born: date, today: date, least_age: LeastAge | None) -> None:
    age = age_on(born, today)
    if least_age and age < least_age.years:
        raise CannotBringIn(f"Is {age}. {least_age.program} takes people from {least_age.years} on")


def _address(cells: Cells) -> str:
    """Street, city, and state with its postal code, in one line as envelopes have it."""
    street, city, state, code = (cells.text(part, "Address", 300) for part in ("ADDRESS", "CITY", "STATE", "ZIP"))
    address = ", ".join(part for part in (street, city, f"{state} {code}".strip()) if part)
    if len(address) > 300:
        raise CannotBringIn(f"Address has {len(address):,} characters. At most 300 can be kept")
    return address
