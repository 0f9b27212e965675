"""Drafts are kept here, offered on the page they belong to, and dropped when their form is carried out."""

from flask import Blueprint, Response, current_app, g, jsonify, request, url_for
from flask_login import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from caseapp.core.access import Can, local_path, requires
from caseapp.core.forms import Form
from caseapp.core.pages import Banner, go_to, local_now
from caseapp.core.web import reads_only
from caseapp.core.words import at_time
from caseapp.drafts import actions, queries
from caseapp.drafts.rules import MOST, body_of, fields_of, going_on, page_of, path_of

bp = Blueprint("drafts", __name__)


@bp.route("/drafts", methods=["POST"])
@requires(Can.use_own_account)
def keep():
    """Keep what was typed so far: by script in parts, without it the whole form; and what a stale form held."""
    in_parts = "draft_of" in request.form
    address = page_of(local_path(request.form.get("draft_of") if in_parts else request.referrer))
    if not address or not _is_a_page(address):
        return go_to(url_for("identity.home"))
    body = body_of(fields_of(request.form.get("draft_body", "")) if in_parts else list(request.form.items(multi=True)))
    title = request.form.get("draft_title" if in_parts else "page_title", "")
    kept_at = actions.keep(current_user.id, address, body, title)
    if request.form.get("draft_then") == "look":
        return go_to(address, "Your version is kept as a draft.")
    if in_parts:
        return jsonify({"kept_at": at_time(kept_at, local_now())})
    return go_to(going_on(address), "Draft kept.")


def _is_a_page(address: str) -> bool:
    """Whether an address leads to a page of ours."""
    try:
        current_app.url_map.bind("").match(path_of(address), method="GET")
    except HTTPException:
        return False
    return True


@bp.route("/drafts/<id>/throw-away", methods=["POST"])
@requires(Can.use_own_account)
def throw_away(id: str):
    """Put a draft aside, with a way back; from Today one stays there."""
    draft, back = queries.get_draft(id, current_user), _back_to_the_list()
    actions.throw_away(draft)
    undo = {"undo_url": url_for("drafts.take_back", id=id), "undo_fields": {"back": "list"} if back else {}}
    return go_to(back or draft.address, Banner("The draft was thrown away.", **undo))


@bp.route("/drafts/<id>/take-back", methods=["POST"])
@requires(Can.use_own_account)
def take_back(id: str):
    """Keep a draft after all."""
    draft = queries.get_draft(id, current_user)
    actions.take_back(draft)
    return go_to(_back_to_the_list() or draft.continue_url)


def _back_to_the_list() -> str:
    """One's first page, if that is where one came from."""
    return url_for("identity.home") if request.form.get("back") == "list" else ""


def on_every_form(form: Form) -> None:
    """A page with a form is opened: offer what this person left there, or fill it in if they asked for that.

    The version goes with the draft: if the record has changed since, saving says so.
    """
    draft = queries.draft_at(current_user, page_of(request.full_path))
    if draft is None:
        return
    continues = request.args.get("draft") == "continue"
    if continues:
        form.process(formdata=MultiDict(fields_of(actions.text_of(draft))))
    g.draft = {"id": draft.id, "kept_at": draft.kept_at, "continues": continues, "continue_url": draft.continue_url}


def on_every_page() -> dict:
    """The draft that belongs to this page, for the frame."""
    return {"draft": g.get("draft")}


def after_request(response: Response) -> Response:
    """A form that was carried out leaves no draft behind; in the same transaction."""
    carried_out = not reads_only() and response.status_code in (302, 303) and not g.get("kept_late")
    if carried_out and current_user.is_authenticated and request.blueprint != "drafts":
        actions.drop(current_user.id, set(_pages_of_this_form()))
    return response


def _pages_of_this_form() -> list[str]:
    """Where the form of this request may have stood: the page it came from, if that has the same path, and its own address."""
    came_from = page_of(local_path(request.referrer))
    pages = [came_from] if came_from and path_of(came_from) == request.path else []
    return [*pages, page_of(request.full_path)]


def keep_late_form(owner_id: str) -> str | None:
    """What was sent after a sign-in had ended is kept for whom it was; gives where to go on, or None if it is no page's."""
    address = _pages_of_this_form()[0] if _is_a_page(request.path) else page_of(local_path(request.referrer))
    body = body_of(list(request.form.items(multi=True)))
    if not address or not _is_a_page(address) or not body or len(body) > MOST:
        return None
    actions.keep(owner_id, address, body, request.form.get("page_title", ""))
    g.kept_late = True
    return going_on(address)
