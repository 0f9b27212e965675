"""Record a test, correct it, take it back, note what the laboratory says."""

from datetime import date

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, readings, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, new_id
from caseapp.core.errors import RuleBroken
from caseapp.core.readings import hold, must_have, must_stand, supersede
from caseapp.drug_tests.models import DrugTest, LabReport, TestDraw, TestFinding, TestReading
from caseapp.drug_tests.panels import PANELS
from caseapp.drug_tests.rules import Finding, Happened, LabStep, Said, Sample, Why
from caseapp.medications.known import CLASS_WORDS, ScreenClass
from caseapp.medications.queries import prescribed
from caseapp.medications.rules import explaining


def record(client: Client, said: Said, by: Actor, *, why: Why = Why.random, draw: TestDraw | None = None) -> DrugTest:
    """Keep what happened at a test, of a drawn day or of any other.

    Raises RuleBroken for a day after today or before birth, a collection without how it was collected, findings that are
    not those of the panel, an expected result that no prescription of that day explains, an excuse without words.
    """
    _check(client, said)
    test = DrugTest(id=new_id(), client_id=client.id, draw_id=draw.id if draw else None, readings=[], reports=[])
    test.why = Why.random if draw else why
    db.add(test)
    _append(test, said, by, "")
    changed("drug_tests.record", test.id, by, client_id=client.id, day=str(said.day), happened=said.happened.value)
    return test


def correct(test: DrugTest, said: Said, reason: str, by: Actor) -> None:
    """Say that a test says something else, or read what was collected. What it said stays, with the reason.

    Raises RuleBroken as `record` does, without a reason where it had been read, and for a test that was taken back.
    """
    hold(test)
    must_stand(test)
    _check(test.client, said)
    if test.outcome(test.reading) is not None:
        must_have(reason, "Enter why it is corrected")
    supersede(test, by)
    _append(test, said, by, reason)
    changed(
        "drug_tests.correct", test.id, by, client_id=test.client_id, day=str(said.day), happened=said.happened.value
    )


def take_back(test: DrugTest, reason: str, by: Actor) -> None:
    """It should not have been recorded; it counts no more and stays to be seen. Its drawn day waits again.

    Raises RuleBroken without a reason, or if it was taken back already.
    """
    hold(test)
    readings.take_back(test, reason, by)
    test.draw_id = None
    db.flush()
    changed("drug_tests.take_back", test.id, by, client_id=test.client_id)


def report(test: DrugTest, substance: ScreenClass, step: LabStep, on_day: date, words: str, by: Actor) -> LabReport:
    """Note a step of the laboratory's confirmation of one class; the screen's result stays beside it.

    Raises RuleBroken for a class that the screen did not find positive or invalid, and for a day before the test or after today.
    """
    hold(test)
    must_stand(test)
    found = test.found(test.reading).get(substance)
    if found is None or found.finding is Finding.negative:
        raise RuleBroken("The screen found nothing of this class to confirm", "substance")
    if not test.reading.day <= on_day <= clock.today(clinic.zone()):
        raise RuleBroken("This must be from the day of the test to today", "on_day")
    row = LabReport(id=new_id(), test_id=test.id, substance=substance, step=step, on_day=on_day, recorded_by_id=by.id)
    row.words_sealed = sealed.seal(test.client_id, words.strip())
    test.reports.append(row)
    db.flush()
    changed("drug_tests.report", test.id, by, client_id=test.client_id, step=step.value)
    return row


def _check(client: Client, said: Said) -> None:
    if said.day > clock.today(clinic.zone()):
        raise RuleBroken("It can't be after today", "day")
    if said.day < client.born:
        raise RuleBroken("It can't be before they were born", "day")
    if said.happened is Happened.collected:
        _check_collection(client, said)
    elif said.happened is Happened.excused and not said.words.strip():
        raise RuleBroken("Enter why it is excused", "words")


def _check_collection(client: Client, said: Said) -> None:
    if said.observed is None:
        raise RuleBroken("Choose whether it was observed", "observed")
    if said.sample is None:
        raise RuleBroken("Choose whether the sample is valid", "sample")
    if said.findings and set(said.findings) != set(PANELS[said.panel].classes):
        raise RuleBroken("Give a result for each class of this panel", "read")
    if said.findings and said.sample is not Sample.valid:
        raise RuleBroken("A sample that is not valid has no results", "read")
    explained = explaining(prescribed([client.id]).get(client.id, []), said.day)
    for one in said.expected:
        if said.findings.get(one) is not Finding.positive or one not in explained:
            raise RuleBroken(f"{CLASS_WORDS[one]}: nothing on the list of medications explains it that day", one.value)


def _append(test: DrugTest, said: Said, by: Actor, reason: str) -> None:
    """Append what the test says now."""
    row = TestReading(id=new_id(), test_id=test.id, day=said.day, happened=said.happened, panel=said.panel)
    row.recorded_by_id = by.id
    if said.happened is Happened.collected:
        row.observed, row.sample = said.observed, said.sample
        row.findings = [
            TestFinding(substance=one, finding=finding, expected=one in said.expected)
            for one, finding in said.findings.items()
        ]
    row.words_sealed = sealed.seal(test.client_id, said.words.strip())
    row.reason_sealed = sealed.seal(test.client_id, reason.strip())
    test.readings.append(row)
    db.flush()
