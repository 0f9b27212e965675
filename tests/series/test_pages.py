"""The pages of series: made, changed, undone and joined by someone at a browser without script."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.series import actions, queries
from caseapp.series.models import Series
from caseapp.series.recurrence import Repeats
from tests.series.making import FIRST, held_on, make
from tests.sessions import at, group, person, room
from tests.visitor import forms_on

MON = date(2026, 11, 23)
WEEKLY = {
    "service": "group_therapy",
    "topic": "Relapse prevention",
    "on_day": "Nov 18, 2026",
    "starts": "9:00 am",
    "ends": "12:00 pm",
    "frequency": "weekly",
    "weekdays": ["0", "2", "4"],
}


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


def on_page(answer):
    """The form of a page that is no search and no sign-out."""
    return next(form for form in forms_on(answer.text) if form.method == "post" and "seen" in form.fields)


def series_on_record(transaction) -> list[tuple[str, int]]:
    with transaction():
        return [(one.name, len(queries.days_of(one.id, FIRST))) for one in db.scalars(select(Series))]


def test_a_series_is_looked_at_then_made_then_undone(visit, cast, transaction):
    with transaction():
        taken = room().id
        group(cast.carl.actor, 0, day=MON, room_id=taken, topic="Life skills")
    ana = visit(cast.ana)
    looked = ana.submit("/series/new", WEEKLY | {"staff": cast.ana.actor.id, "room": taken}, to="/series/new")
    assert looked.status_code == 200 and series_on_record(transaction) == []
    assert "36 sessions are new." in looked.text and "1 date needs a decision." in looked.text
    assert "Room 2 is taken: Life skills, 9:00 am - 12:00 pm." in looked.text
    form = on_page(looked)
    assert form.fields[f"do-{MON}"] == ["skip"]
    made = [ana.raw.post("/series/new", data=form.fields) for _time in range(2)]
    assert [one.status_code for one in made] == [303, 303]
    assert made[0].headers["Location"] == made[1].headers["Location"]
    assert series_on_record(transaction) == [("Relapse prevention", 36)]
    page = ana.get(made[0].headers["Location"])
    for words in ("Mon, Wed and Fri every week", "Mon Nov 23, 2026: The room is taken", "Undo"):
        assert words in page.text, words
    assert "Series" in ana.get("/schedule").text and "Relapse prevention" in ana.get("/series").text
    stale = ana.submit(made[0].headers["Location"], {"number": "0"}, to=f"{made[0].headers['Location']}/undo")
    assert stale.status_code == 422 and "was changed again in the meantime" in stale.text
    undone = ana.submit(made[0].headers["Location"], to=f"{made[0].headers['Location']}/undo")
    assert undone.status_code == 303
    assert "Relapse prevention" not in ana.get("/series").text


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"frequency": ""}, "Choose how it repeats."),
        ({"every": "99"}, "Enter a number from 1 to 12."),
        ({"weekdays": ["9"]}, "Choose from these only"),
        ({"on_day": "Nov 17, 2026"}, "Nov 18, 2026"),
        ({"until": "Nov 18, 2026", "on_day": "Nov 20, 2026"}, "The last day must not be before the first."),
        ({"until": "Nov 19, 2026", "weekdays": ["0"]}, "there is none that fits"),
        ({"places": "40"}, "is for 12 people at most"),
        ({"starts": "9:00 am", "ends": "9:02 am"}, "5 minutes at least"),
        ({"staff": ""}, "Choose"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(visit, cast, transaction, wrong, says):
    answer = visit(cast.ana).submit("/series/new", WEEKLY | {"staff": cast.ana.actor.id} | wrong, to="/series/new")
    assert answer.status_code == 422
    assert says in answer.text
    assert series_on_record(transaction) == []


def test_a_change_is_looked_at_from_a_session_and_says_when_it_is_stale(visit, cast, transaction):
    with transaction():
        series = make(cast.ana.actor)
        id, session = series.id, queries.days_of(series.id, MON)[0].session.id
    ana, sue = visit(cast.ana), visit(cast.sue)
    assert f"/series/{id}/change?from={MON}" in ana.get(f"/sessions/{session}").text
    path = f"/series/{id}/change"
    asked = ana.submit(f"{path}?from={MON}", {"since": str(MON), "starts": "9:30 am", "ends": "12:30 pm"}, to=path)
    assert "34 sessions change." in asked.text and "9:00 am - 12:00 pm to 9:30 am - 12:30 pm" in asked.text
    form = on_page(asked)
    other = sue.submit(path, {"since": str(FIRST), "topic": "Sue's topic"}, to=path)
    assert sue.raw.post(path, data=on_page(other).fields).status_code == 303
    stale = ana.raw.post(path, data=form.fields)
    assert stale.status_code == 409 and "Sue Okafor" in stale.text and "Nothing is saved." in stale.text
    again = on_page(stale)
    assert ana.raw.post(path, data=again.fields).status_code == 303
    with transaction():
        days = held_on(db.get(Series, id))
        assert days[MON] == "09:30 Room 2 scheduled" and days[FIRST] == "09:00 Room 2 scheduled"
        assert db.get(Series, id).topic == "Relapse prevention"  # the whole form was hers, and she saw what it would do


def test_back_to_the_form_keeps_what_was_typed(visit, cast, transaction):
    ana = visit(cast.ana)
    looked = ana.submit("/series/new", WEEKLY | {"staff": cast.ana.actor.id}, to="/series/new")
    back = ana.raw.post("/series/new", data=on_page(looked).fields | {"back": "1"})
    assert back.status_code == 200 and 'value="9:00 am"' in back.text and "Relapse prevention" in back.text
    assert series_on_record(transaction) == []


def test_choices_that_nobody_offered_are_refused(visit, cast, transaction):
    with transaction():
        id = make(cast.ana.actor).id
    ana, path = visit(cast.ana), f"/series/{id}/change"
    form = on_page(ana.submit(path, {"since": str(FIRST), "starts": "10:00 am", "ends": "1:00 pm"}, to=path))
    for word in ("nonsense", "other_room"):
        answer = ana.raw.post(path, data=form.fields | {f"do-{MON}": word})
        assert answer.status_code == 422, word
    with transaction():
        assert held_on(db.get(Series, id))[MON] == "09:00 Room 2 scheduled"


def test_people_join_and_leave_and_what_they_cannot_have_is_said_first(visit, cast, transaction):
    with transaction():
        series = make(cast.ana.actor)
        sam, dae = person(cast.ana.actor, "Haddad", "Sam"), person(cast.ana.actor, "Kim", "Dae")
        busy = group(cast.carl.actor, 0, day=MON, starts=time(11), ends=time(13))
        scheduling.book(busy, sam, cast.ana.actor)
        id, ids, dae_id = series.id, [sam.id, dae.id], dae.id
    ana, path = visit(cast.ana), f"/series/{id}/members"
    assert "Haddad, Sam" in ana.get(path).text  # offered: in a phase that it serves
    asked = ana.submit(path, {"clients": ids, "since": "Nov 20, 2026"}, to=path)
    assert asked.status_code == 200 and "Not on every day." in asked.text
    assert "Mon Nov 23, 2026 (Relapse prevention, 11:00 am - 1:00 pm)" in asked.text
    with transaction():
        assert queries.members(id) == []
    saved = ana.raw.post(path, data=on_page(asked).fields)
    assert saved.status_code == 303
    with transaction():
        [monday] = [row for row in queries.days_of(id, MON) if row.on_day == MON]
        assert [place.client.last_name for place in sessions.list_of(monday.session)] == ["Kim"]
        member = queries.members(id)[0].id
    page = ana.get(f"/series/{id}").text
    assert "People: 2 of 12" in page and "Haddad, Sam" in page
    hidden = visit(cast.otto).get(f"/series/{id}").text
    assert "Haddad" not in hidden and "2 people you may not see." in hidden
    assert visit(cast.otto).get(f"/series/{id}/members/{member}/leave").status_code == 404
    left = ana.submit(
        f"/series/{id}/members/{member}/leave", {"on": "Nov 27, 2026"}, to=f"/series/{id}/members/{member}/leave"
    )
    assert left.status_code == 303
    assert "until before Fri Nov 27, 2026" in ana.get(f"/series/{id}").text
    with transaction():
        friday = next(row for row in queries.days_of(id, MON) if row.on_day == MON + timedelta(days=4))
        assert [place.client_id for place in sessions.list_of(friday.session)] == [dae_id]


def test_pages_take_as_many_statements_for_a_year_as_for_a_month(visit, cast, transaction, statements):
    with transaction():
        short = make(cast.ana.actor, repeats=plan_weekly(3)).id
        long = make(cast.ana.actor, starts=time(13), ends=time(15), repeats=plan_weekly(12)).id
        for id in (short, long):
            actions.add_members(
                queries.get_series(id), [person(cast.ana.actor, "Haddad", id[:4])], cast.ana.actor, since=FIRST
            )
    ana, numbers = visit(cast.ana), {}
    for id in (short, long):
        for page in ("", "/change", "/members"):
            with statements() as told:
                assert ana.get(f"/series/{id}{page}").status_code == 200
            numbers.setdefault(page, []).append(len(told))
    with statements() as one_more:
        ana.get("/series")
    assert all(few == many for few, many in numbers.values()), numbers
    assert len(one_more) < 25


def plan_weekly(times: int):
    return Repeats(FIRST, weekdays=(2,), times=times)


def test_one_day_alone_is_changed_by_the_same_two_pages_and_returned_to_its_series(visit, cast, transaction):
    with transaction():
        series = make(cast.ana.actor)
        id, session = series.id, queries.days_of(series.id, MON)[0].session.id
    ana, path = visit(cast.ana), f"/series/{id}/change"
    typed = {"since": f"only-{MON}", "starts": "1:00 pm", "ends": "3:00 pm", "mode": "telehealth"}
    asked = ana.submit(f"{path}?from={MON}", typed, to=path)
    assert "1 session changes." in asked.text and "in person to telehealth" in asked.text
    assert ana.raw.post(path, data=on_page(asked).fields).status_code == 303
    with transaction():
        days = held_on(db.get(Series, id))
        assert days.pop(MON) == "13:00 Room 2 scheduled" and set(days.values()) == {"09:00 Room 2 scheduled"}
    page = ana.get(f"/sessions/{session}").text
    assert "This one is changed from it." in page and "telehealth by phone or video" in page
    assert ana.get(f"{path}?from={FIRST - timedelta(days=1)}&as_planned=1").status_code == 404
    back = ana.get(f"{path}?from={MON}&as_planned=1")
    assert "1:00 pm - 3:00 pm to 9:00 am - 12:00 pm, telehealth to in person" in back.text
    assert ana.raw.post(path, data=on_page(back).fields).status_code == 303
    assert "This one is changed from it." not in ana.get(f"/sessions/{session}").text
    other_days = {"since": f"only-{MON}", "weekdays": ["1"]}
    refused = ana.submit(f"{path}?from={MON}", other_days, to=path)
    assert refused.status_code == 422 and "for one day only" in refused.text


def test_where_everything_is_in_the_way_nothing_is_offered_to_be_saved(visit, cast, transaction):
    with transaction():
        id = make(cast.ana.actor).id
        group(cast.ana.actor, 0, day=MON, starts=time(13), ends=time(15), room_id=room().id, topic="In the way")
    path = f"/series/{id}/change"
    asked = visit(cast.ana).submit(
        path, {"since": f"only-{MON}", "starts": "1:00 pm", "ends": "3:00 pm"}, to=f"{path}?from={MON}"
    )
    assert "Nothing can be changed as it is typed" in asked.text and "one day only" in asked.text
    assert "Change this day" not in asked.text and "Back to the form" in asked.text
