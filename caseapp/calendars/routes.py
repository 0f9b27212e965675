"""The feed itself, the pages on which someone makes or ends its address, and a client's week to print."""

from datetime import date, timedelta

from flask import Blueprint, Response, request, url_for
from flask_login import current_user

from caseapp.attendance.hours import week_of
from caseapp.calendars import actions, queries
from caseapp.calendars.forms import FeedForm
from caseapp.calendars.writing import as_icalendar
from caseapp.clients.queries import get_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, public, requires
from caseapp.core.pages import go, page
from caseapp.episodes.queries import open_episode
from caseapp.identity.queries import get_staff

bp = Blueprint("calendars", __name__)


@bp.route("/calendar/<token>.ics")
@public
def feed(token: str):
    """The calendar of whoever has this address; one that is not known, or not any more, is not there."""
    text = as_icalendar(queries.events(queries.feed_of(token)))
    return Response(
        text, mimetype="text/calendar", headers={"Content-Disposition": "attachment; filename=calendar.ics"}
    )


@bp.route("/calendar", methods=["GET", "POST"])
@requires(Can.see_schedule)
def mine():
    """The address of one's own calendar."""
    form = FeedForm().offer(
        "Only that there is an appointment", "The group's name; of one-to-one sessions the initials"
    )
    whose, link = {"staff_id": current_user.id}, ""
    if form.validate_on_submit():
        with form.refusals():
            link = _link(actions.make_feed(current_user, names=form.says.data == "names", **whose))
    return page("calendars/mine.html", form=form, link=link, now_feed=queries.feed_for(**whose))


@bp.route("/calendar/end", methods=["POST"])
@requires(Can.see_schedule)
def end_mine():
    """The address of one's own calendar stops working."""
    actions.end_feed(current_user, staff_id=current_user.id)
    return go("calendars.mine", "The address does not work any more.")


@bp.route("/clients/<id>/calendar", methods=["GET", "POST"])
@requires(Can.edit_clients)
def of_client(id: str):
    """The address of a client's calendar, for their own telephone."""
    client = get_client(id, current_user)
    form = FeedForm().offer(
        "Only that there is an appointment", "What each session is and where: the client chose this"
    )
    link = ""
    if form.validate_on_submit():
        with form.refusals():
            link = _link(actions.make_feed(current_user, client_id=id, names=form.says.data == "names"))
    now_feed = queries.feed_for(client_id=id)
    return page("calendars/of_client.html", form=form, shows=[client], client=client, link=link, now_feed=now_feed)


@bp.route("/clients/<id>/calendar/end", methods=["POST"])
@requires(Can.edit_clients)
def end_of_client(id: str):
    """The address of a client's calendar stops working."""
    client = get_client(id, current_user)
    actions.end_feed(current_user, client_id=client.id)
    return go("calendars.of_client", "The address does not work any more.", id=id)


def _link(token: str) -> str:
    return url_for("calendars.feed", token=token, _external=True)


@bp.route("/clients/<id>/week")
@requires(Can.see_clients)
def week(id: str):
    """A client's week on one page, to print and take home; `?plain=1` without what the sessions are."""
    client, today = get_client(id, current_user), clock.today(clinic.zone())
    episode = open_episode(client.id)
    first, after = week_of(_day_asked(today), episode.program_id if episode else None)
    days: dict[date, list] = {first + timedelta(days=offset): [] for offset in range(7)}
    for session in queries.week_of_client(client.id, first, after):
        days[session.on_day].append(session)
    manager = get_staff(episode.case_manager_id) if episode and episode.case_manager_id else None
    facts = {"first": first, "after": after, "before": first - timedelta(days=7), "plain": "plain" in request.args}
    return page("calendars/week.html", shows=[client], client=client, days=days, manager=manager, **facts)


def _day_asked(today: date) -> date:
    try:
        asked = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return today
    return asked if 1990 <= asked.year <= 2190 else today
