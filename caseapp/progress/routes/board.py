"""The board: a column a phase."""

from flask import Blueprint, request
from flask_login import current_user

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, Role, requires
from caseapp.core.pages import page
from caseapp.programs import queries as programs
from caseapp.progress.queries import board as queries

bp = Blueprint("progress", __name__)


@bp.route("/phases")
@requires(Can.see_phases)
def index():
    """Who is in which phase, by what is known now; one's caseload or everyone one may see."""
    today, every = clock.today(clinic.zone()), programs.programs()
    program = next((one for one in every if one.id == request.args.get("program")), every[0])
    own = bool({Role.case_manager, Role.clinician} & current_user.roles)
    mine = request.args.get("show", "mine" if own else "all") == "mine"
    columns = queries.board(current_user, program, today, mine)
    shows = [one.client.id for column in columns for one in column.people]
    facts = {"columns": columns, "lately": queries.lately(current_user, program, today, mine)}
    return page("progress/index.html", shows=shows, mine=mine, program=program, programs=every, **facts)
