"""Today: what needs someone now, for each role, empty and full."""

import re
from datetime import date, time, timedelta

import pytest

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clients.rules import Answer
from caseapp.core import clock
from caseapp.core.access import Role
from caseapp.crisis import actions as crisis
from caseapp.crisis.rules import Caller, Channel, Risk
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.identity import actions as identity
from caseapp.identity.queries import get_staff
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.queries import get_session, list_of
from tests.chart.people import admitted, phases, registered, screened

DAY = date(2036, 11, 5)  # a Wednesday, after the staff was hired
ZONE = "America/New_York"


@pytest.fixture
def noon():
    """A Wednesday, noon."""
    with clock.freeze(clock.instant(DAY, time(12), ZONE)):
        yield clock.now()


def session(by, lead, day, starts, ends, people, code="group_therapy", topic="Relapse prevention"):
    facts = {"service": programs.service(code), "on_day": day, "starts": starts, "ends": ends, "topic": topic}
    row = scheduling.add_session(by, staff_ids=[lead.id], **facts)
    for one in people:
        scheduling.book(row, one, by)
    return row


def called(by, client, hours_ago, risk=Risk.not_asked):
    ended = clock.now() - timedelta(hours=hours_ago)
    facts = {"caller": Caller.client, "channel": Channel.phone, "risk": risk, "ended_at": ended}
    return crisis.record(by, client_id=client.id if client else None, started_at=ended - timedelta(minutes=9), **facts)


def test_an_empty_day_is_one_calm_sentence(visit, cast, noon):
    for member in (cast.ana, cast.carl, cast.sue):
        page = visit(member).get("/today").text
        assert "Nothing is due." in page and "<h1>Wednesday, November 5, 12:00 pm (noon)</h1>" in page
        assert page.count("btn-primary") == 0 or "Stay signed in" in page
        assert "Overdue" not in page and "Not finished" not in page


def test_who_may_open_it(visit, cast):
    assert visit().get("/today").status_code == 302
    assert visit(cast.ada).get("/today").status_code == 403


@pytest.fixture
def full(transaction, cast, noon):
    """A case manager's day with something in every block."""
    ana, carl = cast.ana.actor, cast.carl.actor
    with transaction():
        with clock.freeze(noon - timedelta(days=20)):
            ben = registered(ana, "Ben", "Ortiz")
            admitted(ben, ana, DAY - timedelta(days=20), clinician=carl)
            dae = registered(ana, "Dae", "Kim")
            episode = admitted(dae, ana, DAY - timedelta(days=20), clinician=carl)
            past = session(ana, carl, DAY - timedelta(days=2), time(9), time(12), [ben, dae])
            session(ana, carl, DAY, time(13), time(16), [ben, dae])
            session(ana, carl, DAY + timedelta(days=1), time(9), time(12), [dae])
        with clock.freeze(past.ends_at):
            attendance.mark(place_of(past, dae), MarkState.present, carl)
        facts = {"reason": MoveReason.goals_met, "words": "Ready"}
        step = {"kind": MoveKind.step_down, "to_phase": phases(DAY)[1], "effective_on": DAY + timedelta(days=5)}
        progress.move(episode, ana, **facts, **step)
        cal = registered(ana, "Cal", "Dorsey")
        screened(cal, ana, withdrawal_now=Answer.yes)
        registered(ana, "Iris", "Vance")
        called(ana, ben, 26)
        called(carl, None, 30)
        return {"ben": ben.id, "dae": dae.id, "cal": cal.id}


def place_of(row, client):
    return next(place for place in list_of(row) if place.client_id == client.id)


def test_a_case_manager(visit, cast, full):
    page = visit(cast.ana).get("/today").text
    main = page.split("<main")[1].split("</main>")[0]
    assert main.index("Overdue 1") < main.index("Below their hours") < main.index("Not admitted yet 2")
    assert "Risk not asked yet, counts as high" in main and "Overdue 2 h (since 10:00 am)" in main
    assert main.count("btn-primary") == 1 and 'btn-primary" href="/crisis/' in main
    assert "can reach 6.0 at most" in main and f"/clients/{full['ben']}/weeks#make-up" in main
    assert "The withdrawal check has not begun." in main and "Shows signs of withdrawal now." in main
    assert "step down to Phase 2" in main and "Mon Nov 10" in main
    assert "Unknown caller" not in main


def test_a_clinician(visit, cast, full):
    page = visit(cast.carl).get("/today").text
    main = page.split("<main")[1].split("</main>")[0]
    assert main.index("Next: Relapse prevention") < main.index(">Overdue ") < main.index("Not finished 1")
    assert re.search(r'btn-primary" href="/sessions/[\w-]+/attendance#list">Take roll-call', main)
    assert main.count("btn-primary") == 1 and "<b>2 people</b> on the list, <b>0</b> marked" in main
    assert "1 of 2 not marked" in main and "Unknown caller" in main
    assert "crisis contact yesterday" in main or "crisis contact today" in main
    assert "Not admitted yet" not in main and "Below their hours" not in main


def test_a_supervisor_sees_everyones(visit, cast, full, transaction):
    with transaction():
        identity.end_work(get_staff(cast.ana.actor.id), cast.ada.actor)
    page = visit(cast.sue).get("/today").text
    main = page.split("<main")[1].split("</main>")[0]
    assert "Overdue 2" in main and "Unknown caller" in main and "Carl Ito" in main
    assert "Not finished 1" in main and "Without a case manager 2" in main and "Not admitted yet 2" in main


def test_nobody_learns_of_people_they_may_not_see(visit, cast, full):
    page = visit(cast.otto).get("/today").text
    assert "Nothing is due." in page and "Ortiz" not in page and "Dorsey" not in page


def test_several_roles_see_their_parts_one_under_the_other(visit, cast, full, transaction):
    with transaction():
        person = get_staff(cast.ana.actor.id)
        both = {Role.case_manager, Role.supervisor}
        identity.edit_staff(person, cast.ada.actor, name=person.name, credential="", phone="", roles=both)
    main = visit(cast.ana).get("/today").text.split("<main")[1]
    assert "Overdue 2" in main and "Below their hours" in main and "Moves ahead" in main and "Not finished 1" in main


def test_opening_it_is_recorded_and_what_was_opened_last_is_offered(visit, cast, full):
    visitor = visit(cast.ana)
    assert "Looked at last" not in visitor.get("/today").text
    visitor.get(f"/clients/{full['dae']}")
    page = visitor.get("/today").text
    assert "Kim, Dae" in page.split("Looked at last")[1]


def test_it_costs_the_same_however_much_there_is(visit, cast, full, transaction, statements):
    def cost(member):
        visitor = visit(member)
        visitor.get("/today")
        with statements() as seen:
            assert visitor.get("/today").status_code == 200
        return len(seen)

    members = (cast.ana, cast.carl, cast.sue)
    few = [cost(member) for member in members]
    with transaction():
        ana, carl = cast.ana.actor, cast.carl.actor
        for at in range(12):
            with clock.freeze(clock.now() - timedelta(days=20)):
                one = registered(ana, f"First{at}", f"Last{at}")
                admitted(one, ana, DAY - timedelta(days=20), clinician=carl)
                session(ana, carl, DAY - timedelta(days=1), time(9 + at % 12, 0), time(9 + at % 12, 50), [one])
                session(ana, carl, DAY, time(20 + at // 6, at % 6 * 10), time(20 + at // 6, at % 6 * 10 + 9), [one])
            screened(registered(ana, f"New{at}", f"Last{at}"), ana)
            called(ana, one, 26)
    assert [cost(member) for member in members] == few


def test_help_and_keys_say_only_what_one_may_open(visit, cast):
    assert "Programs" in visit(cast.ada).get("/help").text and "Roll-call" not in visit(cast.ada).get("/help/keys").text
    page = visit(cast.carl).get("/help").text
    assert "Schedule" in page and "Staff" not in page.split("<main")[1]
    assert "roll-call" in visit(cast.carl).get("/help/keys").text
    assert visit().get("/help").status_code == 302


def test_lists_that_are_not_finished_are_a_worklist_with_their_age(visit, cast, full, noon, transaction):
    with transaction():
        ana, carl = cast.ana.actor, cast.carl.actor
        with clock.freeze(noon - timedelta(days=5)):
            eve = registered(ana, "Eve", "Stone")
            admitted(eve, ana, DAY - timedelta(days=5), clinician=carl)
            marked = session(ana, cast.ana.actor, DAY - timedelta(days=1), time(9), time(12), [eve])
        with clock.freeze(marked.ends_at):
            attendance.mark(place_of(marked, eve), MarkState.no_show, ana)
        marked_id = marked.id
    page = visit(cast.carl).get("/today/not-finished").text
    assert "1 of 2 not marked" in page and ">2 days<" in page and "all marked" not in page
    every = visit(cast.sue).get("/today/not-finished").text
    assert every.index("1 of 2 not marked") < every.index("all marked, not finished") < every.index(">1 day<")
    assert f'href="/sessions/{marked_id}/attendance#list"' in every and "Ana Moreau" in every
    with transaction():
        attendance.finish(get_session(marked_id, ana), ana)
    assert "all marked, not finished" not in visit(cast.sue).get("/today/not-finished").text
    assert visit(cast.otto).get("/today/not-finished").text.count("Every list is finished.") == 1
    assert visit(cast.ada).get("/today/not-finished").status_code == 403
    assert visit().get("/today/not-finished").status_code == 302


def test_milestones_of_this_week_stand_on_a_case_managers_day(visit, cast, noon, transaction):
    with transaction(), clock.freeze(noon - timedelta(days=20)):
        for first, days_ago in (("Ann", 30), ("Ben", 24), ("Cy", 23), ("Dee", 31)):
            client, at = registered(cast.ana.actor, first, "Vale"), noon - timedelta(days=days_ago)
            admitted(
                client,
                cast.ana.actor,
                DAY - timedelta(days=20),
                screen=screened(client, cast.ana.actor, last_use_at=at),
            )
    page = visit(cast.ana).get("/today").text
    block = page.split("Milestones this week 2")[1].split("</section>")[0]
    assert block.index("Vale, Ann") < block.index("Vale, Ben") and block.count("30 days without use") == 2
    assert "Tue Nov 11" in block and "Milestones" not in visit(cast.carl).get("/today").text
