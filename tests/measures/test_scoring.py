"""Every instrument against its published rule: each boundary of its bands, missing answers, which way is better."""

import itertools
from datetime import date

import pytest

from caseapp.measures.instruments import BAM, CRAVING, CSSRS, GAD7, INSTRUMENTS, PHQ9, SCALES, How
from caseapp.measures.rules import (
    Value,
    asks_for_screener,
    at_or_below,
    band_of,
    change_words,
    improved_by,
    points_of,
    prorated,
    scores,
)


def answered(instrument, scale, points):
    """Answers to the items of a scale that are worth so many points in all, the first items answered highest."""
    answers = {}
    for code in scale.items:
        best = max(
            (one for one in instrument.item(code).options if one.points <= points), key=lambda option: option.points
        )
        answers[code], points = best.code, points - best.points
    assert points == 0
    return answers


def result(instrument, answers):
    return {one.scale.code: (one.points, one.band.words if one.band else None) for one in scores(instrument, answers)}


PHQ_BANDS = [(0, "Minimal"), (4, "Minimal"), (5, "Mild"), (9, "Mild"), (10, "Moderate"), (14, "Moderate"),
    (15, "Moderately severe"), (19, "Moderately severe"), (20, "Severe"), (27, "Severe")]  # fmt: skip
GAD_BANDS = [(0, "Minimal"), (4, "Minimal"), (5, "Mild"), (9, "Mild"), (10, "Moderate"), (14, "Moderate"),
    (15, "Severe"), (21, "Severe")]  # fmt: skip
USE_BANDS = [(0, "No use reported"), (1, "Use reported"), (12, "Use reported")]
RISK_BANDS = [(0, "Below the flag"), (11, "Below the flag"), (12, "High risk factors"), (24, "High risk factors")]
CASES = [
    *((PHQ9, "phq9", *one) for one in PHQ_BANDS),
    *((GAD7, "gad7", *one) for one in GAD_BANDS),
    *((BAM, "bam_use", *one) for one in USE_BANDS),
    *((BAM, "bam_risk", *one) for one in RISK_BANDS),
    *((CRAVING, "craving", points, None) for points in (0, 1, 9, 10)),
]


@pytest.mark.parametrize(("instrument", "scale", "points", "band"), CASES)
def test_every_boundary_of_the_bands(instrument, scale, points, band):
    assert result(instrument, answered(instrument, SCALES[scale], points))[scale] == (points, band)


@pytest.mark.parametrize(("yes", "points", "band"), [
    (False, 0, "Few protective factors"), (False, 12, "Few protective factors"), (False, 13, "Above the flag"),
    (True, 4, "Few protective factors"), (True, 12, "Few protective factors"), (True, 24, "Above the flag"),
])  # fmt: skip
def test_protective_factors_count_the_income_as_nothing_or_four(yes, points, band):
    scale = SCALES["bam_protective"]
    rest = points - 4 * yes
    others = [code for code in scale.items if code != "q14"]
    answers = {"q14": "yes" if yes else "no"}
    for code in others:
        answers[code], rest = str(min(4, rest)), rest - min(4, rest)
    assert result(BAM, answers)["bam_protective"] == (points, band)


def test_the_bam_has_three_scores_and_no_total():
    """Worked through by hand: every answer is the second of its row."""
    answers = {item.code: item.options[1].code for item in BAM.items}
    assert {code: points for code, (points, _band) in result(BAM, answers).items()} == {
        "bam_use": 3,
        "bam_risk": 6,
        "bam_protective": 5 + 4,
    }
    scored = {item for scale in BAM.scales for item in scale.items}
    assert {item.code for item in BAM.items} - scored == {*(f"q7{letter}" for letter in "abcdefg"), "q17"}


SCREENS = [  # wish, thoughts, method, intent, plan, behavior; None was not asked
    (("no", "no", None, None, None, "no"), "No risk found"),
    (("yes", "no", None, None, None, "no"), "Low risk"),
    (("no", "yes", "no", "no", "no", "no"), "Low risk"),
    (("no", "yes", "yes", "no", "no", "no"), "Moderate risk"),
    (("no", "no", None, None, None, "over_three_months_ago"), "Moderate risk"),
    (("no", "yes", "no", "yes", "no", "no"), "High risk"),
    (("no", "yes", "no", "no", "yes", "no"), "High risk"),
    (("no", "no", None, None, None, "within_three_months"), "High risk"),
    ((None, None, None, "yes", None, None), "High risk"),
    ((None, "no", None, None, None, "no"), None),
    (("no", None, None, None, None, "no"), None),
    (("no", "no", None, None, None, None), None),
    (("no", "yes", "no", None, "no", "no"), None),
]


@pytest.mark.parametrize(("given", "level"), SCREENS)
def test_the_screener_takes_the_worst_answer_and_is_not_scored_unless_asked(given, level):
    answers = {item.code: answer for item, answer in zip(CSSRS.items, given, strict=True) if answer}
    assert result(CSSRS, answers).get("cssrs", (None, None))[1] == level


@pytest.mark.parametrize(("instrument", "missing", "points"), [
    (PHQ9, 1, 18), (PHQ9, 2, 18), (PHQ9, 3, None), (PHQ9, 9, None), (GAD7, 2, 14), (GAD7, 3, None),
])  # fmt: skip
def test_missing_answers_are_the_mean_of_the_others_or_leave_it_unscored(instrument, missing, points):
    [scale] = instrument.scales
    found = scores(instrument, dict.fromkeys(scale.items[missing:], "2"))
    assert [(one.points, one.estimated) for one in found] == ([(points, True)] if points else [])


@pytest.mark.parametrize(("total", "given", "items", "points"), [
    (12, 8, 9, 14), (4, 8, 9, 5), (3, 8, 9, 3), (9, 7, 9, 12), (24, 8, 9, 27), (0, 7, 9, 0), (10, 9, 9, 10),
])  # fmt: skip
def test_a_half_point_goes_up(total, given, items, points):
    assert prorated(total, given, items) == points


@pytest.mark.parametrize("item", [*(f"q{n}" for n in (4, 1, 16))])
def test_a_subscale_with_an_answer_missing_is_not_scored_and_the_others_are(item):
    answers = {one.code: one.options[0].code for one in BAM.items if one.code != item}
    lacking = {scale.code for scale in BAM.scales if item in scale.items}
    assert set(result(BAM, answers)) == {scale.code for scale in BAM.scales} - lacking


def test_only_item_9_above_not_at_all_asks_for_the_screener():
    assert [asks_for_screener(PHQ9, {"q9": answer}) for answer in "0123"] == [False, True, True, True]
    assert not asks_for_screener(PHQ9, {"q1": "3", "difficulty": "3"})
    assert not asks_for_screener(GAD7, {"q7": "3"})


def value(points, measure="a"):
    return Value(points, date(2026, 11, 1), measure)


@pytest.mark.parametrize(("scale", "first", "last", "better"), [
    ("phq9", 14, 9, 5), ("phq9", 9, 14, -5), ("phq9", 9, 9, 0), ("bam_protective", 9, 14, 5), ("bam_protective", 14, 9, -5),
])  # fmt: skip
def test_improved_by(scale, first, last, better):
    assert improved_by(scale, value(first), value(last, "b")) == better
    words = {1: "better", -1: "worse"}.get((better > 0) - (better < 0), "the same")
    assert change_words(SCALES[scale], first, last).endswith(words)


def test_one_measure_or_none_is_no_improvement_and_not_known():
    assert improved_by("phq9", value(9), value(9)) is None
    assert improved_by("phq9", None, value(9)) is None and improved_by("phq9", value(9), None) is None
    assert [at_or_below(value(points), 9) for points in (8, 9, 10)] == [True, True, False]
    assert at_or_below(None, 9) is None


def test_the_data_holds_together():
    for instrument in INSTRUMENTS.values():
        codes = [item.code for item in instrument.items]
        assert len(codes) == len(set(codes)) and instrument.licence and instrument.version and instrument.source
        for scale in instrument.scales:
            assert set(scale.items) <= set(codes)
            best = [
                max(points_of(instrument, code, one.code) for one in instrument.item(code).options)
                for code in scale.items
            ]
            assert scale.most == (max(best) if scale.how is How.worst else sum(best))
            assert [band.least for band in scale.bands] == sorted({band.least for band in scale.bands})
            assert not scale.bands or band_of(scale, 0) == scale.bands[0]
    assert len(SCALES) == sum(len(one.scales) for one in INSTRUMENTS.values())


PUBLISHED = {  # the points at which each band begins, and the most there are, as published (see each instrument's source)
    "phq9": ([0, 5, 10, 15, 20], 27), "gad7": ([0, 5, 10, 15], 21), "bam_use": ([0, 1], 12), "bam_risk": ([0, 12], 24),
    "bam_protective": ([0, 13], 24), "craving": ([], 10), "cssrs": ([0, 1, 2, 3], 3),
}  # fmt: skip


def test_every_scale_that_is_shipped_has_its_published_bands_and_a_case_at_both_ends_of_each():
    assert set(PUBLISHED) == set(SCALES) == {scale.code for one in INSTRUMENTS.values() for scale in one.scales}
    cased = {(scale, points) for _instrument, scale, points, _band in CASES}
    cased |= {("bam_protective", points) for points in (0, 12, 13, 24)}
    for scale in SCALES.values():
        begins, most = PUBLISHED[scale.code]
        assert ([band.least for band in scale.bands], scale.most) == (begins, most)
        ends = {0, most, *begins, *(least - 1 for least in begins[1:])}
        if scale.how is How.add_up:
            assert {(scale.code, points) for points in ends} <= cased
        else:
            assert {band.words for band in scale.bands} <= {level for _given, level in SCREENS}


@pytest.mark.parametrize("instrument", INSTRUMENTS.values(), ids=lambda one: one.code)
def test_the_least_and_the_most_that_can_be_answered(instrument):
    worth = {item.code: sorted(item.options, key=lambda option: option.points) for item in instrument.items}
    for at, expected in (
        (0, {scale.code: 0 for scale in instrument.scales}),
        (-1, {s.code: s.most for s in instrument.scales}),
    ):
        answers = {code: options[at].code for code, options in worth.items()}
        assert {code: points for code, (points, _band) in result(instrument, answers).items()} == expected


@pytest.mark.parametrize("scale", [one for one in SCALES.values() if one.how is How.add_up], ids=lambda one: one.code)
def test_as_many_answers_may_be_missing_as_the_scale_says(scale):
    instrument = next(one for one in INSTRUMENTS.values() if scale in one.scales)
    whole = {item.code: item.options[1].code for item in instrument.items}
    for lacking in range(len(scale.items) + 1):
        given = {code: answer for code, answer in whole.items() if code not in scale.items[:lacking]}
        told = [one for one in scores(instrument, given) if one.scale is scale]
        assert [one.estimated for one in told] == ([lacking > 0] if lacking <= scale.may_lack else []), lacking


def test_no_instrument_of_several_scales_has_a_total():
    for instrument in INSTRUMENTS.values():
        items = {item.code for item in instrument.items}
        assert len(instrument.scales) == 1 or all(set(scale.items) < items for scale in instrument.scales)


def test_the_triage_of_every_way_to_answer_the_screener():
    """Screen with triage points: 4 or 5, or behavior within three months, is high; 3, or earlier behavior, moderate; 1 or 2 low."""
    words = [band.words for band in SCALES["cssrs"].bands]
    ways = itertools.product(*(("no", "yes") for _ in range(5)), ("no", "over_three_months_ago", "within_three_months"))
    for given in ways:
        wish, thoughts, method, intent, plan, behavior = given
        level = 3 if "yes" in (intent, plan) or behavior == "within_three_months" else 0
        level = level or (2 if method == "yes" or behavior == "over_three_months_ago" else 0)
        level = level or (1 if "yes" in (wish, thoughts) else 0)
        answers = {item.code: answer for item, answer in zip(CSSRS.items, given, strict=True)}
        assert result(CSSRS, answers)["cssrs"] == (level, words[level]), given
