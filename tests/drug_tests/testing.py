"""What the tests of drug tests share: someone in treatment, what is said of a test, a medication on the list."""

from datetime import timedelta

from caseapp.clients.models import Client
from caseapp.core.db import db, transaction
from caseapp.drug_tests import actions
from caseapp.drug_tests.panels import STANDARD
from caseapp.drug_tests.rules import Finding, Happened, Observed, Said, Sample
from caseapp.medications import actions as medications
from caseapp.medications.rules import Prescriber
from caseapp.medications.rules import Said as Prescription
from tests.clinic import today
from tests.sessions import person


def in_treatment(by, last="Ramos", first="Alicia"):
    """The id of someone in the first phase since thirty days."""
    with transaction():
        return person(by, last, first, today() - timedelta(days=30)).id


def screen(day, positive=(), expected=(), **more):
    """A collected sample with every class negative but for these."""
    findings = {one: Finding.positive if one in positive else Finding.negative for one in STANDARD.classes}
    facts = {"observed": Observed.yes, "sample": Sample.valid, "findings": findings, "expected": frozenset(expected)}
    return Said(day, Happened.collected, **facts | more)


def recorded(client_id, by, said, **more):
    """The id of a test, through its action."""
    with transaction():
        return actions.record(db.get(Client, client_id), said, by, **more).id


def takes(client_id, by, name, **more):
    """The id of a prescribed medication on someone's list."""
    said = Prescription(name, more.pop("prescriber", Prescriber.elsewhere), **more)
    with transaction():
        return medications.add(db.get(Client, client_id), said, by).id
