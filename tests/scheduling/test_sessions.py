"""Sessions: make, change, cancel, book and free; each refusal at its field, with a way out, saying no more than one may know."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clients.actions import give_access
from caseapp.clients.models import Client
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import RuleBroken
from caseapp.programs import queries as programs
from caseapp.scheduling import actions, queries
from caseapp.scheduling.models import Place, Session
from caseapp.scheduling.rules import SessionState
from tests.sessions import WEDNESDAY, at, group, person, room

NOW = at(8)
GROUP = {"service": "group_therapy", "on_day": "Nov 18, 2026", "starts": "9:00 am", "ends": "12:00 pm"}


@pytest.fixture
def now():
    with clock.freeze(NOW):
        yield


@pytest.fixture
def rooms(transaction):
    with transaction():
        return {name: room(name, seats).id for name, seats in (("Room 1", 36), ("Room 2", 14), ("Room 3", 8))}


def add(visitor, cast, **more):
    return visitor.submit("/sessions/new", GROUP | {"staff": cast.carl.actor.id} | more, to="/sessions/new")


def sessions(transaction) -> list[Session]:
    with transaction():
        return list(db.scalars(select(Session).order_by(Session.starts_at)))


def test_what_is_left_open_is_proposed(visit, cast, rooms, transaction, now):
    answer = add(visit(cast.ana), cast, ends="", places="", room=rooms["Room 3"], phases=["1", "2"])
    assert answer.status_code == 303
    [session] = sessions(transaction)
    assert (session.minutes, session.places, session.phases_served) == (180, 8, "1 2")
    assert answer.headers["Location"].endswith(f"/sessions/{session.id}")


@pytest.mark.parametrize(
    ("sent", "by_room", "held_as"),
    [({}, None, "telehealth"), ({}, "Room 3", "in_person"), ({"mode": "in_person"}, None, "in_person"),
     ({"mode": "telehealth"}, "Room 3", "telehealth")],
)  # fmt: skip
def test_how_they_meet_is_said_or_follows_from_the_room(visit, cast, rooms, transaction, now, sent, by_room, held_as):
    visitor = visit(cast.ana)
    add(visitor, cast, room=rooms.get(by_room, ""), **sent)
    [session] = sessions(transaction)
    with transaction():
        assert db.get(Session, session.id).held_as == held_as
    assert ("by phone or video" in visitor.get(f"/sessions/{session.id}").text) is (held_as == "telehealth")
    edited = visitor.submit(f"/sessions/{session.id}/edit", {"topic": "Another"}, to=f"/sessions/{session.id}/edit")
    assert edited.status_code == 303
    with transaction():
        assert db.get(Session, session.id).held_as == held_as


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"service": ""}, "Choose a service."),
        ({"service": "nothing"}, "Choose one of the list"),
        ({"on_day": "someday"}, "Enter a day such as"),
        ({"on_day": "Nov 18, 2028"}, "Day must be on or before"),
        ({"on_day": "Nov 1, 2025"}, "Day must be on or after"),
        ({"starts": "9"}, "Say whether it is 9:00 am or 9:00 pm"),
        ({"ends": "8:00 am"}, "The end must be after the start."),
        ({"starts": "2:30 am", "ends": "4:00 am", "on_day": "Mar 14, 2027"}, "There is no 2:30 am"),
        ({"places": "13"}, "Group therapy is for 12 people at most (rule profile)."),
        ({"places": "many"}, "Enter places from 1 to 200"),
        ({"places": "0"}, "Enter places from 1 to 200"),
        ({"topic": "x" * 121}, "Shorten this to 120 characters."),
        ({"staff": None}, "Choose who leads it."),
        ({"staff": "nobody"}, "Choose from these only"),
        ({"room": "nowhere"}, "Choose one of the list"),
        ({"clients": "x" * 22}, "Choose from these only"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_wrong_is_said_and_kept(visit, cast, rooms, transaction, now, wrong, says):
    answer = add(visit(cast.ana), cast, **({"topic": "<script>alert(1)</script>"} | wrong))
    assert answer.status_code == 422 and says in answer.text
    assert "<script>alert" not in answer.text
    assert sessions(transaction) == []


def test_who_may(visit, cast, now, transaction):
    with transaction():
        id = group(cast.ana.actor, 1).id
        [place] = queries.list_of(db.get(Session, id))
    assert visit(cast.ada).get("/schedule").status_code == 403
    assert visit(cast.ada).get("/sessions/new").status_code == 403
    assert visit(cast.carl).get("/sessions/nothing").status_code == 404
    otto = visit(cast.otto)
    page = otto.get(f"/sessions/{id}").text
    assert "Haddad" not in page and "1 place taken by people you may not see." in page
    token = otto.token(f"/sessions/{id}")
    assert otto.raw.post(f"/sessions/{id}/places/{place.id}/release", data={"csrf_token": token}).status_code == 404
    hidden = otto.submit(f"/sessions/{id}", {"clients": place.client_id}, to=f"/sessions/{id}/places")
    assert hidden.status_code == 422
    assert otto.get(f"/sessions/new?about={place.client_id}").status_code == 404


def test_sent_twice_is_once(visit, cast, rooms, transaction, now):
    visitor = visit(cast.ana)
    form = dict(visitor.form("/sessions/new", to="/sessions/new").fields) | GROUP | {"staff": cast.carl.actor.id}
    answers = [visitor.raw.post("/sessions/new", data=form) for _time in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert len(sessions(transaction)) == 1


def test_a_clash_names_the_session_at_its_field_and_what_is_free(visit, cast, rooms, transaction, now):
    visitor = visit(cast.ana)
    assert add(visitor, cast, topic="Relapse prevention", room=rooms["Room 2"]).status_code == 303
    taken = add(visitor, cast, staff=cast.ana.actor.id, room=rooms["Room 2"], starts="11:59 am", ends="1:00 pm")
    assert taken.status_code == 422
    assert (
        "Room 2 is taken: Relapse prevention, 9:00 am - 12:00 pm." in taken.text and "Free then: Room 1." in taken.text
    )
    leads = add(visitor, cast, room=rooms["Room 1"], starts="8:00 am", ends="9:01 am")
    assert leads.status_code == 422 and "Carl Ito leads Relapse prevention" in leads.text
    for starts, ends in (("12:00 pm", "1:00 pm"), ("8:00 am", "9:00 am")):
        assert add(visitor, cast, room=rooms["Room 2"], starts=starts, ends=ends).status_code == 303


def test_about_books_that_client_and_a_clash_undoes_all(visit, cast, transaction, now):
    with transaction():
        kim = person(cast.ana.actor, "Kim", "Dae").id
    visitor = visit(cast.ana)
    path = f"/sessions/new?about={kim}"
    facts = GROUP | {"staff": cast.carl.actor.id}
    form = visitor.form(path, to="/sessions/new")
    assert form.fields["clients"] == [kim]
    assert visitor.raw.post(path, data=form.fields | facts).status_code == 303
    [session] = sessions(transaction)
    with transaction():
        assert [place.client_id for place in queries.list_of(session)] == [kim]
    form = visitor.form(path, to="/sessions/new")
    clash = visitor.raw.post(path, data=form.fields | facts | {"staff": cast.ana.actor.id, "service": "crisis"})
    assert clash.status_code == 422 and "Kim, Dae has Group therapy, 9:00 am - 12:00 pm." in clash.text
    assert len(sessions(transaction)) == 1


def test_a_clash_with_someone_one_may_not_see_only_says_busy(cast, transaction, now):
    with transaction():
        session = group(cast.ana.actor, 1)
        [place] = queries.list_of(session)
        with pytest.raises(RuleBroken) as refused:
            other = group(cast.sue.actor, 0, service=programs.service("crisis"), topic="")
            actions.book(other, place.client, cast.otto.actor)
    assert refused.value.sentence == "This client is busy at that time."


def test_before_admission_one_to_one_only(cast, transaction, now):
    with transaction():
        ann = person(cast.ana.actor, "Reed", "Ann", admitted_on=None)
        later = person(cast.ana.actor, "Webb", "Tia", admitted_on=WEDNESDAY + timedelta(days=1))
        alone = group(cast.ana.actor, 0, service=programs.service("individual_counseling"), topic="")
        assert actions.book(alone, ann, cast.ana.actor).seat == 1
        together = group(cast.sue.actor, 0, starts=time(13), ends=time(15))
        for client in (ann, later):
            with pytest.raises(RuleBroken, match="in no phase of a program on Wed Nov 18, 2026"):
                actions.book(together, client, cast.ana.actor)
        tomorrow = group(cast.sue.actor, 0, day=WEDNESDAY + timedelta(days=1))
        assert actions.book(tomorrow, later, cast.ana.actor)


def test_a_full_session_names_the_next_with_a_place(visit, cast, transaction, now):
    with transaction():
        first = group(cast.ana.actor, 2, places=2)
        group(cast.ana.actor, 0, day=WEDNESDAY + timedelta(days=1))
        more = person(cast.ana.actor, "Weiss", "Max").id
    visitor, path = visit(cast.ana), f"/sessions/{first.id}"
    found = visitor.submit(path, {"who": "weiss", "find": "1"}, to=f"{path}/places")
    assert found.status_code == 200 and "Weiss, Max" in found.text
    form = visitor.form(path, to=f"{path}/places").fields | {"who": "weiss", "clients": more}
    answer = visitor.raw.post(f"{path}/places", data=form)
    assert answer.status_code == 422
    assert "This session is full: 2 of 2 places." in answer.text and "The next with a free place" in answer.text


def test_book_free_and_take_it_back(visit, cast, transaction, now):
    with transaction():
        session = group(cast.ana.actor, 1, phases_served="1")
        [place] = queries.list_of(session)
        more = person(cast.ana.actor, "Weiss", "Max").id
    visitor, path = visit(cast.ana), f"/sessions/{session.id}"
    assert "Weiss, Max" in visitor.get(path).text, "whom it is for is offered without asking"
    assert visitor.submit(path, {"clients": ""}, to=f"{path}/places").status_code == 422
    assert visitor.submit(path, {"clients": more}, to=f"{path}/places").status_code == 303
    assert visitor.submit(path, {}, to=f"{path}/places/{place.id}/release").status_code == 303
    with transaction():
        assert [one.client_id for one in queries.list_of(db.get(Session, session.id))] == [more]
    assert visitor.submit(path, {}, to=f"{path}/places").status_code in (303, 422)
    page = visitor.get(path)
    assert page.status_code == 200


def test_change_goes_with_the_list_and_a_stale_form_shows_both(visit, cast, rooms, transaction, now):
    with transaction():
        id = group(cast.ana.actor, 3, leader=cast.carl.actor).id
    ana, sue, path = visit(cast.ana), visit(cast.sue), f"/sessions/{id}/edit"
    by_ana, by_sue = (one.form(path, to=path).fields for one in (ana, sue))
    assert ana.raw.post(path, data=by_ana | {"starts": "10:00 am", "ends": "1:00 pm"}).status_code == 303
    stale = sue.raw.post(path, data=by_sue | {"topic": "Sue's topic"})
    assert stale.status_code == 409
    assert "Ana Moreau changed this session" in stale.text and "10:00 am - 1:00 pm" in stale.text
    assert "Sue&#39;s topic" in stale.text
    [session] = sessions(transaction)
    assert session.starts_at == at(10)
    assert ana.submit(path, {"places": "2"}).status_code == 422
    assert ana.submit(path, {"staff": cast.ana.actor.id}).status_code == 303
    with transaction():
        assert len(queries.list_of(db.get(Session, id))) == 3


def test_held_or_marked_sessions_never_change(visit, cast, transaction):
    with transaction():
        session = group(cast.ana.actor, 2)
        id, places = session.id, [place.id for place in queries.list_of(session)]
    with clock.freeze(at(8)), transaction():
        attendance.mark(db.get(Place, places[0]), MarkState.excused, cast.ana.actor)
    with clock.freeze(at(8, 30)):
        visitor = visit(cast.ana)
        assert visitor.get(f"/sessions/{id}/edit").status_code == 422
        assert "Free this place" not in visitor.get(f"/sessions/{id}").text
        with transaction(), pytest.raises(RuleBroken, match="can't be changed any more"):
            facts = {"service": programs.service("cbt"), "on_day": WEDNESDAY, "starts": time(9), "ends": time(10)}
            actions.edit(db.get(Session, id), cast.ana.actor, staff_ids=[cast.ana.actor.id], **facts)
        with transaction(), pytest.raises(RuleBroken):
            actions.release(db.get(Place, places[1]), cast.ana.actor)


def test_cancel_needs_a_reason_and_is_taken_back_if_still_free(visit, cast, transaction, now):
    with transaction():
        id = group(cast.ana.actor, 1).id
    visitor, path = visit(cast.ana), f"/sessions/{id}"
    assert visitor.submit(path, {}, to=f"{path}/cancel").status_code == 422
    assert visitor.submit(path, {"why": "weather", "version": "99"}, to=f"{path}/cancel").status_code == 409
    assert visitor.submit(path, {"why": "weather"}, to=f"{path}/cancel").status_code == 303
    assert "Weather or travel" in visitor.get(path).text
    assert visitor.submit(path, {}, to=f"{path}/restore").status_code == 303
    [session] = sessions(transaction)
    assert session.state is SessionState.scheduled
    visitor.submit(path, {"why": "weather"}, to=f"{path}/cancel")
    assert add(visitor, cast, staff=cast.ana.actor.id).status_code == 303
    assert visitor.submit(path, {}, to=f"{path}/restore").status_code == 422


def test_a_session_entered_from_paper_can_be_booked_and_freed(cast, transaction):
    with clock.freeze(at(9, day=WEDNESDAY + timedelta(days=2))), transaction():
        facts = {"service": programs.service("group_therapy"), "on_day": WEDNESDAY, "starts": time(9)}
        session = actions.add_session(cast.ana.actor, staff_ids=[cast.ana.actor.id], **facts)
        place = actions.book(session, person(cast.ana.actor), cast.ana.actor)
        actions.release(place, cast.ana.actor)
        again = actions.book(session, place.client, cast.ana.actor)
        attendance.mark(again, MarkState.present, cast.ana.actor)
        with pytest.raises(RuleBroken):
            actions.release(again, cast.ana.actor)


def test_a_discharge_frees_what_lies_ahead_and_nothing_before(cast, transaction):
    with transaction():
        past = group(cast.ana.actor, 1)
        ahead = group(cast.ana.actor, 0, day=WEDNESDAY + timedelta(days=1))
        client = db.scalar(select(Client))
        actions.book(ahead, client, cast.ana.actor)
        with clock.freeze(at(10)):
            assert actions.release_from(client.id, WEDNESDAY, cast.ana.actor) == 1
        assert (len(queries.list_of(past)), len(queries.list_of(ahead))) == (1, 0)


def test_leading_a_group_opens_the_records_of_its_list_for_a_while(visit, cast, transaction, now):
    with transaction():
        client = person(cast.ana.actor).id
        session = group(cast.ana.actor, 0, leader=cast.carl.actor)
    assert visit(cast.carl).get(f"/clients/{client}").status_code == 404
    with transaction():
        actions.book(db.get(Session, session.id), db.get(Client, client), cast.ana.actor)
    assert visit(cast.carl).get(f"/clients/{client}").status_code == 200
    with clock.freeze(at(8, day=WEDNESDAY + timedelta(days=9))):
        assert visit(cast.carl).get(f"/clients/{client}").status_code == 404
    with transaction():
        give_access(client, Ground.denied, cast.sue.actor, staff_id=cast.carl.actor.id)
    assert visit(cast.carl).get(f"/clients/{client}").status_code == 404
