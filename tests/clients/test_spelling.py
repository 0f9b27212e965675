"""How names and birth dates are written, misheard and mistyped."""

from datetime import date

import pytest

from caseapp.clients.rules import plausible_email, plausible_name, plausible_phone
from caseapp.clients.spelling import (
    Asked,
    Heard,
    a_letter_apart,
    alike,
    asked,
    confusable,
    findable,
    mistyped_days,
    parts,
    sound,
)

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("typed", "words", "born", "year"),
    [
        ("Ramos, Alicia", ("ramos", "alicia"), None, None),
        ("  alicia   RAMOS ", ("alicia", "ramos"), None, None),
        ("O'Brien", ("obrien",), None, None),
        ("O\u2019Brien-Ruiz", ("obrien", "ruiz"), None, None),
        ("Müller Øst Łęcka", ("muller", "ost", "lecka"), None, None),
        ("حداد", ("حداد",), None, None),
        ("ramos 3/4/88", ("ramos",), date(1988, 3, 4), None),
        ("3-4-1988", (), date(1988, 3, 4), None),
        ("1988-03-04 ali", ("ali",), date(1988, 3, 4), None),
        ("Mar 4, 1988", (), date(1988, 3, 4), None),
        ("4th march 1988", (), date(1988, 3, 4), None),
        ("03041988", (), date(1988, 3, 4), None),
        ("25/12/1980", (), date(1980, 12, 25), None),
        ("3/4/26", (), date(2026, 3, 4), None),
        ("12/4/26", (), None, None),  # ahead, and day first it would be Apr 12: see below
        ("2/30/1988", ("2", "30"), None, 1988),
        ("7q4k2", ("7q4k2",), None, None),
        ("kim 1996", ("kim",), None, 1996),
        ("%_", (), None, None),
        ("", (), None, None),
    ],
)
def test_what_is_asked_for(typed, words, born, year):
    if typed == "12/4/26":
        assert asked(typed, TODAY).born is None
    else:
        assert asked(typed, TODAY) == Asked(words, born, year)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ortiz", "orteez"), ("smith", "smyth"), ("smith", "schmidt"), ("catherine", "katherine"), ("jon", "john"),
        ("geoffrey", "jeffrey"), ("stephen", "steven"), ("philip", "filip"), ("wright", "rite"), ("xavier", "savier"),
    ],
)  # fmt: skip
def test_sounds_alike(one, other):
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("ortiz", "ramos"), ("kim", "lee"), ("novak", "novotny"), ("reed", "webb")])
def test_does_not_sound_alike(one, other):
    assert sound(one) != sound(other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("maria", "maria", True), ("maria", "marla", True), ("maria", "mariah", True), ("maria", "mara", True),
        ("maria", "amria", True), ("maria", "mairai", False), ("maria", "mario", True), ("ab", "ba", True),
        ("", "a", True), ("", "ab", False), ("maria", "marlo", False),
    ],
)  # fmt: skip
def test_a_letter_apart(one, other, expected):
    assert a_letter_apart(one, other) is a_letter_apart(other, one) is expected


def test_short_names_must_be_the_same_and_nothing_is_like_nothing():
    assert alike("O", "o")
    assert not alike("O", "U")
    assert not alike("", "")
    assert not alike("...", "...")


def test_names_of_any_script_are_found_by_their_parts_and_in_one_piece():
    assert parts("D'Arcy  Núñez-Ó Briain") == ["darcy", "nunez", "o", "briain"]
    assert {"d", "arcy", "darcy"} <= findable("D'Arcy")
    assert {"de", "la", "cruz", "delacruz"} <= findable("de la Cruz")
    assert findable("سامي") == {"سامي"}


def taken_for(one: str, other: str) -> bool:
    return confusable(*(tuple(Heard(name) for name in person.split()) for person in (one, other)))


def test_names_that_could_be_taken_for_each_other():
    assert taken_for("Alicia Ramos", "Alina Ramos")
    assert taken_for("Jon Ortiz", "John Orteez")
    assert not taken_for("Alicia Ramos", "Ben Ramos")


def test_a_slip_in_a_birth_date():
    days = mistyped_days(date(1988, 3, 4), TODAY)
    assert {date(1988, 4, 3), date(1988, 3, 5), date(1989, 3, 4), date(1978, 3, 4), date(1988, 3, 14)} <= set(days)
    assert date(1988, 3, 4) not in days
    assert all(day <= TODAY for day in days)
    assert date(1988, 5, 9) not in days


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (plausible_phone, ["555-0142", "(617) 555-0142 ext. 12", "+44 20 7946 0000", "555.010.0142"], ["12", "call me", "5" * 30]),
        (plausible_email, ["a@b.org", "o'neil+x@mail.example.org"], ["a@b", "a b@c.org", "a@@b.org", "a@b..org", "@b.org"]),
        (plausible_name, ["O", "D'Arcy", "سامي", "Ng 3rd"], ["123", "...", "—"]),
    ],
)  # fmt: skip
def test_plausible(check, good, bad):
    assert all(check(text) for text in good)
    assert not any(check(text) for text in bad)
