"""A request is a transaction: what opens before a view runs, and what is settled before its answer leaves."""

from collections.abc import Callable
from time import perf_counter

from flask import Flask, Response, abort, current_app, g, redirect, request
from flask_login import current_user
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError

from caseapp.core.db import db, request_scope
from caseapp.core.errors import Stale
from caseapp.core.models import FormReceipt

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


class House(Flask):
    """Flask, with one rule added: a POST that went well commits once; all else leaves the record as it was."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Called with (response) in order, after the commit or roll-back and before the answer leaves; each may write in
        # its own transaction. If one fails, the answer does not leave: what `instead_of` (answer, error) gives does.
        self.before_leaving: list[Callable[[Response], None]] = []
        self.instead_of: Callable[[Response, Exception], Response]
        # Called with (response, seconds) once an answer is settled; they keep it from nobody.
        self.watchers: list[Callable[[Response, float], None]] = []

    def full_dispatch_request(self) -> Response:
        begun = perf_counter()
        response = self._settled_answer()
        for watcher in self.watchers:
            watcher(response, perf_counter() - begun)
        return response

    def log_exception(self, exc_info) -> None:
        """What no page of ours answers for is logged by its endpoint too: Flask itself would write the address."""
        self.logger.error("broke at %s", request.endpoint, exc_info=exc_info)

    def _settled_answer(self) -> Response:
        with request_scope(reads=reads_only()):
            response = super().full_dispatch_request()
            try:
                settle(response)
            except (
                SQLAlchemyError,
                StaleDataError,
            ) as error:  # broken only at commit: deferred constraints, the connection
                undo()
                response = self.finalize_request(self.handle_user_exception(error))
            try:
                for listener in self.before_leaving:
                    listener(response)
            except Exception as error:
                return security_headers(self.instead_of(response, error))
            return response


def only_reads(view: Callable) -> Callable:
    """Declare that a view changes nothing, though it is sent as a form (so that what was typed stands in no address)."""
    view.only_reads = True
    return view


def reads_only() -> bool:
    """Whether this request changes nothing."""
    view = current_app.view_functions.get(request.endpoint)
    return request.method in SAFE_METHODS or getattr(view, "only_reads", False)


def undo() -> None:
    """Undo the request's own changes, also when there is no database any more to undo them in."""
    try:
        db.rollback()
    except SQLAlchemyError:
        db().invalidate()


def settle(response: Response) -> None:
    """Commit a POST that went well, together with its receipt; roll back what was refused. What only reads has nothing to settle."""
    if response.status_code >= 400:
        undo()
    elif not reads_only():
        receipt = g.get("receipt")
        if receipt is not None:
            receipt.location = response.headers.get("Location")
        db.commit()


def refuse_nul() -> None:
    """Before a view: NUL, which no keyboard sends and PostgreSQL can't keep, is a bad request wherever it stands."""
    sent = [request.path, *request.args.values(), *(text for _name, text in request.form.items(multi=True))]
    if any("\x00" in text for text in sent):
        abort(400)


def twice_is_once():
    """Before a view: a form key seen before leads to the first result, and the view does not run again."""
    key = request.form.get("form_key", "") if request.method == "POST" and current_user.is_authenticated else ""
    if not key:
        return None
    if len(key) > 22:
        abort(400)
    key = f"{current_user.id}:{key}"
    done = db.get(FormReceipt, key)
    if done is None:
        g.receipt = FormReceipt(key=key)
        db.add(g.receipt)
        try:
            db.flush()  # on PostgreSQL the second of two at once waits here for the first to commit
        except IntegrityError:
            db.rollback()
            g.receipt, done = None, db.get(FormReceipt, key)
    return redirect(done.location, 303) if done is not None and done.location else None


def shown(*client_ids: str) -> None:
    """Say whose records this answer shows; it is recorded as one read before the answer leaves."""
    g.setdefault("shown", {}).update(dict.fromkeys(client_ids))


def security_headers(response: Response) -> Response:
    """On every answer: no third parties, no inline script or style, nothing of a client kept by the browser."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint and request.endpoint.endswith("static"):
        return response
    response.headers.setdefault("Cache-Control", "no-store")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response


def lost_race(_error: StaleDataError) -> None:
    """A `version` that no longer fits at the moment of writing is the same to a person as a stale tab."""
    db.rollback()
    raise Stale()
