"""Facts of many plans in one statement: what is signed, reviewed, met and done, up to a day and as known at an instant."""

from datetime import timedelta

from caseapp.core import clock
from caseapp.core.db import transaction
from caseapp.plans import actions, queries
from caseapp.plans.queries import plan_facts
from caseapp.plans.rules import Goal, Outcome, PlanFact, Progress
from tests.clinic import ZONE, today
from tests.plans.writing import COPE, HOME, episode_of, planned, signed, written


def ago(days):
    """Noon of a day that has been."""
    return clock.day_bounds(today() - timedelta(days=days), ZONE)[0] + timedelta(hours=12)


def test_the_facts_of_many_in_one_statement(cast, statements):
    by, day = cast.carl.actor, today()
    none, begun = episode_of(cast, day, "Nan"), episode_of(cast, day, "Ben")
    written(begun, by)
    whole = [planned(cast, day, first=name) for name in ("Ann", "Cy", "Dee")]
    with transaction():
        plan = queries.plan_of(whole[0])
        actions.settle_goal(plan, 1, Outcome.met, day, by)
        actions.settle_work(actions.assign(plan, "A letter", by, given_on=day), Outcome.done, day, by)
        actions.assign(plan, "A list of triggers", by, given_on=day)
        actions.settle_work(actions.assign(plan, "A third", by, given_on=day), Outcome.dropped, day, by)
        actions.review(plan, day, Progress(words="Well."), {}, by)
    with transaction(), statements() as seen:
        facts = plan_facts([none, begun, *whole])
    assert len(seen) == 1
    assert facts == {
        begun: PlanFact(),
        whole[0]: PlanFact(day, day, goals_met=1, goals_open=1, assignments_done=1, assignments_open=1),
        whole[1]: PlanFact(day, goals_open=2),
        whole[2]: PlanFact(day, goals_open=2),
    }


def test_facts_as_they_stood(cast):
    by, day = cast.carl.actor, today()
    with clock.freeze(ago(20)):
        episode = planned(cast, day - timedelta(days=20))
    with clock.freeze(ago(5)), transaction():
        actions.settle_goal(queries.plan_of(episode), 1, Outcome.met, day - timedelta(days=9), by)
    with clock.freeze(ago(3)), transaction():
        actions.settle_goal(queries.plan_of(episode), 1, None, day - timedelta(days=3), by)

    def goals(**asked):
        with transaction():
            fact = plan_facts([episode], **asked).get(episode)
        return fact and (fact.goals_met, fact.goals_open)

    assert goals() == (0, 2)
    assert goals(known_at=ago(4)) == (1, 1)
    assert goals(known_at=ago(6)) == (0, 2)
    assert goals(until=day - timedelta(days=10), known_at=ago(4)) == (0, 2)
    assert goals(until=day - timedelta(days=21)) == (0, 0)
    assert goals(known_at=ago(21)) is None


def test_a_changed_plan_stands_as_signed_until_all_have_signed_again(cast):
    first, then = today() - timedelta(days=9), today() - timedelta(days=2)
    with clock.freeze(ago(9)):
        episode = planned(cast, first)
    with clock.freeze(ago(2)):
        written(episode, cast.carl.actor, COPE, HOME, Goal(3, "Work again"))
        with transaction():
            assert plan_facts([episode])[episode] == PlanFact(first, goals_open=2)
        signed(episode, cast, then)
    with transaction():
        assert plan_facts([episode])[episode] == PlanFact(then, goals_open=3)
        assert plan_facts([episode], until=then - timedelta(days=1))[episode] == PlanFact(first, goals_open=2)
