"""Crisis contacts: record one, complete it, look at one, follow it up, and the board of follow-ups."""

from typing import Any

from flask import Blueprint, g, jsonify, request
from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound, Refused, Stale
from caseapp.core.pages import go, page, stale_page
from caseapp.core.web import shown
from caseapp.crisis import actions, queries, words
from caseapp.crisis.forms import AttemptForm, ContactForm, EditContactForm, as_form
from caseapp.crisis.models import CrisisContact
from caseapp.crisis.views import attempt_page, contact_page, form_page, next_due
from caseapp.tasks.queries import possible_owners, task_of
from caseapp.tasks.routes import undo_closing
from caseapp.tasks.rules import TaskKind

bp = Blueprint("crisis", __name__, url_prefix="/crisis")


def on_every_page() -> dict:
    """Leave the number beside Crisis for the header; an error page asks the database for nothing more."""
    if current_user.is_authenticated and current_user.can(Can.follow_up_crisis) and not g.get("refusal"):
        number = queries.count_pressing(current_user)
        says = "1 follow-up needs you" if number == 1 else f"{number} follow-ups need you"
        g.setdefault("nav_counts", {})["crisis.index"] = (number, says)
    return {}


@bp.route("")
@requires(Can.follow_up_crisis)
def index():
    """Who needs a call, by when, and whose it is; or what was closed this week."""
    mine, closed = request.args.get("whose") == "mine", request.args.get("show") == "closed"
    rows = queries.closed_this_week(current_user, mine) if closed else queries.open_follow_ups(current_user, mine)
    number = len(rows) if closed else queries.count_closed_this_week(current_user, mine)
    named = {row.contact.client_id for row in rows if row.contact.client_id}
    return page("crisis/index.html", shows=named, rows=rows, mine=mine, closed=closed, closed_count=number, words=words)


@bp.route("/new", methods=["GET", "POST"])
@requires(Can.record_crisis)
def new():
    """Record a contact while listening. Any client may be found here, by name, birth date, ID and phase only."""
    form = ContactForm()
    found = _begun(form)
    if "find" in request.form:
        form.renew_key()
    elif form.validate_on_submit():
        with form.refusals():
            contact = actions.record(current_user, owner_id=form.owner_id.data, **form.facts())
            return _recorded(contact)
    return form_page("crisis/new.html", form, found)


def _recorded(contact: CrisisContact):
    said = "Saved. The clock of the follow-up runs."
    knows = queries.knows_of(contact, current_user)
    return go("crisis.show", said, id=contact.id) if knows else go("identity.home", said)


def _begun(form: ContactForm) -> list[queries.Found]:
    """Whom the form of a new contact offers: who was found, chosen before, or named by a link of someone who sees them."""
    chosen = request.form.get("client_id", "")
    if request.method == "GET":
        form.begin()
        if request.args.get("about"):
            chosen = form.client_id.data = get_client(request.args["about"], current_user).id
    found = queries.found_anyone(form.who.data, [chosen])
    form.offer(found)
    form.offer_owners(possible_owners(), queries.owner_by_default(form.chosen(), current_user))
    return found


@bp.route("/suggest", methods=["POST"])
@requires(Can.record_crisis)
def suggest():
    """Up to eight of all the clinic's clients, for the form of a contact: name, born, ID and phase."""
    found = queries.found_anyone(request.form.get("q", "")[:100])
    shown(*(one.id for one in found))
    return jsonify([{"id": one.id, "label": one.client.last_first, "hint": one.hint} for one in found])


@bp.route("/<id>")
@requires(Can.record_crisis)
def show(id: str):
    """One contact: its facts; its words only for those who may read them; its follow-up, and what is missing."""
    return contact_page(queries.get_contact(id, current_user))


@bp.route("/<id>/edit", methods=["GET", "POST"])
@requires(Can.follow_up_crisis)
def edit(id: str):
    """Complete or correct a contact; what it said before is kept."""
    contact = queries.get_contact(id, current_user)
    if not queries.may_read_texts(contact, current_user):
        raise Refused("Only those who see the client can complete this.")
    form = EditContactForm(obj=as_form(contact, queries.texts_of(contact)))
    form.complete(contact)
    found = queries.found_anyone(form.who.data, {contact.client_id or "", form.client_id.data or ""})
    form.offer(found)
    if "find" not in request.form and form.validate_on_submit():
        return _edited(contact, form) or form_page("crisis/edit.html", form, found, contact)
    return form_page("crisis/edit.html", form, found, contact)


def _edited(contact: CrisisContact, form: EditContactForm):
    """Save what was completed, unless someone else did so meanwhile; None if it was refused."""
    actions.hold(contact)
    if form.version.data != contact.version:
        now = as_form(contact, queries.texts_of(contact))
        return stale_page(Stale(now, now.changed_by_name, now.changed_at), form)
    with form.refusals():
        changed = actions.edit(contact, current_user, **form.facts())
        return go("crisis.show", "Saved." if changed else "Nothing was changed.", id=contact.id)
    return None


@bp.route("/<id>/attempt", methods=["GET", "POST"])
@requires(Can.follow_up_crisis)
def attempt(id: str):
    """Note a try at following up; a person closes it, never time."""
    contact = queries.get_contact(id, current_user)
    task = task_of(TaskKind.crisis_follow_up, contact.id)
    if task is None:
        raise NotFound
    form = AttemptForm()
    if form.validate_on_submit():
        with form.refusals():
            return _tried(contact, task, form)
    return attempt_page(contact, task, form)


def _tried(contact: CrisisContact, task: Any, form: AttemptForm):
    """Carry out what the form of an attempt says, and say so."""
    result, closes = form.came_of_it(), form.next.data == "close"
    due = None if closes else next_due(contact, form)
    told = form.told()
    actions.attempt(task, result, current_user, words=form.words.data, closes=closes, next_due=due, **told)
    if closes:
        return go("crisis.show", undo_closing(task, "Saved. The follow-up is closed."), id=contact.id)
    return go("crisis.show", "Saved. The follow-up stays open.", id=contact.id)


@bp.route("/<id>/tell", methods=["POST"])
@requires(Can.record_crisis)
def tell(id: str):
    """Ask a supervisor to look at a contact, with one press."""
    contact = queries.get_contact(id, current_user)
    task = actions.tell_supervisor(contact, request.form.get("supervisor_id", ""), current_user)
    return go("crisis.show", f"{task.owner.name} has it on their list.", id=contact.id)
