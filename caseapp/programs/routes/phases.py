"""Phases of a draft and the services they ask for."""

from flask import request, url_for
from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.pages import Banner, go, page
from caseapp.programs import actions, queries
from caseapp.programs.forms import ConfirmForm, NewPhaseForm, NewRequirementForm, PhaseForm, RequirementForm
from caseapp.programs.routes.blueprint import bp


@bp.route("/versions/<id>/phases/new", methods=["GET", "POST"])
@requires(Can.edit_programs)
def new_phase(id: str):
    """A phase after the last one of a draft."""
    version = queries.get_version(id)
    queries.must_be_draft(version)
    form = NewPhaseForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.add_phase(version, current_user, **form.facts())
            return go("programs.show", "The phase was added. Next: the services it asks for.", id=id)
    return page("programs/phase.html", form=form, version=version, phase=None)


@bp.route("/phases/<id>", methods=["GET", "POST"])
@requires(Can.edit_programs)
def edit_phase(id: str):
    """Change the numbers of a phase of a draft."""
    phase = queries.get_phase(id)
    queries.must_be_draft(phase.program_version)
    form = PhaseForm(obj=phase)
    if form.validate_on_submit():
        form.check_fresh(phase)
        with form.refusals():
            actions.edit_phase(phase, current_user, **form.facts())
            return go("programs.show", "Saved.", id=phase.program_version_id)
    return page("programs/phase.html", form=form, version=phase.program_version, phase=phase)


@bp.route("/phases/<id>/move", methods=["POST"])
@requires(Can.edit_programs)
def move_phase(id: str):
    """Put a phase in another place. The place is named, so that sending it twice moves it once."""
    phase = queries.get_phase(id)
    actions.move_phase(phase, request.form.get("to", 0, type=int), current_user)
    return go("programs.show", "The order was changed.", id=phase.program_version_id)


@bp.route("/phases/<id>/remove", methods=["GET", "POST"])
@requires(Can.edit_programs)
def remove_phase(id: str):
    """Say what goes with a phase, then take it out of the draft."""
    phase = queries.get_phase(id)
    queries.must_be_draft(phase.program_version)
    form = ConfirmForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.remove_phase(phase, current_user)
            return go("programs.show", "The phase was removed.", id=phase.program_version_id)
    return page("programs/remove_phase.html", form=form, phase=phase)


@bp.route("/phases/<id>/services/new", methods=["GET", "POST"])
@requires(Can.edit_programs)
def new_requirement(id: str):
    """A phase of a draft asks for one more service."""
    phase = queries.get_phase(id)
    queries.must_be_draft(phase.program_version)
    form = NewRequirementForm()
    if form.validate_on_submit():
        with form.refusals():
            service = queries.get_service(form.service_id.data)
            actions.add_requirement(phase, service, current_user, **form.asked())
            return go("programs.show", "The service was added.", id=phase.program_version_id)
    return page("programs/requirement.html", form=form, phase=phase, need=None)


@bp.route("/requirements/<id>", methods=["GET", "POST"])
@requires(Can.edit_programs)
def edit_requirement(id: str):
    """Change how often a phase of a draft asks for a service."""
    need = queries.get_requirement(id)
    queries.must_be_draft(need.phase.program_version)
    form = RequirementForm(obj=need)
    form.keep_offering(need.service)
    if form.validate_on_submit():
        form.check_fresh(need)
        with form.refusals():
            actions.edit_requirement(need, queries.get_service(form.service_id.data), current_user, **form.asked())
            return go("programs.show", "Saved.", id=need.phase.program_version_id)
    return page("programs/requirement.html", form=form, phase=need.phase, need=need)


@bp.route("/requirements/<id>/remove", methods=["POST"])
@requires(Can.edit_programs)
def remove_requirement(id: str):
    """A phase of a draft no longer asks for a service; the banner takes it back."""
    need = queries.get_requirement(id)
    phase, asked = need.phase, {"service_id": need.service_id, "times": need.times, "per": need.per.value}
    asked["minutes"] = need.minutes
    actions.remove_requirement(need, current_user)
    undo = Banner("The service was removed.", undo_url=url_for("programs.new_requirement", id=phase.id))
    undo.undo_fields = {name: str(value) for name, value in asked.items()}
    return go("programs.show", undo, id=phase.program_version_id)
