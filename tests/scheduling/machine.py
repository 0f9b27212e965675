"""A machine that books, frees, marks, corrects and ends sessions in any order, and checks after each step what must hold."""

from datetime import time, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.hours import weeks_of_clients
from caseapp.attendance.models import Mark
from caseapp.attendance.rules import ATTENDED, MarkState, Said, Sent, WhyReopened
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.programs import queries as programs
from caseapp.scheduling import actions, queries
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState, WaitState, WhyAdded, WhyNot, WhyOver
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind
from caseapp.waitlist.actions import answer, keep_offering
from caseapp.waitlist.rules import Answer
from tests.sessions import WEDNESDAY, at, person

PEOPLE, SESSIONS, CAPACITY = 5, 4, 2
number = st.integers(0, 99)
minutes = st.sampled_from([0, 1, 15, 59, 60, 200, -5])


class Bookings(RuleBasedStateMachine):
    """`by` is who acts. Made anew for each run on an emptied set of sessions."""

    by = None

    def __init__(self) -> None:
        super().__init__()
        self.now = at(6, 30)
        self.held: dict[str, tuple] = {}
        with clock.freeze(self.now), transaction():
            for one in db.scalars(select(Place).where(Place.released_at.is_(None))):
                one.released_at = self.now
            for one in db.scalars(select(Session)):
                one.state, one.finished_at = SessionState.cancelled, self.now
            self.people = [person(self.by, f"N{n}", "X").id for n in range(PEOPLE)]
            facts = {"service": programs.service("group_therapy"), "on_day": WEDNESDAY, "places": CAPACITY}
            starts = [time(9), time(9, 30), time(10), time(13)]
            staff = self.staff
            self.sessions = [
                actions.add_session(
                    self.by, starts=at_, ends=time(at_.hour + 1, at_.minute), staff_ids=[lead], **facts
                ).id
                for at_, lead in zip(starts, staff, strict=True)
            ]

    def do(self, deed) -> None:
        """One person's deed in a transaction of its own; refused is undone."""
        try:
            with clock.freeze(self.now), transaction():
                deed()
        except RuleBroken:
            pass

    def session(self, n: int) -> Session:
        return db.get(Session, self.sessions[n % SESSIONS])

    def client(self, n: int) -> Client:
        return db.get(Client, self.people[n % PEOPLE])

    def place(self, s: int, p: int) -> Place | None:
        places = queries.list_of(self.session(s))
        return places[p % len(places)] if places else None

    @rule(by=st.integers(1, 90))
    def time_passes(self, by):
        self.now += timedelta(minutes=by)

    @rule(s=number, c=number)
    def book(self, s, c):
        self.do(lambda: actions.book(self.session(s), self.client(c), self.by))

    @rule(s=number, p=number)
    def release(self, s, p):
        self.do(lambda: (place := self.place(s, p)) and actions.release(place, self.by))

    @rule(s=number, c=number, why=st.sampled_from(WhyOver) | st.none())
    def came(self, s, c, why):
        facts = {"why": WhyAdded.make_up, "arrived_at": self.now, "why_over": why}
        self.do(lambda: attendance.add(self.session(s), self.client(c), self.by, **facts))

    @rule(s=number, p=number, state=st.sampled_from(MarkState) | st.none(), late=minutes, early=minutes)
    def mark(self, s, p, state, late, early):
        self.do(lambda: (place := self.place(s, p)) and attendance.mark(place, state, self.by, late=late, early=early))

    @rule(s=number, p=number, state=st.sampled_from(MarkState))
    def mark_from_an_old_page(self, s, p, state):
        self.do(
            lambda: (place := self.place(s, p)) and attendance.send(place.session, {place: Sent(Said(state))}, self.by)
        )

    @rule(s=number)
    def rest_and_undo(self, s):
        def deed():
            before = {place.id: mark.id if mark else None for place, mark in self._roll(s)}
            _number, batch = attendance.mark_rest(self.session(s), self.by)
            attendance.undo_rest(self.session(s), batch, self.by)
            assert {place.id: mark.id if mark else None for place, mark in self._roll(s)} == before

        self.do(deed)

    def _roll(self, s):
        from caseapp.attendance.queries import roll

        return roll(self.session(s))

    @rule(s=number, c=number)
    def wait(self, s, c):
        self.do(lambda: actions.wait_for(self.session(s), [self.client(c)], self.by))

    @rule(s=number, n=number, said=st.sampled_from(Answer))
    def answered(self, s, n, said):
        def deed():
            line = queries.waiting_for(session_id=self.session(s).id)
            if line:
                answer(line[n % len(line)], said, self.by)

        self.do(deed)

    @rule()
    def offered_by_work(self):
        with clock.freeze(self.now):
            keep_offering()
            assert keep_offering() == 0

    @rule(s=number, what=st.sampled_from(["rest", "finish", "reopen", "cancel", "restore", "not", "move"]))
    def whole(self, s, what):
        deeds = {
            "rest": lambda: attendance.mark_rest(self.session(s), self.by),
            "finish": lambda: attendance.finish(self.session(s), self.by),
            "reopen": lambda: attendance.reopen(self.session(s), WhyReopened.wrong_mark, self.by),
            "cancel": lambda: actions.cancel(self.session(s), WhyNot.weather, self.by),
            "restore": lambda: actions.restore(self.session(s), self.by),
            "not": lambda: attendance.did_not_happen(self.session(s), WhyNot.weather, self.by),
            "move": lambda: self._move(self.session(s)),
        }
        self.do(deeds[what])

    def _move(self, session: Session) -> None:
        facts = {
            "service": session.service,
            "on_day": session.on_day,
            "starts": time(11),
            "ends": time(12),
            "places": CAPACITY,
        }
        actions.edit(session, self.by, staff_ids=[lead.staff_id for lead in session.leads], **facts)

    @invariant()
    def what_must_hold(self):
        with clock.freeze(self.now), transaction():
            sessions = {one.id: one for one in db.scalars(select(Session).where(Session.id.in_(self.sessions)))}
            held = select(Place).where(Place.session_id.in_(self.sessions), Place.released_at.is_(None))
            places = list(db.scalars(held))
            marks = list(db.scalars(select(Mark).join(Place).where(Place.session_id.in_(self.sessions))))
            current = {mark.place_id: mark for mark in marks if not mark.superseded_at}
            self._seats(sessions, places)
            self._nobody_twice(sessions, places, current)
            self._minutes(places, current)
            self._held_ones_stay(sessions)
            self._outreach(sessions, places, current)
            self._offers(sessions, places)

    def _seats(self, sessions, places):
        for session in sessions.values():
            here = [place for place in places if place.session_id == session.id]
            assert len({place.seat for place in here}) == len({place.client_id for place in here}) == len(here)
            over = [place for place in here if place.why_over]
            assert len(here) - len(over) <= session.places

    def _nobody_twice(self, sessions, places, current):
        attended = [place for place in places if current.get(place.id) and current[place.id].state in ATTENDED]
        for one in attended:
            for other in attended:
                if one.client_id == other.client_id and one.id < other.id:
                    a, b = sessions[one.session_id], sessions[other.session_id]
                    both = a.state in queries.ON and b.state in queries.ON
                    assert not both or a.ends_at <= b.starts_at or b.ends_at <= a.starts_at

    def _minutes(self, places, current):
        for place in places:
            mark = current.get(place.id)
            assert mark is None or 0 <= mark.minutes <= place.minutes
        for weeks in weeks_of_clients(self.people, WEDNESDAY, WEDNESDAY).values():
            assert weeks[0].attended + weeks[0].not_marked + weeks[0].remaining <= weeks[0].scheduled

    def _held_ones_stay(self, sessions):
        for id, was in self.held.items():
            assert (sessions[id].starts_at, sessions[id].ends_at, sessions[id].places) == was
        for id, one in sessions.items():
            if one.marked_at or one.finished_at:
                self.held[id] = (one.starts_at, one.ends_at, one.places)

    def _offers(self, sessions, places):
        """What is offered is kept: a place each, and nobody waits who has one."""
        for session in sessions.values():
            here = {place.client_id for place in places if place.session_id == session.id}
            line = queries.waiting_for(session_id=session.id)
            offers = [row for row in line if row.state is WaitState.offered]
            if not session.begun and session.may_change:
                assert len(here) + len(offers) <= session.limit
                assert not here & {row.client_id for row in line}
            assert len({row.client_id for row in line}) == len(line)

    def _outreach(self, sessions, places, current):
        tasks = list(db.scalars(select(Task).where(Task.client_id.in_(self.people), Task.closed_at.is_(None))))
        tasks = [task for task in tasks if task.kind is TaskKind.no_show_outreach]
        open_for = [task.source_id for task in tasks]
        assert len(open_for) == len(set(open_for))
        for place in places:
            mark, session = current.get(place.id), sessions[place.session_id]
            is_no_show = mark is not None and mark.state is MarkState.no_show
            if is_no_show and session.finished_at and session.state is SessionState.held:
                assert any(task.client_id == place.client_id for task in tasks)


def machine_for(cast) -> type[Bookings]:
    """The machine as this cast's case manager drives it."""
    staff = [one.actor.id for one in (cast.ana, cast.carl, cast.sue, cast.otto)]
    return type("Driven", (Bookings,), {"by": cast.ana.actor, "staff": staff})
