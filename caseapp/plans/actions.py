"""Write a plan, sign it, give written work, say what came of it, review it. Nothing that was signed is changed: it is added to."""

from collections.abc import Mapping
from datetime import date, timedelta

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Actor, Can
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import Refused, RuleBroken
from caseapp.episodes.models import Episode
from caseapp.plans import queries, rules
from caseapp.plans.models import Plan, PlanAssignment, PlanGoal, PlanOutcome, PlanReview, PlanRevision, PlanSignature
from caseapp.plans.rules import OF_GOALS, OF_WORK, Goal, How, Outcome, Part, Progress
from caseapp.programs.queries import profile
from caseapp.tasks import actions as tasks
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import TaskKind


def write(episode: Episode, goals: list[Goal], by: Actor) -> PlanRevision:
    """Write the plan of an episode, or change it: what it says now is its next revision, which nobody has signed yet.

    Raises RuleBroken without a goal, if a goal that was signed is left out, and where nothing is changed.
    """
    lock(Episode, [episode.id])
    plan = queries.plan_of(episode.id) or Plan(
        id=new_id(), episode_id=episode.id, client_id=episode.client_id, revisions=[]
    )
    _check(plan, goals)
    db.add(plan)
    plan.changed_at, plan.changed_by_name = clock.now(), by.name
    revision = PlanRevision(id=new_id(), number=len(plan.revisions) + 1, recorded_by_id=by.id, signatures=[])
    revision.goals = [_row(plan, goal) for goal in goals]
    plan.revisions.append(revision)
    db.flush()
    changed("plans.write", plan.id, by, client_id=plan.client_id, revision=revision.number, goals=len(goals))
    return revision


def _check(plan: Plan, goals: list[Goal]) -> None:
    if not goals:
        raise RuleBroken("Write a goal")
    numbers = {goal.number for goal in goals}
    for number in sorted(_signed_numbers(plan) - numbers):
        raise RuleBroken(
            f"Goal {number} was signed, so it stays in the plan. Say that it was met or dropped instead.",
            f"g{number}_goal",
        )
    if plan.revisions and queries.goals_of(plan.client_id, plan.revisions[-1].goals) == goals:
        raise RuleBroken("Nothing is changed yet.")


def _signed_numbers(plan: Plan) -> set[int]:
    return {goal.number for one in plan.revisions if one.signatures for goal in one.goals}


def _row(plan: Plan, goal: Goal) -> PlanGoal:
    return PlanGoal(
        number=goal.number, target_on=goal.target_on, body_sealed=sealed.seal(plan.client_id, rules.body_of(goal))
    )


def sign_for_client(revision: PlanRevision, how: How, signed_on: date, by: Actor, reason: str = "") -> None:
    """Record that the client signed. Verbally or electronically only with the reason (Minn. Stat. 245G.06: telehealth).

    Raises RuleBroken without it, for a day after today or before admission, for a revision that was changed since.
    """
    plan = _hold(revision.plan)
    if how is not How.on_paper and not reason.strip():
        raise RuleBroken("Enter why it was not signed on paper, for example a session by telehealth", "reason")
    _check_day(plan, signed_on, "signed_on", "signed")
    _sign(
        plan, revision, Part.client, by, signed_on, how=how, reason_sealed=sealed.seal(plan.client_id, reason.strip())
    )


def sign(revision: PlanRevision, part: Part, by: Actor) -> None:
    """Sign as clinician or, beside a clinician whose signature needs it, as supervisor: with one's own name, today.

    Raises Refused for whoever may not, and RuleBroken for a revision that was changed since.
    """
    may = {Part.clinician: Can.sign_plans, Part.supervisor: Can.cosign_notes}
    if part not in may or not by.can(may[part]):
        raise Refused("Only a clinician or a supervisor signs a plan.")
    plan = _hold(revision.plan)
    if part is Part.supervisor and any(
        one.recorded_by_id == by.id for one in revision.signatures if one.part is Part.clinician
    ):
        raise RuleBroken("You signed this as clinician. Another supervisor signs beside you.")
    needs = part is Part.clinician and queries.needs_supervisor(by.id)
    _sign(plan, revision, part, by, clock.today(clinic.zone()), needs_supervisor=needs)


def _sign(plan: Plan, revision: PlanRevision, part: Part, by: Actor, day: date, **more) -> None:
    if revision.number != plan.revisions[-1].number:
        raise RuleBroken("This plan was changed since. Look at what it says now, and sign that.")
    if part not in queries.still_to_sign(revision):
        raise RuleBroken(*rules.CONSTRAINTS["uq_plan_signature_revision_id_part"])
    more = {"how": None, "reason_sealed": None, "needs_supervisor": False, **more}
    signature = PlanSignature(id=new_id(), part=part, signed_on=day, recorded_at=clock.now(), **more)
    signature.recorded_by_id, signature.recorded_by_name, signature.recorded_by_credential = (
        by.id,
        by.name,
        by.credential,
    )
    signature.hash = rules.fingerprint(revision, revision.goals, signature)
    revision.signatures.append(signature)
    db.flush()
    changed(
        "plans.sign",
        plan.id,
        by,
        client_id=plan.client_id,
        part=part.value,
        revision=revision.number,
        **{signature.id: signature.hash},
    )
    if not queries.still_to_sign(revision):
        _complete(plan, revision, by)


def _complete(plan: Plan, revision: PlanRevision, by: Actor) -> None:
    """All have signed: the plan is no longer due, and the first time its review is."""
    first = not any(one.signed_on for one in plan.revisions)
    revision.signed_on, revision.completed_at = max(one.signed_on for one in revision.signatures), clock.now()
    plan.changed_at, plan.changed_by_name = clock.now(), by.name
    db.flush()
    due = task_of(TaskKind.plan_due, plan.episode_id)
    if due and due.closed_at is None:
        tasks.close(due, by)
    if first:
        _review_is_due(plan, revision.id, next_review_on(plan, revision.signed_on), by)


def next_review_on(plan: Plan, day: date) -> date:
    """When a plan that was signed or reviewed on a day is to be reviewed by the days of its program's profile."""
    return rules.review_due_on(day, profile(plan.episode.program_id, day))


def _review_is_due(plan: Plan, source_id: str, day: date, by: Actor) -> None:
    episode = plan.episode
    if episode.discharged_on is None:
        owner = episode.clinician_id or episode.case_manager_id or by.id
        due_at = clock.day_bounds(day, clinic.zone())[1] - timedelta(minutes=1)
        tasks.open_task(TaskKind.plan_review, source_id, by, client_id=plan.client_id, owner_id=owner, due_at=due_at)


def review(
    plan: Plan, reviewed_on: date, progress: Progress, outcomes: Mapping[int, Outcome | None], by: Actor
) -> PlanReview:
    """Keep a review: progress by goal, what came of goals on that day, and when the next one is due.

    Raises RuleBroken if nothing is said, for a plan that nobody has signed, for a day after today or before the last review.
    """
    _hold(plan)
    known = queries.read(plan)
    if known is None or known.in_force is None:
        raise RuleBroken("This plan is not signed yet. Sign it first.")
    if not progress.words and not any(progress.of_goals.values()):
        raise RuleBroken("Write how it goes", "words")
    _check_day(plan, reviewed_on, "reviewed_on", "reviewed")
    if known.reviews and reviewed_on < known.reviews[0][0].reviewed_on:
        raise RuleBroken("It can't have been reviewed before the last review", "reviewed_on")
    row = PlanReview(id=new_id(), plan_id=plan.id, revision_id=known.in_force.id, reviewed_on=reviewed_on)
    row.next_due_on, row.recorded_by_id = next_review_on(plan, reviewed_on), by.id
    row.words_sealed = sealed.seal(plan.client_id, rules.progress_body(progress))
    for number, outcome in outcomes.items():
        _settle(plan, number, outcome, reviewed_on, by)
    due = queries.review_tasks([plan.client_id])
    db.add(row)
    plan.changed_at, plan.changed_by_name = clock.now(), by.name
    db.flush()
    changed("plans.review", plan.id, by, client_id=plan.client_id, day=str(reviewed_on), next_due=str(row.next_due_on))
    for one in due:
        tasks.close(one.task, by)
    _review_is_due(plan, row.id, row.next_due_on, by)
    return row


def settle_goal(plan: Plan, number: int, outcome: Outcome | None, on_day: date, by: Actor) -> None:
    """Say what came of a goal and on which day; None opens it again. Raises RuleBroken for a goal that nobody has signed."""
    _hold(plan)
    if number not in _signed_numbers(plan):
        raise RuleBroken("This goal is not signed yet. Change the plan instead.")
    _check_day(plan, on_day, "on_day", "settled")
    _settle(plan, number, outcome, on_day, by)


def assign(
    plan: Plan, words: str, by: Actor, *, given_on: date, due_on: date | None = None, goal: int | None = None
) -> PlanAssignment:
    """Give written work to a client. Raises RuleBroken without words, and for a day that does not fit."""
    if not words.strip():
        raise RuleBroken("Enter what they are to write", "words")
    _check_day(plan, given_on, "given_on", "given")
    if due_on and due_on < given_on:
        raise RuleBroken("It can't be due before it was given", "due_on")
    row = PlanAssignment(id=new_id(), plan_id=plan.id, goal=goal, given_on=given_on, due_on=due_on, given_by_id=by.id)
    row.words_sealed = sealed.seal(plan.client_id, words.strip())
    db.add(row)
    db.flush()
    changed("plans.assign", row.id, by, client_id=plan.client_id, given=str(given_on))
    return row


def settle_work(assignment: PlanAssignment, outcome: Outcome | None, on_day: date, by: Actor) -> None:
    """Say that written work is done, or dropped, and on which day; None opens it again."""
    plan = _hold(assignment.plan)
    if on_day < assignment.given_on:
        raise RuleBroken("It can't be done before it was given", "on_day")
    _check_day(plan, on_day, "on_day", "done")
    _settle(plan, assignment, outcome, on_day, by)


def _settle(plan: Plan, thing: int | PlanAssignment, outcome: Outcome | None, on_day: date, by: Actor) -> None:
    """Append what came of a goal (by number) or of written work; what was said before is superseded, not changed."""
    goal, work = (thing, None) if isinstance(thing, int) else (None, thing.id)
    if outcome and outcome not in (OF_WORK if work else OF_GOALS):
        raise RuleBroken("Choose one of these", "outcome")
    there = queries.outcome_of(plan, goal, work)
    if (there and (there.outcome, there.on_day)) == (outcome and (outcome, on_day)):
        return
    if there:
        there.in_force, there.superseded_at = None, clock.now()
        db.flush()
    if outcome:
        row = PlanOutcome(id=new_id(), plan_id=plan.id, goal=goal, assignment_id=work, outcome=outcome, on_day=on_day)
        row.recorded_by_id = by.id
        db.add(row)
        db.flush()
    said = {"outcome": outcome.value, "day": str(on_day)} if outcome else {"outcome": "open"}
    changed("plans.settle", work or plan.id, by, client_id=plan.client_id, **({"goal": goal} if goal else {}), **said)


def _check_day(plan: Plan, day: date, field: str, what: str) -> None:
    """Neither after today at the clinic nor before the episode began."""
    if day > clock.today(clinic.zone()):
        raise RuleBroken(f"It can't have been {what} after today", field)
    if day < plan.episode.admitted_on:
        raise RuleBroken(f"It can't have been {what} before admission", field)


def _hold(plan: Plan) -> Plan:
    """Let only one at a time act on a plan, and see it as it stands now."""
    lock(Plan, [plan.id])
    db.refresh(plan, ["version", "revisions"])
    return plan
