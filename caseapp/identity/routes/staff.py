"""The staff pages of admins."""

from flask import request, url_for
from flask_login import current_user

from caseapp.core.access import ROLES, Can, Role, requires
from caseapp.core.forms import Form
from caseapp.core.pages import go, page
from caseapp.identity import actions, queries, rules
from caseapp.identity.forms import EditStaffForm, EndWorkForm, NewStaffForm
from caseapp.identity.routes.blueprint import bp

SIZES = (25, 50, 100)


@bp.route("/admin/staff")
@requires(Can.manage_staff)
def staff():
    """Who works here; who has left stands apart."""
    ask = request.args
    size = ask.get("size", 25, type=int)
    wanted = {"words": ask.get("q", "")[:100], "left": ask.get("left") == "1", "sort": ask.get("sort", "name")}
    wanted |= {"down": ask.get("down") == "1", "size": size if size in SIZES else 25}
    wanted["number"] = min(max(ask.get("page", 1, type=int), 1), 10_000)
    return page("identity/staff.html", found=queries.page_of_staff(**wanted), wanted=wanted)


@bp.route("/admin/access")
@requires(Can.manage_staff)
def access():
    """The access table: which role may do what."""
    permissions = [permission for permission in Can if any(permission in may for may in ROLES.values())]
    return page("identity/access.html", roles=list(Role), permissions=permissions, table_of_roles=ROLES)


@bp.route("/admin/staff/new", methods=["GET", "POST"])
@requires(Can.manage_staff)
def new_staff():
    """Add someone and hand over a one-time link."""
    form = NewStaffForm()
    if form.validate_on_submit():
        with form.refusals():
            roles = {Role(role) for role in form.role_names.data}
            added = actions.add_staff(
                form.email.data, form.name.data, roles, current_user, form.credential.data, form.phone.data
            )
            return go("identity.one_staff", "Added. Hand over a link for the first password.", id=added.id)
    return page("identity/new_staff.html", form=form)


@bp.route("/admin/staff/<id>", methods=["GET", "POST"])
@requires(Can.manage_staff)
def one_staff(id: str):
    """One member of staff: details, roles, links, leaving."""
    person = queries.get_staff(id)
    form = EditStaffForm(obj=person)
    if form.validate_on_submit():
        form.check_fresh(person)
        with form.refusals():
            roles = {Role(role) for role in form.role_names.data}
            details = {name: form[name].data for name in ("name", "credential", "phone")}
            details["notes_cosigned"] = form.notes_cosigned.data == "yes"
            actions.edit_staff(person, current_user, roles=roles, **details)
            return go("identity.staff", "Saved.")
    devices = queries.live_sign_ins(person.id)
    return page("identity/one_staff.html", form=form, person=person, devices=devices, device_words=rules.device_words)


@bp.route("/admin/staff/<id>/link", methods=["POST"])
@requires(Can.manage_staff)
def make_link(id: str):
    """A one-time link, shown once."""
    person = queries.get_staff(id)
    token = actions.make_link(person, current_user)
    return page("identity/link.html", person=person, link=url_for("identity.set_password", token=token, _external=True))


@bp.route("/admin/staff/<id>/sign-out", methods=["GET", "POST"])
@requires(Can.manage_staff)
def sign_out_everywhere(id: str):
    """End all of someone's sign-ins, after a page that says what follows."""
    person = queries.get_staff(id)
    form = Form()
    if form.validate_on_submit():
        actions.sign_out_everywhere(person, current_user)
        return go("identity.one_staff", "All their sign-ins have ended.", id=id)
    devices = queries.live_sign_ins(person.id)
    return page("identity/sign_out.html", form=form, person=person, devices=devices, device_words=rules.device_words)


@bp.route("/admin/staff/<id>/leave", methods=["GET", "POST"])
@requires(Can.manage_staff)
def end_work(id: str):
    """Someone has left, or is back."""
    person = queries.get_staff(id)
    form = EndWorkForm(left="no" if person.left_on else "yes")
    if form.validate_on_submit():
        with form.refusals():
            left = form.left.data == "yes"
            actions.end_work(person, current_user, left=left)
            said = "Saved. Their sign-ins have ended." if left else "They may sign in again."
            return go("identity.one_staff", said, id=id)
    return page("identity/end_work.html", form=form, person=person)
