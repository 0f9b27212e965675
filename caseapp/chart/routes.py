"""One client: the frame around all their pages, and the pages that show where they are."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, request, url_for
from flask_login import current_user

from caseapp.chart.queries import frame, history, hours, overview
from caseapp.chart.queries import past as past_days
from caseapp.chart.queries import safety as crises
from caseapp.chart.rules import attendance_words
from caseapp.clients.models import Client
from caseapp.clients.queries import get_client
from caseapp.core.access import Can, requires
from caseapp.core.fields import site_today
from caseapp.core.pages import go, page, url_if_open
from caseapp.core.web import shown
from caseapp.progress.forms import AsOfForm
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind, what

bp = Blueprint("chart", __name__)

TABS = (
    ("Overview", "chart.show"),
    ("Phases", "chart.phases"),
    ("Week", "weeks.show"),
    ("Attendance and hours", "chart.attendance"),
    ("Notes", "notes.of_client"),
    ("Plan", "plans.show"),
    ("Measures", "measures.index"),
    ("Recovery", "use.index"),
    ("Level of care", "assessments.index"),
    ("Medications", "medications.index"),
    ("Tests", "drug_tests.of_client"),
    ("Safety", "chart.safety"),
    ("Counseling notes", "notes.counseling"),
    ("Access", "clients.access"),
)


@dataclass(frozen=True)
class Tab:
    """One of a client's pages, as the banner links to it."""

    label: str
    url: str
    current: bool


def on_every_page() -> dict[str, Any]:
    """Give templates of a client's pages their frame; it is asked for only where there is a client."""
    return {
        "client_frame": _framed,
        "client_tabs": _tabs,
        "client_url": lambda endpoint, client: url_if_open(endpoint, id=client.id),
        "task_url": _url_of_task,
        "task_words": what,
        "attendance_words": attendance_words,
    }


def _framed(client: Client) -> frame.Frame:
    known = g.setdefault("client_frames", {})
    if client.id not in known:
        known[client.id] = frame.frame(client, current_user)
        shown(*[known[client.id].similar.id] if known[client.id].similar else [])
    return known[client.id]


def _tabs(client: Client) -> list[Tab]:
    """The pages of a client that this person may open, the one they are on marked."""
    links = [(label, endpoint, url_if_open(endpoint, id=client.id)) for label, endpoint in TABS]
    return [Tab(label, url, endpoint == request.endpoint) for label, endpoint, url in links if url]


def _url_of_task(task: Task) -> str:
    """Where a task is worked on."""
    if task.kind is TaskKind.crisis_follow_up:
        return url_for("crisis.attempt", id=task.source_id)
    if task.kind in (TaskKind.plan_due, TaskKind.plan_review):
        return url_for("plans.show", id=task.client_id)
    if task.kind is TaskKind.phase_review and not task.closed_at:
        return url_if_open("progress.review", id=task.client_id) or url_for("chart.show", id=task.client_id)
    if task.kind is TaskKind.book_groups and not task.closed_at:
        return url_if_open("progress.groups", id=task.client_id) or url_for("chart.show", id=task.client_id)
    return url_if_open("tasks.show", id=task.id) or url_for("chart.show", id=task.client_id)


@bp.route("/clients/<id>")
@requires(Can.see_clients)
def show(id: str):
    """Where this person is, and what is missing."""
    client = get_client(id, current_user)
    return page("chart/show.html", shows=[client], client=client, chart=overview.chart(client))


@bp.route("/clients/<id>/phases")
@requires(Can.see_clients)
def phases(id: str):
    """Every stay and move of this person, ahead ones too; the words for those who read clinical text."""
    client = get_client(id, current_user)
    told = history.histories(client, current_user.can(Can.see_clinical_text))
    return page("chart/phases.html", shows=[client], client=client, histories=told)


@bp.route("/clients/<id>/past")
@requires(Can.see_clients)
def past(id: str):
    """How it was on a day: by what is known now, or as the records stood then. Only looks; what may be seen is as of today."""
    client, form = get_client(id, current_user), AsOfForm(request.args)
    asked = form.asked()
    if form.on.data == site_today():
        return go("chart.show", id=client.id)
    told = past_days.past_chart(client, asked) if asked else []
    facts = {"past": asked, "episodes": told, "how_left": past_days.was_left}
    return page(
        "chart/past.html", form=form, status=422 if form.errors else 200, shows=[client], client=client, **facts
    )


@bp.route("/clients/<id>/hours")
@requires(Can.see_clients)
def attendance(id: str):
    """Hours by week for the whole episode, and the mark of each session."""
    client = get_client(id, current_user)
    return page("chart/attendance.html", shows=[client], client=client, hours=hours.hours(client))


@bp.route("/clients/<id>/safety")
@requires(Can.follow_up_crisis)
def safety(id: str):
    """The crisis contacts of this person, and what became of each follow-up."""
    client = get_client(id, current_user)
    return page("chart/safety.html", shows=[client], client=client, contacts=crises.contacts(client))
