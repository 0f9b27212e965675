"""Who is short in a week, one client's week, and a make-up session with one press."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from caseapp.clients.models import Client
from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.pages import Banner, go, page
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.weekplan.times import in_words
from caseapp.weeks.forms import MakeUpForm, ShortForm
from caseapp.weeks.queries.people import in_a_phase, offers_of, short_of, with_fits
from caseapp.weeks.queries.standing import weeks_of

bp = Blueprint("weeks", __name__)
SIZE = 25
WEEK, DAY = timedelta(days=7), timedelta(days=1)


@bp.route("/weeks")
@requires(Can.see_clients)
def index():
    """Who is short of hours or of a service in this week or the next, with the make-up sessions that fit them."""
    today, form = clock.today(clinic.zone()), ShortForm(request.args)
    day = today + WEEK if "next" in request.args else today
    mine = in_a_phase(current_user, day, mine=True) if form.show.data != "all" else []
    if form.show.data not in ("mine", "all"):
        form.show.data = "mine" if mine else "all"
    people = mine if form.show.data == "mine" else in_a_phase(current_user, day, mine=False)
    found = short_of(people, day)
    number = min(max(request.args.get("page", 1, type=int), 1), 1 + (len(found) - 1) // SIZE or 1)
    rows = with_fits(found[(number - 1) * SIZE : number * SIZE])
    at = {"number": number, "size": SIZE, "total": len(found)}
    whose = {"filters_form": form, "people": len(people), "following": day > today}
    shows = [row.client for row in rows]
    return page("weeks/index.html", form=MakeUpForm(formdata=None), shows=shows, rows=rows, at=at, **whose)


@bp.route("/clients/<id>/weeks")
@requires(Can.see_clients)
def show(id: str):
    """A client's week: what is short of it beside its days, and the sessions that would make up for it."""
    return _week_page(get_client(id, current_user), MakeUpForm(formdata=None), _day_asked())


@bp.route("/clients/<id>/weeks/book", methods=["POST"])
@requires(Can.edit_schedule)
def book(id: str):
    """Give the client a place in a session, with one press."""
    client, form = get_client(id, current_user), MakeUpForm()
    session = sessions.get_session(form.session.data or "", current_user)
    if form.validate_on_submit():
        with form.refusals():
            place = scheduling.book(session, client, current_user)
            undo = {"undo_url": url_for("weeks.free", id=id), "undo_fields": {"place": place.id, "session": session.id}}
            done = Banner("The place is booked.", **undo)
            if form.back.data == "list":
                return go("weeks.index", done)
            return go("weeks.show", done, id=id, week=session.on_day.isoformat())
    return _week_page(client, form, session.on_day)


@bp.route("/clients/<id>/weeks/free", methods=["POST"])
@requires(Can.edit_schedule)
def free(id: str):
    """Take a booking back: the place is free again."""
    client, session = get_client(id, current_user), sessions.get_session(request.form.get("session", ""), current_user)
    place = sessions.get_place(session, request.form.get("place", ""))
    if place.client_id != client.id:
        raise NotFound
    scheduling.release(place, current_user)
    return go("weeks.show", "The place is free again.", id=id, week=session.on_day.isoformat())


def _week_page(client: Client, form: MakeUpForm, day: date) -> Response:
    week = weeks_of([client.id], day)[client.id]
    first, after = week.hours.first, week.hours.after
    days: dict[date, list] = {first + DAY * offset: [] for offset in range(7)}
    for place in sessions.places_of_client(client.id, first, after):
        days[place.session.on_day].append(place.session)
    facts: dict[str, Any] = {
        "first": first,
        "after": after,
        "before": first - WEEK,
        "today": clock.today(clinic.zone()),
    }
    marks = {one.session_id: one for one in week.sittings}
    clash = {one.session_id for pair in week.at_once for one in pair}
    fits, why_none = offers_of(week)
    rows = {"days": days, "marks": marks, "clash": clash, "fits": fits, "why_none": why_none}
    rows["said"] = [in_words(one) for one in week.said]
    return page("weeks/show.html", form=form, shows=[client], client=client, week=week, **rows, **facts)


def _day_asked() -> date:
    today = clock.today(clinic.zone())
    try:
        asked = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return today
    return asked if 1990 <= asked.year <= 2190 else today
