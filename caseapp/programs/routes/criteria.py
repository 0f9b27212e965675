"""The criteria of a draft's phases, put together in sentences."""

from flask import request, url_for
from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.pages import Banner, go, page
from caseapp.programs import actions, queries
from caseapp.programs.forms import CriterionForm, NewCriterionForm
from caseapp.programs.routes.blueprint import bp
from caseapp.programs.rules.criteria import KINDS, Direction, Kind, blank


@bp.route("/phases/<id>/criteria")
@requires(Can.edit_programs)
def criteria(id: str):
    """The sentences to choose from for one criterion more."""
    phase = queries.get_phase(id)
    queries.must_be_draft(phase.program_version)
    kinds = {way: [(kind, blank(kind)) for kind, spec in KINDS.items() if spec.direction is way] for way in Direction}
    return page("programs/criteria.html", phase=phase, kinds=kinds)


@bp.route("/phases/<id>/criteria/<kind>", methods=["GET", "POST"])
@requires(Can.edit_programs)
def new_criterion(id: str, kind: str):
    """One criterion more: the numbers inside the sentence that was chosen."""
    phase = queries.get_phase(id)
    queries.must_be_draft(phase.program_version)
    of = _kind(kind)
    form = NewCriterionForm()
    form.take(of)
    if form.validate_on_submit():
        with form.refusals():
            actions.add_criterion(phase, form.asks(of), current_user)
            return go("programs.show", "The criterion was added.", id=phase.program_version_id)
    return page("programs/criterion.html", form=form, phase=phase, row=None, sentence=blank(of))


@bp.route("/criteria/<id>", methods=["GET", "POST"])
@requires(Can.edit_programs)
def edit_criterion(id: str):
    """Change the numbers of a criterion of a draft."""
    row = queries.get_criterion(id)
    queries.must_be_draft(row.phase.program_version)
    form = CriterionForm(obj=row)
    form.take(row.kind, row)
    if form.validate_on_submit():
        form.check_fresh(row)
        with form.refusals():
            actions.edit_criterion(row, form.asks(row.kind), current_user)
            return go("programs.show", "Saved.", id=row.phase.program_version_id)
    return page("programs/criterion.html", form=form, phase=row.phase, row=row, sentence=blank(row.kind))


@bp.route("/criteria/<id>/move", methods=["POST"])
@requires(Can.edit_programs)
def move_criterion(id: str):
    """Put a criterion in another place. The place is named, so that sending it twice moves it once."""
    row = queries.get_criterion(id)
    actions.move_criterion(row, request.form.get("to", 0, type=int), current_user)
    return go("programs.show", "The order was changed.", id=row.phase.program_version_id)


@bp.route("/criteria/<id>/remove", methods=["POST"])
@requires(Can.edit_programs)
def remove_criterion(id: str):
    """A phase of a draft no longer asks this; the banner takes it back."""
    row = queries.get_criterion(id)
    phase = row.phase
    said = {"number": row.number, "span": row.span, "scale": row.scale, "service_id": row.service_id}
    said["must_be_met"] = "yes" if row.must_be_met else "no"
    undo = Banner("The criterion was removed.", undo_url=url_for("programs.new_criterion", id=phase.id, kind=row.kind))
    undo.undo_fields = {
        name: f"{value:g}" if name == "number" else str(value) for name, value in said.items() if value is not None
    }
    actions.remove_criterion(row, current_user)
    return go("programs.show", undo, id=phase.program_version_id)


def _kind(word: str) -> Kind:
    if word not in KINDS:
        raise NotFound
    return Kind(word)
