"""Who is short, one client's week, a make-up session with one press; on both engines."""

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.queries import open_episode
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.programs import actions as programming
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Place, Session, TimeOff
from caseapp.scheduling.rules import WhyNot
from caseapp.weekplan import actions as weekplan
from caseapp.weekplan.times import What
from caseapp.weeks.queries.people import offers_of
from caseapp.weeks.queries.standing import weeks_of
from tests.at_once import together
from tests.sessions import WEDNESDAY, at, group, person

MON, TUE, WED, THU, FRI, SAT, SUN = (WEDNESDAY + timedelta(days=days) for days in range(-2, 5))


@pytest.fixture
def noon():
    """Wednesday at noon of the clinic; the group of the morning is over."""
    with clock.freeze(at(12, 30)):
        yield


def groups(by, client, *days, state=MarkState.present):
    """Therapy groups of three hours with this client on their lists; those that are over are marked."""
    made = []
    for day in days:
        session = group(by, 0, day=day, topic="")
        with clock.freeze(at(8, day=day)):
            place = scheduling.book(session, client, by)
        if day <= WED:
            with clock.freeze(session.ends_at):
                attendance.mark(place, state, by)
        made.append(session)
    return made


def counseling(by, day=THU, hour=14, **more):
    """A free appointment for individual counseling."""
    facts = {"service": programs.service("individual_counseling"), "topic": "", "ends": time(hour, 50), **more}
    return group(by, 0, day=day, starts=time(hour), **facts)


@pytest.fixture
def short(cast, transaction, noon):
    """Ben missed Monday, came on Wednesday, is booked on Friday; a group on Thursday and an appointment are free."""
    with transaction():
        by = cast.ana.actor
        ben = person(by, "Ortiz", "Ben")
        groups(by, ben, MON, state=MarkState.no_show)
        groups(by, ben, WED, FRI)
        free = group(by, 0, day=THU, starts=time(9), ends=time(12), phases_served="1")
        alone = counseling(by, THU)
        group(by, 0, day=THU, starts=time(18), ends=time(20), phases_served="2", topic="Of another phase")
        group(by, 0, day=FRI, starts=time(11), ends=time(13), leader=cast.carl.actor, topic="At the same time")
        return {"client": ben.id, "group": free.id, "alone": alone.id}


def test_what_is_short_and_what_fits(transaction, short):
    with transaction():
        week = weeks_of([short["client"]], WED)[short["client"]]
        fits, _why_none = offers_of(week)
        assert week.sentence == "can reach 6.0 at most: Fri 9:00 am"
        assert [str(one) for one in week.short_services] == [
            "Group therapy 1 of 3, 1 booked", "Individual counseling 0 of 1, none booked",
            "Case management 0 of 1, none booked",
        ]  # fmt: skip
        assert [one.free.session_id for one in fits] == [short["group"], short["alone"]]
        assert fits[0].why == ("a service that is missing", "makes up for the 3.0 h that are missing")


def test_the_page_of_who_is_short(visit, cast, short):
    page = visit(cast.ana).get("/weeks").text
    assert "Ortiz, Ben" in page and "can reach 6.0 at most: Fri 9:00 am" in page
    assert "Individual counseling 0 of 1, none booked" in page and "Relapse prevention, Thu Nov 19" in page
    assert "Ortiz, Ben" in visit(cast.ana).get("/weeks?show=all").text
    assert "Nobody is short this week." in visit(cast.otto).get("/weeks").text
    assert "can reach 0.0 at most" in visit(cast.ana).get("/weeks?next=1").text


def test_today_says_it_and_leads_there(visit, cast, short):
    page = visit(cast.ana).get("/today").text
    assert "can reach 6.0 at most: Fri 9:00 am" in page
    assert f"/clients/{short['client']}/weeks#make-up" in page and "Book make-up" in page


def test_offers_keep_to_the_hours_they_said_and_say_why_there_is_none(visit, cast, short, transaction):
    path = f"/clients/{short['client']}/weeks"
    assert "It is not known when they can't come" in visit(cast.ana).get(path).text
    with transaction():
        ben = db.get(Client, short["client"])
        weekplan.add_time(ben, What.work, [THU.weekday()], time(8), time(13), cast.ana.actor)
        fits, why_none = offers_of(weeks_of([ben.id], WED)[ben.id])
        assert ([one.free.session_id for one in fits], why_none) == ([short["alone"]], "")
    page = visit(cast.ana).get(path).text
    assert "Works Thu 8:00 am - 1:00 pm" in page and f"/clients/{short['client']}/times" in page
    with transaction():
        ben = db.get(Client, short["client"])
        weekplan.add_time(ben, What.child_care, [THU.weekday()], time(13), time(17), cast.ana.actor)
    says = "1 is when they have something else, 2 are when they said they can't come."
    for address in (path, "/weeks"):
        text = visit(cast.ana).get(address).text.replace("&#39;", "'")
        assert says in text, re.findall("Of .*", text)


def test_booked_with_one_press_and_taken_back(visit, cast, short, transaction):
    visitor, path = visit(cast.ana), f"/clients/{short['client']}/weeks"
    page = visitor.get(path).text
    assert "Make-up sessions that fit" in page and "Of another phase" not in page and "At the same time" not in page
    answer = visitor.post(f"{path}/book", {"session": short["group"]}, page=path)
    assert answer.status_code == 303 and answer.headers["Location"] == f"{path}?week={THU.isoformat()}"
    page = visitor.get(answer.headers["Location"]).text
    assert "The place is booked." in page and "can still reach 9.0: Thu 9:00 am, Fri 9:00 am" in page
    with transaction():
        place = db.scalar(select(Place).where(Place.session_id == short["group"])).id
    sent = {"place": place, "session": short["group"], "csrf_token": visitor.token(path)}
    assert visitor.raw.post(f"{path}/free", data=sent).status_code == 303
    assert "can reach 6.0 at most" in visitor.get(path).text
    assert visitor.raw.post(f"{path}/free", data=sent).status_code == 404  # it is free already


def test_a_session_that_filled_meanwhile_is_refused_in_a_sentence(visit, cast, short, transaction):
    visitor, path = visit(cast.ana), f"/clients/{short['client']}/weeks"
    form = visitor.form(path, to=f"{path}/book")
    with transaction():
        scheduling.book(db.get(Session, short["alone"]), person(cast.ana.actor, "Kim", "Dae"), cast.ana.actor)
    answer = visitor.raw.post(f"{path}/book", data={**form.hidden(), "session": short["alone"]})
    assert answer.status_code == 422 and "This session is full" in answer.text
    answer = visitor.raw.post(f"{path}/book", data={**form.hidden(), "session": "none"})
    assert answer.status_code == 404


def test_who_may(visit, cast, short):
    path = f"/clients/{short['client']}/weeks"
    assert visit(cast.otto).get(path).status_code == 404
    assert visit(cast.ada).get(path).status_code == 403 and visit(cast.ada).get("/weeks").status_code == 403
    assert visit().get(path).status_code == 302


def test_two_at_once_for_the_last_place(transaction, cast, short):
    with transaction():
        people = [short["client"], *(person(cast.ana.actor, f"N{one}", "X").id for one in range(7))]

    def booking(client_id):
        def deed():
            with clock.freeze(at(12, 30)):
                scheduling.book(db.get(Session, short["alone"]), db.get(Client, client_id), cast.ana.actor)

        return deed

    assert together([booking(one) for one in people]) == 1


def told(client_id, day=WED):
    week = weeks_of([client_id], day)[client_id]
    return week.hours.first, week.unreachable, [str(one) for one in week.gaps], week.in_full


def sunday(by, client):
    numbers = {"name": "week_starts_on", "value": 6, "from_day": MON - timedelta(days=14)}
    with clock.freeze(at(8, day=MON - timedelta(days=14))):
        programming.save_setting(programs.programs()[0], *numbers.values(), by)
    groups(by, client, SUN - timedelta(days=7), TUE, FRI)


def cancelled(by, client):
    *_others, friday = groups(by, client, MON, WED, FRI)
    scheduling.cancel(friday, WhyNot.staff_away, by)


CASES = [
    (lambda by, client: groups(by, client, MON, WED, FRI), (MON, 0, [], True)),
    (sunday, (MON - timedelta(days=1), 0, [], True)),
    (cancelled, (MON, 180, ["No service for 4 days, Thu Nov 19 to Sun Nov 22"], True)),
    (
        lambda by, client: groups(by, client, MON, SUN),
        (MON, 180, ["No service for 5 days, Tue Nov 17 to Sat Nov 21"], True),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=["met", "begins on Sunday", "cancelled", "a gap"])
def test_a_week_comes_to(transaction, cast, noon, case):
    happened, expected = case
    with transaction():
        client = person(cast.ana.actor)
        happened(cast.ana.actor, client)
        id = client.id
    with transaction():
        assert told(id) == expected


def test_who_comes_in_the_middle_of_the_week_is_not_short(transaction, cast, noon):
    with transaction():
        client = person(cast.ana.actor, admitted_on=TUE)
        assert told(client.id)[1:] == (0, ["No service for 6 days, Tue Nov 17 to Sun Nov 22"], False)
        assert not weeks_of([client.id], WED)[client.id].short_services


def test_what_a_closure_hits_is_not_offered(transaction, cast, short):
    with transaction():
        session = db.get(Session, short["group"])
        db.add(TimeOff(site_id=session.site_id, name="Heating", starts_at=at(0, day=THU), ends_at=at(13, day=THU)))
        db.flush()
        assert [one.free.session_id for one in offers_of(weeks_of([short["client"]], WED)[short["client"]])[0]] == [
            short["alone"]
        ]


def test_it_costs_the_same_however_many_there_are(visit, cast, short, transaction, statements):
    def cost(path):
        visitor = visit(cast.ana)
        visitor.get(path)
        with statements() as seen:
            assert visitor.get(path).status_code == 200
        return len(seen)

    paths = ("/weeks", "/today", f"/clients/{short['client']}/weeks")
    before = [cost(path) for path in paths]
    with transaction():
        for number in range(6):
            client = person(cast.ana.actor, f"N{number}", "X")
            for session in db.scalars(select(Session).where(Session.on_day == FRI, Session.topic == "")):
                scheduling.book(session, client, cast.ana.actor)
        for hour in (13, 15, 16):
            counseling(cast.ana.actor, FRI, hour)
    assert [cost(path) for path in paths] == before


def test_who_steps_down_in_the_middle_of_the_week_is_asked_for_what_the_new_phase_asks(transaction, cast, noon):
    with transaction():
        by, client = cast.ana.actor, person(cast.ana.actor)
        groups(by, client, MON, WED, FRI)
        episode = open_episode(client.id)
        to = programs.version_in_use(programs.get_program(episode.program_id), WED).phases[1]
        facts = {"kind": MoveKind.step_down, "reason": MoveReason.goals_met, "words": "So.", "to_phase": to}
        progress.move(episode, by, effective_on=WED, **facts)
        id = client.id
    with transaction():
        week = weeks_of([id], WED)[id]
        assert (week.hours.phase.name, week.in_full, week.sentence) == ("Phase 2", True, "6.0 reached")
        assert "Group therapy 2 of 2, 1 booked" in [str(one) for one in week.services]


def test_the_night_on_which_the_clocks_go_back_has_its_hours(transaction, cast):
    with transaction(), clock.freeze(at(12, day=date(2026, 11, 1))):
        client = person(cast.ana.actor, admitted_on=date(2026, 10, 1))
        night = group(cast.ana.actor, 0, day=date(2026, 10, 31), starts=time(23), ends=time(3))
        with clock.freeze(night.starts_at - timedelta(hours=1)):
            scheduling.book(night, client, cast.ana.actor)
        week = weeks_of([client.id], date(2026, 11, 1))[client.id]
        assert (week.hours.first, week.unreachable) == (date(2026, 10, 26), 240)
        assert week.sentence == "can reach 5.0 at most: nothing more is booked"
