"""Closures and leave: what is ahead, a new one with what it hits, and when staff work."""

from flask import Blueprint, Response, request
from flask_login import current_user

from caseapp.clients.queries import visible_ids
from caseapp.clinic import queries as clinic
from caseapp.closures import actions, queries
from caseapp.closures.forms import DecideForm, HitForm, HoursForm, TimeOffForm, typed_hours
from caseapp.closures.hits import Hit, digest, hits_of
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound, Stale
from caseapp.core.merging import as_typed
from caseapp.core.pages import go, page
from caseapp.core.words import count
from caseapp.identity.models import Staff
from caseapp.programs.rules.settings import WEEKDAYS
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.models import TimeOff
from caseapp.scheduling.rules import USUAL_HOURS
from caseapp.scheduling.times_off import said, when_off, working_hours

bp = Blueprint("closures", __name__, url_prefix="/closures")


@bp.route("")
@requires(Can.see_schedule)
def index():
    """The closures and leaves ahead, with how many sessions still lie in them, and when staff work."""
    found, people = queries.coming(), scheduling.leaders()
    facts = {"still_in": queries.still_in([one.id for one in found]), "hours": working_hours(one.id for one in people)}
    return page("closures/index.html", found=found, people=people, when_off=when_off, weekdays=WEEKDAYS, **facts)


@bp.route("/new", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def new():
    """A new closure or leave: the form, then each session that it hits with what to do about it, then all is saved at once."""
    form = TimeOffForm(data=None if request.method == "POST" else {"whom": request.args.get("whom")})
    form.offer(scheduling.sites(), clinic.rooms(), scheduling.leaders())
    if "back" in request.form or not form.validate_on_submit():
        return page("closures/new.html", form=form)
    with form.refusals():
        off, stale = _typed(form), None
        actions.must_be_possible(off)
        hits = hits_of(off)
        rows, fine = _rows(off, hits, form)
        if fine or not hits:
            try:
                seen = request.form.get("seen") or digest([])
                told = actions.add(off, current_user, seen=seen, decisions=_decisions(rows))
                return go("closures.show", _saved(hits, told), id=off.id)
            except Stale as changed:
                stale, (rows, _fine) = changed, _rows(off, hits_of(off), form, asked=False)
        return _decide_page(form, off, rows, stale, typed=_sent_on(form))
    if "seen" in request.form:
        return _decide_page(form, off, rows, None, typed=_sent_on(form))
    return page("closures/new.html", form=form)


def _typed(form: TimeOffForm) -> TimeOff:
    """The closure or leave as typed, not on record yet."""
    rooms, staff = ({one.id: one for one in rows} for rows in (clinic.rooms(), scheduling.leaders()))
    whom = rooms.get(form.whom.data) or staff.get(form.whom.data)
    site = next((one for one in scheduling.sites() if one.id == form.whom.data), None)
    site = site or (whom.site if form.whom.data in rooms else clinic.site())
    last = form.last_on.data or form.first_on.data
    return actions.planned(site, whom, form.first_on.data, last, form.starts.data, form.ends.data, form.name.data or "")


def _sent_on(form: TimeOffForm) -> list[tuple[str, str]]:
    return [pair for field in form if field.name not in ("csrf_token", "form_key") for pair in as_typed(field)]


@bp.route("/<id>", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def show(id: str):
    """One closure or leave, and the sessions that lie in it by now, to decide about."""
    off, form, stale = queries.get_time_off(id), DecideForm(), None
    hits = hits_of(off) if off.withdrawn_at is None else []
    rows, fine = _rows(off, hits, form)
    if fine and form.validate_on_submit():
        with form.refusals():
            try:
                told = actions.decide(off, current_user, seen=request.form.get("seen", ""), decisions=_decisions(rows))
                return go("closures.show", _saved(hits, told), id=id)
            except Stale as changed:
                stale, off = changed, queries.get_time_off(id)
                rows, _fine = _rows(off, hits_of(off), form, asked=False)
    return _decide_page(form, off, rows, stale, cancelled=queries.cancelled_in(off))


def _rows(off: TimeOff, hits: list[Hit], form, asked: bool = True) -> tuple[list[tuple[Hit, HitForm]], bool]:
    """Each session with its form, and whether all were decided about; what is wrong stands in the summary too."""
    asked = asked and "seen" in request.form
    away, rooms = off.staff.name if off.staff else "", [one for one in clinic.rooms() if one.site_id == off.site_id]
    rows = [(hit, HitForm.of(hit, away, rooms, request.form if asked else None)) for hit in hits]
    wrong = [(hit, one) for hit, one in rows if asked and not one.validate()]
    for hit, one in wrong:
        sentence = next(field.errors[0] for field in one if field.errors)
        form.refuse(f"{hit.session.name}, {hit.session.on_day:%a %b} {hit.session.on_day.day}: {sentence}")
    return rows, asked and not wrong


def _decisions(rows: list[tuple[Hit, HitForm]]) -> actions.Decisions:
    return {hit.session.id: form.decision() for hit, form in rows}


def _saved(hits: list[Hit], told: int) -> str:
    if not hits:
        return "Saved. No session lies in it."
    call = (
        f" {count('task', told)} to call {'them' if told > 1 else 'someone'}: nobody is told by the computer."
        if told
        else ""
    )
    return f"Saved, with {count('session', len(hits))} decided.{call}"


def _decide_page(
    form, off: TimeOff, rows: list, stale: Stale | None, *, typed: list = (), cancelled: list = ()
) -> Response:
    form.renew_key()
    people = {client.id for hit, _one in rows if hit.alone for client in hit.clients}
    may_see = visible_ids(sorted(people), current_user)
    facts = {
        "off": off,
        "on_record": not typed,
        "said": said(off),
        "seen": digest(hit.session for hit, _one in rows),
        "cancelled": cancelled,
    }
    status = 409 if stale else None
    return page(
        "closures/show.html", form=form, shows=sorted(may_see), rows=rows, may_see=may_see, typed=typed, stale=stale,
        status=status, **facts,
    )  # fmt: skip


@bp.route("/<id>/take-back", methods=["POST"])
@requires(Can.edit_schedule)
def take_back(id: str):
    """There is no such closure or leave after all."""
    actions.withdraw(queries.get_time_off(id), current_user)
    return go("closures.show", "Taken back. What was cancelled for it can be put back, session by session.", id=id)


@bp.route("/hours/<id>", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def hours(id: str):
    """When someone works, by weekday; `?usual=1` fills in what many work."""
    person = _leader(id)
    known = working_hours([id]).get(id, {})
    opened = typed_hours(USUAL_HOURS if request.args.get("usual") else known) | {"seen": actions.hours_mark(known)}
    form = HoursForm(data=None if request.method == "POST" else opened)
    if form.validate_on_submit():
        with form.refusals():
            actions.set_hours(person, form.hours(), current_user, seen=form.seen.data or "")
            return go("closures.hours", f"Saved when {person.name} works.", id=id)
    return page("closures/hours.html", form=form, person=person, known=known, outside=queries.outside_hours(id))


def _leader(id: str) -> Staff:
    found = next((one for one in scheduling.leaders() if one.id == id), None)
    if found is None:
        raise NotFound
    return found
