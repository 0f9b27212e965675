"""Sign a session's note, add to it, sign beside it; keep a counseling note. Nothing here changes what is signed."""

from collections.abc import Collection, Mapping

from caseapp.attendance.models import Mark
from caseapp.attendance.queries import marks_of
from caseapp.attendance.rules import ATTENDED
from caseapp.audit.actions import changed, changed_together
from caseapp.clients.models import Client
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import RuleBroken
from caseapp.notes import due, queries, rules
from caseapp.notes.models import Addendum, Cosignature, CounselingNote, Note, NoteGoal
from caseapp.notes.rules import Format, Section
from caseapp.plans.queries import goals_to_name
from caseapp.plans.rules import Goal
from caseapp.scheduling.models import Place, Session

Texts = Mapping[Section, str]


def sign(
    session: Session,
    by: Actor,
    own: Mapping[Place, tuple[Format, Texts]],
    shared: str = "",
    goals: Mapping[Place, Collection[int]] | None = None,
) -> list[Note]:
    """Sign the parts that are written, in one act: of a group's first ones also the part for everyone.

    `own` gives a format and texts by section for places of this session, `goals` the numbers of the goals that a part is about,
    of the plan in force. State and minutes are those of the roll-call as it
    stands now. Raises RuleBroken where nothing is written, someone did not come, a part is signed already, or the plan in force
    has no such open goal.
    """
    lock(Session, [session.id])
    marks = marks_of([place.id for place in own])
    _check(session, own, marks, shared, queries.everyones_is_signed(session))
    plans = goals_to_name([place.client_id for place in goals or ()])
    facts = {"needs_cosignature": queries.needs_cosignature(by.id), "due_at": due.due_of([session])[session.id]}
    signature = _signature(by) | facts
    new = [_note(session, signature, Format.group, {Section.group: shared})] if shared else []
    for place in own:
        named = _named(plans.get(place.client_id), (goals or {}).get(place, ()))
        new.append(_note(session, signature, *own[place], place, marks[place.id], named))
    db.add_all(new)
    db.flush()
    hashes = {note.id: note.hash for note in new}
    changed_together("notes.sign", by, [place.client_id for place in own], subject_id=session.id, **hashes)
    return new


def _check(session: Session, own: Mapping[Place, tuple], marks: dict[str, Mark], shared: str, there: bool) -> None:
    if not session.begun:
        raise RuleBroken("This session has not begun.")
    if any(place.session_id != session.id or place.released_at for place in own):
        raise RuleBroken("Someone is no longer on this list. Look at the note again.")
    if any(place.id not in marks or marks[place.id].state not in ATTENDED for place in own):
        raise RuleBroken(
            "The roll-call no longer says that everyone came whose part is written. Look at the note again."
        )
    if not own or not all(any(texts.values()) for _format, texts in own.values()):
        raise RuleBroken("Nobody's part is written yet.")
    if shared and there:
        raise RuleBroken(*rules.CONSTRAINTS["uq_note_one_for_everyone"])
    if queries.is_group(session) and not (shared or there):
        raise RuleBroken("Write what the group did.", "shared")


def _note(
    session: Session,
    signature: dict,
    format: Format,
    texts: Texts,
    place: Place | None = None,
    mark: Mark | None = None,
    goals: Collection[tuple[str, int]] = (),
) -> Note:
    note = Note(id=new_id(), session_id=session.id, format=format, **signature)
    if place and mark:
        note.place_id, note.client_id, note.mark_id = place.id, place.client_id, mark.id
    note.body_sealed = sealed.seal(note.sealed_for, rules.body_of(texts))
    note.goals = [NoteGoal(revision_id=revision_id, number=number) for revision_id, number in goals]
    note.hash = rules.fingerprint(rules.NOTE, note, mark, goals)
    return note


def _named(plan: tuple[str, list[Goal]] | None, numbers: Collection[int]) -> list[tuple[str, int]]:
    """Goals of a plan in force by number, each with the revision that says it."""
    revision_id, goals = plan or ("", [])
    if not set(numbers) <= {goal.number for goal in goals}:
        raise RuleBroken(
            "The plan has changed: a goal that was chosen is no longer open in it. Look at the note again."
        )
    return [(revision_id, number) for number in sorted(set(numbers))]


def _signature(by: Actor) -> dict:
    return {
        "signed_by_id": by.id,
        "signed_by_name": by.name,
        "signed_by_credential": by.credential,
        "signed_at": clock.now(),
    }


def add(note: Note, text: str, by: Actor) -> Addendum:
    """Add to a signed note; what is added is signed at once."""
    addendum = Addendum(id=new_id(), note_id=note.id, body_sealed=sealed.seal(note.sealed_for, text), **_signature(by))
    addendum.hash = rules.fingerprint(rules.ADDENDUM, addendum)
    db.add(addendum)
    db.flush()
    changed("notes.add", note.id, by, client_id=note.client_id, **{addendum.id: addendum.hash})
    return addendum


def cosign(notes: list[Note], session: Session, by: Actor) -> int:
    """Sign beside those of a session's notes that need it and are not one's own; gives how many.

    Raises RuleBroken if there are none left.
    """
    lock(Session, [session.id])
    reads = queries.opened(notes)
    waiting = [read.note for read in reads if read.waits and read.note.signed_by_id != by.id]
    if not waiting:
        raise RuleBroken("Nothing here waits for your signature.")
    new = [Cosignature(id=new_id(), note_id=note.id, **_signature(by)) for note in waiting]
    for one in new:
        one.hash = rules.fingerprint(rules.COSIGNATURE, one)
    db.add_all(new)
    db.flush()
    clients = {note.client_id for note in waiting if note.client_id}
    changed_together("notes.cosign", by, clients, subject_id=session.id, **{one.id: one.hash for one in new})
    return len(waiting)


def keep_counseling(client: Client, text: str, by: Actor) -> CounselingNote:
    """Keep a counseling note for its author alone. The log says that one was written, and nothing of it."""
    note = CounselingNote(client_id=client.id, author_id=by.id, body_sealed=sealed.seal(client.id, text))
    db.add(note)
    db.flush()
    changed("notes.keep_counseling", note.id, by, client_id=client.id)
    return note
