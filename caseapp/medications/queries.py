"""The medications of a client in words, visits about them, and what the prescriptions of many clients explain."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.core import sealed
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.episodes.models import ReferralProblem
from caseapp.episodes.rules import CodeSystem
from caseapp.medications.models import Medication, MedicationEntry, MedicationsNone, MedicationVisit
from caseapp.medications.rules import Prescribed, Prescriber, Takes, known_of, taken_on


@dataclass(frozen=True)
class Line:
    """A medication as the list shows it, its words opened. `last` is what was said of it last, and on which day."""

    medication: Medication
    entry: MedicationEntry
    name: str
    dose: str
    prescriber: str
    words: str
    last: tuple[date, Takes] | None = None

    def taken_on(self, day: date) -> bool:
        """Whether it is taken on a day."""
        return taken_on(self.entry.started_on, self.entry.ended_on, day)


@dataclass(frozen=True)
class Mentioned:
    """A medication of a referral that is not on the list yet: its words, and its days where they are whole ("" is not known)."""

    referral: str
    rxnorm: str
    name: str
    since: str
    until: str


def get_medication(medication_id: str, user: Actor) -> Medication:
    """A medication of a client whom this person may see, not taken back. Raises NotFound for any other."""
    found = select(Medication).join(Client).where(Medication.id == medication_id, visible_to(user))
    whole = joinedload(Medication.client), selectinload(Medication.entries).joinedload(MedicationEntry.recorded_by)
    row = db.scalar(found.options(*whole))
    if row is None or row.entry is None:
        raise NotFound
    return row


def get_visit(visit_id: str, user: Actor) -> MedicationVisit:
    """A visit of a client whom this person may see, not taken back. Raises NotFound for any other."""
    found = select(MedicationVisit).join(Client).where(MedicationVisit.id == visit_id, visible_to(user))
    row = db.scalar(found.where(MedicationVisit.superseded_at.is_(None)).options(joinedload(MedicationVisit.client)))
    if row is None:
        raise NotFound
    return row


def line(medication: Medication, entry: MedicationEntry, last: tuple[date, Takes] | None = None) -> Line:
    """What an entry says of a medication, opened; "" where the client's key was destroyed."""
    sealed_words = (entry.name_sealed, entry.dose_sealed, entry.prescriber_sealed, entry.words_sealed)
    return Line(medication, entry, *(sealed.unseal(medication.client_id, one) or "" for one in sealed_words), last)


def listed(client_id: str) -> list[Line]:
    """The medications of a client that were not taken back, by name; a fixed number of statements."""
    found = select(Medication, MedicationEntry).join(MedicationEntry)
    found = found.where(Medication.client_id == client_id, MedicationEntry.in_force == 1)
    said: dict[str, tuple[date, Takes]] = {}
    for visit in visits(client_id):
        for taking in visit.takings:
            if taking.takes is not Takes.not_asked:
                said.setdefault(taking.medication_id, (visit.held_on, taking.takes))
    lines = (line(one, entry, said.get(one.id)) for one, entry in db.execute(found.order_by(Medication.id)))
    return sorted(lines, key=lambda one: one.name.lower())


def visits(client_id: str) -> list[MedicationVisit]:
    """The visits of a client that stand, the last first, with what was said of each medication."""
    found = select(MedicationVisit).where(MedicationVisit.client_id == client_id)
    found = found.where(MedicationVisit.superseded_at.is_(None))
    found = found.order_by(MedicationVisit.held_on.desc(), MedicationVisit.recorded_at.desc())
    return list(
        db.scalars(found.options(selectinload(MedicationVisit.takings), joinedload(MedicationVisit.recorded_by)))
    )


def words_of(visit: MedicationVisit) -> str:
    """The words of a visit, opened."""
    return sealed.unseal(visit.client_id, visit.words_sealed) or ""


def asked_none(client_id: str) -> MedicationsNone | None:
    """When someone was last asked and takes none; None if that was never said."""
    found = select(MedicationsNone).where(MedicationsNone.client_id == client_id)
    newest = (MedicationsNone.asked_on.desc(), MedicationsNone.recorded_at.desc())
    return db.scalar(found.order_by(*newest).limit(1).options(joinedload(MedicationsNone.recorded_by)))


def mentioned(client_id: str) -> list[Mentioned]:
    """The medications that referrals name and that are not on the list yet, each once, the newest first."""
    taken = set(db.scalars(select(Medication.referral).where(Medication.client_id == client_id)))
    found = select(ReferralProblem).where(ReferralProblem.client_id == client_id)
    found = found.where(ReferralProblem.code_system == CodeSystem.rxnorm)
    rows = db.scalars(found.order_by(ReferralProblem.onset_on.desc(), ReferralProblem.recorded_at.desc()))
    named: dict[str, Mentioned] = {}
    for row in rows:
        key = f"{row.source} {row.code}"
        name = sealed.unseal(client_id, row.words_sealed)
        if name and key not in taken and key not in named:
            named[key] = Mentioned(key, row.code, name, row.onset_on, row.ended_on)
    return list(named.values())


def prescribed(client_ids: Collection[str]) -> dict[str, list[Prescribed]]:
    """By client the prescribed medications that this house knows, with their days; one statement for any number of clients."""
    found = select(Medication.client_id, MedicationEntry.known, MedicationEntry.started_on, MedicationEntry.ended_on)
    found = found.join(MedicationEntry).where(Medication.client_id.in_(client_ids), MedicationEntry.in_force == 1)
    found = found.where(MedicationEntry.known.is_not(None), MedicationEntry.prescriber != Prescriber.nobody)
    by_client: dict[str, list[Prescribed]] = defaultdict(list)
    for client_id, code, started_on, ended_on in db.execute(found.order_by(MedicationEntry.recorded_at)):
        known = known_of(code)
        if known:
            by_client[client_id].append(Prescribed(known, started_on, ended_on))
    return dict(by_client)
