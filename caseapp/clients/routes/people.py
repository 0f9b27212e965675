"""Find, list, register and change clients."""

from itertools import combinations

from flask import Blueprint, jsonify, request, url_for
from flask_login import current_user

from caseapp.audit.models import AuditEvent
from caseapp.audit.words import said
from caseapp.clients import actions, queries
from caseapp.clients.forms import EditClientForm, NewClientForm
from caseapp.clients.models import Client
from caseapp.clients.queries import listing
from caseapp.clients.spelling import confusable, heard
from caseapp.core import sealed
from caseapp.core.access import Can, Role, requires
from caseapp.core.pages import go, local_now, page
from caseapp.core.web import only_reads, shown
from caseapp.core.words import age, birth_day

bp = Blueprint("clients", __name__, url_prefix="/clients")
SIZES = (25, 50, 100)


def on_every_page() -> dict:
    """For tables of clients: where each stands, and whose name could be taken for another's; and words for what was done."""
    return {"standings_of": listing.standings, "similar_among": similar_among, "event_words": event_words}


def event_words(event: AuditEvent) -> str:
    """What an event of the audit did, in words."""
    return said(event.kind, event.what)


def similar_among(people: list[Client]) -> dict[str, str]:
    """By client, the name of another one in this list who could be taken for them."""
    names = [(client, (heard(client.first_name), heard(client.last_name))) for client in people]
    found: dict[str, str] = {}
    for (one, name), (other, their_name) in combinations(names, 2):
        if confusable(name, their_name):
            found.setdefault(one.id, other.last_first)
            found.setdefault(other.id, one.last_first)
    return found


@bp.route("")
@requires(Can.see_clients)
def index():
    """One's caseload, or everyone this person may see; filters and order are in the address, names never."""
    wanted = _wanted()
    found = listing.listed(current_user, wanted)
    phases, managers = listing.choices()
    words = {"phases": phases, "managers": managers}
    return page("clients/index.html", shows=found.people, found=found, wanted=wanted, **words)


def _wanted() -> listing.Wanted:
    """What the address asks for; a case manager or clinician begins with their own caseload."""
    ask = request.args
    own = bool({Role.case_manager, Role.clinician} & current_user.roles)
    size = ask.get("size", 25, type=int)
    return listing.Wanted(
        mine=ask.get("show", "mine" if own else "all") == "mine",
        phase=ask.get("phase", "")[:60],
        manager=ask.get("manager", "")[:22],
        sort=ask.get("sort") if ask.get("sort") in listing.SORTS else "name",
        down=ask.get("down") == "1",
        number=min(max(ask.get("page", 1, type=int), 1), 100_000),
        size=size if size in SIZES else 25,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Can.edit_clients)
def new():
    """Register someone; likely duplicates are shown before anything is saved."""
    form = NewClientForm()
    if form.validate_on_submit():
        details = form.details()
        alike = queries.likely_duplicates(details["first_name"], details["last_name"], details["born"])
        if alike and form.another_person.data != "yes":
            return _ask_about(form, alike)
        with form.refusals():
            client = actions.register(current_user, **details)
            return go("chart.show", "Registered. Next: the withdrawal check.", id=client.id)
    return page("clients/new.html", form=form)


def _ask_about(form: NewClientForm, alike: list):
    """Show who may be the same person; of those this person may not see, only that there is one."""
    may_see = queries.visible_ids([one.client.id for one in alike], current_user)
    open_to_me = [one for one in alike if one.client.id in may_see]
    about = {"alike": open_to_me, "hidden": len(alike) - len(open_to_me)}
    return page(
        "clients/new.html", form=form, shows=[one.client for one in open_to_me], status=422, wrong=True, **about
    )


@bp.route("/<id>/edit", methods=["GET", "POST"])
@requires(Can.edit_clients)
def edit(id: str):
    """Change a client's details."""
    client = queries.get_client(id, current_user)
    for name in actions.SEALED:
        setattr(client, name, sealed.unseal(client.id, getattr(client, f"{name}_sealed")))
    form = EditClientForm(obj=client)
    if form.validate_on_submit():
        form.check_fresh(client)
        with form.refusals():
            actions.edit(client, current_user, **form.details())
            return go("chart.show", "Saved.", id=client.id)
    return page("clients/edit.html", form=form, shows=[client], client=client)


@bp.route("/find", methods=["POST"])
@only_reads
@requires(Can.see_clients)
def find():
    """Find a client. The text is sent in the form, so that no name stands in an address."""
    text = request.form.get("q", "")[:100].strip()
    people = queries.find(text, current_user)
    guessed = [] if people or not text else queries.find_alike(text, current_user)
    found = {"people": people, "guessed": guessed, "text": text}
    return page("clients/find.html", shows=people or guessed, asked=True, **found)


@bp.route("/suggest", methods=["POST"])
@only_reads
@requires(Can.see_clients)
def suggest():
    """Up to eight suggestions, for the search box."""
    text = request.form.get("q", "")[:100]
    people = queries.find(text, current_user, most=8) or queries.find_alike(text, current_user, most=8)
    shown(*(client.id for client in people))
    return jsonify([_suggestion(client) for client in people])


def _suggestion(client: Client) -> dict[str, str]:
    also = f"goes by {client.goes_by} · " if client.goes_by else ""
    born = f"born {birth_day(client.born)} ({age(client.born, local_now())})"
    url = url_for("chart.show", id=client.id)
    return {
        "label": client.last_first,
        "hint": f"{also}{born} · ID {client.record_number}",
        "url": url,
        "id": client.id,
    }
