"""What signed notes, addenda and co-signatures say now, for `audit verify` to hold against the log."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from caseapp.attendance.models import Mark
from caseapp.audit.signed import SignedRow, Signing, batches, rows_by_id
from caseapp.notes import rules
from caseapp.notes.models import Addendum, Cosignature, Note, NoteGoal

BESIDE = ((Addendum, rules.ADDENDUM, "addendum"), (Cosignature, rules.COSIGNATURE, "co-signature"))


def _rows(session: Session) -> Iterator[SignedRow]:
    for notes in batches(session, Note):
        marks = rows_by_id(session, Mark, (note.mark_id for note in notes if note.mark_id))
        goals = _goals(session, [note.id for note in notes])
        for note in notes:
            now = rules.fingerprint(rules.NOTE, note, marks.get(note.mark_id), goals.get(note.id, ()))
            yield SignedRow("note", note.id, now, note.hash)
    for model, facts, name in BESIDE:
        for rows in batches(session, model):
            yield from (SignedRow(name, row.id, rules.fingerprint(facts, row), row.hash) for row in rows)


def _goals(session: Session, ids: list[str]) -> dict[str, list[tuple[str, int]]]:
    """By note, the goals that it names: revision and number."""
    found: dict[str, list[tuple[str, int]]] = {}
    rows = select(NoteGoal.note_id, NoteGoal.revision_id, NoteGoal.number).where(NoteGoal.note_id.in_(ids))
    for note_id, *goal in session.execute(rows):
        found.setdefault(note_id, []).append(tuple(goal))
    return found


SIGNING = Signing(("notes.sign", "notes.add", "notes.cosign"), _rows)
