"""Build my week: what it is built from, the search, the proposal beside today's week, and what is decided of it by hand."""

import json

from flask import Blueprint, Response, request
from flask_login import current_user

from caseapp.clients.queries import get_client, visible_ids
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound
from caseapp.core.pages import go, page
from caseapp.core.words import day as day_words
from caseapp.identity.models import Staff
from caseapp.jobs.queries import result_of, why_it_waits
from caseapp.jobs.rules import GOING, JobState
from caseapp.programs import queries as programs
from caseapp.scheduling import queries as scheduling
from caseapp.weekplan import actions, putting, queries, undoing
from caseapp.weekplan.checking import Found, faults
from caseapp.weekplan.facts import Facts, read
from caseapp.weekplan.forms import (
    AgainForm,
    BuildForm,
    ClientTimeForm,
    LeadsForm,
    PutForm,
    SessionForm,
    next_monday,
    typed_session,
)
from caseapp.weekplan.keeping import around_of, proposal_of
from caseapp.weekplan.models import WeekProposal
from caseapp.weekplan.rules import Meeting, Proposal
from caseapp.weekplan.times import WORDS, by_day, free_times
from caseapp.weekplan.views import shown, when

bp = Blueprint("weekplan", __name__)


@bp.route("/clients/<id>/times", methods=["GET", "POST"])
@requires(Can.edit_clients)
def of_client(id: str):
    """What a client has each week, and when they can come for it."""
    client, form = get_client(id, current_user), ClientTimeForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.add_time(client, form.what.data, form.weekdays(), form.starts.data, form.ends.data, current_user)
            return go("weekplan.of_client", "Saved.", id=id)
    times = queries.times_of(id)
    free = by_day(free_times(row.said for row in times))
    return page(
        "weekplan/of_client.html", form=form, shows=[client], client=client, times=times, free=free, words=WORDS
    )


@bp.route("/times/<id>/remove", methods=["POST"])
@requires(Can.edit_clients)
def remove_time(id: str):
    """The client does not have it any more."""
    row = queries.get_time(id, current_user)
    client_id = row.client_id
    actions.remove_time(row, current_user)
    return go("weekplan.of_client", "Removed.", id=client_id)


@bp.route("/week/leads")
@requires(Can.build_week)
def leads():
    """Who leads which services."""
    people, names = scheduling.leaders(), {one.id: one.name for one in programs.services()}
    return page("weekplan/leads.html", people=people, leads=queries.leads_of(one.id for one in people), names=names)


@bp.route("/week/leads/<id>", methods=["GET", "POST"])
@requires(Can.build_week)
def lead(id: str):
    """Which services someone leads."""
    person, known = _leader(id), queries.leads_of([id]).get(id, set())
    opened = {"services": sorted(known), "seen": actions.leads_mark(known)}
    form = LeadsForm(data=None if request.method == "POST" else opened).offer(programs.services())
    if form.validate_on_submit():
        with form.refusals():
            actions.set_leads(person, set(form.services.data or ()), current_user, seen=form.seen.data or "")
            return go("weekplan.leads", f"Saved what {person.name} leads.")
    return page("weekplan/lead.html", form=form, person=person)


def _leader(id: str) -> Staff:
    found = next((one for one in scheduling.leaders() if one.id == id), None)
    if found is None:
        raise NotFound
    return found


@bp.route("/week", methods=["GET", "POST"])
@requires(Can.build_week)
def index():
    """Ask for a week: what is missing first, then from when and how long; below it those asked for before."""
    form = BuildForm(data=None if request.method == "POST" else {"from_on": next_monday(), "seconds": "30"})
    if form.validate_on_submit():
        with form.refusals():
            row = actions.ask_for_week(form.from_on.data, int(form.seconds.data), current_user)
            return go("weekplan.show", id=row.id)
    facts = read(next_monday())
    return page("weekplan/index.html", form=form, facts=facts, before=queries.newest_proposals(), words=words_of)


@bp.route("/week/<id>")
@requires(Can.build_week)
def show(id: str):
    """How far the search is, or what it found, beside today's week."""
    row = queries.get_proposal(id)
    return _shown(row)


def _shown(row: WeekProposal, again: AgainForm | None = None, put: PutForm | None = None) -> Response:
    """The page of a week; `again` or `put` is the form that was sent with something wrong in it."""
    going = row.job.state in GOING
    facts = {"row": row, "going": going, "waits": why_it_waits(row.job), "words": words_of(row)}
    if going or row.found is None:
        return page("weekplan/waiting.html", **facts, so_far=result_of(row.job).get("so_far", {}))
    found, around, by_hand = proposal_of(row.found), around_of(row.around), around_of(row.by_hand)
    read_now = read(row.from_on, around.fixed, around.kept_free)
    names, may_see = _names(read_now, found)
    wrong = faults(read_now.clinic, found)
    told = None if _gone(wrong) else shown(read_now, found, by_hand, names)
    facts |= {"told": told, "wrong": wrong, "by_hand": by_hand, "names": names, "when": when}
    forms = {
        "again": again or AgainForm(data={"seconds": str(row.seconds)}),
        "put": put or PutForm(data={"on": max(row.from_on, next_monday())}),
    }
    facts |= {"done": json.loads(row.put_in) if row.put_in else {}, "may_undo": undoing.may_be_undone(row)}
    return page("weekplan/show.html", form=again or put, shows=sorted(may_see), forms=forms, **facts)


def _gone(wrong: list[Found]) -> bool:
    """Whether something of the proposal is not there any more, so that it can't even be told."""
    return any(one.fault.name == "unknown" for one in wrong)


def _names(facts: Facts, found: Proposal) -> tuple[dict[str, str], set[str]]:
    """What everything is called; clients by name only for whoever may see them, others by their ID. And whom they may see."""
    known = [*facts.clinic.services, *facts.clinic.rooms, *facts.clinic.leaders, *facts.clinic.clients]
    names = {one.id: one.name for one in known}
    people = {one for run in facts.changing for one in run.members} | {one.id for one in facts.clinic.clients}
    people |= {one for meeting in found.meetings for one in meeting.members}
    may_see = visible_ids(sorted(people), current_user)
    rows = queries.clients_of(people)
    return names | {one.id: one.last_first if one.id in may_see else f"ID {one.record_number}" for one in rows}, may_see


@bp.route("/week/<id>/stop", methods=["POST"])
@requires(Can.build_week)
def stop(id: str):
    """Look no longer; the best week so far is kept."""
    actions.stop(queries.get_proposal(id), current_user)
    return go("weekplan.show", id=id)


@bp.route("/week/<id>/again", methods=["POST"])
@requires(Can.build_week)
def again(id: str):
    """Look for a week around what stands."""
    row, form = queries.get_proposal(id), AgainForm()
    if form.validate_on_submit():
        fresh = actions.ask_for_week(row.from_on, int(form.seconds.data), current_user, around_of(row.by_hand))
        return go("weekplan.show", id=fresh.id)
    return _shown(row, again=form)


@bp.route("/week/<id>/put", methods=["POST"])
@requires(Can.build_week)
def put(id: str):
    """Put a proposed week in place from a Monday on: the whole of it, in the background."""
    row, form = queries.get_proposal(id), PutForm()
    if form.validate_on_submit():
        with form.refusals():
            putting.ask_to_put(row, form.on.data, current_user)
            return go("weekplan.show", id=id)
    return _shown(row, put=form)


@bp.route("/week/<id>/undo", methods=["POST"])
@requires(Can.build_week)
def undo(id: str):
    """Take a week back that is in place: the whole of it, in the background."""
    undoing.ask_to_undo(queries.get_proposal(id), current_user)
    return go("weekplan.show", id=id)


@bp.route("/week/<id>/sessions/<number>", methods=["GET", "POST"])
@requires(Can.build_week)
def session(id: str, number: str):
    """Decide about one session of a proposed week: it stands, is moved, goes to someone else or another room, or is dropped."""
    row = queries.get_proposal(id)
    one = _session(row, number)
    around = around_of(row.by_hand)
    facts = read(row.from_on, around.fixed, around.kept_free)
    form = SessionForm(data=None if request.method == "POST" else typed_session(one))
    form.offer(facts.clinic, one.service_id)
    if form.validate_on_submit():
        with form.refusals():
            _decide(row, one, form)
            return go("weekplan.show", "Saved. It counts when the week is built again.", id=id)
    names, may_see = _names(facts, Proposal((one,), (), 0, 0, None))
    says = when((one.span.day,), one.span.starts, one.span.ends)
    people = sorted(names[member] for member in one.members)
    return page(
        "weekplan/session.html", form=form, shows=sorted(may_see & one.members), row=row, one=one, number=number, says=says,
        names=names, people=people,
    )  # fmt: skip


def _session(row: WeekProposal, number: str) -> Meeting:
    meetings = proposal_of(row.found).meetings if row.found else ()
    one = {str(at): one for at, one in enumerate(meetings)}.get(number)
    if one is None:
        raise NotFound
    return one


def _decide(row: WeekProposal, one: Meeting, form: SessionForm) -> None:
    if form.do.data == "drop":
        actions.drop(row, one, current_user)
    elif form.do.data == "open":
        actions.forget(row, one, current_user)
    else:
        actions.fix(row, one, form.changed(one), current_user)


def words_of(row: WeekProposal) -> str:
    """How a week stands, in words."""
    if row.found and row.job.state in GOING:
        return "Being undone" if row.job.kind == actions.UNDO else "Being put in place"
    if row.put_on:
        return f"Put in place from {day_words(row.put_on)}"
    if row.found:
        return "Proposed; it was in place and undone" if row.undone_at else "Proposed"
    return {
        JobState.waiting: "Waiting",
        JobState.running: "Looking for a week",
        JobState.stopped: "Stopped",
    }.get(row.job.state, "It did not work")
