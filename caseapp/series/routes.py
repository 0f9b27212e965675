"""The clinic's series: make one, change it from a day on, undo that, and who belongs to it."""

from dataclasses import replace
from datetime import date

from flask import Blueprint, Response, request
from flask_login import current_user

from caseapp.clients.queries import visible_ids
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound, RuleBroken, Stale
from caseapp.core.merging import as_typed
from caseapp.core.pages import Banner, go, page
from caseapp.core.words import count
from caseapp.programs import queries as programs
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Session
from caseapp.scheduling.routes import chosen_or_found, offer
from caseapp.series import actions, queries
from caseapp.series.forms import ONLY, ChangeSeriesForm, LeavingForm, MembersForm, NewSeriesForm, SeriesFields, typed_of
from caseapp.series.lines import Kind, Preview, changed_by_hand, preview_change, preview_new
from caseapp.series.models import Series
from caseapp.series.plans import Plan, must_be_possible, plan_of, usual_end
from caseapp.series.rules import HORIZON, LEFT_OUT, Do
from caseapp.series.saying import HELD_AS, ways_out

bp = Blueprint("series", __name__)
NOT_SENT_ON = ("csrf_token", "form_key", "version")


def on_every_page() -> dict:
    """What the pages of the schedule ask of the series that sessions belong to."""
    return {"series_of": queries.series_of, "changed_from_series": changed_from_series}


def changed_from_series(those: list[Session]) -> set[str]:
    """The ids of those of these sessions that take place otherwise than their series says; a fixed number of statements."""
    found = queries.series_of([one.id for one in those])
    on = [(one, *found[one.id]) for one in those if one.id in found and one.state in sessions.ON]
    return {one.id for one, row, series in on if changed_by_hand(series, one, row.on_day)}


@bp.route("/series")
@requires(Can.see_schedule)
def index():
    """The series that go on, by weekday and time."""
    today = clock.today(clinic.zone())
    found = queries.running(today)
    return page(
        "series/index.html",
        found=found,
        members=queries.member_counts([one.id for one in found], today),
        open_days=queries.open_days([one.id for one in found], today),
    )


@bp.route("/series/new", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def new():
    """A new series: the form, then what it would make and what stands in its way, then it is saved."""
    form = NewSeriesForm(data=None if request.method == "POST" else {"every": 1, "frequency": "weekly"})
    offer(form)
    if "back" in request.form or not form.validate_on_submit():
        return _form_page("series/new.html", form)
    with form.refusals():
        plan = _plan(form, form.repeats(form.on_day.data))
        must_be_possible(plan)
        until = max(clock.today(plan.site.zone), plan.repeats.first_on) + HORIZON
        stale = None
        if "seen" in request.form:
            try:
                series = actions.add_series(plan, current_user, seen=request.form["seen"], choices=_choices())
                return go("series.show", _saved("The series is on the schedule.", series), id=series.id)
            except Stale as changed:
                stale = changed
        return _preview_page(form, preview_new(plan, until, current_user), stale)
    return _form_page("series/new.html", form)


@bp.route("/series/<id>")
@requires(Can.see_schedule)
def show(id: str):
    """One series: its rule, its sessions ahead, who belongs to it, and the days on which it has no session."""
    series = queries.get_series(id)
    today = clock.today(series.site.zone)
    days = queries.days_of(id, today)
    taken = sessions.taken([row.session_id for row in days if row.session_id])
    members = queries.members(id, today)
    may_see = visible_ids([one.client_id for one in members], current_user)
    last, line = queries.last_change(id), sessions.waiting_for(series_id=id)
    may_see |= visible_ids([row.client_id for row in line], current_user)
    return page(
        "series/show.html",
        shows=[one.client_id for one in [*members, *line] if one.client_id in may_see],
        line=[row for row in line if row.client_id in may_see],
        others_wait=sum(row.client_id not in may_see for row in line),
        series=series,
        days=[(row, changed_by_hand(series, row.session, row.on_day)) for row in days if row.session],
        left_out=[row for row in days if row.left_out],
        why_left_out=LEFT_OUT,
        taken=taken,
        members=[one for one in members if one.client_id in may_see],
        others=sum(one.client_id not in may_see for one in members),
        last=last if last and not last.undone_at else None,
        today=today,
    )


@bp.route("/series/<id>/change", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def change(id: str):
    """Change a series from a day on; what was held stays. Two pages: the form, then what changes and what is in the way."""
    series = queries.get_series(id)
    form = ChangeSeriesForm(data=None if request.method == "POST" else typed_of(series))
    offer(form, series)
    _offer_days(form, series)
    if "as_planned" in request.args and request.method == "GET":
        return _as_planned(form, series)
    if "back" in request.form or not form.validate_on_submit():
        return _form_page("series/change.html", form, series=series)
    with form.refusals():
        plan, since, stale = _plan(form, _repeats(form, series)), form.since_day, None
        must_be_possible(plan)
        try:
            if form.version.data != series.version:
                raise Stale(series, series.changed_by_name or "", series.changed_at)
            if "seen" in request.form:
                seen, choices = request.form["seen"], _choices()
                actions.change(series, plan, current_user, since=since, seen=seen, choices=choices, only=form.only)
                return go("series.show", _saved("The series is changed.", series), id=id)
        except Stale as changed:
            stale, series = changed, queries.get_series(id)
        form.version.data, form.version.raw_data = series.version, None
        preview = preview_change(series, plan, since, current_user, only=form.only)
        return _preview_page(form, preview, stale, series)
    return _form_page("series/change.html", form, series=series)


def _as_planned(form: ChangeSeriesForm, series: Series) -> Response:
    """What it would change to have one day as the series says again. Raises NotFound if it is none that may change."""
    form.since.data = ONLY + request.args.get("from", "")
    if form.since.data not in {choice.value for choice in form.since.iter_choices()}:
        raise NotFound
    preview = preview_change(series, plan_of(series), form.since_day, current_user, only=True)
    return _preview_page(form, preview, None, series)


@bp.route("/series/<id>/undo", methods=["POST"])
@requires(Can.edit_schedule)
def undo(id: str):
    """Take the last change of a series back, if it still is the one that was on the page."""
    sent = request.form.get("number", "")
    number = actions.undo(queries.get_series(id), current_user, int(sent) if sent.isascii() and sent.isdigit() else 0)
    return go("series.show", f"Undone: {count('session', number)} as before.", id=id)


@bp.route("/series/<id>/members", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def members(id: str):
    """Let people belong to a series from a day on. Where they can't have a place, that is said before anything is saved."""
    series = queries.get_series(id)
    first = next((row.on_day for row in _ahead(series)), clock.today(series.site.zone))
    form = MembersForm(data=None if request.method == "POST" else {"since": first})
    there = {one.client_id for one in queries.members(id, clock.today(series.site.zone))}
    people = sessions.people_in_phases(series.phases_served, first, current_user) + chosen_or_found(form)
    form.offer_people([one for one in people if one.id not in there or one.id in (form.clients.data or [])])
    joinings = []
    if "find" in request.form:
        form.renew_key()
    elif form.is_submitted() and not form.clients.data:
        form.validate()
        form.refuse("Choose who belongs to it.", "clients")
    elif form.validate_on_submit():
        with form.refusals():
            chosen = sessions.clients_by_id(form.clients.data, current_user)
            if "wait" in request.form:
                actions.wait_for(series, chosen, current_user)
                return go("series.show", f"{count('person', len(chosen), 'people')} on the wait-list.", id=id)
            joinings = actions.look_at_members(series, chosen, form.since.data)
            if "seen" in request.form or not any(one.without for one in joinings):
                actions.add_members(series, chosen, current_user, since=form.since.data)
                return go("series.show", f"{count('person', len(chosen), 'people')} added.", id=id)
        form.renew_key()
    shows = [choice.value for choice in form.clients.iter_choices()]
    return page("series/members.html", form=form, shows=shows, series=series, joinings=joinings)


@bp.route("/series/<id>/members/<member_id>/leave", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def leave(id: str, member_id: str):
    """Someone belongs to a series no more from a day on; their places from then on are free."""
    series = queries.get_series(id)
    member = queries.get_member(series, member_id)
    if not visible_ids([member.client_id], current_user):
        raise NotFound
    first = next((row.on_day for row in _ahead(series)), clock.today(series.site.zone))
    form = LeavingForm(data=None if request.method == "POST" else {"on": max(first, member.started_on)})
    if form.validate_on_submit():
        with form.refusals():
            number = actions.end_membership(member, current_user, on=form.on.data)
            return go("series.show", f"Ended. {count('place', number)} free again.", id=id)
    return page("series/leave.html", form=form, shows=[member.client_id], series=series, member=member)


def _ahead(series: Series) -> list:
    """Its days whose sessions may still change."""
    days = queries.days_of(series.id, clock.today(series.site.zone))
    return [row for row in days if row.session and row.session.may_change and not row.session.begun]


def _offer_days(form: ChangeSeriesForm, series: Series) -> None:
    ahead = [row.on_day for row in _ahead(series)]
    first = ahead[0] if ahead else clock.today(series.site.zone)
    try:
        asked = date.fromisoformat((form.since.data or request.args.get("from", "")).removeprefix(ONLY))
    except ValueError:
        asked = None
    asked = asked if asked in ahead and asked != first else None
    form.offer_days(asked, first, {day: sum(one >= day for one in ahead) for day in (asked, first) if day})


def _repeats(form: ChangeSeriesForm, series: Series):
    """The rule as typed. With the same days it counts from where it counted, so that every other week stays the same week."""
    typed, now = form.repeats(form.since_day), series.repeats
    days = (typed.frequency, typed.every, typed.weekdays or (now.first_on.weekday(),))
    same = days == (now.frequency, now.every, now.weekdays or (now.first_on.weekday(),)) and not typed.times
    return replace(now, until=typed.until) if same else typed


def _plan(form: SeriesFields, repeats) -> Plan:
    """What a session of the series is to be."""
    service = programs.service(form.service.data)
    room = next((one for one in clinic.rooms() if one.id == form.room.data), None)
    most = sessions.limit_of(service, repeats.first_on)
    leads = {one.id: one for one in sessions.leaders()}
    return Plan(
        service=service,
        site=room.site if room else clinic.site(),
        starts=form.starts.data,
        ends=form.ends.data or usual_end(form.starts.data, service),
        leads=tuple(leads[id] for id in form.staff.data if id in leads),
        room=room,
        topic=(form.topic.data or "").strip(),
        places=form.places.data or (min(most, room.seats) if room else most),
        phases_served=" ".join(sorted(form.phases.data or [])),
        repeats=repeats,
        mode=form.mode.data,
    )


def _choices() -> dict[str, Do]:
    """What was chosen by day. A word that is none is refused, for it is what nobody offered."""
    sent = {name: word for name, word in request.form.items() if name.startswith("do-")}
    if not set(sent.values()) <= set(Do):
        raise RuleBroken("Choose what to do from what is offered.")
    return {name: Do(word) for name, word in sent.items()}


def _form_page(template: str, form: SeriesFields, **facts) -> Response:
    return page(template, form=form, services=programs.services(), **facts)


def _preview_page(form: SeriesFields, preview: Preview, stale: Stale | None, series: Series | None = None) -> Response:
    """Nothing is saved yet. What was typed goes on in hidden fields, under a key of its own."""
    form.renew_key()
    typed = [pair for field in form if field.name not in NOT_SENT_ON for pair in as_typed(field)]
    return page(
        "series/preview.html",
        form=form,
        shows=sorted({id for line in preview.lines for id in line.named}),
        series=series,
        typed=typed,
        preview=preview,
        kinds=Kind,
        held_as=HELD_AS,
        ways_out=lambda line: ways_out(line, preview.plan),
        chosen=request.form,
        stale=stale,
        status=409 if stale else None,
    )


def _saved(words: str, series: Series) -> Banner:
    number = str(queries.last_change(series.id).number)
    return Banner(words, undo_url=f"/series/{series.id}/undo", undo_fields={"number": number})
