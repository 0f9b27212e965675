"""Whom a Bundle is about and what it says of substances, and what is no such Bundle; the day is Nov 25, 2026."""

import copy
import io
import json
import time
import zipfile
from datetime import date
from functools import reduce
from operator import getitem

import pytest

from caseapp.episodes.rules import CodeSystem, Problem, ProblemStatus
from caseapp.interchange.bundles import DEPTH_MOST, PARTS_MOST, READ_MOST, SIZE_MOST, VALUES_MOST, entries_of
from caseapp.interchange.referrals import person_in
from caseapp.interchange.rules import CannotBringIn, LeastAge
from tests.interchange.referrals import ICD, NORA, RXNORM, bundle, coded, condition, request

TODAY, ADULTS = date(2026, 11, 25), LeastAge(18, "Intensive outpatient")


def read(content):
    """The person of a Bundle given as a dictionary or as bytes."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return person_in(entries_of(raw), TODAY, ADULTS)


def refusal(content) -> str:
    with pytest.raises(CannotBringIn) as refused:
        read(content)
    return refused.value.reason


def nora(**changes):
    return NORA | changes


def test_a_bundle_becomes_a_person():
    person = read(bundle())
    assert (person.source, person.reference) == ("county.example", "C-77")
    assert person.details == {
        "first_name": "Nora Mae", "last_name": "Quist", "born": date(1988, 3, 4), "sex": "female", "race": "White, Asian",
        "ethnicity": "Not Hispanic or Latino", "language": "Spanish", "phone": "555-0199", "email": "nora@home.example",
        "address": "1 Elm Street, Apt 2, Lowell, Massachusetts 01851", "interpreter_needed": "yes",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "source", "reference"),
    [
        ({"identifier": [{"value": "7"}]}, "FHIR bundles", "7"),
        ({"identifier": [{"system": "urn:oid:1.2.3", "value": "7"}]}, "urn:oid:1.2.3", "7"),
        ({"identifier": [{"use": "old", "system": "http://x.example", "value": "7"}]}, "FHIR bundles", "p1"),
        ({"identifier": [{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999"}]}, "FHIR bundles", "p1"),
        ({"identifier": [{"system": "http://" + "x" * 80, "value": "7"}]}, "x" * 60, "7"),
    ],
)
def test_by_whom_and_how_a_client_is_known(changes, source, reference):
    person = read(bundle(client=nora(**changes)))
    assert (person.source, person.reference) == (source, reference)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"deceasedDateTime": "2004-03-21T10:00:00Z"}, "Has died (Mar 21, 2004)"),
        ({"deceasedDateTime": "2004"}, "Has died (2004)"),
        ({"deceasedBoolean": True}, "Has died"),
        ({"birthDate": "2010-01-01"}, "Is 16. Intensive outpatient takes people from 18 on"),
        ({"birthDate": "1988"}, 'Birth date "1988" is not a day. Write it as YYYY-MM-DD'),
        ({"name": [{"text": "Nora"}]}, "First name is missing"),
        ({"identifier": [], "id": None}, "Id is missing"),
        ({"name": [{"family": "Qu\ud800ist", "given": ["Nora"]}]}, "Patient 1 is not as FHIR has it: name.0.family: "),
        ({"birthDate": 1988}, "Patient 1 is not as FHIR has it: birthDate: "),
        ({"birthDate": "1988-02-30"}, "Patient 1 is not as FHIR has it: birthDate: "),
        ({"gender": 5}, "Patient 1 is not as FHIR has it: gender: Input should be a valid string"),
        ({"shoeSize": 39}, "Patient 1 is not as FHIR has it: shoeSize: Extra inputs are not permitted"),
        ({"name": "Nora Quist"}, "Patient 1 is not as FHIR has it: name: "),
        ({"extension": [{"url": 5}]}, "Patient 1 is not as FHIR has it: extension.0.url: "),
    ],
)
def test_who_can_not_be_brought_in(changes, reason):
    assert refusal(bundle(client=nora(**changes))).startswith(reason)


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (
            condition("7200002", "Alcoholism", onsetDateTime="2001-08-13T10:25:08+00:00"),
            ("snomed", "7200002", "Alcoholism", "2001-08-13", "", "active"),
        ),
        (condition("5602001", onsetDateTime="1999"), ("snomed", "5602001", "Opioid abuse", "1999", "", "active")),
        (
            condition("F10.20", "Alcohol dependence", ICD, clinicalStatus=coded("remission")),
            ("icd_10_cm", "F10.20", "Alcohol dependence", "", "", "in_remission"),
        ),
        (
            condition("75544000", onsetPeriod={"start": "2010-05"}, abatementPeriod={"end": "2012-01-02"}),
            ("snomed", "75544000", "Opioid dependence", "2010-05", "2012-01-02", "ended"),
        ),
        (condition("7200002", "x" * 300, abatementString="long ago"), ("snomed", "7200002", "Alcoholism", "", "", "ended")),
        (
            request("1483744", authoredOn="2020-02-03", status="completed"),
            ("rxnorm", "1483744", "Naltrexone hydrochloride 50 MG Oral Tablet", "2020-02-03", "", "ended"),
        ),
        (
            request("", medicationReference={"reference": "#m"}, contained=[
                {"resourceType": "Medication", "id": "m", "code": coded("864706", "Methadone", RXNORM)},
                {"resourceType": "Practitioner", "id": "d"},
            ]),
            ("rxnorm", "864706", "Methadone", "", "", "active"),
        ),
        (
            {
                "resourceType": "MedicationStatement", "status": "stopped", "subject": {"reference": "Patient/p1"},
                "medicationCodeableConcept": coded("1049221", "Percocet", RXNORM),
                "effectivePeriod": {"start": "2019-01-01", "end": "2019-02-01"},
            },
            ("rxnorm", "1049221", "Percocet", "2019-01-01", "2019-02-01", "ended"),
        ),
    ],
)  # fmt: skip
def test_what_a_bundle_says_of_substances(resource, told):
    system, code, words, onset, ended, status = told
    expected = Problem(CodeSystem(system), code, words, onset, ended, ProblemStatus(status))
    assert read(bundle(resource)).problems == (expected,)


@pytest.mark.parametrize(
    "resource",
    [
        condition("706893006", "Victim of intimate partner abuse (finding)"),
        condition("195662009", "Acute viral pharyngitis (disorder), history of drug abuse"),
        condition("7200002", system="http://loinc.org"),
        condition("F32.1", system=ICD),
        condition("F10.20 or so", system=ICD),
        condition("7200002", verificationStatus=coded("entered-in-error")),
        condition("7200002", verificationStatus=coded("refuted")),
        request("864706", status="cancelled"),
        request("864706", doNotPerform=True),
        request("", medicationReference={"reference": "Medication/elsewhere"}),
        {"resourceType": "Observation", "code": 7},
    ],
)
def test_what_is_about_no_substance_or_was_never_so_is_left_out(resource):
    assert read(bundle(resource)).problems == ()


def test_a_medication_of_its_own_is_found_by_its_address():
    drug = {"resourceType": "Medication", "id": "m1", "code": coded("351267", "Suboxone", RXNORM)}
    asked = [request("", medicationReference={"reference": name}) for name in ("Medication/m1", "urn:uuid:m1")]
    assert [one.words for one in read(bundle(drug, *asked)).problems] == ["Suboxone"] * 2


def test_one_broken_or_foreign_record_keeps_the_whole_bundle_out():
    other = condition("7200002", subject={"reference": "Patient/p2"})
    assert refusal(bundle(other)) == "Condition 1 is about someone else than the client of the Bundle"
    broken = condition("7200002", onsetDateTime="2001-13-01")
    assert refusal(bundle(condition("1"), broken)).startswith("Condition 2 is not as FHIR has it: onsetDateTime")
    assert refusal(bundle(client=None)) == "A referral is about one client. It names nobody. Send one Bundle for each"
    two = bundle(nora(id="p2"))
    assert refusal(two) == "A referral is about one client. It names 2. Send one Bundle for each"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bundle.json", json.dumps(bundle()))
    return out.getvalue()


GOOD = json.dumps(bundle()).encode()
HOSTILE = {
    b"": "Is empty",
    b" \n ": "Is empty",
    GOOD[:300]: "Is cut off in line 1. Send the whole file again",
    GOOD[:-2]: "Is cut off in line 1. Send the whole file again",
    GOOD + b"]": "Is not JSON (line 1)",
    b"Id,FIRST\n1,Ann\n": "Is not JSON (line 1)",
    b"null": "Is JSON, but no FHIR Bundle",
    b"[]": "Is JSON, but no FHIR Bundle",
    b'{"resourceType": ["Bundle"]}': "Is JSON, but no FHIR Bundle",
    b'{"resourceType": "Patient"}': "Is a Patient, not a Bundle. Send the whole Bundle",
    b'{"resourceType": "Bundle", "entry": {}}': "Is no FHIR Bundle: its entries are not a list",
    b'{"resourceType": "Bundle"}': "A referral is about one client. It names nobody. Send one Bundle for each",
    b'{"resourceType": "Bundle", "entry": [1, null, {"resource": 5}]}': "A referral is about one client. It names nobody",
    b'{"resourceType": "Bundle", "total": NaN}': "Is not JSON: it has a number that is none",
    b'{"resourceType": "Bundle", "total": ' + b"9" * 5_000 + b"}": "Is not JSON: it has a number that is none",
    GOOD.decode().encode("utf-16"): "Is UTF-16, not UTF-8 text",
    GOOD.decode().encode("utf-16-le"): "Is UTF-16, not UTF-8 text",
    GOOD.replace(b"Quist", "Qu\xe9st".encode("latin-1")): "Is not UTF-8 text (line 1). Save it as UTF-8",
    zipped(): "Is a spreadsheet or an archive, not UTF-8 text",
    b"%PDF-1.7": "Is a PDF, not UTF-8 text",
    b"[" * 1_000 + b"]" * 1_000: f"Is nested 1,000 deep. No Bundle is nested more than {DEPTH_MOST} deep",
    b'{"a":' * 100_000: "Is nested 100,000 deep",
    b"[]" * (PARTS_MOST + 1): f"Has {2 * PARTS_MOST + 2:,} parts, more than a Bundle about one client",
    b"[" + b"1," * VALUES_MOST + b"1,1]": f"Has {VALUES_MOST + 3:,} parts, more than a Bundle about one client",
    json.dumps(bundle(client=NORA | {"name": [{}] * READ_MOST})).encode(): f"Has more than {READ_MOST:,} parts to read",
    b'"' + b'\\"' * 500_000: "Is cut off in line 1",
    b" " * (SIZE_MOST + 1): "Has 24 MB. At most 24 MB can be read of one Bundle",
}


@pytest.mark.parametrize("content", HOSTILE, ids=[f"{at} {says[:30]}" for at, says in enumerate(HOSTILE.values())])
def test_what_is_no_bundle_is_refused_in_a_sentence_and_soon(content):
    began = time.monotonic()
    assert refusal(content).startswith(HOSTILE[content])
    assert time.monotonic() - began < 3


def test_a_mark_at_the_begin_and_records_that_are_not_read_cost_nothing():
    plenty = [{"resourceType": "Observation", "status": 5, "nested": [{"resourceType": "Patient"}]}] * 20_000
    assert read(b"\xef\xbb\xbf" + json.dumps(bundle(*plenty)).encode()).details["last_name"] == "Quist"


ODD = [None, 5, -1.5, True, "", "x", "\x00", "9999999999", [], [None], {}, {"a": None}, [[]], [{}]]


def places(given, path=()):
    """Every place in a Bundle, by the way that leads to it."""
    inside = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, list) else ()
    for at, one in inside:
        yield (*path, at)
        yield from places(one, (*path, at))


def test_whatever_stands_in_any_place_of_a_bundle_it_is_read_or_refused_in_a_sentence():
    whole = bundle(
        condition(
            "7200002", onsetDateTime="2001-08-13", abatementDateTime="2002-01-01", clinicalStatus=coded("active")
        ),
        condition(
            "7200002",
            onsetPeriod={"start": "2001"},
            abatementPeriod={"end": "2002"},
            verificationStatus=coded("confirmed"),
        ),
        request("864706", authoredOn="2020-02-03"),
        {"resourceType": "MedicationStatement", "status": "active", "effectivePeriod": {"start": "2019"}}
        | {"subject": {"reference": "Patient/p1"}, "medicationReference": {"reference": "Medication/m1"}},
        {"resourceType": "Medication", "id": "m1", "code": coded("351267", "Suboxone", RXNORM)},
        client=NORA | {"deceasedDateTime": None},
    )
    assert len(read(whole).problems) == 4
    for way in places(whole):
        for odd in ODD:
            changed = copy.deepcopy(whole)
            reduce(getitem, way[:-1], changed)[way[-1]] = odd
            try:
                read(changed)
            except CannotBringIn as refused:
                assert refused.reason.isprintable() and not refused.reason.endswith("."), (way, odd)
            except Exception as error:
                raise AssertionError(f"{way} {odd!r}") from error
