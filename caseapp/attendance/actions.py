"""Mark, mark the rest, add, finish, reopen. A correction appends a mark and supersedes the one before; nothing is lost.

Whoever changes a list holds its session first, so that two at once come one after the other.
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm.attributes import set_committed_value

from caseapp.attendance import outreach, plan_reviews, queries
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
from caseapp.audit.actions import changed, together
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
    _Marking(place.session, [place], by).take({place: Said(state, late, early, reason, words)})
    return queries.marks_of([place.id]).get(place.id)


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
        marking.append(wanted)
    return refused


class _Marking:
    """A held list while marks are taken: what is in force, what pages showed, who is elsewhere at that time."""

    def __init__(self, session: Session, places: list[Place], by: Actor, seen: list[str] = (), batch_id: str = ""):
        self.session, self.by, self.batch_id = session, by, batch_id or None
        self.current, self.shown = queries.marks_in_play([place.id for place in places], list(seen))
        client_of = {place.id: place.client_id for place in places}
        known = [*self.current.values(), *self.shown.values()]
        worded = [client_of[mark.place_id] for mark in known if mark.words_sealed and mark.place_id in client_of]
        self.keys = sealed.load_keys(worded) if worded else []  # held, so that each text opens without asking again
        lock(Client, list(client_of.values()))  # nobody is marked as there in two sessions at once
        self._said: dict[str, Said] = {}
        self.elsewhere = queries.elsewhere(session, list(client_of.values()))

    @cached_property
    def may_excuse(self) -> bool:
        """Whether whoever marks may say that someone is excused; asked for only where someone does."""
        return queries.may_excuse(self.session, self.by)

    def take(self, wanted: dict[Place, Said]) -> None:
        """Take what is said of these people, whatever was said before. Raises RuleBroken if one of it can't be so."""
        self.append(
            [one for place, said in wanted.items() for one in self.decide(place, Sent(said, seen=self._now(place)))]
        )

    def decide(self, place: Place, sent: Sent) -> list[tuple[Place, Said]]:
        """What to append for a row: nothing, or one mark. Raises Differs or RuleBroken; changes nothing."""
        current, mine = self.current.get(place.id), tidy(sent.said)
        now = self.now_says(place)
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

    def now_says(self, place: Place) -> Said:
        """What the mark in force says of them."""
        if place.id not in self._said:
            self._said[place.id] = self.says(place, self.current.get(place.id))
        return self._said[place.id]

    def _now(self, place: Place) -> str | None:
        current = self.current.get(place.id)
        return current.id if current else None

    def _base(self, place: Place, sent: Sent, now: Said) -> Said:
        if sent.seen == self._now(place):
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
        if said.state is MarkState.excused and not self.may_excuse:
            raise RuleBroken("Here a supervisor says who is excused.", way_out="Leave them not marked, and ask one.")
        other = self.elsewhere.get(place.client_id)
        if other and said.state in ATTENDED:
            raise RuleBroken(f"Marked as there in {other.name} at the same time. Correct that first.")

    def append(self, wanted: list[tuple[Place, Said]]) -> None:
        """Append marks and supersede those before them, with what follows; as many statements for thirty as for one."""
        if not wanted:
            return
        now, before = clock.now(), [(place, self.now_says(place)) for place, _said in wanted]
        self._supersede([mark for place, _said in wanted if (mark := self.current.get(place.id))], now)
        texts = sealed.seal_all({place.client_id: said.words for place, said in wanted})
        rows = [self._row(place, said, now, texts.get(place.client_id)) for place, said in wanted]
        db.execute(insert(Mark.__table__), rows)
        if self.session.marked_at is None:
            self.session.marked_at = now
        db.flush()
        with together():
            for (place, was), row, (_place, said) in zip(before, rows, wanted, strict=True):
                facts = _facts(was, said, row["minutes"])
                changed("attendance.mark", place.id, self.by, client_id=place.client_id, **facts)
        states = [(place, was.state, said.state) for (place, was), (_place, said) in zip(before, wanted, strict=True)]
        outreach.follow_the_marks(self.session, states, self.by)

    def _supersede(self, marks: list[Mark], now: datetime) -> None:
        """These are in force no more; said once to the database, and to the rows that are held here."""
        if marks:
            rows = update(Mark.__table__).where(Mark.id.in_([mark.id for mark in marks]))
            db.execute(rows.values(superseded_at=now))
        for mark in marks:
            set_committed_value(mark, "superseded_at", now)

    def _row(self, place: Place, said: Said, now: datetime, words: bytes | None) -> dict[str, Any]:
        return {
            "id": new_id(),
            "place_id": place.id,
            "state": said.state,
            "minutes": attended_minutes(said.state, place.minutes, said.late, said.early),
            "late_minutes": said.late,
            "early_minutes": said.early,
            "reason": said.reason,
            "words_sealed": words,
            "batch_id": self.batch_id,
            "marked_by_id": self.by.id,
            "recorded_at": now,
        }


def _facts(was: Said, now: Said, minutes: int) -> dict[str, str | int]:
    """A correction for the log, before and after. Of a reason and of words only that they changed: they say why someone was ill."""
    facts: dict[str, str | int] = {"was": _code(was), "now": _code(now), "minutes": minutes}
    if (was.reason, was.words) != (now.reason, now.words):
        facts["why"] = "changed"
    return facts


def _code(said: Said) -> str:
    """A mark in codes for the log: no words of anyone's."""
    state = said.state.value if said.state else "not_marked"
    return " ".join([state, *(f"{name} {n}" for name, n in (("late", said.late), ("early", said.early)) if n)])


def mark_rest(session: Session, by: Actor, places: list[Place] | None = None) -> tuple[int, str]:
    """Mark those of these places (of all) that are not marked as present: one act. Gives how many, and the act's id.

    Whoever is marked as there in another session at that time stays not marked. Raises RuleBroken before the start.
    """
    scheduling.hold(session)
    if not session.begun:
        raise RuleBroken("The session has not begun yet.")
    places = [place for place, _mark in queries.roll(session)] if places is None else places
    marking = _Marking(session, places, by, batch_id=new_id())
    waiting = [place for place in places if queries.marked(marking.current.get(place.id)) is None]
    free = [place for place in waiting if place.client_id not in marking.elsewhere]
    marking.take(dict.fromkeys(free, Said(MarkState.present)))
    return len(free), marking.batch_id


def undo_rest(session: Session, batch_id: str, by: Actor) -> int:
    """Unmark whom that act marked and nobody has corrected since. Gives how many. Raises RuleBroken on a finished list."""
    scheduling.hold(session)
    places = [place for place, row in queries.roll(session) if row and row.batch_id == batch_id]
    _Marking(session, places, by).take(dict.fromkeys(places, Said()))
    return len(places)


def add(
    session: Session, client: Client, by: Actor, *, why: WhyAdded, arrived_at: datetime, why_over: WhyOver | None = None
) -> Place:
    """Someone came who was not on the list: a place and a mark of present, minutes from their arrival.

    Raises RuleBroken as `scheduling.walk_in` does, and if they are marked as there in another session at that time.
    """
    place = scheduling.walk_in(session, client, by, why=why, arrived_at=arrived_at, why_over=why_over)
    _Marking(session, [place], by).take({place: Said(MarkState.present)})
    return place


def take_off(place: Place, by: Actor) -> None:
    """Take someone off the list who was added at roll-call by mistake: unmarked, the place freed, all of it on record."""
    scheduling.hold(place.session)
    if place.source is not PlaceSource.walk_in:
        raise RuleBroken(
            "Only someone who was added at roll-call can be taken off the list.", way_out="Mark them instead."
        )
    _Marking(place.session, [place], by).take({place: Said()})
    scheduling.free(place, by)


def finish(session: Session, by: Actor) -> int:
    """The session was held. Each no-show opens one outreach task; hours may make a plan review due sooner. Gives how many are not marked.

    Raises RuleBroken before the start, and if it is finished or cancelled already.
    """
    scheduling.hold(session)
    _must_be_open(session)
    if not session.begun:
        raise RuleBroken("This session has not begun yet.")
    rows = queries.roll(session)
    _end(session, SessionState.held, by)
    outreach.follow_the_marks(session, [(place, None, row.state if row else None) for place, row in rows], by)
    plan_reviews.bring_forward([place.client_id for place, row in rows if row and row.state in ATTENDED], by)
    waiting = sum(1 for _place, row in rows if row is None)
    changed("attendance.finish", session.id, by, not_marked=waiting)
    return waiting


def did_not_happen(session: Session, why: WhyNot, by: Actor) -> None:
    """Say that a session did not happen. Raises RuleBroken while someone is marked as having come."""
    scheduling.hold(session)
    _must_be_open(session)
    if not session.begun:
        raise RuleBroken("This session has not begun yet.", way_out="Cancel it on its page.")
    rows = queries.roll(session)
    came = sum(1 for _place, row in rows if row and row.state in ATTENDED)
    if came:
        says = f"{count('person is', came, 'people are')} marked as having come."
        raise RuleBroken(says.capitalize(), way_out="Unmark them first, or finish the roll-call.")
    session.state_reason = why
    _end(session, SessionState.did_not_happen, by)
    outreach.follow_the_marks(session, [(place, row.state, None) for place, row in rows if row], by)
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
