"""Feeds: who has the address reads appointments and no more, and two independent parsers read the same."""

from datetime import date, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
import pytest
from ical.calendar_stream import IcsCalendarStream

from caseapp.calendars import actions, queries
from caseapp.calendars.models import CalendarFeed
from caseapp.calendars.rules import initials, sequence
from caseapp.calendars.writing import as_icalendar
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.identity import actions as identity
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries as sessions
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import WhyNot
from tests.sessions import ZONE, at, group, person, room

WED = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def now():
    with clock.freeze(at(8)):
        yield


@pytest.fixture
def by(cast):
    return cast.ana.actor


def read(text: bytes) -> dict[str, dict]:
    """By UID what the icalendar library reads; the other parser must read the same times and states."""
    read_by_both = {}
    other = {one.uid: one for one in IcsCalendarStream.calendar_from_ics(text.decode()).events}
    calendar = icalendar.Calendar.from_ical(text)
    for event in calendar.walk("VEVENT"):
        one = other.pop(str(event["uid"]))
        assert (one.dtstart, one.dtend) == (event["dtstart"].dt, event["dtend"].dt)
        assert (one.status.value, one.sequence, one.summary) == (event["status"], event["sequence"], event["summary"])
        read_by_both[str(event["uid"])] = {
            "starts": event["dtstart"].dt,
            "says": str(event["summary"]),
            "where": str(event.get("location", "")),
            "status": str(event["status"]),
            "sequence": int(event["sequence"]),
        }
    assert not other
    return read_by_both


def told(token: str) -> dict[str, dict]:
    return read(as_icalendar(queries.events(queries.feed_of(token))))


def single(by, client) -> Session:
    facts = {"service": programs.service("individual_counseling"), "starts": time(13), "ends": time(14)}
    return scheduling.add_session(by, on_day=WED, staff_ids=[by.id], client_ids=[client.id], **facts)


def test_a_client_reads_appointments_and_what_they_are_only_if_they_chose_so(transaction, by):
    with transaction():
        session = group(by, 1, day=WED, room_id=room().id)
        client = sessions.list_of(session)[0].client
        for names, says, where in ((False, "Appointment", ""), (True, "Relapse prevention", "Room 2")):
            token = actions.make_feed(by, client_id=client.id, names=names)
            text = as_icalendar(queries.events(queries.feed_of(token)))
            [one] = read(text).values()
            assert (one["says"], one["where"], one["status"]) == (says, where, "CONFIRMED")
            assert one["starts"].utcoffset() == timedelta(hours=-5) and one["starts"].hour == 9
            assert b"BEGIN:VTIMEZONE" in text and f"TZID:{ZONE}".encode() in text
            if not names:
                for word in (b"Relapse", b"Ana", b"Group", b"caseapp", b"Room", client.last_name.encode()):
                    assert word not in text, word


def test_staff_read_appointments_or_groups_by_name_and_people_by_initials(transaction, by, cast):
    with transaction():
        group(by, 2, day=WED, room_id=room().id)
        group(cast.carl.actor, 0, day=WED, topic="Of someone else")
        single(by, person(by, "Moss", "Kit"))
        plain = told(actions.make_feed(by, staff_id=by.id)).values()
        assert {one["says"] for one in plain} == {"Appointment"} and len(plain) == 2
        names = told(actions.make_feed(by, staff_id=by.id, names=True)).values()
        assert sorted(one["says"] for one in names) == ["K. M.", "Relapse prevention"]


def test_the_name_of_an_event_stays_its_number_grows_and_what_is_off_says_so(transaction, by):
    with transaction():
        session = group(by, 1, day=WED)
        client = sessions.list_of(session)[0].client
        token = actions.make_feed(by, client_id=client.id)
        stages = [told(token)]
        scheduling.edit(session, by, staff_ids=[by.id], **_at(session, time(10)))
        stages.append(told(token))
        scheduling.release(sessions.list_of(session)[0], by)
        stages.append(told(token))
        scheduling.book(session, client, by)
        stages.append(told(token))
        scheduling.cancel(session, WhyNot.weather, by)
        stages.append(told(token))
        scheduling.restore(session, by)
        stages.append(told(token))
    assert {tuple(stage) for stage in stages} == {(f"{session.id}@calendar",)}
    each = [stage[f"{session.id}@calendar"] for stage in stages]
    numbers = [one["sequence"] for one in each]
    assert numbers == sorted(set(numbers))
    assert [one["status"] for one in each] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
    ]
    assert [one["starts"].hour for one in each[:2]] == [9, 10]


def _at(session: Session, starts: time) -> dict:
    facts = {name: getattr(session, name) for name in ("service", "on_day", "topic", "places", "room_id")}
    return facts | {"starts": starts, "ends": time(starts.hour + 1)}


def test_the_wall_time_is_right_on_both_sides_of_a_change_of_the_clocks(transaction, by):
    with transaction():
        client = person(by, "Moss", "Kit")
        for day in (date(2027, 3, 12), date(2027, 3, 15)):
            facts = {"service": programs.service("individual_counseling"), "starts": time(9, 30), "ends": time(10, 30)}
            scheduling.add_session(by, on_day=day, staff_ids=[by.id], client_ids=[client.id], **facts)
        found = sorted(one["starts"] for one in told(actions.make_feed(by, client_id=client.id)).values())
    assert [(one.hour, one.minute) for one in found] == [(9, 30), (9, 30)]
    assert [one.astimezone(ZoneInfo("UTC")).hour for one in found] == [14, 13]


def test_an_address_is_kept_as_a_digest_and_ends(transaction, by, cast):
    with transaction():
        first = actions.make_feed(by, staff_id=by.id)
        assert first not in {one.token_digest for one in db.query(CalendarFeed)}
        second = actions.make_feed(by, staff_id=by.id)
        with pytest.raises(NotFound):
            queries.feed_of(first)
        assert queries.feed_of(second).staff_id == by.id
        assert actions.end_feed(by, staff_id=by.id) and not actions.end_feed(by, staff_id=by.id)
        with pytest.raises(NotFound):
            queries.feed_of(second)
        gone = actions.make_feed(cast.carl.actor, staff_id=cast.carl.actor.id)
        identity.end_work(db.get(Staff, cast.carl.actor.id), cast.ada.actor)
        with pytest.raises(NotFound):
            queries.feed_of(gone)


def test_the_statements_of_a_feed_do_not_grow(transaction, by, statements):
    with transaction():
        client = person(by, "Moss", "Kit")
        token = actions.make_feed(by, client_id=client.id)
        for number, most in ((1, None), (12, 0)):
            for hour in range(number):
                facts = {"starts": time(7 + hour), "ends": time(8 + hour), "topic": f"{number}"}
                scheduling.book(group(by, 0, day=WED + timedelta(days=number), **facts), client, by)
            db.flush()
            with statements() as seen:
                assert len(queries.events(queries.feed_of(token))) >= number
            most = len(seen) if most is None else most
            if number == 1:
                few = len(seen)
        assert len(seen) <= few


def test_the_pages_and_the_address_itself(visit, cast, transaction, by):
    with transaction():
        client = person(by, "Moss", "Kit").id
        scheduling.book(group(by, 0, day=WED, room_id=room().id), db.get(Client, client), by)
    ana, path = visit(cast.ana), f"/clients/{client}/calendar"
    assert ana.submit(path, {}, to=path).status_code == 422
    made = ana.submit(path, {"says": "plain"}, to=path)
    link = next(word for word in made.text.replace("<", " ").replace(">", " ").split() if word.endswith(".ics"))
    stranger = visit()
    answer = stranger.get(urlsplit(link).path)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    assert answer.headers["Cache-Control"] == "no-store" and [one["says"] for one in read(answer.data).values()] == [
        "Appointment"
    ]
    assert "It is not shown again" not in ana.get(path).text
    assert ana.submit(path, to=f"{path}/end").status_code == 303
    assert stranger.get(urlsplit(link).path).status_code == 404
    assert stranger.get("/calendar/nothing.ics").status_code == 404
    assert ana.submit("/calendar", {"says": "names"}, to="/calendar").status_code == 200
    assert visit(cast.otto).get(path).status_code == 404
    assert visit(cast.ada).get("/calendar").status_code == 403


def test_a_week_on_one_page_in_plain_words(visit, cast, transaction, by):
    with transaction():
        client = person(by, "Moss", "Kit").id
        scheduling.book(group(by, 0, day=WED, room_id=room().id), db.get(Client, client), by)
    ana, path = visit(cast.ana), f"/clients/{client}/week"
    page = ana.get(f"{path}?week={WED}").text
    for words in (
        "Wednesday, November 25, 2026",
        "9:00 am</b> to 12:00 pm",
        "Relapse prevention",
        "Room 2",
        "Nothing planned.",
    ):
        assert words in page, words
    plain = ana.get(f"{path}?week={WED}&plain=1").text
    assert "9:00 am</b> to 12:00 pm" in plain and "Relapse prevention" not in plain
    assert "Nothing planned." in ana.get(f"{path}?week=soon").text
    assert visit(cast.otto).get(path).status_code == 404


def test_initials_and_numbers():
    assert [initials("Alicia", "Ramos"), initials("", "Webb"), initials("", "")] == ["A. R.", "W.", ""]
    booked, freed, again = sequence(3, 1, True), sequence(3, 1, False), sequence(3, 2, True)
    assert booked < freed < again < sequence(4, 2, True)
