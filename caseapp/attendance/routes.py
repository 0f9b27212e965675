"""Roll-call: with script each mark is sent at once, without it the form saves all in one request."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask_login import current_user

from caseapp.attendance import actions, queries, sheet
from caseapp.attendance.forms import AddForm, ReopenForm, Typed, WhyNotForm, read_row, typed_row
from caseapp.attendance.plan_reviews import review_due
from caseapp.attendance.rules import KEYS, REASONS, WHY_REOPENED, WORDS, Said
from caseapp.clients.queries import get_client
from caseapp.core import clock
from caseapp.core.access import Can, requires
from caseapp.core.errors import RuleBroken
from caseapp.core.pages import Banner, go, page
from caseapp.core.words import count, instant
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.queries import get_place, taken
from caseapp.scheduling.rules import WHY_ADDED, WHY_NOT, WHY_OVER, WhyAdded, WhyNot, WhyOver

bp = Blueprint("attendance", __name__, url_prefix="/sessions/<id>/attendance")
WORDS_OF_ROLL_CALL = {
    "states": [(state.value, words, KEYS[state]) for state, words in WORDS.items()],
    "reasons": REASONS,
    "why_added": WHY_ADDED,
    "why_over": WHY_OVER,
    "why_not": WHY_NOT,
    "why_reopened": WHY_REOPENED,
}


def on_every_page() -> dict:
    """What templates of the rooms below may ask of marks and hours; nothing is read unless one does."""
    return {"not_marked_in": queries.not_marked_in, "plan_review_due": review_due}


@bp.route("", methods=["GET", "POST"])
@requires(Can.mark_attendance)
def roll_call(id: str):
    """Who came, and for how long. A post saves every row of the form."""
    session = queries.session_of_mine(id, current_user)
    if request.method == "GET":
        return _list(session)
    return _save_rows(session) or go("attendance.roll_call", f"Saved. {_marked(session)}.", id=id)


def _save_rows(session: Session) -> Response | None:
    """Save the rows that were sent; the page again if one can't be (422, nothing is saved) or two people disagree (the rest is)."""
    places = [place for place, _mark in queries.roll_for(session, current_user)[0]]
    typed, refused = _take(session, places)
    if not refused:
        return None
    disputed = all(isinstance(one, actions.Differs) for one in refused.values())
    return _list(session, typed, refused, status=200 if disputed else 422)


def _take(session: Session, places: list[Place]) -> tuple[dict[str, Typed], dict[str, RuleBroken]]:
    typed = {place.id: row for place in places if (row := typed_row(request.form, place.id))}
    shown = queries.marks_by_id([row.seen for row in typed.values() if row.seen])
    sent, refused = {}, {}
    for place in places:
        if place.id in typed:
            mark = shown.get(typed[place.id].seen)
            before = queries.said_by(mark, place.client_id) if mark and mark.place_id == place.id else Said()
            try:
                sent[place] = read_row(typed[place.id], before)
            except RuleBroken as broken:
                refused[place.id] = broken
    return typed, refused or actions.send(session, sent, current_user)


def _list(session: Session, typed=None, refused=None, *, status: int = 200, unfinished: bool = False) -> Response:
    """The page of the list."""
    seen, hidden = queries.roll_for(session, current_user)
    reopenings = queries.reopenings(session)
    excuses = queries.may_excuse(session, current_user)
    rows = sheet.rows_of(seen, typed, refused, reopenings[-1].reopened_at if reopenings else None, excuses)
    history = queries.history_of([place.id for place, _mark in seen])
    return page(
        "attendance/roll_call.html",
        shows=[place.client_id for place, _mark in seen],
        status=status,
        session=session,
        rows=rows,
        hidden=hidden,
        may_excuse=excuses,
        waiting=[row for row in rows if not row.saved],
        wrong=[row for row in rows if row.refused],
        unfinished=unfinished,
        batch=sheet.newest_batch(rows),
        others=queries.also_here(seen, current_user),
        reopenings=reopenings,
        histories=[(row, history[row.place.id]) for row in rows if len(history.get(row.place.id, [])) > 1],
        said_by=queries.said_by,
        **WORDS_OF_ROLL_CALL,
    )


def _marked(session: Session) -> str:
    rows, _hidden = queries.roll_for(session, current_user)
    return f"{sum(1 for _place, mark in rows if queries.marked(mark))} of {len(rows)} marked"


@bp.route("/<place_id>", methods=["POST"])
@requires(Can.mark_attendance)
def mark(id: str, place_id: str):
    """One mark, sent by script; the answer is the row as it stands. 422 what can't be so, 409 where two people disagree."""
    session, place = _place_of_mine(id, place_id)
    typed, refused = _take(session, [place])
    status = 200 if not refused else 409 if isinstance(refused[place_id], actions.Differs) else 422
    reopened = queries.reopenings(session)
    latest = queries.marks_of([place_id]).get(place_id)
    excuses, since = queries.may_excuse(session, current_user), reopened[-1].reopened_at if reopened else None
    [row] = sheet.rows_of([(place, latest)], typed, refused, since, excuses)
    return page("attendance/one_row.html", shows=[place.client_id], status=status, row=row, **WORDS_OF_ROLL_CALL)


def _place_of_mine(id: str, place_id: str) -> tuple[Session, Place]:
    session = queries.session_of_mine(id, current_user)
    place = get_place(session, place_id)
    get_client(place.client_id, current_user)
    return session, place


@bp.route("/rest", methods=["POST"])
@requires(Can.mark_attendance)
def rest(id: str):
    """Save what was marked, then mark the remaining ones present: one deliberate act, undone in one press."""
    session = queries.session_of_mine(id, current_user)
    refused = _save_rows(session)
    if refused:
        return refused
    places = [place for place, _mark in queries.roll_for(session, current_user)[0]]
    number, batch = actions.mark_rest(session, current_user, places)
    undo = Banner(f"{count('person', number, 'people')} marked present with the rest.".capitalize())
    if number:
        undo.undo_url, undo.undo_fields = f"/sessions/{id}/attendance/undo", {"batch": batch}
    return go("attendance.roll_call", undo, id=id)


@bp.route("/undo", methods=["POST"])
@requires(Can.mark_attendance)
def undo(id: str):
    """Take back what marking the rest did, but for those who were corrected since."""
    session = queries.session_of_mine(id, current_user)
    refused = _save_rows(session)
    if refused:
        return refused
    number = actions.undo_rest(session, request.form.get("batch", "")[:22], current_user)
    undone = f"Undone: {count('person', number, 'people')} not marked again." if number else "Nothing is left to undo."
    return go("attendance.roll_call", undone, id=id)


@bp.route("/finish", methods=["POST"])
@requires(Can.mark_attendance)
def finish(id: str):
    """Save what was marked and end the roll-call; says first who is not marked, if anyone is not."""
    session = queries.session_of_mine(id, current_user)
    refused = _save_rows(session)
    if refused:
        return refused
    if session.finished_at:
        return go("attendance.roll_call", "Roll-call is finished already.", id=id)
    waiting = [place for place, mark in queries.roll(session) if not mark]
    if waiting and session.begun and request.form.get("anyway") != "yes":
        return _list(session, unfinished=True)
    actions.finish(session, current_user)
    return go("attendance.roll_call", _finished(session, len(waiting)), id=id)


def _finished(session: Session, waiting: int) -> str:
    """What came of finishing, in words without names."""
    says = "Roll-call is finished."
    places = [place.id for place, _mark in queries.roll(session)]
    tasks = [task for task in queries.outreach_of(places).values() if task.closed_at is None]
    if tasks:
        due = instant(max(task.due_at for task in tasks), clock.now().astimezone(ZoneInfo(session.site.zone)))
        says += f" {count('outreach task', len(tasks))} for no-shows, due by {due}."
    return says + (
        f" {count('person', waiting, 'people')} not marked: the session stays on your list." if waiting else ""
    )


@bp.route("/did-not-happen", methods=["GET", "POST"])
@requires(Can.mark_attendance)
def did_not_happen(id: str):
    """Say that the session did not happen, and why."""
    session, form = queries.session_of_mine(id, current_user), WhyNotForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.did_not_happen(session, WhyNot(form.why.data), current_user)
            return go("attendance.roll_call", "Noted: this session did not happen.", id=id)
    return page("attendance/did_not_happen.html", form=form, session=session)


@bp.route("/reopen", methods=["GET", "POST"])
@requires(Can.mark_attendance)
def reopen(id: str):
    """Open a finished list again, with a reason that stays in sight."""
    session, form = queries.session_of_mine(id, current_user), ReopenForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.reopen(session, actions.WhyReopened(form.why.data), current_user)
            return go("attendance.roll_call", "The list is open again. It will show as changed.", id=id)
    return page("attendance/reopen.html", form=form, session=session)


@bp.route("/add", methods=["GET", "POST"])
@requires(Can.mark_attendance)
def add(id: str):
    """Add someone who came without a place: find them, say why, over the limit say why that too."""
    session, form = queries.session_of_mine(id, current_user), AddForm()
    found = queries.could_have_come(form.who.data, session, current_user) if form.who.data else []
    form.offer(found, sheet.since_start(session).astimezone(ZoneInfo(session.site.zone)).time())
    if "find" in request.form:
        form.renew_key()
    elif form.validate_on_submit():
        with form.refusals():
            return _add(session, form)
    people = {"people": taken([session.id]).get(session.id, 0), "searched": bool(form.who.data)}
    return page("attendance/add.html", form=form, shows=found, session=session, found=found, **people)


def _add(session: Session, form: AddForm) -> Response:
    client = get_client(form.client.data, current_user)
    arrived = sheet.arrival(session, form.arrived.data)
    over = WhyOver(form.why_over.data) if form.why_over.data else None
    place = actions.add(session, client, current_user, why=WhyAdded(form.why.data), arrived_at=arrived, why_over=over)
    undo_url = f"/sessions/{session.id}/attendance/{place.id}/off"
    return go("attendance.roll_call", Banner("Added and marked present.", undo_url=undo_url), id=session.id)


@bp.route("/<place_id>/off", methods=["POST"])
@requires(Can.mark_attendance)
def take_off(id: str, place_id: str):
    """Take someone off the list who was added by mistake."""
    _session, place = _place_of_mine(id, place_id)
    actions.take_off(place, current_user)
    return go("attendance.roll_call", "Taken off the list.", id=id)


@bp.route("/sheet")
@requires(Can.mark_attendance)
def sign_in_sheet(id: str):
    """The sheet to print and sign: a first name and a line each."""
    session = queries.session_of_mine(id, current_user)
    rows, hidden = queries.roll_for(session, current_user)
    names = sorted(sheet.printed_name(place) for place, _mark in rows)
    shows = [place.client_id for place, _mark in rows]
    return page("attendance/sign_in_sheet.html", shows=shows, session=session, names=names, hidden=hidden)
