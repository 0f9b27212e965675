"""A client's medications: the list, adding, changing and ending, none taken, taking over from a referral, visits."""

from flask import Blueprint, request
from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.core import sealed
from caseapp.core.access import Can, requires
from caseapp.core.fields import site_today
from caseapp.core.forms import TakeBackForm
from caseapp.core.pages import go, page
from caseapp.medications import actions, queries, rules
from caseapp.medications.forms import AddForm, ChangeForm, as_it_stands, visit_form
from caseapp.medications.known import CLASS_WORDS

bp = Blueprint("medications", __name__)
WORDS = {
    "prescriber_words": rules.PRESCRIBER_WORDS,
    "why_ended_words": rules.WHY_ENDED_WORDS,
    "takes_words": rules.TAKES_WORDS,
    "class_words": CLASS_WORDS,
}


@bp.route("/clients/<id>/medications")
@requires(Can.keep_medications)
def index(id: str):
    """What this person takes and took, what a referral names, visits and what was said at them."""
    client, today = get_client(id, current_user), site_today()
    lines = queries.listed(client.id)
    parts = {
        "taken": [one for one in lines if one.taken_on(today)],
        "before": [one for one in lines if not one.taken_on(today)],
    }
    visits = [(one, queries.words_of(one)) for one in queries.visits(client.id)]
    facts = {"asked": queries.asked_none(client.id), "mentioned": queries.mentioned(client.id), "visits": visits}
    names = {one.medication.id: one.name for one in lines}
    return page("medications/index.html", shows=[client], client=client, names=names, **parts, **facts, **WORDS)


@bp.route("/clients/<id>/medications/new", methods=["GET", "POST"])
@requires(Can.keep_medications)
def new(id: str):
    """Put a medication on the list."""
    client = get_client(id, current_user)
    form = AddForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.add(client, form.said(), current_user)
            return go("medications.index", "Saved.", id=client.id)
    return page("medications/new.html", form=form, shows=[client], client=client)


@bp.post("/clients/<id>/medications/take-over")
@requires(Can.keep_medications)
def take_over(id: str):
    """Put a medication that a referral names on the list, as the referral says (`referral`: which)."""
    client = get_client(id, current_user)
    actions.take_over(client, request.form.get("referral", ""), current_user)
    return go("medications.index", "Taken over. Look at who prescribes it and since when.", id=client.id)


@bp.post("/clients/<id>/medications/none")
@requires(Can.keep_medications)
def none(id: str):
    """They were asked and take none."""
    client = get_client(id, current_user)
    actions.none(client, current_user)
    return go("medications.index", "Saved.", id=client.id)


@bp.route("/medications/<id>/change", methods=["GET", "POST"])
@requires(Can.keep_medications)
def change(id: str):
    """Change or end a medication; what was said of it is kept and shown."""
    medication = queries.get_medication(id, current_user)
    lines = [queries.line(medication, one) for one in medication.entries]
    now = as_it_stands(next(one for one in lines if one.entry.in_force))
    form = ChangeForm(obj=now)
    if form.validate_on_submit():
        actions.hold(medication)
        form.check_fresh(medication, now)
        with form.refusals():
            actions.change(medication, form.said(), current_user)
            return go("medications.index", "Saved.", id=medication.client_id)
    facts = {"medication": medication, "before": [one for one in lines if not one.entry.in_force]}
    return page(
        "medications/change.html", form=form, shows=[medication.client], client=medication.client, **facts, **WORDS
    )


@bp.route("/medications/<id>/take-back", methods=["GET", "POST"])
@requires(Can.keep_medications)
def take_back(id: str):
    """Take a medication back that should not be on this list."""
    medication = queries.get_medication(id, current_user)
    form = TakeBackForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.take_back(medication, form.reason.data, current_user)
            return go("medications.index", "Taken back. It counts no more.", id=medication.client_id)
    name = sealed.unseal(medication.client_id, medication.entry.name_sealed)
    client = medication.client
    return page("medications/take_back.html", form=form, shows=[client], client=client, what=name or "a medication")


@bp.route("/clients/<id>/medication-visits/new", methods=["GET", "POST"])
@requires(Can.keep_medications)
def visit(id: str):
    """Note a visit about medications, and of each that is taken whether as prescribed."""
    client = get_client(id, current_user)
    lines = [one for one in queries.listed(client.id) if one.taken_on(site_today())]
    form = visit_form(lines)()
    if request.method == "GET":
        form.held_on.data = site_today()
    if form.validate_on_submit():
        with form.refusals():
            actions.visit(client, form.held_on.data, form.takes(), form.words.data, current_user)
            return go("medications.index", "Saved.", id=client.id)
    return page("medications/visit.html", form=form, shows=[client], client=client, lines=lines)


@bp.route("/medication-visits/<id>/take-back", methods=["GET", "POST"])
@requires(Can.keep_medications)
def take_visit_back(id: str):
    """Take a visit back that should not have been noted."""
    row = queries.get_visit(id, current_user)
    form = TakeBackForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.take_visit_back(row, form.reason.data, current_user)
            return go("medications.index", "Taken back. It counts no more.", id=row.client_id)
    return page("medications/take_back.html", form=form, shows=[row.client], client=row.client, what="this visit")
