"""A client's recovery: days without use and milestones, each return to use, mutual-help meetings by week."""

from datetime import date, timedelta

from flask import Blueprint
from flask_login import current_user

from caseapp.clients.queries import get_client
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.fields import site_today
from caseapp.core.forms import TakeBackForm
from caseapp.core.pages import go, page
from caseapp.episodes import queries as episodes
from caseapp.episodes.models import Episode
from caseapp.programs.queries import profile
from caseapp.use import actions, queries, rules
from caseapp.use.forms import (
    BeforeForm,
    CorrectBeforeForm,
    CorrectReturnForm,
    MeetingsForm,
    ReturnForm,
    as_it_stands,
)
from caseapp.use.models import UseReport
from caseapp.use.rules import MeetingKind

bp = Blueprint("use", __name__)
WEEKS_SHOWN = 8


@bp.route("/clients/<id>/recovery")
@requires(Can.record_measures)
def index(id: str):
    """Days without use with the milestones, what was reported, and meetings by week."""
    client = get_client(id, current_user)
    mine, today = episodes.episodes_of(client.id), site_today()
    episode = mine[0] if mine else None
    counted_on = min(today, episode.discharged_on or today) if episode else today
    starts_on = int(profile(episode.program_id if episode else None, today)["week_starts_on"])
    facts = {
        "episode": episode,
        "counted_on": counted_on,
        "last": queries.last_use([client.id]).get(client.id),
        "reports": queries.reports(client.id),
        "weeks": queries.meeting_weeks(client.id, _since(episode, today), today, starts_on),
    }
    return page("use/index.html", shows=[client], client=client, rules=rules, **facts)


def _since(episode: Episode | None, today: date) -> date:
    """From which day on meetings are shown: some weeks back, but not from before the admission of someone new."""
    back = today - timedelta(weeks=WEEKS_SHOWN - 1)
    return max(back, min(episode.admitted_on, today)) if episode else back


@bp.route("/clients/<id>/recovery/return", methods=["GET", "POST"])
@requires(Can.record_measures)
def new(id: str):
    """Record a return to use."""
    client, form = get_client(id, current_user), ReturnForm()
    episode = episodes.get_open_episode(client.id)
    if form.validate_on_submit():
        with form.refusals():
            actions.report_return(episode, actions.Said(**form.facts()), current_user)
            return go("use.index", "Recorded. The days before are kept.", id=id)
    return page("use/new.html", form=form, shows=[client], client=client, episode=episode)


@bp.route("/clients/<id>/recovery/last-use", methods=["GET", "POST"])
@requires(Can.record_measures)
def last(id: str):
    """Say when the last use before admission was."""
    client, form = get_client(id, current_user), BeforeForm()
    episode = episodes.get_open_episode(client.id)
    if form.validate_on_submit():
        with form.refusals():
            actions.say_last_use(episode, actions.Said(**form.facts()), current_user)
            return go("use.index", "Recorded.", id=id)
    return page("use/last.html", form=form, shows=[client], client=client, episode=episode)


@bp.route("/use/<id>/correct", methods=["GET", "POST"])
@requires(Can.record_measures)
def correct(id: str):
    """Correct a report of use; what it said is kept."""
    row = _standing(id)
    form = (CorrectBeforeForm if row.before_admission else CorrectReturnForm)(obj=as_it_stands(row))
    if form.validate_on_submit():
        actions.hold(row)
        form.check_fresh(row, as_it_stands(row))
        with form.refusals():
            actions.correct(row, actions.Said(**form.facts()), form.reason.data, current_user)
            return go("use.index", "Corrected.", id=row.client_id)
    return page("use/correct.html", form=form, shows=[row.client], client=row.client, report=row)


@bp.route("/use/<id>/take-back", methods=["GET", "POST"])
@requires(Can.record_measures)
def take_back(id: str):
    """Take a report of use back that should not have been recorded."""
    row, form = _standing(id), TakeBackForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.take_back(row, form.reason.data, current_user)
            return go("use.index", "Taken back. It counts no more.", id=row.client_id)
    return page("use/take_back.html", form=form, shows=[row.client], client=row.client, report=row)


def _standing(id: str) -> UseReport:
    """A report that was not taken back."""
    row = queries.get_report(id, current_user)
    if row.reading is None:
        raise NotFound
    return row


@bp.route("/clients/<id>/recovery/meetings", methods=["GET", "POST"])
@requires(Can.record_measures)
def meetings(id: str):
    """Record the mutual-help meetings of the last two weeks."""
    client, form = get_client(id, current_user), MeetingsForm()
    form.offer(site_today())
    if form.validate_on_submit():
        with form.refusals():
            days = [date.fromisoformat(day) for day in form.days.data]
            kind, shown = MeetingKind(form.kind.data), form.shown.data == "shown"
            actions.attended(client, days, kind, shown, current_user)
            return go("use.index", "Recorded.", id=id)
    return page("use/meetings.html", form=form, shows=[client], client=client)


@bp.route("/use/meetings/<id>/take-back", methods=["POST"])
@requires(Can.record_measures)
def take_meeting_back(id: str):
    """Take a meeting back."""
    row = queries.get_meeting(id, current_user)
    actions.take_meeting_back(row, current_user)
    return go("use.index", "Taken back. It counts no more.", id=row.client_id)
