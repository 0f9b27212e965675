"""From a view to a page: rendering, redirects with one banner, error pages, and what every template may use."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    get_flashed_messages,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from caseapp.core import clock, errors, merging
from caseapp.core.access import Can, access_of
from caseapp.core.db import ID_LETTERS, NO_DATABASE, broken_constraint, has_no_room
from caseapp.core.navigation import NAVIGATION
from caseapp.core.web import SAFE_METHODS, shown, undo


@dataclass
class Banner:
    """The one message above a page's title. Its text stays in a cookie: never a client's name in it."""

    text: str
    kind: str = "ok"
    undo_url: str | None = None
    undo_fields: dict[str, str] = field(default_factory=dict)


def page(template: str, *, shows: Any = (), status: int | None = None, form: Any = None, **context: Any) -> Response:
    """Render a page.

    `shows` lists the clients (rows or ids) whose record the page shows: the read is recorded. With a form that has errors
    the answer is 422 and the page keeps what was typed.
    """
    shown(*(client if isinstance(client, str) else client.id for client in shows))
    if form is not None and request.method == "GET" and current_user.is_authenticated:
        current_app.extensions["on_every_form"](form)
    wrong = request.method == "POST" and form is not None and bool(form.errors)
    html = render_template(template, form=form, **context)
    return Response(html, status=status or (422 if wrong else 200))


def as_title(title: str) -> str:
    """The title of this page, noted for its forms: a draft goes by it. Never a client's name in it."""
    g.page_title = title
    return title


def go(endpoint: str, banner: str | Banner | None = None, **values: Any) -> Response:
    """See other: to a page of ours, with a banner if there is something to say."""
    return go_to(url_for(endpoint, **values), banner)


def go_to(path: str, banner: str | Banner | None = None) -> Response:
    """See other: to a path that is already known to be ours."""
    if banner:
        banner = Banner(banner) if isinstance(banner, str) else banner
        flash(
            {"text": banner.text, "kind": banner.kind, "undo_url": banner.undo_url, "undo_fields": banner.undo_fields}
        )
    return redirect(path, 303)


def take_banner() -> Banner | None:
    """The message left for this page, once."""
    messages = get_flashed_messages()
    return Banner(**messages[-1]) if messages else None


NO_ROOM = "There is no room left on the disk to save anything. Tell whoever looks after the machine."

# What belongs to a room and yet to no place of the header: the pages about oneself and about the pages.
NO_PLACE = ("/help", "/account")


def navigation() -> list[dict[str, Any]]:
    """The links of the header for this person, in the order of their roles, with the numbers that rooms registered."""
    of_a_client = request.path.startswith("/clients/")  # every tab of a client, whichever room it belongs to
    here = "clients" if of_a_client else (request.endpoint or "").split(".")[0]
    counts = g.get("nav_counts", {})
    places = []
    for place in NAVIGATION:
        if current_user.is_authenticated and place.for_roles & current_user.roles and current_user.can(place.needs):
            number, words = counts.get(place.endpoint, (0, ""))
            places.append(
                {
                    "label": place.label,
                    "url": url_for(place.endpoint),
                    "current": here in place.rooms and not request.path.startswith(NO_PLACE),
                    "count": number,
                    "count_words": words,
                }
            )
    return places


def url_if_open(endpoint: str, **values: Any) -> str:
    """The address of a page, or nothing if there is no such page or this person may not open it."""
    if endpoint not in current_app.view_functions or not current_user.is_authenticated:
        return ""
    needed = access_of(current_app, endpoint)
    return url_for(endpoint, **values) if needed == "public" or (needed and current_user.can(needed)) else ""


def local_now() -> datetime:
    """This moment in the site's zone, for words on a page."""
    return clock.now().astimezone(ZoneInfo(g.get("site_zone", current_app.config["SITE_TIMEZONE"])))


def context() -> dict[str, Any]:
    """What every template may use beside its own values."""
    return {
        "can": lambda permission: current_user.is_authenticated and current_user.can(Can(permission)),
        "nav": navigation(),
        "url_if_open": url_if_open,
        "banner": take_banner(),
        "now": local_now(),
        "session_ends_at": current_user.ends_at if current_user.is_authenticated else None,
    }


def register_error_pages(app: Flask) -> None:
    """One page per kind of refusal, in plain words."""
    app.register_error_handler(errors.NotFound, lambda _e: error_page(404))
    app.register_error_handler(errors.Refused, lambda e: error_page(403, sentence=e.sentence))
    app.register_error_handler(errors.RuleBroken, lambda e: error_page(422, sentence=e.sentence, way_out=e.way_out))
    app.register_error_handler(errors.Stale, stale_page)
    app.register_error_handler(StaleDataError, lambda _e: stale_page(errors.Stale()))
    app.register_error_handler(IntegrityError, broken_constraint_page)
    for no_database in NO_DATABASE:
        app.register_error_handler(no_database, lambda e: _broke(app, e, 503))
    app.register_error_handler(
        CSRFError, lambda _e: error_page(400, sentence="This form was opened in another sign-in.", sent=what_was_sent())
    )
    app.register_error_handler(HTTPException, lambda e: error_page(e.code) if e.code and e.code >= 400 else e)
    app.register_error_handler(Exception, lambda e: _broke(app, e, 500))
    app.instead_of = lambda answer, error: _not_recorded(app, answer, error)


def error_page(status: int, **values: Any) -> Response:
    """The page of a status; undoes the request's own changes first, so that nothing half done is read on it."""
    undo()
    if status >= 500:
        return _page_without_database(status if status == 503 else 500, **values)
    known = status if status in {400, 401, 403, 404, 409, 413, 422, 429} else 400
    g.refusal = status
    return Response(
        render_template(f"errors/{known if known != 401 else 403}.html", status=status, **values), status=status
    )


def what_was_sent() -> list[tuple[str, str]]:
    """The fields of this request but for the house's own and passwords: shown back, so that nothing typed is lost."""
    kept_back = ("csrf_token", "form_key", "version", "opened", "page_title", "password", "present_password")
    return [(name, text) for name, text in request.form.items(multi=True) if name not in kept_back and text]


def broken_constraint_page(error: IntegrityError) -> Response:
    """A constraint of the database said no where no rule did: its sentence, if it has one."""
    sentence, _field = errors.sentence_of(broken_constraint(error))
    return error_page(422, sentence=sentence, way_out="")


def stale_page(error: errors.Stale, form: Any = None) -> Response:
    """409: what one of the two changed is merged, where both did one chooses; nothing is lost, nothing is saved yet."""
    form = form if form is not None else error.form
    merge = merging.merge(form, error.now) if form is not None and error.now is not None else None
    mine = [*merge.mine, *_opened_at()] if merge else list(request.form.items(multi=True))
    shown(*_client_of(error.row))
    return error_page(
        409,
        merge=merge,
        form_key=request.form.get("form_key", ""),
        fields=[] if merge else what_was_sent(),
        who=error.who,
        when=error.when,
        post_url=request.full_path.rstrip("?"),
        version=getattr(error.row, "version", ""),
        draft_body=urlencode(mine),
        title_of_form=request.form.get("page_title", ""),
    )


def _opened_at() -> list[tuple[str, str]]:
    """By what a stale form, kept as a draft, is known to be one."""
    return [(name, request.form[name]) for name in ("version", "opened") if name in request.form]


def _client_of(row: Any) -> list[str]:
    """Whose record a row belongs to, if it is a client's."""
    whose = (
        getattr(row, "id", None) if getattr(row, "__tablename__", "") == "client" else getattr(row, "client_id", None)
    )
    return [whose] if isinstance(whose, str) and len(whose) == ID_LETTERS else []


def _page_without_database(status: int, **values: Any) -> Response:
    """A page that asks nobody anything: what every page may use reads the database, which may be what broke."""
    g.refusal = status
    g.pop("shown", None)
    values["nothing_saved"] = values.get("nothing_saved", request.method not in SAFE_METHODS)
    return Response(current_app.jinja_env.get_template(f"errors/{status}.html").render(values), status=status)


def _not_recorded(app: Flask, answer: Response, error: Exception) -> Response:
    """The look at a record, or the refusal, could not be written down: what was to be shown stays here."""
    number = _numbered(app, error)
    saved = request.method not in SAFE_METHODS and answer.status_code < 400
    sentence = "We could not write to the log who looks at this, so it is not shown."
    sentence += f" {NO_ROOM}" if has_no_room(error) else ""
    return error_page(503, number=number, sentence=sentence, saved=saved, nothing_saved=not saved)


def _numbered(app: Flask, error: Exception) -> str:
    """Write what broke to the program's log: a number, the route and the traceback, and no form content."""
    number = secrets.token_hex(2).upper()
    g.number = number
    app.logger.error("number %s at %s", number, request.endpoint, exc_info=error)
    return number


def _broke(app: Flask, error: Exception, status: int) -> Response:
    """Something broke on our side; the number on the page stands in the log."""
    number = _numbered(app, error)
    if app.testing and status == 500:
        raise error
    session.pop("_flashes", None)
    return error_page(status, number=number, sentence=NO_ROOM if has_no_room(error) else "")
