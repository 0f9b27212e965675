"""Programs and their versions: the list, one version, drafts, publishing."""

from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.fields import site_today
from caseapp.core.pages import go, page
from caseapp.programs import actions, queries
from caseapp.programs.forms import ConfirmForm, NewProgramForm, ProgramForm, PublishForm
from caseapp.programs.routes.blueprint import bp
from caseapp.programs.rules import VersionState, check_phase, check_version, week_hours


@bp.route("")
@requires(Can.edit_programs)
def index():
    """Programs and their versions, and how many open episodes are on each."""
    return page("programs/index.html", programs=queries.programs(), history=queries.history(site_today()))


@bp.route("/new", methods=["GET", "POST"])
@requires(Can.edit_programs)
def new():
    """A program and its first draft."""
    form = NewProgramForm()
    if form.validate_on_submit():
        with form.refusals():
            like = queries.get_program(form.like.data) if form.like.data else None
            draft = actions.new_program(form.name.data, form.least_age.data, current_user, like)
            return go("programs.show", "The program was made, with a first draft.", id=draft.id)
    return page("programs/new.html", form=form)


@bp.route("/<id>/edit", methods=["GET", "POST"])
@requires(Can.edit_programs)
def edit(id: str):
    """Change a program's name and least age."""
    program = queries.get_program(id)
    form = ProgramForm(obj=program)
    if form.validate_on_submit():
        form.check_fresh(program)
        with form.refusals():
            actions.edit_program(program, current_user, name=form.name.data, least_age=form.least_age.data)
            return go("programs.index", "Saved.")
    return page("programs/edit.html", form=form, program=program)


@bp.route("/<id>/draft", methods=["POST"])
@requires(Can.edit_programs)
def new_draft(id: str):
    """A draft of the next version, as a copy of the newest published one."""
    draft = actions.new_draft(queries.get_program(id), current_user)
    return go("programs.show", "A draft was made. Nothing changes until you publish it.", id=draft.id)


@bp.route("/versions/<id>")
@requires(Can.edit_programs)
def show(id: str):
    """One version: its phases with hours and required services, what adds up, and what it changes."""
    return page("programs/show.html", **_told(queries.get_version(id)))


def _told(version) -> dict:
    """What the pages of a version say of it, by the numbers of the day it starts or, for a draft, of today."""
    today = site_today()
    numbers = queries.profile(version.program_id, version.effective_on or today)
    facts, lines = queries.facts_of(version), queries.history(today)[version.program_id]
    before, said = queries.changes_of(version)
    return {
        "version": version,
        "is_draft": version.state is VersionState.draft,
        "phases": [
            (phase, told, week_hours(told.needs), check_phase(told, numbers))
            for phase, told in zip(version.phases, facts, strict=True)
        ],
        "line": next(line for line in lines if line.version.id == version.id),
        "in_use": next((line for line in lines if line.state == "in_use"), None),
        "elsewhere": sum(line.episodes for line in lines if line.version.id != version.id),
        "has_draft": lines[0].state == "draft",
        "before": before,
        "changes": said,
        "checks": check_version(facts, numbers),
    }


@bp.route("/versions/<id>/publish", methods=["GET", "POST"])
@requires(Can.edit_programs)
def publish(id: str):
    """Say what publishing does and for whom, then publish."""
    version = queries.get_version(id)
    form = PublishForm(version=version.version)
    if form.validate_on_submit():
        with form.refusals():
            if version.state is VersionState.draft:
                form.check_fresh(version)
            actions.publish(version, form.effective_on.data, current_user)
            return go("programs.show", "Published. Open episodes stay on their version.", id=id)
    return page("programs/publish.html", form=form, **_told(queries.get_version(id)))


@bp.route("/versions/<id>/discard", methods=["GET", "POST"])
@requires(Can.edit_programs)
def discard(id: str):
    """Say what is lost, then throw a draft away."""
    version = queries.get_version(id)
    queries.must_be_draft(version)
    form = ConfirmForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.discard(version, current_user)
            return go("programs.index", "The draft was discarded.")
    return page("programs/discard.html", form=form, **_told(version))
