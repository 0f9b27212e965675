"""Mark, mark the rest, add, finish, reopen. A correction appends a mark and supersedes the one before; nothing is lost.

Whoever changes a list holds its session first, so that two at once come one after the other.
"""

from datetime import datetime

from caseapp.attendance import outreach, queries
from caseapp.attendance.models import Mark, Reopening
from caseapp.attendance.rules import (
    ATTENDED,
    MarkState,
    Reason,
    Said,
    Sent,
    Verdict,
    WhyReopened,
    attended_minutes,
    tidy,
    verdict,
    what_is_wrong,
)
from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.core import clock, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import RuleBroken
from caseapp.core.words import count
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import PlaceSource, SessionState, WhyAdded, WhyNot, WhyOver

CLOSED = (SessionState.cancelled, SessionState.did_not_happen)


class Differs(RuleBroken):
    """Someone else has marked this person since the page was made: `mark` says `theirs`, what was sent says `mine`."""

    def __init__(self, mark: Mark, theirs: Said, mine: Said):
        super().__init__("Someone else marked this person differently.")
        self.mark, self.theirs, self.mine = mark, theirs, mine


def mark(
    place: Place,
    state: MarkState | None,
    by: Actor,
    *,
    late: int = 0,
    early: int = 0,
    reason: Reason | None = None,
    words: str = "",
) -> Mark | None:
    """Mark someone, whatever was said of them before (None unmarks). `late` and `early` are minutes. The same again is nothing.

    Raises RuleBroken for what can't be so, and for a correction on a finished list.
    """
    scheduling.hold(place.session)
    return _Marking(place.session, [place], by).take(place, Said(state, late, early, reason, words))


def send(session: Session, rows: dict[Place, Sent], by: Actor) -> dict[str, RuleBroken]:
    """Take many rows at once; by place, why one was not taken.

    Three-way by row: what only one of us changed since `seen` is taken, the same twice is no conflict. Where two people
    disagree (Differs) the other rows are taken all the same; if a row can't be so, none is.
    """
    scheduling.hold(session)
    marking = _Marking(session, list(rows), by, [sent.seen for sent in rows.values() if sent.seen])
    wanted, refused = [], {}
    for place, sent in rows.items():
        try:
            wanted += marking.decide(place, sent)
        except RuleBroken as broken:
            refused[place.id] = broken
    if all(isinstance(broken, Differs) for broken in refused.values()):
        for place, said in wanted:
            marking.append(place, said)
    return refused


class _Marking:
    """A held list while marks are taken: what is in force, what pages showed, who is elsewhere at that time."""

    def __init__(self, session: Session, places: list[Place], by: Actor, seen: list[str] = (), batch_id: str = ""):
        self.session, self.by, self.batch_id = session, by, batch_id or None
        self.current = queries.marks_of([place.id for place in places])
        self.shown = queries.marks_by_id(list(seen))
        lock(Client, [place.client_id for place in places])  # nobody is marked as there in two sessions at once
        self.elsewhere = queries.elsewhere(session, [place.client_id for place in places])

    def take(self, place: Place, said: Said) -> Mark | None:
        """Take what is said of someone, whatever was said before; gives the mark in force afterwards."""
        current = self.current.get(place.id)
        for one, wanted in self.decide(place, Sent(said, seen=current.id if current else None)):
            self.append(one, wanted)
        return self.current.get(place.id)

    def decide(self, place: Place, sent: Sent) -> list[tuple[Place, Said]]:
        """What to append for a row: nothing, or one mark. Raises Differs or RuleBroken; changes nothing."""
        current, mine = self.current.get(place.id), tidy(sent.said)
        now = self.says(place, current)
        outcome = verdict(self._base(place, sent, now), now, mine)
        settled = current is not None and sent.settled == current.id
        if outcome is Verdict.nothing or (settled and sent.accepts):
            return []
        self._check(place, sent.said, now)
        if outcome is Verdict.ask and not settled:
            raise Differs(current, now, mine)
        return [(place, mine)]

    def says(self, place: Place, mark: Mark | None) -> Said:
        """What a mark of that place says."""
        return queries.said_by(mark, place.client_id)

    def _base(self, place: Place, sent: Sent, now: Said) -> Said:
        current = self.current.get(place.id)
        if sent.seen == (current.id if current else None):
            return now
        shown = self.shown.get(sent.seen or "")
        return self.says(place, shown if shown and shown.place_id == place.id else None)

    def _check(self, place: Place, said: Said, now: Said) -> None:
        session = self.session
        if session.state in CLOSED:
            raise RuleBroken("This session was cancelled or did not happen, so there is nothing to mark.")
        if session.finished_at and now.state:
            raise RuleBroken("This roll-call is finished. Reopen it to correct a mark.")
        wrong = what_is_wrong(tidy(said) if said.late and said.early else said, place.minutes, session.begun)
        if wrong:
            raise RuleBroken(wrong, "late" if said.state is MarkState.late else "early")
        other = self.elsewhere.get(place.client_id)
        if other and said.state in ATTENDED:
            raise RuleBroken(f"Marked as there in {other.name} at the same time. Correct that first.")

    def append(self, place: Place, said: Said) -> None:
        """Append a mark and supersede the one before, with what follows from it."""
        now, current = clock.now(), self.current.get(place.id)
        before = self.says(place, current)
        if current:
            current.superseded_at = now
            db.flush()
        row = Mark(
            place_id=place.id, state=said.state, late_minutes=said.late, early_minutes=said.early, recorded_at=now
        )
        row.minutes = attended_minutes(said.state, place.minutes, said.late, said.early)
        row.reason, row.words_sealed = said.reason, sealed.seal(place.client_id, said.words)
        row.marked_by_id, row.batch_id = self.by.id, self.batch_id
        db.add(row)
        self.session.marked_at = self.session.marked_at or now
        db.flush()
        self.current[place.id] = row
        facts = {"was": _code(before), "now": _code(said), "minutes": row.minutes}
        changed("attendance.mark", place.id, self.by, client_id=place.client_id, **facts)
        outreach.follow_the_mark(place, before.state, said.state, self.by)


def _code(said: Said) -> str:
    """A mark in codes for the log: no words of anyone's."""
    state = said.state.value if said.state else "not_marked"
    return " ".join([state, *(f"{name} {n}" for name, n in (("late", said.late), ("early", said.early)) if n)])


def mark_rest(session: Session, by: Actor, places: list[Place] | None = None) -> tuple[int, str]:
    """Mark those of these places (of all) that are not marked as present: one act. Gives how many, and the act's id.

    Raises RuleBroken before the start and on a finished list.
    """
    scheduling.hold(session)
    if not session.begun:
        raise RuleBroken("The session has not begun yet.")
    places = [place for place, _mark in queries.roll(session)] if places is None else places
    marking = _Marking(session, places, by, batch_id=new_id())
    waiting = [place for place in places if queries.marked(marking.current.get(place.id)) is None]
    for place in waiting:
        marking.take(place, Said(MarkState.present))
    return len(waiting), marking.batch_id


def undo_rest(session: Session, batch_id: str, by: Actor) -> int:
    """Unmark whom that act marked and nobody has corrected since. Gives how many. Raises RuleBroken on a finished list."""
    scheduling.hold(session)
    rows = [(place, row) for place, row in queries.roll(session) if row and row.batch_id == batch_id]
    marking = _Marking(session, [place for place, _row in rows], by)
    for place, _row in rows:
        marking.take(place, Said())
    return len(rows)


def add(
    session: Session, client: Client, by: Actor, *, why: WhyAdded, arrived_at: datetime, why_over: WhyOver | None = None
) -> Place:
    """Someone came who was not on the list: a place and a mark of present, minutes from their arrival.

    Raises RuleBroken as `scheduling.walk_in` does, and if they are marked as there in another session at that time.
    """
    place = scheduling.walk_in(session, client, by, why=why, arrived_at=arrived_at, why_over=why_over)
    _Marking(session, [place], by).take(place, Said(MarkState.present))
    return place


def take_off(place: Place, by: Actor) -> None:
    """Take someone off the list who was added at roll-call by mistake: unmarked, the place freed, all of it on record."""
    scheduling.hold(place.session)
    if place.source is not PlaceSource.walk_in:
        raise RuleBroken(
            "Only someone who was added at roll-call can be taken off the list.", way_out="Mark them instead."
        )
    _Marking(place.session, [place], by).take(place, Said())
    scheduling.free(place, by)


def finish(session: Session, by: Actor) -> int:
    """The session was held. Each no-show opens one outreach task. Gives how many are still not marked.

    Raises RuleBroken before the start, and if it is finished or cancelled already.
    """
    scheduling.hold(session)
    _must_be_open(session)
    if not session.begun:
        raise RuleBroken("This session has not begun yet.")
    rows = queries.roll(session)
    _end(session, SessionState.held, by)
    for place, row in rows:
        outreach.follow_the_mark(place, None, row.state if row else None, by)
    waiting = sum(1 for _place, row in rows if row is None)
    changed("attendance.finish", session.id, by, not_marked=waiting)
    return waiting


def did_not_happen(session: Session, why: WhyNot, by: Actor) -> None:
    """Say that a session did not happen. Raises RuleBroken while someone is marked as having come."""
    scheduling.hold(session)
    _must_be_open(session)
    if not session.begun:
        raise RuleBroken("This session has not begun yet.", way_out="Cancel it on its page.")
    came = sum(1 for _place, row in queries.roll(session) if row and row.state in ATTENDED)
    if came:
        says = f"{count('person is', came, 'people are')} marked as having come."
        raise RuleBroken(says.capitalize(), way_out="Unmark them first, or finish the roll-call.")
    session.state_reason = why
    _end(session, SessionState.did_not_happen, by)
    changed("attendance.did_not_happen", session.id, by, why=why)


def reopen(session: Session, why: WhyReopened, by: Actor) -> None:
    """Open a finished list again; that it was finished, and why it is open, stays on record. Raises RuleBroken if it is open."""
    scheduling.hold(session)
    if not session.finished_at:
        raise RuleBroken("This roll-call is open.")
    row = Reopening(session_id=session.id, was=session.state, finished_at=session.finished_at, why=why)
    row.finished_by_id, row.reopened_by_id = session.finished_by_id, by.id
    db.add(row)
    if session.state is SessionState.did_not_happen:
        session.state, session.state_reason = SessionState.scheduled, None
    session.finished_at = session.finished_by_id = None
    session.changed_at, session.changed_by_name = clock.now(), by.name
    db.flush()
    changed("attendance.reopen", session.id, by, was=row.was, why=why)


def _must_be_open(session: Session) -> None:
    if session.state in CLOSED:
        raise RuleBroken("This session was cancelled or did not happen.")
    if session.finished_at:
        raise RuleBroken("This roll-call is finished already.")


def _end(session: Session, state: SessionState, by: Actor) -> None:
    session.state, session.finished_at, session.finished_by_id = state, clock.now(), by.id
    session.changed_at, session.changed_by_name = clock.now(), by.name
    db.flush()
