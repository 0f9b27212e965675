"""Signed notes as one person may read them, session by session and client by client; supervisors' queue."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from caseapp.attendance.models import Mark
from caseapp.attendance.queries import marks_of, session_of_mine
from caseapp.attendance.rules import ATTENDED
from caseapp.clients.models import Client
from caseapp.clients.queries import denied_ids, visible_ids, visible_to
from caseapp.core import sealed
from caseapp.core.access import Actor, Can, Role
from caseapp.core.db import db
from caseapp.core.errors import NotFound, Refused
from caseapp.identity.models import Staff
from caseapp.notes.models import Addendum, Cosignature, CounselingNote, Note, NoteGoal
from caseapp.notes.rules import texts_of
from caseapp.plans.models import Plan, PlanGoal, PlanRevision
from caseapp.plans.queries import goals_of, goals_to_name
from caseapp.plans.rules import Goal
from caseapp.programs.rules import Capacity
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.queries import list_of


@dataclass(frozen=True)
class Read:
    """A signed note with its texts opened: heading and text in order, what was added, who signed beside.

    `corrected` is the mark in force where the roll-call was corrected since the note was signed.
    """

    note: Note
    texts: list[tuple[str, str]]
    added: list[tuple[Addendum, str]] = field(default_factory=list)
    cosigned: Cosignature | None = None
    goals: list[Goal] = field(default_factory=list)
    corrected: Mark | None = None

    @property
    def waits(self) -> bool:
        """Whether it still needs a supervisor's signature."""
        return self.note.needs_cosignature and self.cosigned is None


@dataclass(frozen=True)
class Part:
    """Someone on a session's list: their mark in force, and their part of the note if it is signed.

    For whoever writes about them also the goals of their plan in force, and the last note about them that this person may read.
    """

    place: Place
    mark: Mark | None
    read: Read | None
    plan: tuple[str, list[Goal]] | None = None
    last: Read | None = None

    @property
    def came(self) -> bool:
        """Whether there is a note to write about them."""
        return self.mark is not None and self.mark.state in ATTENDED

    @property
    def goals(self) -> list[Goal]:
        """The goals that what is written may name: those open in the plan in force."""
        return self.plan[1] if self.plan else []

    @property
    def open(self) -> bool:
        """Whether their part is still to be written."""
        return self.came and self.read is None


@dataclass(frozen=True)
class Sheet:
    """A session's note as one person may see it: the part for everyone, each one's own, and how many more are on the list."""

    session: Session
    writes: bool
    shared: Read | None
    parts: list[Part]
    hidden: int

    @property
    def group(self) -> bool:
        """Whether there is a part for everyone."""
        return is_group(self.session)

    @property
    def open(self) -> list[Part]:
        """The people whose part is still to be written."""
        return [part for part in self.parts if part.open]

    @property
    def waiting(self) -> list[Read]:
        """What still needs a supervisor's signature."""
        signed = [self.shared, *(part.read for part in self.parts)]
        return [read for read in signed if read and read.waits]


def is_group(session: Session) -> bool:
    """Whether a session is one for several people."""
    return session.service.capacity is not Capacity.individual


def may_write(session: Session, user: Actor) -> bool:
    """Whoever led a session writes its note; a supervisor only when all of them have left."""
    if not user.can(Can.write_notes):
        return False
    here = {lead.staff_id for lead in session.leads if lead.staff.left_on is None}
    return user.id in here or (not here and Role.supervisor in user.roles)


def sheet(session_id: str, user: Actor) -> Sheet:
    """The note of a session. Raises NotFound as the roll-call does; a fixed number of statements."""
    session = session_of_mine(session_id, user)
    places = list_of(session)
    may_read = _readable(session, places, user)
    mine = [place for place in places if place.client_id in may_read]
    marks, notes = marks_of([place.id for place in mine]), {note.place_id: note for note in _signed_in(session)}
    shown = [note for place_id, note in notes.items() if place_id in {None, *(place.id for place in mine)}]
    read = {one.note.place_id: one for one in opened(shown)}
    parts = [Part(place, marks.get(place.id), read.get(place.id)) for place in mine]
    writes = may_write(session, user)
    if writes:
        parts = _to_write(parts, user)
    return Sheet(session, writes, read.get(None), parts, len(places) - len(mine))


def _to_write(parts: list[Part], user: Actor) -> list[Part]:
    """The same, with what helps to write the parts that are still open: goals to name, the last note; nothing is copied."""
    clients = [part.place.client_id for part in parts if part.open]
    if not clients:
        return parts
    plans, last = goals_to_name(clients), _last_notes(clients, user)
    return [
        replace(part, plan=plans.get(part.place.client_id), last=last.get(part.place.client_id)) if part.open else part
        for part in parts
    ]


def _last_notes(client_ids: list[str], user: Actor) -> dict[str, Read]:
    """By client, their own part that was signed last; only of those whose record this person may see."""
    newest = func.row_number().over(partition_by=Note.client_id, order_by=(Note.signed_at.desc(), Note.id))
    ranked = select(Note.id, newest.label("place")).where(Note.client_id.in_(visible_ids(client_ids, user))).subquery()
    rows = select(Note).join(ranked, ranked.c.id == Note.id).where(ranked.c.place == 1).options(*_with_mark())
    return {read.note.client_id: read for read in opened(list(db.scalars(rows)))}


def on_goal(plan: Plan, number: int, most: int = 20) -> tuple[list[Read], int]:
    """The notes that name a goal of a plan, in whichever revision, the last session first, and how many there are."""
    found = select(Note).join(NoteGoal, NoteGoal.note_id == Note.id).join(Note.session)
    found = found.join(PlanRevision, PlanRevision.id == NoteGoal.revision_id)
    found = found.where(PlanRevision.plan_id == plan.id, NoteGoal.number == number)
    total = db.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = found.order_by(Session.starts_at.desc(), Note.id).limit(most).options(*_with_mark())
    return opened(list(db.scalars(rows))), total


def sheet_to_write(session_id: str, user: Actor) -> Sheet:
    """The same for who may write it. Raises Refused for anyone else."""
    found = sheet(session_id, user)
    if not found.writes:
        raise Refused("Only whoever led a session writes its note.")
    return found


def _readable(session: Session, places: list[Place], user: Actor) -> set[str]:
    """Whose part this person may read: who writes the note was there, and sees all on the list but those denied to them."""
    clients = [place.client_id for place in places]
    if may_write(session, user):
        return set(clients) - set(db.scalars(denied_ids(user)))
    return visible_ids(clients, user) if user.can(Can.see_clinical_text) else set()


def _signed_in(session: Session) -> list[Note]:
    return list(db.scalars(select(Note).where(Note.session_id == session.id).options(*_with_mark())))


def _with_mark():
    return selectinload(Note.mark), joinedload(Note.client), selectinload(Note.session).selectinload(Session.service)


def opened(notes: list[Note]) -> list[Read]:
    """Notes with their texts and the goals they name, in the same order; a fixed number of statements however many there are."""
    ids, now = [note.id for note in notes], marks_of([note.place_id for note in notes if note.place_id])
    named = _goals_named(ids)
    added, beside = _added_to(ids), select(Cosignature).where(Cosignature.note_id.in_(ids))
    cosigned = {one.note_id: one for one in db.scalars(beside)}
    keys = sealed.load_keys(list({note.sealed_for for note in notes}))  # held while the texts are opened
    read = [
        Read(
            note,
            texts_of(sealed.unseal(note.sealed_for, note.body_sealed)),
            [(one, sealed.unseal(note.sealed_for, one.body_sealed) or "") for one in added.get(note.id, [])],
            cosigned.get(note.id),
            goals_of(note.sealed_for, named.get(note.id, [])),
            mark if (mark := now.get(note.place_id)) and mark.id != note.mark_id else None,
        )
        for note in notes
    ]
    del keys
    return read


def _goals_named(note_ids: list[str]) -> dict[str, list[PlanGoal]]:
    found: dict[str, list[PlanGoal]] = {}
    rows = select(NoteGoal.note_id, PlanGoal).join(NoteGoal.goal).where(NoteGoal.note_id.in_(note_ids))
    for note_id, goal in db.execute(rows.order_by(NoteGoal.note_id, NoteGoal.number)):
        found.setdefault(note_id, []).append(goal)
    return found


def _added_to(note_ids: list[str]) -> dict[str, list[Addendum]]:
    found: dict[str, list[Addendum]] = {}
    rows = select(Addendum).where(Addendum.note_id.in_(note_ids)).order_by(Addendum.signed_at, Addendum.id)
    for one in db.scalars(rows):
        found.setdefault(one.note_id, []).append(one)
    return found


def get_note(note_id: str, user: Actor) -> Note:
    """A signed note that this person may read. Raises NotFound for any other."""
    note = db.scalar(select(Note).where(Note.id == note_id).options(*_with_mark()))
    if note is None:
        raise NotFound
    session = session_of_mine(note.session_id, user) if note.client_id is None else note.session
    if note.client_id and note.client_id not in visible_ids([note.client_id], user):
        session = session_of_mine(note.session_id, user)
        if note.client_id not in _readable(session, list_of(session), user):
            raise NotFound
    return note


def for_everyone(session_ids: list[str]) -> dict[str, Read]:
    """By session, the part for everyone."""
    rows = select(Note).where(Note.session_id.in_(session_ids), Note.place_id.is_(None)).options(*_with_mark())
    return {read.note.session_id: read for read in opened(list(db.scalars(rows)))}


def everyones_is_signed(session: Session) -> bool:
    """Whether the part for everyone is there already."""
    return bool(db.scalar(select(Note.id).where(Note.session_id == session.id, Note.place_id.is_(None))))


def signed_about(first: date, last: date) -> dict[str, frozenset[str]]:
    """By client, the sessions of these days whose note about them is signed; one statement."""
    rows = select(Note.client_id, Note.session_id).join(Note.session).where(Note.client_id.is_not(None))
    found: dict[str, set[str]] = {}
    for client_id, session_id in db.execute(rows.where(Session.on_day.between(first, last))):
        found.setdefault(client_id, set()).add(session_id)
    return {client_id: frozenset(sessions) for client_id, sessions in found.items()}


@dataclass(frozen=True)
class OfClient:
    """One session's note in a client's chart: their own part, and the part for everyone by reference."""

    own: Read
    shared: Read | None


def of_client(client: Client, number: int, size: int) -> tuple[list[OfClient], int]:
    """A page of a client's notes, the newest session first, and how many there are; a fixed number of statements."""
    mine = select(Note).where(Note.client_id == client.id)
    total = db.scalar(select(func.count()).select_from(mine.subquery())) or 0
    page = mine.join(Note.session).order_by(Session.starts_at.desc(), Note.id).offset((number - 1) * size).limit(size)
    whole = contains_eager(Note.session).selectinload(Session.service)
    own = opened(list(db.scalars(page.options(whole, selectinload(Note.mark), joinedload(Note.client)))))
    shared = for_everyone([read.note.session_id for read in own])
    return [OfClient(read, shared.get(read.note.session_id)) for read in own], total


@dataclass(frozen=True)
class ToCosign:
    """A session's notes by someone whose notes need a supervisor's signature: how many wait, and since when."""

    session: Session
    author: str
    waiting: int
    since: datetime


def to_cosign(user: Actor) -> list[ToCosign]:
    """What waits for this person's signature, what waits longest first; nothing of their own. Two statements and services."""
    if not user.can(Can.cosign_notes):
        return []
    rows = _unsigned_beside(user).with_only_columns(
        Note.session_id, func.min(Note.signed_by_name), func.count(), func.min(Note.signed_at)
    )
    found = db.execute(rows.group_by(Note.session_id, Note.signed_by_id)).all()
    sessions = _sessions([row[0] for row in found])
    waiting = [ToCosign(sessions[session_id], *rest) for session_id, *rest in found]
    return sorted(waiting, key=lambda one: (one.since, one.session.id))


def _unsigned_beside(user: Actor) -> Select:
    """Own parts of clients whom this person may see that need a signature beside, not theirs."""
    beside = select(Cosignature.note_id)
    found = select(Note).join(Client, Note.client_id == Client.id).where(visible_to(user))
    return found.where(Note.needs_cosignature.is_(True), Note.signed_by_id != user.id, Note.id.not_in(beside))


def _sessions(ids: list[str]) -> dict[str, Session]:
    rows = select(Session).where(Session.id.in_(ids)).options(selectinload(Session.service))
    return {session.id: session for session in db.scalars(rows)}


def needs_cosignature(staff_id: str) -> bool:
    """Whether what this person signs needs a supervisor's signature too."""
    return bool(db.scalar(select(Staff.notes_cosigned).where(Staff.id == staff_id)))


def counseling_notes(client: Client, user: Actor) -> list[tuple[CounselingNote, str]]:
    """This person's own counseling notes about a client, the newest first, opened; nobody else's, whoever asks."""
    mine = select(CounselingNote).where(CounselingNote.client_id == client.id, CounselingNote.author_id == user.id)
    rows = db.scalars(mine.order_by(CounselingNote.written_at.desc(), CounselingNote.id))
    return [(row, sealed.unseal(client.id, row.body_sealed) or "") for row in rows]
