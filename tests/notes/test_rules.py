"""What a text mentions, when a note is due, how its headings stand, and what its fingerprint covers."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from caseapp.notes import rules
from caseapp.notes.rules import FORMATS, Person, Section, body_of, due_at, mentioned, texts_of
from tests.sessions import WEDNESDAY, at

GROUP = [
    Person("sam", "Sam", "Haddad"),
    Person("kim", "Kim", "Nguyen"),
    Person("dae", "Dae", "Kim"),
    Person("zoe", "Zoé", "O'Brien", "Birdie"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Shared a plan with Haddad for Friday.", ["sam"]),
        ("Sam's plan helped.", ["sam"]),
        ("sam haddad said so", ["sam"]),
        ("haddad, sam said so", ["sam"]),
        ("the same plan, samples", []),
        ("zoe came", []),
        ("Zoe and Birdie came", ["zoe"]),
        ("Talked with O’Brien", ["zoe"]),
        ("Kim took part", ["kim"]),
        ("", []),
    ],
)
def test_another_of_the_group_is_noticed(text, found):
    assert mentioned(text, "dae", GROUP) == [id for id in found if id != "kim"], "Dae Kim's own name is theirs"
    assert mentioned(text, "nobody", GROUP) == (found if "Kim" not in text else ["kim", "dae"])


def test_ones_own_name_is_no_hint_and_everyones_part_names_nobody():
    assert mentioned("Sam shared a plan.", "sam", GROUP) == []
    assert mentioned("Sam shared a plan.", None, GROUP) == ["sam"]


@pytest.mark.parametrize(
    ("next_of_type", "due"),
    [
        (None, at(12) + timedelta(hours=72)),
        (at(9, day=WEDNESDAY + timedelta(days=2)), at(9, day=WEDNESDAY + timedelta(days=2))),
        (at(9, day=WEDNESDAY + timedelta(days=7)), at(12) + timedelta(hours=72)),
    ],
)
def test_due_before_the_next_of_its_type_and_within_the_hours(next_of_type, due):
    assert due_at(at(12), 72, next_of_type) == due


def test_every_format_has_headings_and_they_come_back_in_order():
    assert all(layout.name and layout.sections for layout in FORMATS.values())
    said = body_of({Section.plan: "<b>Call</b>\nagain", Section.data: "Came on time", Section.assessment: ""})
    assert texts_of(said) == [("Data", "Came on time"), ("Plan", "<b>Call</b>\nagain")]
    assert texts_of(None) == []


@pytest.mark.parametrize("facts", [rules.NOTE, rules.ADDENDUM, rules.COSIGNATURE], ids=lambda facts: facts.kind)
def test_a_fingerprint_covers_every_fact(facts):
    row, mark = dict.fromkeys(facts.names, "x"), dict.fromkeys(rules.OF_MARK, 1)
    whole = rules.fingerprint(facts, SimpleNamespace(**row), SimpleNamespace(**mark))
    others = [rules.fingerprint(facts, SimpleNamespace(**row | {name: "y"}), SimpleNamespace(**mark)) for name in row]
    others += [rules.fingerprint(facts, SimpleNamespace(**row), SimpleNamespace(**mark | {name: 2})) for name in mark]
    assert len({whole, *others}) == len(row) + len(mark) + 1
