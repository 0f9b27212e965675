"""The pages of closures, leave and working hours, as someone at a browser without script uses them."""

from datetime import date, time

import pytest
from sqlalchemy import select

from caseapp.closures import queries
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import SessionState
from caseapp.scheduling.times_off import working_hours
from tests.sessions import at, group, room
from tests.visitor import forms_on

WED = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


def to_decide(answer) -> dict:
    """The form with a choice for each session."""
    return next(form for form in forms_on(answer.text) if "seen" in form.fields).fields


def coming(transaction) -> list[str]:
    with transaction():
        return [f"{one.what} {one.name}" for one in queries.coming()]


def test_a_leave_is_entered_with_what_is_done_about_each_session_and_taken_back(visit, cast, transaction):
    with transaction():
        first = group(cast.ana.actor, 2, day=WED, topic="Morning").id
        second = group(cast.ana.actor, 0, day=WED, starts=time(13), ends=time(14), topic="Afternoon").id
        taken = room().id
    ana = visit(cast.ana)
    typed = {"whom": cast.ana.actor.id, "first_on": "Nov 25, 2026"}
    looked = ana.submit("/closures/new", typed, to="/closures/new")
    assert looked.status_code == 200 and coming(transaction) == []
    assert "2 sessions ahead lie in it." in looked.text and "Nothing is saved yet." in looked.text
    sent = to_decide(looked)
    assert sent[f"{first}-do"] == ["given"]
    wrong = ana.raw.post("/closures/new", data=sent | {f"{second}-do": "moved", f"{second}-day": ""})
    assert wrong.status_code == 422 and "Afternoon, Wed Nov 25: Enter the new day." in wrong.text
    sent = to_decide(wrong) | {f"{second}-do": "moved", f"{second}-day": "Nov 26, 2026", f"{second}-room": taken}
    saved = [ana.raw.post("/closures/new", data=sent) for _time in range(2)]
    assert [one.status_code for one in saved] == [303, 303] and coming(transaction) == ["Ana Moreau is away "]
    with transaction():
        assert db.get(Session, first).leads[0].staff_id != cast.ana.actor.id
        assert db.get(Session, second).on_day == date(2026, 11, 26) and db.get(Session, second).room_id == taken
    path = saved[0].headers["Location"]
    assert "No session ahead lies in it." in ana.get(path).text
    assert "Ana Moreau is away" in ana.get("/closures").text
    assert ana.submit(path, to=f"{path}/take-back").status_code == 303
    assert coming(transaction) == [] and "Taken back" in ana.get(path).text


def test_a_holiday_without_sessions_is_saved_at_once_and_stands_on_the_schedule(visit, cast, transaction):
    ana = visit(cast.ana)
    with transaction():
        site = room().site_id
        two = room().id
    typed = {"whom": site, "first_on": "Nov 25, 2026", "name": "Thanksgiving"}
    assert ana.submit("/closures/new", typed, to="/closures/new").status_code == 303
    ana.submit(
        "/closures/new", typed | {"whom": two, "starts": "1:00 pm", "ends": "5:00 pm", "name": ""}, to="/closures/new"
    )
    assert coming(transaction) == ["The clinic is closed Thanksgiving", "Room 2 is closed "]
    for view in ("week", "day", "list"):
        page = ana.get(f"/schedule?week={WED}&view={view}&show=all").text
        assert "Closed: Thanksgiving" in page and "Room 2 closed 1:00 pm - 5:00 pm" in page, view
    refused = ana.submit(
        "/sessions/new",
        {"service": "group_therapy", "on_day": "Nov 25, 2026", "starts": "9:00 am", "staff": cast.ana.actor.id},
        to="/sessions/new",
    )
    assert refused.status_code == 422 and "The clinic is closed: Thanksgiving, Wed Nov 25, 2026." in refused.text


def test_a_closure_that_hits_more_by_now_is_looked_at_again(visit, cast, transaction):
    with transaction():
        group(cast.ana.actor, 0, day=WED, topic="Morning")
        site = room().site_id
    ana = visit(cast.ana)
    looked = ana.submit("/closures/new", {"whom": site, "first_on": "Nov 25, 2026"}, to="/closures/new")
    with transaction():
        group(cast.carl.actor, 0, day=WED, topic="Meanwhile")
    stale = ana.raw.post("/closures/new", data=to_decide(looked))
    assert stale.status_code == 409 and "Meanwhile" in stale.text and coming(transaction) == []
    assert ana.raw.post("/closures/new", data=to_decide(stale)).status_code == 303
    with transaction():
        assert {one.state for one in db.scalars(select(Session))} == {SessionState.cancelled}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"whom": ""}, "Choose what is closed, or who is away."),
        ({"first_on": "Nov 17, 2026"}, "Nov 18, 2026"),
        ({"last_on": "Nov 24, 2026"}, "The end must be after the beginning."),
        ({"starts": "noonish"}, "Enter"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(visit, cast, transaction, wrong, says):
    typed = {"whom": cast.carl.actor.id, "first_on": "Nov 25, 2026"} | wrong
    answer = visit(cast.ana).submit("/closures/new", typed, to="/closures/new")
    assert answer.status_code == 422 and says in answer.text and coming(transaction) == []


def test_working_hours_are_filled_in_with_one_press_and_asked_about(visit, cast, transaction):
    ana, path = visit(cast.ana), f"/closures/hours/{cast.carl.actor.id}"
    half = ana.submit(path, {"starts_0": "9:00 am"}, to=path)
    assert half.status_code == 422 and "Enter this time too" in half.text
    filled = next(form for form in forms_on(ana.get(f"{path}?usual=1").text) if "seen" in form.fields).fields
    assert ana.raw.post(path, data=filled).status_code == 303
    with transaction():
        assert working_hours([cast.carl.actor.id])[cast.carl.actor.id] == {n: (time(9), time(17)) for n in range(5)}
    assert "Mon 9:00 am - 5:00 pm" in ana.get("/closures").text
    with transaction():
        group(
            cast.ana.actor,
            0,
            leader=cast.carl.actor,
            day=WED,
            starts=time(18),
            ends=time(19),
            agreed=True,
            topic="Late",
        )
    assert "1 session ahead outside these hours" in ana.get(path).text
    evening = {"service": "group_therapy", "on_day": "Nov 25, 2026", "starts": "7:00 pm", "staff": cast.carl.actor.id}
    asked = ana.submit("/sessions/new", evening, to="/sessions/new")
    assert asked.status_code == 422 and "Carl Ito works 9:00 am - 5:00 pm on Wednesdays." in asked.text
    form = next(form for form in forms_on(asked.text) if "agreed" in form.seen)
    assert ana.raw.post("/sessions/new", data=form.fields | {"agreed": "y"}).status_code == 303


def test_who_may_not_and_what_is_not_there(visit, cast):
    assert visit(cast.ada).get("/closures").status_code == 403
    ana = visit(cast.ana)
    for path in ("/closures/nothing", "/closures/hours/nobody"):
        assert ana.get(path).status_code == 404
