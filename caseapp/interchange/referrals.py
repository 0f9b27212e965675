"""How a FHIR R4 Bundle becomes a person of ours with the problems that their referral names.

The resources are read by the models of `fhir.resources`, so what stands here has the types that the standard gives it; days
are taken as they are written. The library is loaded by the first Bundle: nobody else needs it.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

from caseapp.core.parsing import FORBIDDEN
from caseapp.episodes.rules import Problem, ProblemStatus
from caseapp.interchange.bundles import Entry
from caseapp.interchange.codes import SYSTEMS, words_of
from caseapp.interchange.rules import (
    SOURCE_MOST,
    CannotBringIn,
    LeastAge,
    Person,
    person_of,
)

DEFAULT_SOURCE = "FHIR bundles"
WORDS_MOST = 200
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
RACE, ETHNICITY = f"{US_CORE}/us-core-race", f"{US_CORE}/us-core-ethnicity"
# Identifiers that are government numbers (HL7 v2-0203): nobody is known by them here.
GOVERNMENT = {"SS", "SB", "DL", "PPN", "TAX"}
NOT_NOW = {"old", "temp"}

# A condition by its clinical status; a medication by the status of its request or statement. What is not here is left out:
# entered in error, cancelled, a draft, never taken.
CONDITION = {
    "active": ProblemStatus.active,
    "recurrence": ProblemStatus.active,
    "relapse": ProblemStatus.active,
    "remission": ProblemStatus.in_remission,
    "inactive": ProblemStatus.ended,
    "resolved": ProblemStatus.ended,
}
MEDICATION = {
    "active": ProblemStatus.active,
    "on-hold": ProblemStatus.active,
    "unknown": ProblemStatus.active,
    "completed": ProblemStatus.ended,
    "stopped": ProblemStatus.ended,
}
NOT_SO = {"refuted", "entered-in-error"}


def person_in(entries: list[Entry], today: date, least_age: LeastAge | None) -> Person:
    """The one client of a Bundle. Raises CannotBringIn for none, several, what FHIR does not allow, and as `person_of`."""
    clients = [one for one in entries if one.kind == "Patient"]
    if len(clients) != 1:
        how_many = f"It names {len(clients)}" if clients else "It names nobody"
        raise CannotBringIn(f"A referral is about one client. {how_many}. Send one Bundle for each")
    read, given = _read(clients[0], 1), clients[0].resource
    source, row = _row_of(read, given)
    person = person_of(row, today, least_age)
    problems = tuple(_problems(entries, clients[0]))
    return Person(person.reference, person.details | _interpreter(read), problems, source)


def what_it_says(entries: list[Entry]) -> dict[str, str]:
    """Of whom a Bundle seems to be, for the list of rejects: by column, as far as it can be told without trusting it."""
    given = next((one.resource for one in entries if one.kind == "Patient"), {})
    names = given.get("name")
    name = names[0] if isinstance(names, list) and names and isinstance(names[0], dict) else {}
    said = {"BIRTHDATE": given.get("birthDate"), "LAST": name.get("family")}
    first = name.get("given")
    said["FIRST"] = first[0] if isinstance(first, list) and first else None
    return {column: text for column, text in said.items() if isinstance(text, str)}


@cache
def _model(kind: str) -> Any:
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


def _read(entry: Entry, number: int) -> Any:
    """A resource as the library reads it. Raises CannotBringIn with the place and what is wrong there."""
    resource = {name: value for name, value in entry.resource.items() if name != "contained"}
    try:
        return _model(entry.kind).model_validate(resource)
    except ValueError as error:
        raise CannotBringIn(f"{entry.kind} {number} is not as FHIR has it: {_first_of(error)}") from None


def _first_of(error: Any) -> str:
    first = error.errors(include_url=False, include_input=False)[0] if hasattr(error, "errors") else {}
    place = ".".join(str(part) for part in first.get("loc", ()))
    said = " ".join(first.get("msg", "it can't be read").removeprefix("Value error, ").split()).rstrip(".")
    return FORBIDDEN.sub("", f"{place}: {said}" if place else said)[:200]


def _row_of(read: Any, given: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The source by which the client is known, and the client as a row of a list of people has them."""
    source, reference = _known_as(read)
    name = _chosen(read.name, ("official", "usual"), NOT_NOW | {"nickname", "anonymous", "maiden"})
    place = _chosen(read.address, ("home",), NOT_NOW)
    row = {
        "ID": reference,
        "BIRTHDATE": given.get("birthDate", ""),
        "DEATHDATE": _died(read, given),
        "FIRST": " ".join(one for one in (name.given if name else None) or () if one),
        "LAST": name and name.family,
        "GENDER": read.gender,
        "RACE": _us_core(read, RACE),
        "ETHNICITY": _us_core(read, ETHNICITY),
        "LANGUAGE": _language(read),
        "PHONE": _telecom(read, ("phone", "sms"), ("mobile", "home")),
        "EMAIL": _telecom(read, ("email",), ("home",)),
    }
    if place:
        line = ", ".join(one for one in place.line or () if one)
        row |= {"ADDRESS": line, "CITY": place.city, "STATE": place.state, "ZIP": place.postalCode}
    return source, {column: text or "" for column, text in row.items()}


def _known_as(read: Any) -> tuple[str, str]:
    """Who numbers the client, and how: the medical record number, else another number that is no government's, else the id."""
    fit = [one for one in read.identifier or () if one.value and one.use != "old" and not _types(one) & GOVERNMENT]
    best = next((one for one in fit if "MR" in _types(one)), fit[0] if fit else None)
    if best is None:
        return DEFAULT_SOURCE, read.id or ""
    source = (best.system or "").partition("//")[2].strip("/ ") or best.system or DEFAULT_SOURCE
    return source[:SOURCE_MOST], best.value


def _types(identifier: Any) -> set[str]:
    known = {one.code for one in (identifier.type.coding if identifier.type else None) or ()}
    return known | ({"SS"} if (identifier.system or "").endswith("/us-ssn") else set())


def _died(read: Any, given: dict[str, Any]) -> str:
    """The day of death as a list has it. Raises CannotBringIn where only a year, a month or the fact is said."""
    day = _day(given, "deceasedDateTime")
    if read.deceasedBoolean or 0 < len(day) < 10:
        raise CannotBringIn(f"Has died ({day})" if day else "Has died")
    return day


def _chosen(several: list[Any] | None, first: tuple[str, ...], never: Iterable[str]) -> Any:
    """Of several names, addresses or numbers, the one of the first use; None of none."""
    fit = [one for one in several or () if one.use not in never]
    return min(fit, key=lambda one: first.index(one.use) if one.use in first else len(first), default=None)


def _telecom(read: Any, systems: tuple[str, ...], first: tuple[str, ...]) -> str:
    of_kind = [one for one in read.telecom or () if one.system in systems and one.value]
    best = _chosen(of_kind, first, NOT_NOW)
    return best.value if best else ""


def _language(read: Any) -> str:
    said = (one for one in read.communication or () if one.language)
    spoken = sorted(said, key=lambda one: not one.preferred)
    return _concept_words(spoken[0].language) if spoken else ""


def _concept_words(concept: Any) -> str:
    codings = concept.coding or ()
    return concept.text or next((one.display or one.code for one in codings if one.display or one.code), "")


def _us_core(read: Any, url: str) -> str:
    """Race or ethnicity in its text, else in the words of its categories."""
    parts = [part for one in read.extension or () if one.url == url for part in one.extension or ()]
    text = next((part.valueString for part in parts if part.url == "text" and part.valueString), "")
    categories = [part.valueCoding.display for part in parts if part.url == "ombCategory" and part.valueCoding]
    return text or ", ".join(one for one in categories if one)


def _interpreter(read: Any) -> dict[str, str]:
    url = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
    said = next((one.valueBoolean for one in read.extension or () if one.url == url), None)
    return {} if said is None else {"interpreter_needed": "yes" if said else "no"}


def _problems(entries: list[Entry], client: Entry) -> Iterable[Problem]:
    """What the Bundle says of substances, each coding that speaks of one."""
    numbers: dict[str, int] = {}
    drugs = {name: one for one in entries if one.kind == "Medication" for name in one.names}
    for entry in entries:
        numbers[entry.kind] = number = numbers.get(entry.kind, 0) + 1
        if entry.kind not in ("Condition", "MedicationRequest", "MedicationStatement"):
            continue
        read = _read(entry, number)
        _must_be_of(client, read, f"{entry.kind} {number}")
        concept = read.code if entry.kind == "Condition" else _drug(read, entry, drugs)
        told = _TOLD[entry.kind](read, entry.resource)
        if concept and told:
            yield from _coded(concept, *told)


def _must_be_of(client: Entry, read: Any, what: str) -> None:
    reference = read.subject.reference if read.subject else None
    if reference and reference.partition("/_history/")[0] not in client.names:
        raise CannotBringIn(f"{what} is about someone else than the client of the Bundle")


def _drug(read: Any, entry: Entry, drugs: dict[str, Entry]) -> Any:
    """What was prescribed: said in place, or in a Medication of the Bundle or of the resource itself."""
    if read.medicationCodeableConcept:
        return read.medicationCodeableConcept
    reference = (read.medicationReference.reference if read.medicationReference else None) or ""
    inside = entry.resource.get("contained")
    own = [one for one in inside if isinstance(one, dict)] if isinstance(inside, list) else []
    mine = {f"#{one.get('id')}": Entry("", one) for one in own if one.get("resourceType") == "Medication"}
    found = mine.get(reference) or drugs.get(reference)
    return _read(found, 1).code if found else None


def _condition(read: Any, given: dict[str, Any]) -> tuple[str, str, ProblemStatus] | None:
    if _codes(read.verificationStatus) & NOT_SO:
        return None
    ended = _day(given, "abatementDateTime") or _day(given, "abatementPeriod", "end")
    said = next((CONDITION[code] for code in _codes(read.clinicalStatus) if code in CONDITION), ProblemStatus.active)
    over = any(name.startswith("abatement") and said not in (None, False) for name, said in given.items())
    status = ProblemStatus.ended if over and said is ProblemStatus.active else said
    return _day(given, "onsetDateTime") or _day(given, "onsetPeriod", "start"), ended, status


def _request(read: Any, given: dict[str, Any]) -> tuple[str, str, ProblemStatus] | None:
    status = MEDICATION.get(read.status)
    return (_day(given, "authoredOn"), "", status) if status and not read.doNotPerform else None


def _statement(read: Any, given: dict[str, Any]) -> tuple[str, str, ProblemStatus] | None:
    status = MEDICATION.get(read.status)
    begun = _day(given, "effectiveDateTime") or _day(given, "effectivePeriod", "start")
    return (begun, _day(given, "effectivePeriod", "end"), status) if status else None


_TOLD: dict[str, Callable[[Any, dict[str, Any]], tuple[str, str, ProblemStatus] | None]] = {
    "Condition": _condition,
    "MedicationRequest": _request,
    "MedicationStatement": _statement,
}


def _day(given: dict[str, Any], *names: str) -> str:
    """A day as it is written, without the time: as exact as given. Raises CannotBringIn for a number, which the library takes."""
    said: Any = given
    for name in names:
        said = (said or {}).get(name)
    if said is not None and not isinstance(said, str):
        raise CannotBringIn(f"{'.'.join(names)} is not a day as FHIR has it")
    return (said or "")[:10]


def _codes(concept: Any) -> set[str]:
    return {one.code for one in (concept.coding if concept else None) or ()}


def _coded(concept: Any, onset: str, ended: str, status: ProblemStatus) -> Iterable[Problem]:
    for coding in concept.coding or ():
        system = SYSTEMS.get(str(coding.system))
        ours = words_of(system, coding.code or "") if system else None
        if ours:
            words = said_or(coding.display or concept.text or "", ours)
            yield Problem(system, coding.code, words, onset, ended, status)
            return  # the others say the same in other systems


def said_or(text: str, ours: str) -> str:
    """The words of the other system, or ours where it has none or they can't be kept."""
    said = " ".join(text.split())
    kept = said and len(said) <= WORDS_MOST and not FORBIDDEN.search(said) and said.isprintable()
    return said if kept else ours
