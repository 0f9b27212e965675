"""The rule profile of a program: every number, since when, and its history."""

from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.fields import site_today
from caseapp.core.pages import go, page
from caseapp.programs import actions, queries
from caseapp.programs.forms import setting_form
from caseapp.programs.routes.blueprint import bp
from caseapp.programs.rules import BY_NAME, GROUPS


@bp.route("/<id>/profile")
@requires(Can.edit_programs)
def profile(id: str):
    """Every setting with its value in force today, since when, its default and range."""
    program = queries.get_program(id)
    return page(
        "programs/profile.html", program=program, groups=GROUPS, lines=queries.setting_lines(program, site_today())
    )


@bp.route("/<id>/profile/<name>", methods=["GET", "POST"])
@requires(Can.edit_programs)
def setting(id: str, name: str):
    """One setting with its history; a new value is saved from a day on."""
    program, known = queries.get_program(id), BY_NAME.get(name)
    if known is None:
        raise NotFound
    line = queries.setting_lines(program, site_today())[name]
    form = setting_form(known, line.version)
    if form.validate_on_submit():
        form.check_fresh(line)
        with form.refusals():
            actions.save_setting(program, name, form.value.data, form.from_day.data, current_user)
            return go("programs.profile", "Saved. Days before that day stay as they were counted.", id=id)
    return page("programs/setting.html", form=form, program=program, setting=known, line=line)
