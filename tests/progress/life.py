"""The life of a few people in a phase, drawn at random: whatever a clinic writes about them that criteria and absences read."""

from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from random import Random

from sqlalchemy import select

from caseapp.assessments import actions as assessments
from caseapp.assessments.editions import EDITIONS
from caseapp.assessments.models import Assessment
from caseapp.attendance import actions as attendance
from caseapp.attendance.queries import marks_of
from caseapp.attendance.rules import MarkState
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from caseapp.crisis import actions as crises
from caseapp.crisis.models import CrisisContact
from caseapp.crisis.queries import codes_of, texts_of
from caseapp.crisis.rules import Caller, Channel, Risk
from caseapp.drug_tests import actions as drug_tests
from caseapp.drug_tests.models import DrugTest
from caseapp.drug_tests.rules import Happened, LabStep, ScreenClass
from caseapp.drug_tests.rules import Said as Tested
from caseapp.episodes.models import Episode
from caseapp.episodes.queries import episodes_of
from caseapp.episodes.rules import MoveKind
from caseapp.measures import actions as measures
from caseapp.measures.instruments import INSTRUMENTS
from caseapp.measures.models import Measure
from caseapp.plans import actions as plans
from caseapp.plans.models import Plan, PlanAssignment
from caseapp.plans.rules import Outcome, Progress
from caseapp.programs.models import Service
from caseapp.progress.actions import move_without_review
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import WhyNot
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Task
from caseapp.tasks.rules import Result
from caseapp.use import actions as use
from caseapp.use.models import Meeting, UseReport
from caseapp.use.rules import HowKnown, MeetingKind
from tests.assessments.rating import said as rated
from tests.drug_tests.testing import screen
from tests.episodes.people import REASON, today, version
from tests.progress.reviewing import setting, sign_plan, someone
from tests.sessions import at, group

NAMES = ("Alicia", "Ben", "Chandra", "Dae")
BACK = 30  # days


class Life:
    """People of a case manager and a counselor; each step writes one thing, or is refused. `done` counts what was written."""

    def __init__(self, cast, seed: int) -> None:
        self.cast, self.draw, self.done = cast, Random(seed), Counter()
        self.ana, self.carl = cast.ana.actor, cast.carl.actor
        with transaction():
            self.people = [someone(cast, 60, first, position=at % 2 + 1)[0] for at, first in enumerate(NAMES)]
            for client_id in self.people[:2]:
                sign_plan(cast, episodes_of(client_id)[0].id)
        self.deeds: tuple[Callable[[], None], ...] = (
            self.a_session, self.a_session, self.a_mark, self.a_session_that_was_not, self.a_place_given_back,
            self.a_measure, self.a_measure_put_right, self.a_test, self.a_test_put_right, self.a_laboratory,
            self.a_goal, self.some_work, self.a_plan_review, self.a_crisis, self.who_it_was, self.a_call, self.a_return,
            self.a_return_put_right, self.a_meeting, self.a_meeting_put_right, self.an_assessment, self.an_assessment_put_right,
            self.a_number_of_the_profile, self.what_counts, self.a_move,
        )  # fmt: skip

    def step(self) -> None:
        """Write one thing, whole or not at all."""
        deed = self.draw.choice(self.deeds)
        try:
            with transaction():
                deed()
        except RuleBroken:
            return
        self.done[deed.__name__] += 1

    # Who, when, which.

    def who(self) -> Client:
        return db.get(Client, self.draw.choice(self.people))

    def day(self, least: int = 0):
        return today() - timedelta(days=self.draw.randint(least, BACK))

    def one(self, model):
        """A row of a table, which there may not be."""
        rows = list(db.scalars(select(model).order_by(model.id)))
        if not rows:
            raise RuleBroken("There is none yet.")
        return self.draw.choice(rows)

    # Sessions.

    def a_session(self) -> None:
        day, hour = self.day(-5), self.draw.choice((8, 11, 14))
        session = group(self.ana, 0, leader=self.carl, day=day, starts=time(hour), ends=time(hour + 2))
        with clock.freeze(min(at(7, day=day), clock.now())):
            places = scheduling.book_all(session, [db.get(Client, id) for id in self.people], self.ana)
        for place in places:
            if self.draw.random() < 0.8:
                self.mark(place)

    def mark(self, place: Place) -> None:
        states = [MarkState.excused] if place.session.starts_at > clock.now() else [*MarkState, None]
        attendance.mark(place, self.draw.choice(states), self.carl)

    def a_mark(self) -> None:
        self.mark(self.one(Place))

    def a_session_that_was_not(self) -> None:
        session = self.one(Session)
        if session.begun:
            attendance.did_not_happen(session, WhyNot.staff_away, self.carl)
        else:
            scheduling.cancel(session, WhyNot.weather, self.ana)

    def a_place_given_back(self) -> None:
        ahead = select(Place).join(Session).where(Place.released_at.is_(None), Session.starts_at > clock.now())
        unmarked = [one for one in db.scalars(ahead.order_by(Place.id)) if not marks_of([one.id])]
        if unmarked:
            scheduling.release(self.draw.choice(unmarked), self.ana)

    # Measures and tests.

    def a_measure(self) -> None:
        of = self.draw.choice([INSTRUMENTS[name] for name in ("phq9", "cssrs")])
        measures.record(self.who(), of, self.answers(of), self.day(), self.carl)

    def answers(self, of) -> dict[str, str]:
        if of.code == "cssrs":
            return {"wish_to_be_dead": "no", "thoughts": "no", "behavior": "no"}
        return {item.code: str(self.draw.randint(0, 3)) for item in of.items if item.code != "item9"}

    def a_measure_put_right(self) -> None:
        row = self.one(Measure)
        if self.draw.random() < 0.3:
            measures.take_back(row, "Someone else's", self.carl)
        else:
            measures.correct(row, self.answers(INSTRUMENTS[row.instrument]), self.day(), "Misread", self.carl)

    def a_test(self) -> None:
        drug_tests.record(self.who(), self.tested(), self.carl)

    def tested(self) -> Tested:
        if self.draw.random() < 0.3:
            return Tested(self.day(), self.draw.choice((Happened.missed, Happened.refused)))
        positive = [ScreenClass.cocaine] if self.draw.random() < 0.4 else []
        return screen(self.day(), positive)

    def a_test_put_right(self) -> None:
        row = self.one(DrugTest)
        if self.draw.random() < 0.3:
            drug_tests.take_back(row, "Someone else's", self.carl)
        else:
            drug_tests.correct(row, self.tested(), "Misread", self.carl)

    def a_laboratory(self) -> None:
        step = self.draw.choice([LabStep.confirmed, LabStep.not_confirmed])
        drug_tests.report(self.one(DrugTest), ScreenClass.cocaine, step, today(), "", self.carl)

    # Plans.

    def a_goal(self) -> None:
        plans.settle_goal(self.one(Plan), 2, self.draw.choice((Outcome.met, None)), self.day(), self.carl)

    def some_work(self) -> None:
        if self.draw.random() < 0.5:
            plans.assign(self.one(Plan), "Write a letter", self.carl, given_on=self.day())
        else:
            plans.settle_work(self.one(PlanAssignment), self.draw.choice((Outcome.done, None)), today(), self.carl)

    def a_plan_review(self) -> None:
        plans.review(self.one(Plan), today(), Progress({2: "Looked at three rooms."}), {}, self.carl)

    # Crises, calls and use.

    def a_crisis(self) -> None:
        began = clock.now() - timedelta(days=self.draw.randint(0, 9), hours=1)
        facts = {
            "caller": self.draw.choice((Caller.client, Caller.family_or_friend)),
            "channel": Channel.phone,
            "risk": Risk.not_asked,
        }
        whose = self.draw.choice([*self.people, None])
        crises.record(self.ana, client_id=whose, started_at=began, ended_at=began + timedelta(minutes=9), **facts)

    def who_it_was(self) -> None:
        row = self.one(CrisisContact)
        said = codes_of(row) | texts_of(row)
        crises.edit(row, self.ana, **said | {"client_id": self.draw.choice(self.people)})

    def a_call(self) -> None:
        task = self.one(Task)
        what = self.draw.choice(("attempt", "close", "reopen"))
        if what == "attempt":
            tasks.attempt(task, self.draw.choice(list(Result)), self.ana)
        elif what == "close":
            tasks.close(task, self.ana, "Done.")
        else:
            tasks.reopen(task, self.ana, "Not yet.")

    def a_return(self) -> None:
        day = self.day()
        use.report_return(episodes_of(self.who().id)[0], use.Said(day, day, HowKnown.said_so), self.carl)

    def a_return_put_right(self) -> None:
        row, day = self.one(UseReport), self.day()
        if self.draw.random() < 0.3:
            use.take_back(row, "Someone else's", self.carl)
        else:
            use.correct(row, use.Said(day, day, HowKnown.said_so), "Misheard", self.carl)

    def a_meeting(self) -> None:
        use.attended(self.who(), [self.day()], MeetingKind.not_said, False, self.carl)

    def a_meeting_put_right(self) -> None:
        use.take_meeting_back(self.one(Meeting), self.carl)

    def an_assessment(self) -> None:
        assessments.record(self.who(), EDITIONS["4"], rated(self.day(), done_by_id=self.carl.id), self.carl)

    def an_assessment_put_right(self) -> None:
        row = self.one(Assessment)
        if self.draw.random() < 0.3:
            assessments.take_back(row, "Someone else's", self.carl)
        else:
            assessments.correct(row, rated(self.day(), 2, done_by_id=self.carl.id), "Misread", self.carl)

    # The clinic, and moves.

    def a_number_of_the_profile(self) -> None:
        setting("absences_review", self.draw.randint(1, 6))

    def what_counts(self) -> None:
        row = db.scalar(select(Service).where(Service.code == "group_therapy"))
        row.counts_as_hours = not row.counts_as_hours

    def a_move(self) -> None:
        episode: Episode = episodes_of(self.who().id)[0]
        kind = self.draw.choice((MoveKind.step_up, MoveKind.step_down))
        position = 1 if kind is MoveKind.step_up else 2
        facts = {"kind": kind, "to_phase": version().phases[position - 1], "reason": REASON[kind], "words": "Tonight."}
        move_without_review(episode, self.cast.sue.actor, effective_on=today(), **facts)
