"""What the clinic offers."""

from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.programs import actions, queries
from caseapp.programs.forms import NewServiceForm, ServiceForm
from caseapp.programs.routes.blueprint import bp
from caseapp.programs.rules import CAPACITY_WORDS


@bp.route("/services")
@requires(Can.edit_programs)
def services():
    """Every service, those no longer offered too."""
    return page("programs/offers.html", services=queries.all_services(), capacity_words=CAPACITY_WORDS)


@bp.route("/services/new", methods=["GET", "POST"])
@requires(Can.edit_programs)
def new_service():
    """One more service."""
    form = NewServiceForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.add_service(by=current_user, **form.details())
            return go("programs.services", "The service was added.")
    return page("programs/service.html", form=form, service=None)


@bp.route("/services/<id>", methods=["GET", "POST"])
@requires(Can.edit_programs)
def edit_service(id: str):
    """Rename a service, change how it counts while nothing was counted, or stop offering it."""
    service = queries.get_service(id)
    form = ServiceForm(obj=service)
    if form.validate_on_submit():
        form.check_fresh(service)
        with form.refusals():
            actions.edit_service(service, current_user, active=form.active.data, **form.details())
            return go("programs.services", "Saved.")
    return page("programs/service.html", form=form, service=service)
