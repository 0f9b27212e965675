"""A machine that proposes, returns, answers, withdraws and decides reviews, moves without one, corrects, takes back, readmits, lets days
pass and changes the profile in any order, and checks after each step what must hold.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import NotFound, Refused, RuleBroken, Stale
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Transition
from caseapp.episodes.rules import LEAVING, MoveKind
from caseapp.programs.queries import profile
from caseapp.progress import actions
from caseapp.progress.models import PhaseReview, ReviewStep
from caseapp.progress.queries.rights import proposers
from caseapp.progress.rules import Decision, ReviewState
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind
from tests.episodes.people import REASON, admitted, today, version
from tests.episodes.test_chain import check
from tests.progress.reviewing import proposal, screen, setting, sign_plan, someone

number, ahead = st.integers(0, 99), st.integers(-6, 9)
REFUSED = (RuleBroken, Refused, Stale, NotFound)


class ReviewMachine(RuleBasedStateMachine):
    """`cast` are who acts. Each run is the life of one client, on a clock of its own. `steps` and `done` count those of all runs."""

    cast = None
    steps = 0
    done: Counter = Counter()

    @initialize(position=st.integers(1, 4))
    def begins(self, position):
        """Someone in a phase for four weeks, with a signed plan."""
        self.now, self.kept, self.open, self.here = clock.now(), {}, False, True
        with self.acting():
            self.client, episode = someone(self.cast, 28, position=position)
            sign_plan(self.cast, episode)

    def acting(self):
        """Inside it the clock is this run's, and what is done is kept."""
        return _Acting(self)

    def tries(self, name, deed, where=True):
        """Do something, where there is something to do it to; a rule may refuse it, and what is refused changes nothing."""
        if not where:
            return
        type(self).steps += 1
        try:
            with self.acting():
                deed()
        except REFUSED:
            return
        type(self).done[name] += 1

    def who(self, pick):
        return (self.cast.ana, self.cast.sue, self.cast.carl, self.cast.sue)[pick % 4].actor

    def open_row(self):
        return db.scalar(
            select(PhaseReview)
            .where(PhaseReview.ended_at.is_(None))
            .where(PhaseReview.episode.has(client_id=self.client))
        )

    def asked(self, decision, day, pick):
        here = episodes.open_stay(episodes.get_open_episode(self.client)).phase.position
        step = {Decision.step_down: 1, Decision.step_up: -1}.get(decision, 0)
        to = min(max(here + step, 1), 4) if step else None
        said = {
            "agrees": "yes",
            "agrees_by": self.cast.carl.actor.id,
            "answer": "Yes.",
            "words": "So." if pick % 3 else "",
        }
        return proposal(decision, day, to, **said)

    @rule(decision=st.sampled_from(Decision), day=ahead, pick=number)
    def propose(self, decision, day, pick):
        """Most have a risk screen of the day, as every change of the level of care asks for."""
        if pick % 4:
            self.tries("screen", lambda: screen(self.client, self.cast.carl.actor), self.here)

        def deed():
            actions.propose(episodes.get_open_episode(self.client), self.asked(decision, day, pick), self.who(pick))

        self.tries(f"propose {decision.value}", deed, self.here)

    @rule(decision=st.sampled_from(Decision), day=ahead, pick=number)
    def review(self, decision, day, pick):
        """As most reviews go: proposed by one, decided by another the same day."""
        self.propose(decision, day, pick)
        with self.acting():
            self.open = self.open_row() is not None
        self.decide(pick, day, False)

    @rule(pick=number)
    def return_with(self, pick):
        self.tries("return", lambda: self.of_open(actions.return_with, "Why now?", self.who(pick)), self.open)

    @rule(decision=st.sampled_from(Decision), day=ahead, pick=number)
    def send_again(self, decision, day, pick):
        def deed():
            row = self.must_be_open()
            actions.send_again(row, self.asked(decision, day, pick), self.who(pick), row.version)

        self.tries("send again", deed, self.open)

    @rule(pick=number)
    def withdraw(self, pick):
        if pick % 3 == 0:
            self.tries("withdraw", lambda: self.of_open(actions.withdraw, "Not now.", self.who(pick // 3)), self.open)

    @rule(pick=number, day=ahead, other_day=st.booleans())
    def decide(self, pick, day, other_day):
        def deed():
            row, by = self.must_be_open(), self.who(pick)
            own, forbids = by.id in proposers(row), self.forbids(row.decision)
            on = today() + timedelta(days=day) if other_day else None
            actions.decide(row, by, row.version, effective_on=on, words="Agreed." if pick % 2 else "")
            assert not (own and forbids), "decided their own where the profile forbids it"

        self.tries("decide", deed, self.open)

    def forbids(self, decision):
        numbers = profile(version().program_id, today())
        return bool(numbers["hold_by_another" if decision is Decision.stay else "review_by_another"])

    def must_be_open(self):
        row = self.open_row()
        if row is None:
            raise NotFound
        return row

    def of_open(self, deed, *given):
        row = self.must_be_open()
        deed(row, *given, row.version)

    @rule(kind=st.sampled_from([MoveKind.step_up, MoveKind.step_down, MoveKind.discharge]), day=ahead, pick=number)
    def move(self, kind, day, pick):
        def deed():
            episode = episodes.get_open_episode(self.client)
            here = episodes.open_stay(episode).phase.position
            position = None if kind in LEAVING else min(max(here + (1 if kind is MoveKind.step_down else -1), 1), 4)
            facts = {"to_phase": version().phases[position - 1]} if position else {}
            facts |= {"reason": REASON[kind], "words": "Tonight.", "kind": kind}
            actions.move_without_review(
                episode, self.cast.sue.actor, effective_on=today() + timedelta(days=day), **facts
            )

        if pick % 4 == 0:
            self.tries("move", deed, self.here)

    @rule(pick=number, day=ahead)
    def correct(self, pick, day):
        def deed():
            episode, row = self.some_move(pick)
            facts = {"effective_on": today() + timedelta(days=day), "reason": row.reason, "words": "Typed wrongly."}
            actions.correct(row, episode, self.cast.ana.actor, **facts)

        self.tries("correct", deed)

    @rule(pick=number)
    def take_back(self, pick):
        def deed():
            episode, row = self.some_move(pick)
            actions.take_back(row, episode, self.cast.ana.actor, words="Decided otherwise.")

        self.tries("take back", deed)

    def some_move(self, pick):
        episode = episodes.episodes_of(self.client)[0]
        rows = list(
            db.scalars(select(Transition).where(Transition.episode_id == episode.id).order_by(Transition.recorded_at))
        )
        return episode, rows[-1 - pick % min(len(rows), 3)]

    @rule()
    def readmit(self):
        """Ten days later, for a discharge may have lain ahead."""
        if not self.here:
            self.now += timedelta(days=10)

        def deed():
            admitted(db.get(Client, self.client), self.cast.ana.actor, today(), clinician=self.cast.carl.actor)

        self.tries("readmit", deed, not self.here)

    @rule(days=st.integers(1, 6))
    def days_pass(self, days):
        type(self).steps += 1
        self.now += timedelta(days=days)

    @rule(name=st.sampled_from(["review_by_another", "hold_by_another"]), pick=number)
    def profile_says(self, name, pick):
        def deed():
            setting(name, 1 - int(profile(version().program_id, today())[name]))

        if pick % 3 == 0:
            self.tries("profile", deed)

    @invariant()
    def stays_fit(self):
        """No gap, no overlap, exactly one transition into each stay, none that belongs to no stay."""
        if not hasattr(self, "client"):
            return
        with self.acting():
            for one in episodes.episodes_of(self.client):
                check(one.id)

    @invariant()
    def reviews_hold(self):
        """One open at most; what was kept stays; a move has one review at most; no kind of task twice for one move."""
        if not hasattr(self, "client"):
            return
        with self.acting():
            of = select(PhaseReview).where(PhaseReview.episode.has(client_id=self.client))
            rows = list(db.scalars(of))
            self.open = any(row.ended_at is None for row in rows)
            self.here = episodes.open_episode(self.client) is not None
            assert sum(row.ended_at is None for row in rows) <= 1
            for row in rows:
                assert row.open == (row.ended_at is None)
                assert (row.transition_id is not None) == (
                    row.state is ReviewState.decided and row.decision is not Decision.stay
                )
            steps = db.scalars(select(ReviewStep).where(ReviewStep.review_id.in_([row.id for row in rows])))
            kept = {step.id: (step.body_sealed, step.by_id, step.at, step.happened) for step in steps}
            ended = {
                row.id: (row.state, row.decision, row.transition_id, row.effective_on) for row in rows if row.ended_at
            }
            now = kept | ended
            assert self.kept.items() <= now.items(), "what was kept has changed"
            self.kept = now
            plenty = select(func.count()).where(Task.client_id == self.client).group_by(Task.kind, Task.source_id)
            plenty = plenty.where(
                Task.kind.in_((TaskKind.plan_update, TaskKind.discharge_summary, TaskKind.book_groups))
            )
            assert set(db.scalars(plenty)) <= {1}


class _Acting:
    """A transaction at the machine's own time."""

    def __init__(self, machine):
        self.frozen, self.within = clock.freeze(machine.now), transaction()

    def __enter__(self):
        self.frozen.__enter__()
        return self.within.__enter__()

    def __exit__(self, *error):
        try:
            return self.within.__exit__(*error)
        finally:
            self.frozen.__exit__(None, None, None)


def machine_for(cast) -> type[ReviewMachine]:
    """The machine with these people, its counts at nothing."""
    return type("Reviews", (ReviewMachine,), {"cast": cast, "steps": 0, "done": Counter()})
