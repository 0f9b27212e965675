"""FHIR Bundles made in the test that needs them: small, and of nobody."""

import json
from pathlib import Path
from typing import Any

SNOMED, RXNORM = "http://snomed.info/sct", "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
NORA = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [
        {"type": {"coding": [{"code": "SS"}]}, "system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-00-0000"},
        {"type": {"coding": [{"code": "MR"}]}, "system": "http://county.example/", "value": "C-77"},
    ],
    "name": [
        {"use": "maiden", "family": "Lund", "given": ["Nora"]},
        {"use": "official", "family": "Quist", "given": ["Nora", "Mae"]},
    ],
    "telecom": [
        {"system": "phone", "value": "555-0100", "use": "home"},
        {"system": "phone", "value": "555-0199", "use": "mobile"},
        {"system": "email", "value": "nora@home.example"},
    ],
    "gender": "female",
    "birthDate": "1988-03-04",
    "address": [{"line": ["1 Elm Street", "Apt 2"], "city": "Lowell", "state": "Massachusetts", "postalCode": "01851"}],
    "communication": [
        {"language": {"coding": [{"code": "en", "display": "English"}]}},
        {"language": {"text": "Spanish"}, "preferred": True},
    ],
    "extension": [
        {
            "url": f"{US_CORE}/us-core-race",
            "extension": [
                {"url": "ombCategory", "valueCoding": {"code": "2106-3", "display": "White"}},
                {"url": "ombCategory", "valueCoding": {"code": "2028-9", "display": "Asian"}},
            ],
        },
        {
            "url": f"{US_CORE}/us-core-ethnicity",
            "extension": [{"url": "text", "valueString": "Not Hispanic or Latino"}],
        },
        {"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired", "valueBoolean": True},
    ],
}


def coded(code: str, display: str = "", system: str = SNOMED) -> dict[str, Any]:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code} | ({"display": display} if display else {})]}


def condition(code: str, display: str = "", system: str = SNOMED, **more: Any) -> dict[str, Any]:
    """A condition of Nora's."""
    return {
        "resourceType": "Condition",
        "subject": {"reference": "urn:uuid:p1"},
        "code": coded(code, display, system),
    } | more


def request(code: str, display: str = "", **more: Any) -> dict[str, Any]:
    """A medication requested for Nora."""
    drug = {} if "medicationReference" in more else {"medicationCodeableConcept": coded(code, display, RXNORM)}
    fixed = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    return fixed | {"subject": {"reference": "Patient/p1"}} | drug | more


def bundle(*resources: dict[str, Any], client: dict[str, Any] | None = NORA, **more: Any) -> dict[str, Any]:
    """A Bundle about Nora, or about whom is given."""
    everything = [client, *resources] if client else list(resources)
    entries = [{"fullUrl": f"urn:uuid:{one.get('id', at)}", "resource": one} for at, one in enumerate(everything)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries} | more


def write(path: Path, content: dict[str, Any] | bytes) -> Path:
    """A file with this Bundle, or with these bytes."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path
