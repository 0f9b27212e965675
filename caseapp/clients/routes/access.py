"""Who may see a client's record, and who has seen it."""

from flask import request
from flask_login import current_user

from caseapp.clients import actions
from caseapp.clients.forms import AccessForm, EndAccessForm
from caseapp.clients.queries import care, get_client
from caseapp.clients.routes.people import SIZES, bp
from caseapp.clients.rules import GROUND_WORDS, Ground
from caseapp.core.access import Can, requires
from caseapp.core.fields import site_today
from caseapp.core.pages import go, page
from caseapp.identity import queries as staff


@bp.route("/<id>/access")
@requires(Can.see_clients)
def access(id: str):
    """Who may see this record, on what ground, from when until when."""
    client = get_client(id, current_user)
    rows, seen = care.access_of(client), care.seen(client, 1, 1)
    return page("clients/access.html", shows=[client], client=client, rows=rows, seen=seen, grounds=GROUND_WORDS)


@bp.route("/<id>/access/decide", methods=["GET", "POST"])
@requires(Can.decide_care_access)
def decide_access(id: str):
    """Give someone access, or say that they must not see this record."""
    client, form = get_client(id, current_user), AccessForm()
    form.whom.choices = _people_and_teams()
    if not form.is_submitted():
        form.started_on.data = site_today()
    if form.validate_on_submit():
        with form.refusals():
            facts = _whom(form.whom.data) | {"started_on": form.started_on.data, "ended_on": form.ended_on.data}
            actions.decide_access(client, Ground(form.ground.data), current_user, reason=form.reason.data, **facts)
            return go("clients.access", "Recorded.", id=id)
    return page("clients/decide_access.html", form=form, shows=[client], client=client)


def _people_and_teams() -> dict[str, list[tuple[str, str]]]:
    people = [(f"staff:{one.id}", one.name) for one in staff.working_staff()]
    teams = [(f"team:{one.id}", one.name) for one in staff.teams()]
    return {"": [("", "Choose")], "People": people, "Teams": teams}


def _whom(value: str) -> dict[str, str]:
    kind, _colon, id = value.partition(":")
    return {f"{kind}_id": id}


@bp.route("/<id>/access/<access_id>/end", methods=["GET", "POST"])
@requires(Can.decide_care_access)
def end_access(id: str, access_id: str):
    """End someone's access, or a denial, from a day on."""
    client, form = get_client(id, current_user), EndAccessForm()
    row = care.get_access(client, access_id)
    if not form.is_submitted():
        form.ended_on.data = site_today()
    if form.validate_on_submit():
        with form.refusals():
            actions.end_access(row, current_user, ended_on=form.ended_on.data, reason=form.reason.data)
            return go("clients.access", "Recorded.", id=id)
    words = GROUND_WORDS[row.ground]
    return page("clients/end_access.html", form=form, shows=[client], client=client, row=row, ground=words)


@bp.route("/<id>/seen")
@requires(Can.see_clients)
def seen(id: str):
    """Who has seen this record: reads and changes, the newest first."""
    client = get_client(id, current_user)
    size = request.args.get("size", 50, type=int)
    size, number = size if size in SIZES else 50, min(max(request.args.get("page", 1, type=int), 1), 100_000)
    found = care.seen(client, number, size)
    at = {"number": number, "size": size, "total": found.total}
    return page("clients/seen.html", shows=[client], client=client, seen=found, at=at)
