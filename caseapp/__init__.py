"""caseapp: case management for intensive outpatient programs."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from flask import Flask, Response, g
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from caseapp.core import db as database
from caseapp.core import errors, logs, pages, sealed, style, web, words
from caseapp.core.access import Actor, gate, public
from caseapp.core.health import healthz
from caseapp.core.icons import icon_sprite
from config import Settings, demo_secret_file

# Every room, from the ground floor up.
ROOMS = [
    "audit",
    "identity",
    "jobs",
    "drafts",
    "clinic",
    "programs",
    "clients",
    "episodes",
    "tasks",
    "measures",
    "assessments",
    "use",
    "plans",
    "medications",
    "scheduling",
    "series",
    "closures",
    "waitlist",
    "weekplan",
    "attendance",
    "crisis",
    "drug_tests",
    "notes",
    "progress",
    "weeks",
    "interchange",
    "reports",
    "chart",
    "calendars",
    "today",
]

HERE = Path(__file__).resolve().parent


def load_models() -> None:
    """Import every table, so that migrations and constraints know them all."""
    import_module("caseapp.core.models")
    for room in ROOMS:
        _part(room, "models")


def create_app(settings: Settings) -> Flask:
    """Put the house together for these settings. Touches no database until a request or a command does."""
    app = web.House(__name__, template_folder=HERE.parent / "templates", static_folder="static")
    _configure(app, settings)
    _believe_proxies(app, settings.trusted_proxies)
    load_models()
    database.bind(database.make_engine(settings.database_url))
    if settings.key_file.exists():
        sealed.load_key_file(settings.key_file)
    _before_and_after(app)
    _watched(app, settings)
    pages.register_error_pages(app)
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/icons.svg", "icons", public(_icons))
    app.jinja_env.filters.update(words.bind(pages.local_now))
    app.jinja_env.filters["as_title"] = pages.as_title
    app.jinja_env.globals.update(words.GLOBALS)
    for room in ROOMS:
        _open_room(app, room)
    app.context_processor(pages.context)  # after the rooms: it reads the zone and the numbers that they leave
    if demo_secret_file(settings.instance, settings.database_url).exists():
        app.add_url_rule("/style", "style.show", style.show)
    commands = find_spec("caseapp.cli.commands")
    if commands:
        import_module("caseapp.cli.commands").register(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SITE_TIMEZONE=settings.site_timezone,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-caseapp" if settings.secure_cookies else "caseapp",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lasts as long as its sign-in
        MAX_CONTENT_LENGTH=20_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=5_000,
        BOOTSTRAP_SERVE_LOCAL=True,
    )


def _believe_proxies(app: Flask, number: int) -> None:
    """Take the client's address, scheme and host from the last so many proxies; from nobody if there are none."""
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number)


def _before_and_after(app: Flask) -> None:
    """The order of a request: whose is it, may they, was it sent before; then headers, reads and refusals."""
    LoginManager(app).request_loader(_whoever_is_signed_in)
    app.before_request(gate)
    app.before_request(web.refuse_nul)
    CSRFProtect(app)
    app.before_request(web.twice_is_once)
    app.after_request(web.security_headers)
    _ask_above(app)
    _tell_the_audit(app)
    Bootstrap5(app)
    app.before_leaving.append(_record_what_was_shown)


def _watched(app: web.House, settings: Settings) -> None:
    """Every answer is noted in the program's log, and counted where figures are asked for."""
    logs.begin()
    app.watchers.append(logs.note_request)
    if settings.metrics_bind:
        app.watchers.append(import_module("caseapp.core.metrics").count_request)


def _ask_above(app: Flask) -> None:
    """What lower floors ask of the rooms that keep drafts, sign-ins, staff and care access."""
    drafts, identity = import_module("caseapp.drafts.routes"), import_module("caseapp.identity.routes")
    app.after_request(drafts.after_request)
    app.extensions["on_every_form"] = drafts.on_every_form
    app.extensions["keep_late_form"] = drafts.keep_late_form
    app.extensions["kept_drafts"] = import_module("caseapp.clients.queries").kept_drafts
    app.extensions["late_owner"] = identity.late_owner
    app.extensions["names_of_roles"] = import_module("caseapp.identity.queries").names_of


def _tell_the_audit(app: Flask) -> None:
    """What the log, which knows ids alone, asks of the rooms above it."""
    clients, identity = import_module("caseapp.clients.queries"), import_module("caseapp.identity.queries")
    app.extensions["client_by_record_number"] = clients.by_record_number
    app.extensions["record_numbers"] = clients.record_numbers
    app.extensions["all_staff"] = identity.all_staff
    app.extensions["signings"] = [import_module(f"caseapp.{room}.verifying").SIGNING for room in ("notes", "plans")]


def _whoever_is_signed_in(_request) -> Actor | None:
    return import_module("caseapp.identity.routes").whoever_is_signed_in()


def _record_what_was_shown(response: Response) -> None:
    """One audit event per answer that showed clients, and one per refusal; if it can't be written, the answer stays here."""
    from flask import request

    from caseapp.audit.actions import record, record_poll
    from caseapp.audit.rules import Kind

    refused = response.status_code in (403, 404)
    if not (refused or g.get("shown")) or not current_user.is_authenticated:
        return
    actor, endpoint = current_user._get_current_object(), request.endpoint or "nowhere"
    if refused:
        record(Kind.refusal, endpoint, actor, status=response.status_code, id=str(dict(request.view_args or {}))[:200])
    elif request.headers.get("X-Poll"):
        record_poll(endpoint, actor, g.shown)
    else:
        record(Kind.read, endpoint, actor, clients=g.shown)


def _icons() -> Response:
    return Response(icon_sprite(), mimetype="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


def _part(room: str, part: str):
    name = f"caseapp.{room}.{part}"
    return import_module(name) if find_spec(name) else None


def _open_room(app: Flask, room: str) -> None:
    """Register a room's pages, its sentences for broken constraints, and what it adds to every page."""
    rules, routes = _part(room, "rules"), _part(room, "routes")
    errors.CONSTRAINTS.update(getattr(rules, "CONSTRAINTS", {}))
    if routes:
        app.register_blueprint(routes.bp)
        if hasattr(routes, "on_every_page"):
            app.context_processor(routes.on_every_page)
