"""Admission behind the detox gate, and who answers for an episode."""

from datetime import date

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clients.queries.care import denied_staff
from caseapp.clients.rules import DENIED
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor, Role
from caseapp.core.db import db, lock
from caseapp.core.errors import RuleBroken
from caseapp.episodes import queries
from caseapp.episodes.actions.moves import new_transition
from caseapp.episodes.actions.screening import hold
from caseapp.episodes.models import Assignment, Episode, PhaseStay, Prescreen
from caseapp.episodes.rules import CONSTRAINTS, MoveKind, MoveReason, Outcome, Part
from caseapp.identity.queries import working_staff
from caseapp.programs.models import Phase, ProgramVersion
from caseapp.programs.rules import VersionState


def admit(
    client: Client,
    row: Prescreen,
    by: Actor,
    *,
    program_version: ProgramVersion,
    phase: Phase,
    admitted_on: date,
    case_manager_id: str | None,
    clinician_id: str | None,
    payer_id: str | None,
    words: str = "",
) -> Episode:
    """Admit into a phase. The gate is asked again here, with the pre-screen held, so that no change slips in between.

    Raises RuleBroken while the gate is shut, for a day ahead, a phase of another version, a version that is a draft,
    staff who do not work here in that part, under the program's least age, or if there is an open episode already.
    """
    lock(Client, [client.id])
    _must_fit(program_version, phase, admitted_on)
    _must_be_open(row, program_version)
    queries.must_be_of_age(client.born, program_version.program, admitted_on, "admitted_on")
    _must_not_overlap(client, program_version, admitted_on)
    episode = Episode(
        client_id=client.id,
        program_id=program_version.program_id,
        program_version_id=program_version.id,
        prescreen_id=row.id,
        payer_id=payer_id,
        admitted_on=admitted_on,
    )
    db.add(episode)
    db.flush()
    into = new_transition(episode, by, MoveKind.admit, admitted_on, MoveReason.admitted, words, None, phase)
    db.add(PhaseStay(episode_id=episode.id, phase_id=phase.id, started_on=admitted_on, transition_in_id=into.id))
    row.outcome, row.ended_at, row.ended_by_id = Outcome.admitted, clock.now(), by.id
    assign(episode, Part.case_manager, case_manager_id, by, from_day=admitted_on)
    assign(episode, Part.clinician, clinician_id, by, from_day=admitted_on)
    changed("episodes.admit", episode.id, by, client_id=client.id, phase=phase.name, admitted_on=admitted_on)
    return episode


def _must_fit(version: ProgramVersion, phase: Phase, admitted_on: date) -> None:
    if phase.program_version_id != version.id or version.state is not VersionState.published:
        raise RuleBroken("Choose a phase of a version that is in use.", "phase")
    if admitted_on > clock.today(clinic.zone()):
        raise RuleBroken("An admission can't lie ahead.", "admitted_on")


def _must_be_open(row: Prescreen, version: ProgramVersion) -> None:
    """Hold the pre-screen, read it anew, and ask the gate."""
    hold(row)
    blocked_by = queries.gate(row, version.program_id)
    if blocked_by:
        said = " ".join(map(str, blocked_by))
        raise RuleBroken(f"Admission is blocked. {said}", way_out="Record an examination, or refer.")


def assign(
    episode: Episode, part: Part, staff_id: str | None, by: Actor, *, from_day: date, words: str = ""
) -> Assignment | None:
    """Say who is case manager or primary clinician of an episode from a day on; nothing if it is so already.

    Appended, so that a later question finds who answered when; the episode itself holds the present one. Raises RuleBroken
    for someone who does not work here in that role, or to whom the client is denied.
    """
    column = f"{part.value}_id"
    if getattr(episode, column) == staff_id:
        return None
    if staff_id and staff_id not in {one.id for one in working_staff(Role(part.value))}:
        raise RuleBroken(f"Choose someone who works here as {part.value.replace('_', ' ')}.", part.value)
    if staff_id in denied_staff(episode.client_id):
        raise RuleBroken(DENIED, part.value)
    setattr(episode, column, staff_id)
    row = Assignment(episode_id=episode.id, part=part, staff_id=staff_id, from_day=from_day, decided_by_id=by.id)
    row.words_sealed = sealed.seal(episode.client_id, words.strip())
    db.add(row)
    db.flush()
    changed("episodes.assign", row.id, by, client_id=episode.client_id, part=part, staff=staff_id, from_day=from_day)
    return row


def _must_not_overlap(client: Client, version: ProgramVersion, admitted_on: date) -> None:
    earlier = select(Episode).where(Episode.client_id == client.id, Episode.program_id == version.program_id)
    for episode in db.scalars(earlier):
        if episode.discharged_on is None:
            raise RuleBroken(*CONSTRAINTS["uq_episode_one_open_per_program"])
        if episode.discharged_on > admitted_on:
            raise RuleBroken("The earlier episode ends after that day. Choose a later one.", "admitted_on")
