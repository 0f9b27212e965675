"""The board: a column a phase."""

from flask import Blueprint, request
from flask_login import current_user

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, Role, requires
from caseapp.core.pages import page
from caseapp.programs import queries as programs
from caseapp.progress.forms import AsOfForm
from caseapp.progress.queries import board as queries
from caseapp.progress.queries.absence import absences
from caseapp.progress.queries.reviews import words_of

bp = Blueprint("progress", __name__)


def on_every_page() -> dict:
    """For lists of clients: who of them has been missing; nothing is read unless a page asks."""
    return {"absences_of": lambda people: absences([client.id for client in people])}


@bp.route("/phases")
@requires(Can.see_phases)
def index():
    """Who is in which phase, by what is known now; one's caseload or everyone one may see. With `on` as of a past day."""
    today, every, form = clock.today(clinic.zone()), programs.programs(), AsOfForm(request.args)
    program = next((one for one in every if one.id == request.args.get("program")), every[0])
    past = form.asked()
    day = past.day if past else today
    asked = queries.Asked(program, day, _whose(), past)
    columns = [] if form.errors else queries.board(current_user, asked)
    facts = {"columns": columns, "past": past, "asked": asked, "programs": every, "words_of": words_of}
    facts["staff"] = queries.who_answers(program, day)
    facts["lately"] = [] if form.errors else queries.lately(current_user, asked)
    if not past:
        facts["caseloads"] = queries.caseloads(program, today)
        facts["limit"] = int(programs.profile(program.id, today)["caseload_alert"])
    shows = [one.client.client_id for column in columns for one in column.people]
    answer = page("progress/index.html", form=form, shows=shows, status=422 if form.errors else 200, **facts)
    columns.clear()  # what a template was given hangs in a ring until it is collected, which takes long for hundreds of people
    return answer


def _whose() -> str | None:
    """Whose clients: of someone of the staff, by `of`; else one's own, or None for everyone one may see."""
    own = bool({Role.case_manager, Role.clinician} & current_user.roles)
    mine = request.args.get("show", "mine" if own else "all") == "mine"
    return request.args.get("of") or (current_user.id if mine else None)
