"""Results of many in one statement: explained, refused, confirmed by the laboratory, corrected, as known at an instant."""

from datetime import UTC, datetime, timedelta

import pytest

from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.drug_tests import actions, models
from caseapp.drug_tests.queries import results
from caseapp.drug_tests.rules import Finding, Found, Happened, LabStep, Outcome, Said, Sample, outcome
from caseapp.medications.known import ScreenClass, known_by
from tests.clinic import today
from tests.drug_tests.testing import in_treatment, recorded, screen, takes

BUP, COCAINE = ScreenClass.buprenorphine, ScreenClass.cocaine


def told(client_id, **more):
    with transaction():
        return [(one.outcome.value, one.unexpected) for one in results([client_id], **more).get(client_id, [])]


def test_results_of_many_in_one_statement_the_newest_first(cast, statements):
    by, day = cast.ana.actor, today()
    ids = [in_treatment(by, last) for last in ("Ahn", "Bell", "Cho", "Diaz")]
    takes(ids[0], by, "Suboxone 8 mg film")
    recorded(ids[0], by, screen(day - timedelta(days=7), positive={BUP}, expected={BUP}))
    recorded(ids[0], by, screen(day, positive={COCAINE, BUP}, expected={BUP}))
    for number, happened in enumerate((Happened.refused, Happened.missed, Happened.excused)):
        recorded(ids[1], by, Said(day - timedelta(days=number), happened, words="Ill"))
    recorded(ids[2], by, screen(day, findings={}))
    recorded(ids[2], by, screen(day - timedelta(days=1), findings={}, sample=Sample.temperature))
    with transaction():
        with statements() as seen:
            found = results(ids)
        assert len(seen) == 1
        assert {id: [(one.outcome.value, one.unexpected) for one in rows] for id, rows in found.items()} == {
            ids[0]: [("positive", True), ("positive", False)],
            ids[1]: [("refused", False), ("missed", False), ("excused", False)],
            ids[2]: [("invalid", False)],
        }
        assert results([]) == {}
    assert told(ids[0], until=day - timedelta(days=1)) == [("positive", False)]
    assert told(ids[0], since=day) == [("positive", True)]


def test_the_laboratory_has_the_last_word_and_the_screen_stays(cast):
    by, first = cast.ana.actor, datetime(2026, 6, 1, 15, tzinfo=UTC)
    with clock.freeze(first):
        client_id = in_treatment(by)
        test_id = recorded(client_id, by, screen(first.date(), positive={COCAINE}))
    for number, step in enumerate((LabStep.sent, LabStep.not_confirmed), 1):
        then = first + timedelta(days=number)
        with clock.freeze(then), transaction():
            actions.report(db.get(models.DrugTest, test_id), COCAINE, step, then.date(), "", by)
    assert told(client_id) == [("negative", False)]
    assert told(client_id, known_at=first + timedelta(days=1, hours=1)) == [("positive", True)]
    assert told(client_id, known_at=first - timedelta(hours=1)) == []
    with transaction():
        test = db.get(models.DrugTest, test_id)
        assert test.found(test.reading)[COCAINE].finding is Finding.positive
        with pytest.raises(RuleBroken, match="nothing of this class"):
            actions.report(test, BUP, LabStep.sent, today(), "", by)


def test_a_correction_is_appended_and_what_was_taken_back_counts_no_more(cast):
    by, client_id = cast.ana.actor, in_treatment(cast.ana.actor)
    test_id = recorded(client_id, by, screen(today(), positive={COCAINE}))
    with transaction():
        test = db.get(models.DrugTest, test_id)
        with pytest.raises(RuleBroken, match="why it is corrected"):
            actions.correct(test, screen(today()), " ", by)
        actions.correct(test, screen(today()), "Misread", by)
        assert [one.in_force for one in test.readings] == [None, 1]
    assert told(client_id) == [("negative", False)]
    with transaction():
        actions.take_back(db.get(models.DrugTest, test_id), "Of someone else", by)
    assert told(client_id) == []


@pytest.mark.parametrize(
    ("medication", "explains"),
    [
        ({"name": "Buprenorphine 8 MG"}, True),
        ({"name": "As the referral says", "rxnorm": "351265"}, True),
        ({"name": "Naltrexone 50 mg"}, False),
        ({"name": "Buprenorphine", "ends": 1}, False),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_only_what_a_prescription_of_that_day_explains_can_be_expected(cast, medication, explains):
    from caseapp.medications.rules import WhyEnded

    by, client_id = cast.ana.actor, in_treatment(cast.ana.actor)
    facts = dict(medication)
    if facts.pop("ends", None):
        facts |= {"ended_on": today() - timedelta(days=1), "why_ended": WhyEnded.prescriber}
    takes(client_id, by, **facts)
    said = screen(today(), positive={BUP}, expected={BUP})
    if explains:
        recorded(client_id, by, said)
        return
    with pytest.raises(RuleBroken, match="nothing on the list"):
        recorded(client_id, by, said)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda day: screen(day + timedelta(days=1)), "after today"),
        (lambda day: screen(day, observed=None), "observed"),
        (lambda day: screen(day, sample=None), "sample"),
        (lambda day: screen(day, findings={COCAINE: Finding.negative}), "each class"),
        (lambda day: screen(day, sample=Sample.diluted), "not valid"),
        (lambda day: Said(day, Happened.excused), "why it is excused"),
    ],
)
def test_what_can_not_be_so_is_refused(cast, said, why):
    client_id = in_treatment(cast.ana.actor)
    with pytest.raises(RuleBroken, match=why):
        recorded(client_id, cast.ana.actor, said(today()))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ([], None),
        ([Found(Finding.negative)], (Outcome.negative, False)),
        ([Found(Finding.positive, expected=True), Found(Finding.negative)], (Outcome.positive, False)),
        ([Found(Finding.positive, expected=True), Found(Finding.invalid)], (Outcome.invalid, False)),
        ([Found(Finding.positive), Found(Finding.invalid)], (Outcome.positive, True)),
        ([Found(Finding.positive, lab=LabStep.sent)], (Outcome.positive, True)),
        ([Found(Finding.positive, lab=LabStep.confirmed)], (Outcome.positive, True)),
        ([Found(Finding.positive, lab=LabStep.not_confirmed)], (Outcome.negative, False)),
    ],
)
def test_what_a_test_says_as_a_whole(found, says):
    assert outcome(Happened.collected, Sample.valid, found) == says


def test_medications_are_known_by_code_or_by_name():
    assert known_by("Whatever", "7243").code == "naltrexone"
    assert known_by("VIVITROL 380 mg", "").mark == "medication for opioid use disorder and alcohol use disorder"
    assert known_by("Sertraline 50 mg", "36437") is None
