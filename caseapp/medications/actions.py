"""Put a medication on the list, change or end it, take it back; say that none is taken; note a visit and what is taken."""

from datetime import date

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.medications import queries
from caseapp.medications.known import known_by
from caseapp.medications.models import (
    Medication,
    MedicationEntry,
    MedicationsNone,
    MedicationTaking,
    MedicationVisit,
)
from caseapp.medications.rules import Prescriber, Said, Takes, WhyEnded


def add(client: Client, said: Said, by: Actor, referral: str | None = None) -> Medication:
    """Put a medication on a client's list. `referral`: the mention that it is taken over from.

    Raises RuleBroken without a name, for a start after today or before birth, an end before the start or without a reason.
    """
    _check(client, said)
    medication = Medication(id=new_id(), client_id=client.id, referral=referral, entries=[])
    db.add(medication)
    _append(medication, said, by)
    changed("medications.add", medication.id, by, client_id=client.id)
    return medication


def take_over(client: Client, referral: str, by: Actor) -> Medication:
    """Put a medication that a referral names on the list, as it says. Raises NotFound if there is none left to take over."""
    lock(Client, [client.id])
    one = next((one for one in queries.mentioned(client.id) if one.referral == referral), None)
    if one is None:
        raise NotFound
    ended = _whole_day(one.until)
    why = WhyEnded.other if ended else None
    said = Said(one.name, Prescriber.elsewhere, one.rxnorm, started_on=_whole_day(one.since), ended_on=ended)
    return add(client, Said(**{**said.__dict__, "why_ended": why}), by, referral)


def change(medication: Medication, said: Said, by: Actor) -> None:
    """Say something else of a medication, that it ended for one. What was said stays. Raises RuleBroken as `add` does."""
    _must_stand(medication)
    _check(medication.client, said)
    _supersede(medication, by)
    _append(medication, said, by)
    changed("medications.change", medication.id, by, client_id=medication.client_id)


def take_back(medication: Medication, reason: str, by: Actor) -> None:
    """It should not be on this list; it counts no more and stays on record. Raises RuleBroken without a reason."""
    _must_stand(medication)
    _must_have(reason)
    _supersede(medication, by)
    medication.taken_back_sealed = sealed.seal(medication.client_id, reason.strip())
    db.flush()
    changed("medications.take_back", medication.id, by, client_id=medication.client_id)


def none(client: Client, by: Actor) -> None:
    """They were asked today and take none; said twice, it stands once. Raises RuleBroken while the list says that something is taken."""
    today = clock.today(clinic.zone())
    lock(Client, [client.id])
    said = queries.asked_none(client.id)
    if said and said.asked_on == today:
        return
    if any(one.taken_on(today) for one in queries.listed(client.id)):
        raise RuleBroken(
            "The list has medications that are taken now.", way_out="End them first, each with its reason."
        )
    db.add(MedicationsNone(id=new_id(), client_id=client.id, asked_on=today, recorded_by_id=by.id))
    db.flush()
    changed("medications.none", client.id, by, client_id=client.id, day=str(today))


def visit(client: Client, held_on: date, takes: dict[str, Takes], words: str, by: Actor) -> MedicationVisit:
    """Note a visit about medications: by id of medication whether it is taken as prescribed, and words, which are sealed.

    Raises RuleBroken for a day after today or before birth, or if nothing is said.
    """
    _check_day(client, held_on, "held_on")
    listed = {one.medication.id for one in queries.listed(client.id)}
    if not set(takes) <= listed:
        raise RuleBroken("Choose from the medications of the list")
    if not words.strip() and all(one is Takes.not_asked for one in takes.values()):
        raise RuleBroken("Nothing is said yet. Choose an answer, or enter words", "words")
    row = MedicationVisit(id=new_id(), client_id=client.id, held_on=held_on, recorded_by_id=by.id)
    row.words_sealed = sealed.seal(client.id, words.strip())
    row.takings = [MedicationTaking(medication_id=id, takes=answer) for id, answer in takes.items()]
    db.add(row)
    db.flush()
    changed("medications.visit", row.id, by, client_id=client.id, day=str(held_on))
    return row


def take_visit_back(row: MedicationVisit, reason: str, by: Actor) -> None:
    """It should not have been noted. Raises RuleBroken without a reason, or if it was taken back already."""
    lock(MedicationVisit, [row.id])
    db.refresh(row)
    if row.superseded_at is not None:
        raise RuleBroken("This was taken back already.")
    _must_have(reason)
    row.superseded_at, row.superseded_by_id = clock.now(), by.id
    row.why_sealed = sealed.seal(row.client_id, reason.strip())
    db.flush()
    changed("medications.take_visit_back", row.id, by, client_id=row.client_id)


def hold(medication: Medication) -> None:
    """Take hold of the row until the end of the request, and see it as it stands now."""
    lock(Medication, [medication.id])
    db.refresh(medication)


def _must_stand(medication: Medication) -> None:
    hold(medication)
    if medication.entry is None:
        raise RuleBroken("This was taken back already.")


def _must_have(reason: str) -> None:
    if not reason.strip():
        raise RuleBroken("Enter why it is taken back", "reason")


def _whole_day(text: str) -> date | None:
    """A day of a referral, which may know no more than the month."""
    return date.fromisoformat(text) if len(text) == 10 else None


def _check_day(client: Client, day: date, field: str) -> None:
    if day > clock.today(clinic.zone()):
        raise RuleBroken("This must be today or earlier", field)
    if day < client.born:
        raise RuleBroken("This is before they were born", field)


def _check(client: Client, said: Said) -> None:
    if not said.name.strip():
        raise RuleBroken("Enter the medication", "name")
    for day, field in ((said.started_on, "started_on"), (said.ended_on, "ended_on")):
        if day:
            _check_day(client, day, field)
    if said.started_on and said.ended_on and said.ended_on < said.started_on:
        raise RuleBroken("It can't end before it started", "ended_on")
    if said.ended_on and not said.why_ended:
        raise RuleBroken("Choose why it ended", "why_ended")
    if said.why_ended and not said.ended_on:
        raise RuleBroken("Enter the last day on which it was taken", "ended_on")


def _append(medication: Medication, said: Said, by: Actor) -> None:
    known = known_by(said.name, said.rxnorm)
    whose = medication.client_id
    row = MedicationEntry(id=new_id(), rxnorm=said.rxnorm, known=known.code if known else None)
    row.prescriber, row.started_on, row.ended_on = said.prescriber, said.started_on, said.ended_on
    row.why_ended, row.recorded_by_id = said.why_ended, by.id
    row.name_sealed, row.dose_sealed = sealed.seal(whose, said.name.strip()), sealed.seal(whose, said.dose.strip())
    row.prescriber_sealed = sealed.seal(whose, said.prescriber_name.strip())
    row.words_sealed = sealed.seal(whose, said.words.strip())
    medication.entries.append(row)
    db.flush()


def _supersede(medication: Medication, by: Actor) -> None:
    entry = medication.entry
    entry.in_force, entry.superseded_at, entry.superseded_by_id = None, clock.now(), by.id
    medication.changed_at, medication.changed_by_name = clock.now(), by.name
    db.flush()
