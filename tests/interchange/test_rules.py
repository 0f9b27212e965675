"""Whom a row is about, and who can't be brought in; the day is Nov 25, 2026."""

from datetime import date

import pytest

from caseapp.interchange.rules import CannotBringIn, LeastAge, person_of
from tests.interchange.lists import NORA

TODAY = date(2026, 11, 25)
ADULTS = LeastAge(18, "Intensive outpatient")


def read(**changes):
    row = {name.upper(): text for name, text in (NORA | {"DEATHDATE": ""} | changes).items()}
    return person_of(row, TODAY, ADULTS)


def test_a_row_becomes_a_person():
    person = read()
    assert person.reference == "a-1"
    assert person.details == {
        "first_name": "Nora", "last_name": "Quist", "born": date(1988, 3, 4), "sex": "female", "race": "White",
        "ethnicity": "Not Hispanic or Latino", "language": "", "phone": "", "email": "",
        "address": "1 Elm Street, Lowell, Massachusetts 01851",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Maynard46", "Maynard"),
        ("Ana María12 José9", "Ana María José"),
        ("O'Brien123", "O'Brien"),
        ("Smith-12", "Smith-12"),
        ("Jean12-Luc3", "Jean-Luc"),
        ("  Lee \t 5 ", "Lee 5"),
        ("3rd", "3rd"),
        ("李4", "李"),
    ],
)
def test_only_the_digits_behind_a_name_are_left_out(given, name):
    assert read(FIRST=given).details["first_name"] == name


@pytest.mark.parametrize(
    ("changes", "column", "kept"),
    [
        ({"GENDER": "M"}, "sex", "male"),
        ({"GENDER": ""}, "sex", "unknown"),
        ({"GENDER": "X"}, "sex", "unknown"),
        ({"RACE": "hawaiian"}, "race", "Native Hawaiian or other Pacific Islander"),
        ({"RACE": "Two or more"}, "race", "Two or more"),
        ({"ETHNICITY": ""}, "ethnicity", ""),
        ({"ZIP": ""}, "address", "1 Elm Street, Lowell, Massachusetts"),
        ({"ADDRESS": "", "CITY": "", "STATE": "", "ZIP": ""}, "address", ""),
        ({"PHONE": "555-0100"}, "phone", "555-0100"),
        ({"LANGUAGE": "Spanish"}, "language", "Spanish"),
        ({"BIRTHDATE": "2008-11-25"}, "born", date(2008, 11, 25)),
        ({"BIRTHDATE": "1906-11-25"}, "born", date(1906, 11, 25)),
        ({"FIRST": "<b>Bo</b>"}, "first_name", "<b>Bo</b>"),
    ],
)
def test_what_is_kept(changes, column, kept):
    assert read(**changes).details[column] == kept


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Id": " "}, "Id is missing"),
        ({"Id": "x" * 101}, "Id has 101 characters. At most 100 can be kept"),
        ({"FIRST": ""}, "First name is missing"),
        ({"LAST": "958"}, "Last name has no letter in it"),
        ({"LAST": "x" * 101}, "Last name has 101 characters. At most 100 can be kept"),
        ({"LAST": "Qu\x00ist"}, "Last name has characters that can't be kept. Take them out"),
        ({"LAST": "Qu\u202eist"}, "Last name has characters that can't be kept. Take them out"),
        ({"LAST": "Qu\udce9st"}, "Last name is not UTF-8 text. Save the file as UTF-8 and import it again"),
        ({"ADDRESS": "x" * 290}, "Address has 319 characters. At most 300 can be kept"),
        ({"BIRTHDATE": ""}, "Birth date is missing"),
        ({"BIRTHDATE": "3/4/1988"}, 'Birth date "3/4/1988" is not a day. Write it as YYYY-MM-DD'),
        ({"BIRTHDATE": "2001-02-29"}, 'Birth date "2001-02-29" is not a day. Write it as YYYY-MM-DD'),
        ({"BIRTHDATE": "19880304"}, 'Birth date "19880304" is not a day. Write it as YYYY-MM-DD'),
        ({"BIRTHDATE": "٢٠٠١-٠١-٠١"}, 'Birth date "٢٠٠١-٠١-٠١" is not a day. Write it as YYYY-MM-DD'),
        ({"BIRTHDATE": "2026-11-26"}, "Birth date Nov 26, 2026 lies ahead"),
        ({"BIRTHDATE": "1905-11-25"}, "Birth date Nov 25, 1905 is more than 120 years ago"),
        ({"BIRTHDATE": "2008-11-26"}, "Is 17. Intensive outpatient takes people from 18 on"),
        ({"BIRTHDATE": "2026-11-25"}, "Is 0. Intensive outpatient takes people from 18 on"),
        ({"DEATHDATE": "2004-03-21"}, "Has died (Mar 21, 2004)"),
        ({"DEATHDATE": "2026-11-25"}, "Has died (Nov 25, 2026)"),
        ({"DEATHDATE": "2026-11-26"}, "Day of death Nov 26, 2026 lies ahead"),
        ({"DEATHDATE": "yes"}, 'Day of death "yes" is not a day. Write it as YYYY-MM-DD'),
        ({"DEATHDATE": "1976-07-25", "BIRTHDATE": "2015-01-01"}, "Has died (Jul 25, 1976)"),
    ],
)
def test_who_can_not_be_brought_in(changes, reason):
    with pytest.raises(CannotBringIn) as refused:
        read(**changes)
    assert refused.value.reason == reason


def test_without_a_program_there_is_no_least_age():
    row = {name.upper(): text for name, text in NORA.items()} | {"BIRTHDATE": "2020-01-01"}
    assert person_of(row, TODAY, None).details["born"] == date(2020, 1, 1)
