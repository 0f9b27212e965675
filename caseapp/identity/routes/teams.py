"""The pages of admins about teams."""

from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.fields import site_today
from caseapp.core.pages import go, page
from caseapp.identity import actions, queries
from caseapp.identity.forms import EditTeamForm, MemberForm, NewTeamForm
from caseapp.identity.routes.blueprint import bp


@bp.route("/admin/teams")
@requires(Can.manage_staff)
def teams():
    """All teams, with how many people each has today."""
    return page("identity/teams.html", teams=queries.teams(), sizes=queries.sizes_of_teams())


@bp.route("/admin/teams/new", methods=["GET", "POST"])
@requires(Can.manage_staff)
def new_team():
    """Add a team."""
    form = NewTeamForm()
    if form.validate_on_submit():
        with form.refusals():
            team = actions.add_team(form.name.data, current_user, form.takes_referrals.data == "yes")
            return go("identity.one_team", "Added. Put people into it.", id=team.id)
    return page("identity/new_team.html", form=form)


@bp.route("/admin/teams/<id>")
@requires(Can.manage_staff)
def one_team(id: str):
    """Who is in a team, who will be, and who was."""
    team = queries.get_team(id)
    return page("identity/one_team.html", team=team, members=queries.memberships(team))


@bp.route("/admin/teams/<id>/edit", methods=["GET", "POST"])
@requires(Can.manage_staff)
def edit_team(id: str):
    """Rename a team, or say whether referrals go to it."""
    team = queries.get_team(id)
    form = EditTeamForm(obj=team)
    if form.validate_on_submit():
        form.check_fresh(team)
        with form.refusals():
            actions.edit_team(team, form.name.data, form.takes_referrals.data == "yes", current_user)
            return go("identity.one_team", "Saved.", id=id)
    return page("identity/edit_team.html", form=form, team=team)


@bp.route("/admin/teams/<id>/members", methods=["GET", "POST"])
@requires(Can.manage_staff)
def add_member(id: str):
    """Put someone into a team, from a day, until a day or without an end."""
    team = queries.get_team(id)
    form = MemberForm(started_on=site_today())
    form.staff_id.choices = [("", "Choose")] + [(person.id, person.name) for person in queries.working_staff()]
    if form.validate_on_submit():
        with form.refusals():
            person = queries.get_staff(form.staff_id.data)
            actions.join_team(team, person, current_user, form.started_on.data, form.ended_on.data)
            return go("identity.one_team", "Added to the team.", id=id)
    return page("identity/add_member.html", form=form, team=team)


@bp.route("/admin/teams/<id>/members/<member_id>/end", methods=["POST"])
@requires(Can.manage_staff)
def end_membership(id: str, member_id: str):
    """From today someone is no longer in a team."""
    team = queries.get_team(id)
    actions.leave_team(queries.get_membership(member_id, team), current_user)
    return go("identity.one_team", "Saved. From today they are no longer in this team.", id=id)
