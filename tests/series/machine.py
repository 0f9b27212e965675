"""A machine that makes, changes and undoes series, lets people join, leave, be booked, freed and wait, holds, cancels and moves
sessions, closes rooms and sends staff on leave in any order, and checks after each step what must hold.
"""

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState, Said, Sent
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Room
from caseapp.closures import actions as closures
from caseapp.closures import queries as closure_queries
from caseapp.closures.hits import digest, hits_of, sessions_hit
from caseapp.closures.rules import Decision
from caseapp.closures.rules import Do as ClosureDo
from caseapp.core import clock
from caseapp.core.db import broken_constraint, db, transaction
from caseapp.core.errors import RuleBroken, Stale
from caseapp.identity.models import Staff
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState, WaitState, WhyNot
from caseapp.series import actions
from caseapp.series import queries as series_queries
from caseapp.series.lines import preview_change, preview_new
from caseapp.series.models import Series, SeriesDay, SeriesMember
from caseapp.series.plans import plan_of
from caseapp.series.recurrence import Repeats
from caseapp.series.rules import HORIZON, Do
from caseapp.waitlist.actions import answer, keep_offering
from caseapp.waitlist.rules import Answer
from tests.series.making import plan
from tests.sessions import WEDNESDAY, at, group, person, room

PEOPLE, ROOMS, PLACES = 4, ("Room 2", "Room 3"), 3
number = st.integers(0, 99)
hours = st.sampled_from([time(9), time(10), time(11), time(13)])
weekdays = st.sets(st.integers(0, 4), min_size=1, max_size=3).map(lambda days: tuple(sorted(days)))
chosen = st.lists(st.sampled_from(Do), min_size=1, max_size=5)


class SeriesMachine(RuleBasedStateMachine):
    """`by` is who acts, `leads` who lead. Made anew for each run, on a schedule that is emptied.

    `by_hand` are those booked into a session by a person, `absent` the members who once had a reason not to be on its list, each
    as (session, client). `steps` counts those of all runs.
    """

    by = None
    leads: tuple = ()
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = at(8)
        self.held: dict[str, tuple] = {}
        self.kept: set[str] = set()
        self.by_hand: set[tuple[str, str]] = set()
        self.absent: set[tuple[str, str]] = set()

    @initialize()
    def empty(self):
        with clock.freeze(self.now), transaction():
            for one in db.scalars(select(Place).where(Place.released_at.is_(None))):
                one.released_at = self.now
            for one in db.scalars(select(Session).where(Session.state == SessionState.scheduled)):
                one.state, one.finished_at = SessionState.cancelled, self.now
            for one in closure_queries.coming():
                one.withdrawn_at = self.now
            for one in db.scalars(select(Series)):
                one.until, one.made_until = WEDNESDAY - timedelta(days=1), WEDNESDAY + timedelta(days=10_000)
            self.rooms = [room(name, 14).id for name in ROOMS]
            self.people = [person(self.by, f"N{n}", "X").id for n in range(PEOPLE)]
            self.series: list[str] = []
        for n, days in enumerate(((0, 2, 4), (1, 3))):
            self.make(time(9), days, n, n, [Do.skip])
            self.join(n, n, 1)
            self.join(n, n + 1, 5)

    def do(self, deed) -> None:
        """One person's deed in a transaction of its own; refused is undone."""
        try:
            with clock.freeze(self.now), transaction():
                deed()
        except (RuleBroken, Stale):
            pass
        except IntegrityError as double:
            assert (
                broken_constraint(double) == "uq_place_one_per_client"
            )  # a sentence says that they have a place already

    def one(self, n: int) -> Series | None:
        return series_queries.get_series(self.series[n % len(self.series)]) if self.series else None

    def session(self, n: int) -> Session | None:
        ahead = select(Session).where(Session.state == SessionState.scheduled).order_by(Session.starts_at, Session.id)
        found = list(db.scalars(ahead.limit(12)))
        return found[n % len(found)] if found else None

    def some(self, preview, words) -> dict[str, Do]:
        """A choice for each line, if it is offered; the proposed one otherwise."""
        return {line.key: word for line, word in zip(preview.lines, words * 40, strict=False) if word in line.choices}

    @rule(by=st.sampled_from([timedelta(hours=1), timedelta(hours=5), timedelta(days=1), timedelta(days=6)]))
    def time_passes(self, by):
        self.now += by

    @rule(starts=hours, days=weekdays, lead=number, where=number, words=chosen)
    def make(self, starts, days, lead, where, words):
        def deed():
            today = clock.today("America/New_York")
            wanted = plan(
                self.leads[lead % len(self.leads)],
                room=db.get(type(room()), self.rooms[where % len(ROOMS)]),
                starts=starts,
                ends=time(starts.hour + 2),
                places=PLACES,
                repeats=Repeats(today + timedelta(days=1), weekdays=days),
            )
            preview = preview_new(wanted, wanted.repeats.first_on + HORIZON, self.by)
            made = actions.add_series(wanted, self.by, seen=preview.digest, choices=self.some(preview, words))
            self.series.append(made.id)

        if len(self.series) < 3:
            self.do(deed)

    @rule(
        n=number, from_=number, starts=hours, days=weekdays | st.none(), where=number, words=chosen, only=st.booleans()
    )
    def change(self, n, from_, starts, days, where, words, only):
        def deed():
            series = self.one(n)
            ahead = [
                row.on_day for row in series_queries.days_of(series.id, clock.today(series.site.zone)) if row.session
            ]
            if not ahead:
                return
            since = ahead[from_ % min(len(ahead), 8)]
            repeats = Repeats(since, weekdays=days) if days and not only else series.repeats
            where_ = db.get(type(series.room), self.rooms[where % len(ROOMS)])
            wanted = replace(plan_of(series), starts=starts, ends=time(starts.hour + 2), room=where_, repeats=repeats)
            preview = preview_change(series, wanted, since, self.by, only=only)
            choices = self.some(preview, words)
            actions.change(series, wanted, self.by, since=since, seen=preview.digest, choices=choices, only=only)

        if self.series:
            self.do(deed)

    @rule(n=number)
    def undo(self, n):
        self.do(lambda: (one := self.one(n)) and actions.undo(one, self.by))

    @rule()
    def make_ahead(self):
        with clock.freeze(self.now):
            actions.make_ahead()
            assert actions.make_ahead() == 0

    @rule(n=number, c=number, days=st.integers(0, 20))
    def join(self, n, c, days):
        def deed():
            client, since = (
                db.get(Client, self.people[c % PEOPLE]),
                clock.today("America/New_York") + timedelta(days=days),
            )
            if one := self.one(n):
                actions.add_members(one, [client], self.by, since=since)

        self.do(deed)

    @rule(n=number, c=number, days=st.integers(0, 20))
    def leave(self, n, c, days):
        def deed():
            one = self.one(n)
            members = series_queries.members(one.id) if one else []
            if members:
                on = clock.today("America/New_York") + timedelta(days=days)
                actions.end_membership(members[c % len(members)], self.by, on=on)

        self.do(deed)

    @rule(n=number, c=number)
    def book(self, n, c):
        """Someone gets a place in one session by hand, member or not."""

        def deed():
            if session := self.session(n):
                scheduling.book(session, db.get(Client, self.people[c % PEOPLE]), self.by)
                self.by_hand.add((session.id, self.people[c % PEOPLE]))

        self.do(deed)

    @rule(n=number, p=number)
    def release(self, n, p):
        def deed():
            session = self.session(n)
            places = queries.list_of(session) if session else []
            if places:
                place = places[p % len(places)]
                scheduling.release(place, self.by)
                self.absent.add((session.id, place.client_id))

        self.do(deed)

    @rule(n=number, c=number)
    def wait(self, n, c):
        client = self.people[c % PEOPLE]
        self.do(lambda: (one := self.session(n)) and scheduling.wait_for(one, [db.get(Client, client)], self.by))

    @rule(n=number, said=st.sampled_from(Answer))
    def answered(self, n, said):
        def deed():
            session = self.session(n)
            line = queries.waiting_for(session_id=session.id) if session else []
            if line:
                row = line[n % len(line)]
                answer(row, said, self.by)
                self.by_hand.add((session.id, row.client_id))

        self.do(deed)

    @rule()
    def offered_by_work(self):
        with clock.freeze(self.now):
            keep_offering()
            assert keep_offering() == 0

    @rule(n=number)
    def restore(self, n):
        def deed():
            off = select(Session).join(SeriesDay, SeriesDay.session_id == Session.id).order_by(Session.starts_at)
            found = list(db.scalars(off.where(Session.state == SessionState.cancelled, Session.starts_at > self.now)))
            if found:
                scheduling.restore(found[n % len(found)], self.by)

        self.do(deed)

    @rule(n=number, what=st.sampled_from(["cancel", "move", "hold", "busy"]))
    def one_session(self, n, what):
        deeds = {"cancel": self._cancel, "move": self._move, "hold": self._hold, "busy": self._busy}
        self.do(lambda: (session := self.session(n)) and deeds[what](session))

    def _cancel(self, session: Session) -> None:
        scheduling.cancel(session, WhyNot.weather, self.by)

    def _move(self, session: Session) -> None:
        facts = {"service": session.service, "on_day": session.on_day, "starts": time(16), "ends": time(18)}
        leads = [lead.staff_id for lead in session.leads]
        scheduling.edit(session, self.by, staff_ids=leads, places=session.places, room_id=session.room_id, **facts)

    def _hold(self, session: Session) -> None:
        if session.begun:
            attendance.send(
                session, {place: Sent(Said(MarkState.present)) for place in queries.list_of(session)}, self.by
            )
            attendance.finish(session, self.by)

    def _busy(self, session: Session) -> None:
        """A group of its own beside a session of a series, in the other room."""
        other = next(id for id in self.rooms if id != session.room_id)
        lead = next(one for one in self.leads if one.id not in {lead.staff_id for lead in session.leads})
        group(self.by, 0, leader=lead, day=session.on_day, starts=time(10), ends=time(12), room_id=other)

    @rule(n=number, days=st.integers(0, 20), length=st.integers(0, 3), words=st.lists(number, min_size=1, max_size=5))
    def close(self, n, days, length, words):
        """The clinic, a room or someone who leads is away for some days; of each session hit anything that is offered is done."""

        def deed():
            site, first = clinic.site(), clock.today("America/New_York") + timedelta(days=days)
            rooms, people = (
                [db.get(Room, id) for id in self.rooms],
                [db.get(Staff, one.id) for one in self.leads],
            )
            whom = [site, *rooms, *people][n % (1 + len(rooms) + len(people))]
            off = closures.planned(site, whom, first, first + timedelta(days=length), None, None)
            hits = hits_of(off)
            decisions = {hit.session.id: self._decided(hit, word) for hit, word in zip(hits, words * 40, strict=False)}
            closures.add(off, self.by, seen=digest(hit.session for hit in hits), decisions=decisions)
            self.kept |= {id for id, one in decisions.items() if one.do is ClosureDo.stays}

        self.do(deed)

    def _decided(self, hit, word: int) -> Decision:
        do, later = hit.choices[word % len(hit.choices)], hit.session.on_day + timedelta(days=word % 9)
        lead = hit.free[word % len(hit.free)].id if hit.free else None
        return Decision(do, lead, later, time(9 + word % 5), self.rooms[word % len(ROOMS)])

    @rule(n=number)
    def open_again(self, n):
        self.do(lambda: (found := closure_queries.coming()) and closures.withdraw(found[n % len(found)], self.by))

    @invariant()
    def what_must_hold(self):
        if not hasattr(self, "series"):
            return
        type(self).steps += 1
        with clock.freeze(self.now), transaction():
            on = list(db.scalars(select(Session).where(Session.state.in_(queries.ON), Session.on_day >= WEDNESDAY)))
            lists = queries.lists_of([one.id for one in on])
            for one in on:
                assert len(lists.get(one.id, ())) <= one.limit
            self._nothing_twice(on, lists)
            self._held_ones_stay(on)
            self._none_in_a_closure_unseen()
            self._lists_are_as_membership(lists)
            self._offers_are_kept(on, lists)

    def _nothing_twice(self, sessions, lists):
        until: dict[str, tuple] = {}
        for one in sorted(sessions, key=lambda session: session.starts_at):
            keys = [
                one.room_id,
                *(lead.staff_id for lead in one.leads),
                *(place.client_id for place in lists.get(one.id, ())),
            ]
            for key in filter(None, keys):
                assert key not in until or until[key] <= one.starts_at, key
                until[key] = one.ends_at

    def _none_in_a_closure_unseen(self):
        for off in closure_queries.coming():
            assert {one.id for one in sessions_hit(off)} <= self.kept

    def _held_ones_stay(self, sessions):
        for one in sessions:
            was = (one.starts_at, one.ends_at, one.room_id, one.places, one.topic)
            if one.id in self.held:
                assert self.held[one.id] == was
            if one.state is SessionState.held:
                self.held[one.id] = was

    def _lists_are_as_membership(self, lists):
        """On the list of a day are its members and who was booked by hand; a member who is not had a reason when that began.

        Once a session has begun its list is what it was: whoever leaves from that day on was there this morning.
        """
        members = list(db.scalars(select(SeriesMember).where(SeriesMember.series_id.in_(self.series))))
        for row in db.scalars(select(SeriesDay).where(SeriesDay.series_id.in_(self.series))):
            session = row.session
            if session is None or not session.may_change or session.begun:
                continue
            belong = {one.client_id for one in members if one.series_id == row.series_id and one.holds(row.on_day)}
            listed = {place.client_id for place in lists.get(session.id, ())}
            by_hand = {client for id, client in self.by_hand if id == session.id}
            assert listed <= belong | by_hand
            missing = {client for client in belong - listed if (session.id, client) not in self.absent}
            for client in missing:
                assert self._why_not_listed(session, client, listed), (
                    f"{session.on_day}: not on the list without a reason"
                )
                self.absent.add((session.id, client))

    def _why_not_listed(self, session, client, listed) -> bool:
        offers = queries.promised(session.id, [client])
        busy = queries.booked([client], session.starts_at, session.ends_at, session.id)
        return bool(busy) or len(listed) + len(offers) >= session.limit

    def _offers_are_kept(self, sessions, lists):
        for session in sessions:
            line = queries.waiting_for(session_id=session.id) if session.may_change and not session.begun else []
            listed = {place.client_id for place in lists.get(session.id, ())}
            assert not listed & {row.client_id for row in line}
            offered = [row for row in line if row.state is WaitState.offered]
            assert len({row.client_id for row in line}) == len(line) and len(listed) + len(offered) <= session.limit


def machine_for(cast) -> type[SeriesMachine]:
    """The machine as this cast's case manager drives it."""
    return type(
        "Driven", (SeriesMachine,), {"by": cast.ana.actor, "leads": (cast.ana.actor, cast.carl.actor, cast.sue.actor)}
    )
