"""One's own account: facts, devices, password, rows, and what was left unfinished."""

from flask import current_app, request
from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.core.words import count
from caseapp.identity import actions, queries, rules
from caseapp.identity.forms import ChangePasswordForm, RowsForm
from caseapp.identity.routes.blueprint import bp


@bp.route("/account")
@requires(Can.use_own_account)
def account():
    """One's own account."""
    return page(
        "identity/account.html",
        me=queries.get_staff(current_user.id),
        devices=queries.live_sign_ins(current_user.id),
        drafts=current_app.extensions["kept_drafts"](current_user),
        device_words=rules.device_words,
        rows_form=RowsForm(rows="compact" if current_user.compact_rows else "roomy"),
    )


@bp.route("/account/password", methods=["GET", "POST"])
@requires(Can.use_own_account)
def change_password():
    """Choose another password; the present one is asked first, and other devices are signed out."""
    form = ChangePasswordForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.prove(current_user.id, form.present_password.data, request.remote_addr or "")
            actions.change_password(queries.get_staff(current_user.id), form.password.data, current_user)
            return go("identity.account", "Your password is changed. Other devices are signed out.")
    return page("identity/change_password.html", form=form)


@bp.route("/account/rows", methods=["POST"])
@requires(Can.use_own_account)
def choose_rows():
    """How close the rows of lists stand."""
    form = RowsForm()
    if form.validate_on_submit():
        actions.choose_rows(queries.get_staff(current_user.id), form.rows.data == "compact")
        return go("identity.account", "Saved.")
    return page("identity/rows.html", form=form)


@bp.route("/account/devices/<id>/end", methods=["POST"])
@requires(Can.use_own_account)
def end_device(id: str):
    """One device of one's own is signed out."""
    row = queries.get_sign_in(id, current_user.id)
    actions.end_sign_in(row, current_user)
    return go("identity.account", "That device is signed out.")


@bp.route("/account/devices/end-others", methods=["POST"])
@requires(Can.use_own_account)
def end_other_devices():
    """Every device of one's own but this one is signed out."""
    me = queries.get_staff(current_user.id)
    ended = actions.sign_out_everywhere(me, current_user, besides=current_user.session_id)
    return go("identity.account", f"Signed out on {count('other device', ended)}.")
