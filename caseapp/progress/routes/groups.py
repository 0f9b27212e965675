"""The groups of a phase, proposed to whoever books: nobody comes to belong to one without a person's yes."""

from flask import request
from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, requires
from caseapp.core.pages import go, page
from caseapp.core.words import clock_time, count
from caseapp.episodes import queries as episodes
from caseapp.progress import actions
from caseapp.progress.forms import GroupsForm
from caseapp.progress.queries.groups import Fitting, fitting
from caseapp.progress.routes.board import bp


@bp.route("/clients/<id>/groups", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def groups(id: str):
    """Choose the groups of the phase someone is in or moves to; or say why there are none."""
    client, episode = get_client(id, current_user), episodes.get_open_episode(id)
    stay = episodes.open_stay(episode)
    since = max(stay.started_on, clock.today(clinic.zone()))
    found = fitting(client.id, stay.phase, since)
    form = GroupsForm(data=None if request.method == "POST" else {"since": since})
    form.groups.choices = [(one.series.id, _words(one)) for one in found]
    if form.validate_on_submit():
        with form.refusals():
            if "none" in request.form:
                actions.no_groups(client, form.words.data or "", current_user)
                return go("chart.show", "Kept.", id=id)
            chosen = [one.series for one in found if one.series.id in (form.groups.data or [])]
            joined = actions.book_groups(client, chosen, form.since.data, current_user)
            return go("chart.show", _booked(joined), id=id)
    return page("progress/groups.html", form=form, shows=[client], client=client, stay=stay, found=found)


def _words(one: Fitting) -> str:
    """A group in a line: what, when, where, and how many places are free."""
    series = one.series
    room = f", {series.room.name}" if series.room else ""
    free = f"{count('place', one.free)} free" if one.free else "full: some sessions may have no place"
    when = f"{series.repeats.words}, {clock_time(series.starts)} to {clock_time(series.ends)}"
    return f"{series.name}: {when}{room} ({free})"


def _booked(joined: list) -> str:
    places, without = sum(len(one.sessions) for one in joined), sum(len(one.without) for one in joined)
    says = f"Booked: {count('group', len(joined))}, {count('place', places)}."
    return says + (f" No place in {count('session', without)}: see their week." if without else "")
