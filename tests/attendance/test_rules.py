"""What a mark may say, what its minutes are, and three-way by row: each as a table."""

from itertools import product

import pytest

from caseapp.attendance.rules import MarkState, Reason, Said, Verdict, attended_minutes, tidy, verdict, what_is_wrong

P, L, EARLY, E, N, C = MarkState


@pytest.mark.parametrize(
    ("said", "means"),
    [
        (Said(P, late=12), Said(P)),
        (Said(L, late=12), Said(L, late=12)),
        (Said(EARLY, early=25, words=" felt unwell "), Said(EARLY, early=25, words="felt unwell")),
        (Said(EARLY, late=12, early=25), Said(L, late=12, early=25)),
        (Said(L, late=12, words="no early, no why"), Said(L, late=12)),
        (Said(E, late=5, reason=Reason.court), Said(E, reason=Reason.court)),
        (Said(N, reason=Reason.court), Said(N)),
        (Said(None, late=5, early=5, reason=Reason.work), Said()),
    ],
)
def test_what_counts_of_what_was_said(said, means):
    assert tidy(said) == means


@pytest.mark.parametrize(
    ("said", "begun", "says"),
    [
        (Said(P), True, None),
        (Said(P), False, "Before the start"),
        (Said(L, late=5), False, "Before the start"),
        (Said(N), False, "Before the start"),
        (Said(E), False, None),
        (Said(C), False, None),
        (Said(None), False, None),
        (Said(L), True, "how many minutes late"),
        (Said(EARLY), True, "how many minutes early"),
        (Said(L, late=1), True, None),
        (Said(L, late=179), True, None),
        (Said(L, late=180), True, "from 1 to 179"),
        (Said(L, late=-1), True, "from 1 to 179"),
        (Said(EARLY, early=180), True, "from 1 to 179"),
        (Said(L, late=100, early=79), True, None),
        (Said(L, late=100, early=80), True, "leaves no time"),
        (Said(L, early=20), True, "choose left early"),
        (Said(EARLY, late=20), True, "choose late"),
    ],
)
def test_what_is_wrong_with_a_mark(said, begun, says):
    wrong = what_is_wrong(said, 180, begun)
    assert (says in wrong) if says else wrong is None


@pytest.mark.parametrize(
    ("state", "late", "early", "minutes"),
    [(P, 0, 0, 180), (L, 12, 0, 168), (EARLY, 0, 25, 155), (L, 12, 25, 143), (E, 0, 0, 0), (N, 0, 0, 0), (C, 0, 0, 0),
     (None, 0, 0, 0), (L, 179, 0, 1), (L, 100, 100, 0)],
)  # fmt: skip
def test_minutes_attended(state, late, early, minutes):
    assert attended_minutes(state, 180, late, early) == minutes


A, B, X = Said(P), Said(L, late=12), Said(N)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "what"),
    [
        (X, X, A, Verdict.save),
        (X, A, X, Verdict.nothing),
        (X, A, A, Verdict.nothing),
        (X, A, B, Verdict.ask),
        (Said(), A, Said(), Verdict.nothing),
        (A, Said(), B, Verdict.ask),
        (A, A, Said(), Verdict.save),
    ],
)
def test_three_ways_to_look_at_one_row(base, theirs, mine, what):
    assert verdict(base, theirs, mine) is what


def test_whoever_comes_second_never_overrules_silently():
    for base, theirs, mine in product((Said(), A, B, X), repeat=3):
        if verdict(base, theirs, mine) is Verdict.save:
            assert theirs == base, "only an unchanged row is written over"


@pytest.mark.parametrize(
    ("said", "words"),
    [(Said(), "not marked"), (Said(L, 12, 25), "Late 12 min, left early 25 min"), (Said(EARLY, early=5), "Left early 5 min"),
     (Said(E, reason=Reason.court), "Excused: court date"), (Said(N), "No-show"), (Said(C), "Cancelled late")],
)  # fmt: skip
def test_a_mark_in_words(said, words):
    assert str(said) == words
