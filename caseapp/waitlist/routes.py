"""Who waits for a place, and the answer to an offer."""

from flask import Blueprint
from flask_login import current_user

from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.scheduling.rules import LIVE, WaitState
from caseapp.waitlist import actions, queries
from caseapp.waitlist.forms import AnswerForm
from caseapp.waitlist.rules import STATES

bp = Blueprint("waitlist", __name__, url_prefix="/waitlist")


@bp.route("")
@requires(Can.see_schedule)
def index():
    """Everyone who waits for a place, those first who are offered one."""
    waits = queries.everyone_waiting(current_user)
    return page("waitlist/index.html", shows={one.row.client_id for one in waits}, waits=waits)


@bp.route("/<id>", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def show(id: str):
    """One who waits: for what, since when, and what they answer to an offer."""
    wait, form = queries.get_waiting(id, current_user), AnswerForm()
    form.offer(wait.row.state is WaitState.offered)
    if form.validate_on_submit():
        with form.refusals():
            actions.answer(wait.row, form.answer.data, current_user)
            return go("waitlist.show", f"Saved. {STATES[wait.row.state]}.", id=id)
    facts = {"states": STATES, "live": wait.row.state in LIVE}
    return page("waitlist/show.html", form=form, shows=[wait.row.client_id], wait=wait, **facts)
