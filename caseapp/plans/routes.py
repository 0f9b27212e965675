"""A client's plan: read it as it stands or stood, write it, sign it, say what came of goals, give written work, review it."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from flask_login import current_user

from caseapp.clients.models import Client
from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, sealed
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.core.fields import site_today
from caseapp.core.forms import Form
from caseapp.core.pages import go, page
from caseapp.core.parsing import parse_day
from caseapp.episodes.models import Episode
from caseapp.episodes.queries import episodes_of, get_open_episode
from caseapp.plans import actions, queries, rules
from caseapp.plans.forms import (
    STILL_OPEN,
    AssignForm,
    ClientSignForm,
    GoalForm,
    SignForm,
    WorkForm,
    as_it_stands,
    plan_form,
    review_form,
)
from caseapp.plans.queries import PlanRead
from caseapp.plans.rules import Part
from caseapp.programs.queries import profile

bp = Blueprint("plans", __name__)


def on_every_page() -> dict[str, Any]:
    """Words that templates of plans, and of the rooms above, need."""
    return {"plan_parts": rules.PART_WORDS, "plan_outcomes": rules.OUTCOME_WORDS, "plan_hows": rules.HOW_WORDS}


@bp.route("/clients/<id>/plan")
@requires(Can.see_clinical_text)
def show(id: str):
    """The plan of the episode now, else of the last one; `on`: as the records stood at the end of that day."""
    client = get_client(id, current_user)
    on, wrong = _asked_day(request.args.get("on", ""))
    episode = _episode_on(client, on)
    plan = queries.plan_of(episode.id) if episode else None
    known_at = clock.day_bounds(on, clinic.zone())[1] if on else None
    read = queries.read(plan, known_at) if plan else None
    facts = {"episode": episode, "read": read, "on": on, "wrong": wrong, "due_on": _due_on(episode)}
    return page("plans/show.html", shows=[client], client=client, reasons=_reasons(read), **facts)


def _asked_day(text: str) -> tuple[date | None, str]:
    """The day that is asked for, and what is wrong with it if it can't be read."""
    try:
        return (parse_day(text, site_today()) if text.strip() else None), ""
    except ValueError as error:
        return None, str(error)


def _episode_on(client: Client, day: date | None) -> Episode | None:
    """The last episode that had begun on a day."""
    return next((one for one in episodes_of(client.id) if day is None or one.admitted_on <= day), None)


def _due_on(episode: Episode | None) -> date | None:
    """When the plan of an episode that has not ended is due."""
    if episode is None or episode.discharged_on:
        return None
    return rules.plan_due_on(episode.admitted_on, profile(episode.program_id, episode.admitted_on))


def _reasons(read: PlanRead | None) -> dict[str, str]:
    """By signature, why a client did not sign on paper."""
    signed = read.revision.signatures if read else []
    told = {one.id: sealed.unseal(read.plan.client_id, one.reason_sealed) for one in signed}
    return {id: words for id, words in told.items() if words}


def _open_plan(id: str) -> PlanRead:
    """The plan of the episode in which a client is. Raises NotFound without one."""
    client = get_client(id, current_user)
    plan = queries.plan_of(get_open_episode(client.id).id)
    read = queries.read(plan) if plan else None
    if read is None:
        raise NotFound
    return read


@bp.route("/clients/<id>/plan/write", methods=["GET", "POST"])
@requires(Can.write_plans)
def write(id: str):
    """Write the plan of the episode, or change it; what was signed stays as it was, and the change needs new signatures."""
    client = get_client(id, current_user)
    episode = get_open_episode(client.id)
    plan = queries.plan_of(episode.id)
    read = queries.read(plan) if plan else None
    form = plan_form(read)
    if form.validate_on_submit() and form.is_whole():
        if read:
            form.check_fresh(plan, as_it_stands(read))
        with form.refusals():
            actions.write(episode, form.goals(), current_user)
            return go("plans.sign", "Saved. It needs signatures now.", id=id)
    return page("plans/write.html", form=form, shows=[client], client=client, read=read, due_on=_due_on(episode))


@bp.route("/clients/<id>/plan/sign", methods=["GET", "POST"])
@requires(Can.write_plans)
def sign(id: str):
    """What is to be signed, by whom still; sign it oneself as clinician or as supervisor."""
    read, form = _open_plan(id), SignForm()
    if form.validate_on_submit():
        with form.refusals():
            _must_be_what_was_read(read, form.revision.data)
            actions.sign(read.revision, _may_sign(read) or Part.clinician, current_user)
            return _signed(read, id)
    return _to_sign(read, form, ClientSignForm(formdata=None), form)


@bp.route("/clients/<id>/plan/client-signature", methods=["GET", "POST"])
@requires(Can.write_plans)
def client_signs(id: str):
    """Record that the client signed: on paper, or otherwise with the reason."""
    read, form = _open_plan(id), ClientSignForm()
    if form.validate_on_submit():
        with form.refusals():
            _must_be_what_was_read(read, form.revision.data)
            told = form.how.data, form.signed_on.data
            actions.sign_for_client(read.revision, *told, current_user, form.reason.data or "")
            return _signed(read, id)
    return _to_sign(read, SignForm(formdata=None), form, form)


def _to_sign(read: PlanRead, own: SignForm, of_client: ClientSignForm, form: Form):
    """The page of signatures; `form` is the one of the two that was sent."""
    for one in (own, of_client):
        if one.revision.data is None:
            one.revision.data = read.revision.number
    if request.method == "GET" or of_client is not form:
        of_client.signed_on.data = site_today()
    client, facts = read.plan.client, {"own": own, "of_client": of_client, "may_sign": _may_sign(read)}
    return page("plans/sign.html", form=form, shows=[client], client=client, read=read, **facts)


def _must_be_what_was_read(read: PlanRead, number: str | None) -> None:
    if number != str(read.revision.number):
        raise RuleBroken("This plan was changed since. Look at what it says now, and sign that.")


def _may_sign(read: PlanRead) -> Part | None:
    """As what this person may sign what is still to be signed."""
    needs = {Part.clinician: Can.sign_plans, Part.supervisor: Can.cosign_notes}
    return next((part for part in read.lacking if part in needs and current_user.can(needs[part])), None)


def _signed(read: PlanRead, id: str):
    left = queries.still_to_sign(read.revision)
    if left:
        names = " and ".join(rules.PART_WORDS[part].lower() for part in left)
        return go("plans.sign", f"Signed. Still to sign: {names}.", id=id)
    return go("plans.show", "Signed by all. The plan is in force.", id=id)


@bp.route("/clients/<id>/plan/review", methods=["GET", "POST"])
@requires(Can.write_plans)
def review(id: str):
    """Review the plan: how it goes with each goal, what came of it; the next review is due by the rule profile."""
    read = _open_plan(id)
    if read.in_force is None:
        raise NotFound
    form = review_form(read)
    if request.method == "GET":
        form.reviewed_on.data = site_today()
    if form.validate_on_submit():
        with form.refusals():
            facts = form.reviewed_on.data, form.progress(), form.outcomes()
            row = actions.review(read.plan, *facts, current_user)
            return go(
                "plans.show", f"Reviewed. The next review is due {row.next_due_on:%b} {row.next_due_on.day}.", id=id
            )
    return page("plans/review.html", form=form, shows=[read.plan.client], client=read.plan.client, read=read)


@bp.route("/clients/<id>/plan/goal", methods=["GET", "POST"])
@requires(Can.write_plans)
def goal(id: str):
    """One goal of the plan (`of`: its number): what came of it and on which day, and the notes about it."""
    read = _open_plan(id)
    asked = request.values.get("of", "1")
    one = next((one for one in read.goals if str(one.goal.number) == asked), None)
    if one is None:
        raise NotFound
    form = GoalForm()
    if request.method == "GET":
        form.of.data = asked
        form.outcome.data = one.outcome.outcome.value if one.outcome else STILL_OPEN
        form.on_day.data = one.outcome.on_day if one.outcome else site_today()
    if form.validate_on_submit():
        with form.refusals():
            day = form.on_day.data or site_today()
            actions.settle_goal(read.plan, one.goal.number, form.chosen, day, current_user)
            return go("plans.show", f"Saved for goal {asked}.", id=id)
    client = read.plan.client
    return page("plans/goal.html", form=form, shows=[client], client=client, read=read, one=one)


@bp.route("/clients/<id>/plan/work", methods=["GET", "POST"])
@requires(Can.write_plans)
def assign(id: str):
    """Give written work, for a goal or for none."""
    read = _open_plan(id)
    form = AssignForm()
    open_ones = [one.goal for one in read.goals if one.outcome is None]
    form.goal.choices = [("", "None in particular"), *((one.number, one.short) for one in open_ones)]
    if request.method == "GET":
        form.given_on.data = site_today()
    if form.validate_on_submit():
        with form.refusals():
            given = {"given_on": form.given_on.data, "due_on": form.due_on.data, "goal": form.goal.data}
            actions.assign(read.plan, form.words.data, current_user, **given)
            return go("plans.show", "Written work is given.", id=id)
    return page("plans/assign.html", form=form, shows=[read.plan.client], client=read.plan.client, read=read)


@bp.route("/plan-work/<id>", methods=["GET", "POST"])
@requires(Can.write_plans)
def work(id: str):
    """Written work: whether it is done, and on which day."""
    row = queries.get_assignment(id, current_user)
    form, there, client = WorkForm(), queries.outcome_of(row.plan, None, row.id), row.plan.client
    if request.method == "GET":
        form.outcome.data = there.outcome.value if there else STILL_OPEN
        form.on_day.data = there.on_day if there else site_today()
    if form.validate_on_submit():
        with form.refusals():
            actions.settle_work(row, form.chosen, form.on_day.data or site_today(), current_user)
            return go("plans.show", "Saved.", id=client.id)
    words = sealed.unseal(client.id, row.words_sealed) or ""
    return page("plans/work.html", form=form, shows=[client], client=client, assignment=row, words=words)
