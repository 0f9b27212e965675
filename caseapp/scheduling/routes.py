"""The week, one session, its places."""

from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask_login import current_user

from caseapp.clients.queries import find, get_client, visible_ids
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Can, requires
from caseapp.core.errors import NotFound, Stale
from caseapp.core.pages import Banner, go, page
from caseapp.core.words import count
from caseapp.programs import queries as programs
from caseapp.scheduling import actions, queries
from caseapp.scheduling.day import Grid, grid_of, leads_of, phases_of, rooms_of
from caseapp.scheduling.forms import BookingForm, CancelForm, EditSessionForm, NewSessionForm, WeekForm, typed_of
from caseapp.scheduling.models import Session
from caseapp.scheduling.queries import Filters
from caseapp.scheduling.rules import PARTS, WHY_NOT, WhyNot
from caseapp.scheduling.week import Block, days_of

bp = Blueprint("scheduling", __name__)
VIEWS = ("week", "list", "day")
ACROSS = {"room": rooms_of, "staff": leads_of, "phase": phases_of}


@bp.route("/schedule")
@requires(Can.see_schedule)
def index():
    """A week: days across, parts of the day down; or a list, or one day. `?client=` shows only what that client comes to."""
    zone = clinic.zone()
    view = request.args.get("view") if request.args.get("view") in VIEWS else "week"
    whose = get_client(request.args["client"], current_user) if request.args.get("client") else None
    day, form = _day_asked(clock.today(zone)), _week_form(everyone=whose is not None)
    first, after = (day, day + timedelta(days=1)) if view == "day" else _week_of(day)
    sessions = queries.sessions_between(first, after, filters=_filters(form, whose and whose.id))
    days = days_of(sessions, first, (after - first).days, zone, current_user)
    blocks = [block for one in days for block in one.blocks]
    by = request.args.get("by") if request.args.get("by") in ACROSS else "room"
    kept = {name: value for name, value in form.data.items() if value} | ({"client": whose.id} if whose else {})
    return page(
        "scheduling/index.html",
        shows=[block.client_id for block in blocks if block.client_id] + ([whose.id] if whose else []),
        whose=whose,
        days=days,
        blocks=blocks,
        filters_form=form,
        view=view,
        by=by,
        grid=_grid(by, blocks) if view == "day" else None,
        around={"before": first - (after - first), "after": after, "first": first},
        kept=kept,
        parts=[name for name, _since, _until in PARTS],
    )


def _grid(by: str, blocks: list[Block]) -> Grid:
    """The table of a day, with a column for each room, for each who leads sessions, or for each phase."""
    named = {"room": clinic.rooms, "staff": queries.leaders}
    columns = [(one.id, one.name) for one in named[by]()] if by in named else _phases()
    return grid_of(blocks, columns, ACROSS[by])


def _week_of(day: date) -> tuple[date, date]:
    return clock.week_of(day, int(programs.profile(None, day)["week_starts_on"]))


def _day_asked(today: date) -> date:
    try:
        asked = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return today
    return asked if 1990 <= asked.year <= 2190 else today


def _week_form(*, everyone: bool = False) -> WeekForm:
    """The filters as asked for; at first what is theirs for whoever leads sessions, everything for the others or if asked."""
    form = _offer_filters(WeekForm(request.args))
    if not form.validate():  # an address with something that is not there shows everything
        form = _offer_filters(WeekForm())
    if form.show.data is None:
        lately = clock.today(clinic.zone()) - timedelta(days=28)
        form.show.data = "mine" if not everyone and queries.leads_any(current_user.id, lately) else "all"
    return form


def _offer_filters(form: WeekForm) -> WeekForm:
    form.site.choices = [("", "All"), *((one.id, one.name) for one in queries.sites())]
    form.room.choices = [("", "All"), *((one.id, one.name) for one in clinic.rooms())]
    form.staff.choices = [("", "All"), *((one.id, one.name) for one in queries.leaders())]
    form.phase.choices = [("", "All"), *_phases()]
    return form


def _phases() -> list[tuple[str, str]]:
    """Position and name of the phases in use, of the first program if there are several."""
    phases = programs.phases_in_use(clock.today(clinic.zone()))
    return [(str(one.position), one.name) for one in phases if one.program == phases[0].program]


def _filters(form: WeekForm, client_id: str | None) -> Filters:
    mine = current_user.id if form.show.data == "mine" else None
    phase = int(form.phase.data) if form.phase.data else None
    where = {"room_id": form.room.data, "site_id": form.site.data}
    return Filters(staff_id=form.staff.data or mine, phase=phase, client_id=client_id, **where)


@bp.route("/sessions/new", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def new():
    """A single session of any service, with people to book at once; `?about=` names one of them by id."""
    form, people = NewSessionForm(data=None if request.method == "POST" else _asked_for()), []
    offer(form)
    about = request.args.get("about")
    if about:
        people = [get_client(about, current_user)]
        form.clients.data = form.clients.data or ([] if form.is_submitted() else [about])
    people += chosen_or_found(form)
    form.offer_people(people)
    if "find" in request.form:
        form.renew_key()
    elif form.validate_on_submit():
        with form.refusals():
            session = actions.add_session(
                current_user, service=_service(form), client_ids=form.clients.data or [], **form.facts()
            )
            return go("scheduling.show", "The session is on the schedule.", id=session.id)
    return page("scheduling/new.html", form=form, shows=people, services=programs.services(), searched=form.who.data)


def _asked_for() -> dict[str, Any]:
    """What an empty half hour of the day says of a session that is made there."""
    asked, known = request.args, {one.id for one in [*clinic.rooms(), *queries.leaders()]}
    facts = {"room": asked.get("room"), "staff": [asked["staff"]] if asked.get("staff") in known else []}
    facts |= {"phases": [asked["phase"]]} if asked.get("phase") in dict(_phases()) else {}
    for name, read, word in (("on_day", date.fromisoformat, "on"), ("starts", time.fromisoformat, "at")):
        with suppress(ValueError):
            facts[name] = read(asked.get(word, ""))
    return facts


def _service(form):
    return programs.service(form.service.data)


def offer(form, also: Any = None) -> None:
    """What the form of a session or of a series (`also`) offers; who leads it now is offered even if they no longer work here."""
    staff = queries.leaders()
    staff += [lead.staff for lead in also.leads if lead.staff not in staff] if also else []
    form.offer(programs.services(), clinic.rooms(), staff, _phases())


def chosen_or_found(form) -> list:
    """Who is ticked already, and who matches what was typed: only people this person may see."""
    ticked = queries.clients_by_id(form.clients.data or [], current_user)
    return ticked + (find(form.who.data, current_user, most=8) if form.who.data else [])


@bp.route("/sessions/<id>/edit", methods=["GET", "POST"])
@requires(Can.edit_schedule)
def edit(id: str):
    """Change a session that nobody is marked in. Of two who change it at once the second sees both."""
    session = queries.get_session(id, current_user)
    actions.must_be_changeable(session)
    form, stale = EditSessionForm(data=None if request.method == "POST" else _as_typed(session)), None
    offer(form, session)
    if form.validate_on_submit():
        try:
            with form.refusals():
                actions.edit(
                    session, current_user, service=_service(form), version=form.version.data or 0, **form.facts()
                )
                return go("scheduling.show", "The session is changed.", id=id)
        except Stale as changed:
            stale, form.version.data = changed, session.version
    status = 409 if stale else None
    return page(
        "scheduling/edit.html", form=form, session=session, services=programs.services(), stale=stale, status=status
    )


def _as_typed(session: Session) -> dict:
    zone = ZoneInfo(session.site.zone)
    return typed_of(session, session.starts_at.astimezone(zone).time(), session.ends_at.astimezone(zone).time())


@bp.route("/sessions/<id>")
@requires(Can.see_schedule)
def show(id: str):
    """One session and its list; of clients one may not see, only that a place is taken."""
    session = queries.get_session(id, current_user)
    return _session_page(session, BookingForm(), CancelForm(obj=session))


def _session_page(session: Session, booking: BookingForm, cancelling: CancelForm) -> Response:
    places = queries.list_of(session)
    may_see = visible_ids([place.client_id for place in places], current_user)
    on_list = [place for place in places if place.client_id in may_see]
    waiting = _waiting(session)
    offered = _offer_places(session, booking, {place.client_id for place in places})
    return page(
        "scheduling/show.html",
        form=booking if booking.errors else cancelling,
        shows=[*(place.client_id for place in on_list), *offered, *(row.client_id for row in waiting[0])],
        session=session,
        on_list=on_list,
        others=len(places) - len(on_list),
        waiting=waiting,
        least=queries.least_of(session.service, session.on_day),
        booking=booking,
        cancelling=cancelling,
        why_not=WHY_NOT,
    )


def _waiting(session: Session) -> tuple[list, int]:
    """Who waits for a place, as far as one may see them, and how many others do."""
    line = queries.waiting_for(session_id=session.id)
    may_see = visible_ids([row.client_id for row in line], current_user)
    return [row for row in line if row.client_id in may_see], sum(row.client_id not in may_see for row in line)


def _offer_places(session: Session, booking: BookingForm, there: set[str]) -> list:
    """Offer a place to whom the session is for, and to whoever was found; gives them."""
    if not current_user.can(Can.edit_schedule) or session.state != "scheduled" or session.finished_at:
        return []
    everyone = queries.people_for(session, current_user) + chosen_or_found(booking)
    people = list({one.id: one for one in everyone if one.id not in there}.values())
    booking.offer_people(people)
    return people


@bp.route("/sessions/<id>/places", methods=["POST"])
@requires(Can.edit_schedule)
def book(id: str):
    """Give people a place: all who were chosen, or nobody."""
    session, form = queries.get_session(id, current_user), BookingForm()
    chosen = _offer_places(session, form, set())
    if "find" in request.form:
        form.renew_key()
    elif not form.clients.data:
        form.validate()
        form.refuse("Choose who gets a place.", "clients")
    elif form.validate_on_submit():
        with form.refusals():
            booked = [one for one in chosen if one.id in form.clients.data]
            if "wait" in request.form:
                actions.wait_for(session, booked, current_user)
                return go("scheduling.show", f"{count('person', len(booked), 'people')} on the wait-list.", id=id)
            actions.book_all(session, booked, current_user)
            return go("scheduling.show", f"{count('person', len(booked), 'people')} booked.", id=id)
    return _session_page(session, form, CancelForm(formdata=None, obj=session))


@bp.route("/sessions/<id>/places/<place_id>/release", methods=["POST"])
@requires(Can.edit_schedule)
def release(id: str, place_id: str):
    """Free a place."""
    session = queries.get_session(id, current_user)
    place = queries.get_place(session, place_id)
    if not visible_ids([place.client_id], current_user):
        raise NotFound
    actions.release(place, current_user)
    undo = {"undo_url": f"/sessions/{id}/places", "undo_fields": {"clients": place.client_id}}
    return go("scheduling.show", Banner("The place is free again.", **undo), id=id)


@bp.route("/sessions/<id>/cancel", methods=["POST"])
@requires(Can.edit_schedule)
def cancel(id: str):
    """Cancel a session, with a reason."""
    session = queries.get_session(id, current_user)
    form = CancelForm()
    if form.validate_on_submit():
        with form.refusals():
            actions.cancel(session, WhyNot(form.why.data), current_user, form.version.data or 0)
            return go("scheduling.show", Banner("Cancelled.", undo_url=f"/sessions/{id}/restore"), id=id)
    return _session_page(session, BookingForm(formdata=None), form)


@bp.route("/sessions/<id>/restore", methods=["POST"])
@requires(Can.edit_schedule)
def restore(id: str):
    """Take the cancelling of a session back."""
    actions.restore(queries.get_session(id, current_user), current_user)
    return go("scheduling.show", "The session is on the schedule again.", id=id)
