"""Sign in, sign out, stay signed in, set a password by a one-time link."""

from flask import request, session, url_for
from flask_login import current_user

from caseapp.core.access import Can, Role, local_path, public, requires
from caseapp.core.pages import go, go_to, local_now, page
from caseapp.core.words import at_time
from caseapp.identity import actions, queries, rules
from caseapp.identity.forms import PasswordForm, SignInForm
from caseapp.identity.routes.blueprint import bp


def whoever_is_signed_in():
    """The actor of this request's cookie, or None."""
    token = session.get("sign_in")
    return actions.resume(token, uses=not request.headers.get("X-Poll")) if token else None


def late_owner() -> str | None:
    """Whose sign-in this request's cookie was, if it ended by time alone."""
    token = session.get("sign_in")
    return actions.late_owner(token) if token else None


def first_page(roles) -> str:
    """Where someone's day begins: an admin alone at Reports, all others at Today."""
    return url_for("reports.index") if roles == {Role.admin} else url_for("today.index")


@bp.route("/")
@public
def home():
    """The site's root leads to the first page of one's role."""
    return go_to(first_page(current_user.roles)) if current_user.is_authenticated else go("identity.sign_in")


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in():
    """Prove who one is, then go back to where one was."""
    form = SignInForm()
    onward = local_path(request.args.get("next"))
    if form.validate_on_submit():
        with form.refusals():
            address, device = request.remote_addr or "", str(request.user_agent)
            token = actions.sign_in(form.email.data, form.password.data, address, device)
            return go_to((_follow_on(token) and onward) or url_for("identity.home"))
    return page(
        "identity/sign_in.html",
        form=form,
        next=onward,
        timed_out=late_owner() is not None and not current_user.is_authenticated,
        kept="draft=continue" in (onward or ""),
        idle_minutes=queries.idle_minutes(),
        demo_staff=rules.DEMO_STAFF,
        demo_password=rules.DEMO_PASSWORD,
    )


def _follow_on(token: str) -> bool:
    """Put a new sign-in in the place of the browser's earlier one; whether they are of one person.

    To whoever is another, it must not matter where the one before them had been.
    """
    earlier = session.get("sign_in", "")
    before = actions.owner_of(earlier) if earlier else None
    if before:
        actions.sign_out(earlier)
    session.clear()
    session["sign_in"] = token
    return before in (None, actions.owner_of(token))


@bp.route("/sign-in/help")
@public
def cannot_sign_in():
    """Whom to ask, without revealing accounts."""
    return page("identity/cannot_sign_in.html")


@bp.route("/sign-out", methods=["POST"])
@public
def sign_out():
    """End this sign-in for good."""
    actions.sign_out(session.pop("sign_in", ""))
    session.clear()
    return go("identity.sign_in")


@bp.route("/stay-signed-in", methods=["POST"])
@requires(Can.use_own_account)
def stay():
    """Any request keeps a sign-in alive; this one does nothing else. A script reads the new end from the answer."""
    if request.headers.get("X-Requested-With"):
        ends = current_user.ends_at
        return {"ends_at": ends.isoformat(), "ends_at_words": at_time(ends, local_now())}
    return go_to(local_path(request.referrer) or url_for("identity.home"))


@bp.route("/password/<token>", methods=["GET", "POST"])
@public
def set_password(token: str):
    """Set a first or new password by a one-time link."""
    form = PasswordForm()
    actions.staff_of_link(token)
    if form.validate_on_submit():
        with form.refusals():
            actions.use_link(token, form.password.data)
            return go("identity.sign_in", "Your password is set. Sign in with it.")
    return page("identity/set_password.html", form=form)
