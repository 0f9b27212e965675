"""Medications, and drug tests: some weeks of results, the days drawn around today, one not collected, one at the laboratory."""

from datetime import date, timedelta

from sqlalchemy import select

from caseapp.cli.demo.making import Demo, Known, dice
from caseapp.clients.models import Client
from caseapp.core.db import db
from caseapp.drug_tests import actions, drawing
from caseapp.drug_tests.models import TestDraw
from caseapp.drug_tests.panels import STANDARD
from caseapp.drug_tests.rules import Finding, Happened, LabStep, Observed, Said, Sample
from caseapp.medications import actions as medications
from caseapp.medications.known import ScreenClass
from caseapp.medications.rules import Prescriber, Takes
from caseapp.medications.rules import Said as Prescription

WEEKS = 6
BUPRENORPHINE = Prescription(
    "Buprenorphine 8 mg / naloxone 2 mg film",
    Prescriber.elsewhere,
    "1010604",
    "One film, once a day",
    "Dr. Lena Ortega",
)
NALTREXONE = Prescription("Naltrexone 380 mg injection", Prescriber.here, "637213", "Every 4 weeks")
# Whose positive of this week was sent to the laboratory.
AT_LAB = ("Ortiz", "Ben")


def medicate_and_test(demo: Demo) -> None:
    """The medications and tests of whoever is in the program today, in the order of the lines."""
    for known in demo.in_phases((1, 2, 3, 4), demo.today):
        _medicated(demo, known)
        _tested(demo, known)
    _at_the_laboratory(demo, demo.someone(*AT_LAB))
    _drawn(demo)


def _takes_buprenorphine(known: Known) -> bool:
    return known.person.number % 4 == 0


def _medicated(demo: Demo, known: Known) -> None:
    """Every fourth takes buprenorphine, some naltrexone, some were asked and take nothing, of the rest nothing is recorded."""
    by, number = demo.staff[known.person.clinician], known.person.number
    day = known.stays[0].started_on
    with demo.at(day, 11):
        if _takes_buprenorphine(known):
            row = medications.add(known.client, BUPRENORPHINE, by)
        elif number % 9 == 1:
            medications.add(known.client, NALTREXONE, by)
        elif number % 4 == 1:
            medications.none(known.client, by)
    if number % 8 == 0:
        seen = max(day, demo.today - timedelta(days=6))
        with demo.at(seen, 15):
            medications.visit(known.client, seen, {row.id: Takes.yes}, "", by)


def _screen(day: date, *positive: ScreenClass, expected: bool = False) -> Said:
    findings = {one: Finding.positive if one in positive else Finding.negative for one in STANDARD.classes}
    explained = frozenset({ScreenClass.buprenorphine} if expected else ())
    how = {"observed": Observed.yes, "sample": Sample.valid}
    return Said(day, Happened.collected, findings=findings, expected=explained, **how)


def _tested(demo: Demo, known: Known) -> None:
    """Once a week in the first phase, once a month later, until a week ago: nearly all negative, some declined or missed."""
    by, chance = demo.staff[known.person.clinician], dice("drug tests", known.person.number)
    day = max(known.stays[0].started_on, demo.today - timedelta(weeks=WEEKS)) + timedelta(days=chance.randint(0, 4))
    while day < demo.today - timedelta(days=7):
        with demo.at(day, 10):
            actions.record(known.client, _said(known, day, chance.random()), by)
        day += timedelta(days=7 if known.position(day) == 1 else 30)


def _said(known: Known, day: date, luck: float) -> Said:
    if luck < 0.06:
        return Said(day, Happened.missed)
    if luck < 0.09:
        return Said(day, Happened.refused)
    found = [ScreenClass.cannabis] if luck > 0.92 else []
    if _takes_buprenorphine(known):
        return _screen(day, ScreenClass.buprenorphine, *found, expected=True)
    return _screen(day, *found)


def _at_the_laboratory(demo: Demo, known: Known) -> None:
    by, day = demo.staff[known.person.clinician], demo.today - timedelta(days=2)
    with demo.at(day, 10):
        test = actions.record(known.client, _screen(day, ScreenClass.fentanyl), by)
        actions.report(test, ScreenClass.fentanyl, LabStep.sent, day, "", by)


def _drawn(demo: Demo) -> None:
    """The days drawn three days ago; what has come by yesterday was collected but for the first by name."""
    began = demo.today - timedelta(days=3)
    with demo.at(began, 6):
        drawing.draw(began, dice("days of tests", demo.today).choice)
    past = select(TestDraw).join(Client).where(TestDraw.day < demo.today, TestDraw.in_force == 1)
    people = {one.client.id: one for one in demo.known}
    for draw in list(db.scalars(past.order_by(Client.last_name, Client.first_name, TestDraw.day)))[1:]:
        known = people[draw.client_id]
        with demo.at(draw.day, 10):
            said = _said(known, draw.day, 0.5)
            actions.record(known.client, said, demo.staff[known.person.clinician], draw=draw)
