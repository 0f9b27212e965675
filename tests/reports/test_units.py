"""`units`: rows by client, day and service, from the marks to the code; and what the payer's profile changes in them."""

import csv
from datetime import time, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from caseapp.attendance import actions
from caseapp.attendance.rules import MarkState
from caseapp.clinic import actions as clinic
from caseapp.clinic.models import Payer
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.episodes.queries import open_episode
from caseapp.programs import actions as programming
from caseapp.programs import queries as programs
from caseapp.programs.actions.settings import save_setting
from caseapp.programs.models import Program
from caseapp.programs.rules.billing import Care, Unit, UnitRule
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import Mode
from tests.notes.held import held, sign
from tests.sessions import WEDNESDAY, at, group, person, room

MONDAY, SUNDAY = WEDNESDAY - timedelta(days=2), WEDNESDAY + timedelta(days=4)
ASKED = ["--from", str(MONDAY), "--to", str(SUNDAY), "--format", "csv"]


@pytest.fixture
def week(cast, transaction):
    """Alicia Ramos: a whole group and case management on Monday; late to one on Wednesday whose list is not finished."""
    with clock.freeze(at(8, day=MONDAY)), transaction():
        by, client = cast.ana.actor, person(cast.ana.actor)
        for day, starts, ends, code, late, how in (
            (MONDAY, 9, 12, "group_therapy", 0, {"mode": Mode.in_person}),
            (MONDAY, 13, 14, "case_management", 0, {}),
            (WEDNESDAY, 9, 12, "group_therapy", 12, {"room_id": room().id, "mode": Mode.telehealth}),
        ):
            session = group(by, 0, day=day, starts=time(starts), ends=time(ends), service=programs.service(code), **how)
            with clock.freeze(at(7, day=MONDAY)):
                place = scheduling.book(session, client, by)
            with clock.freeze(at(16, day=day)):
                actions.mark(place, MarkState.late if late else MarkState.present, by, late=late)
                if not late:
                    actions.finish(session, by)
                sign(session, by, shared="We met.", Ramos="Took part.")
        client_id, last = client.id, session.id
    with clock.freeze(at(15, day=SUNDAY + timedelta(days=1))):
        yield client_id, last


def told(command) -> list[list[str]]:
    return [row[1:] for row in csv.reader(command("report", "units", *ASKED).splitlines()[1:])]


def test_each_day_of_a_service_has_a_row_and_page_and_file_agree(week, cast, command, visit, transaction):
    monday, wednesday = str(MONDAY), str(WEDNESDAY)
    assert told(command) == [
        [monday, "Group therapy", "180", "in person", "2.1", "", "H0015", "1", "day", "down", ""],
        [monday, "Case management", "60", "telehealth", "2.1", "", "T1016", "4", "15 min", "nearest", ""],
        [
            wednesday,
            "Group therapy",
            "168",
            "telehealth",
            "2.1",
            "",
            "H0015",
            "0",
            "day",
            "down",
            "roll-call not finished",
        ],
    ]
    with transaction():
        actions.finish(db.get(Session, week[1]), cast.ana.actor)
    assert told(command)[-1][-1] == "under 180 minutes that day"
    asked = f"/reports/units?from={MONDAY}&to={SUNDAY}"
    assert (
        visit(cast.ana).get(f"{asked}&format=csv").text.splitlines() == command("report", "units", *ASKED).splitlines()
    )
    page = visit(cast.ana).get(asked).text
    assert "2 lines to bill, 1 not billable; 1 client." in page and "Under 180 minutes that day" in page
    assert "Ramos" not in visit(cast.otto).get(asked).text
    assert visit(cast.carl).get(asked).status_code == 403


def test_a_payers_own_rule_holds_from_its_day(week, cast, command, transaction):
    with clock.freeze(at(8, day=MONDAY)), transaction():
        payer: Payer = clinic.add_payer("State plan", cast.ada.actor)
        open_episode(week[0]).payer_id = payer.id
        service, by = programs.service("group_therapy"), cast.ada.actor
        programming.save_payer_rule(service, payer, Care.intensive, UnitRule("S9480", Unit.day, 0, 120), WEDNESDAY, by)
        programming.save_payer_rule(service, None, Care.intensive, UnitRule("X1"), WEDNESDAY, by)
    assert [(row[5], row[6]) for row in told(command)] == [
        ("State plan", "H0015"), ("State plan", "T1016"), ("State plan", "S9480"),
    ]  # fmt: skip


def test_statements_do_not_grow_with_rows(week, cast, visit, statements, transaction):
    visitor, asked = visit(cast.ana), f"/reports/units?from={MONDAY - timedelta(days=60)}&to={SUNDAY}"

    def needed() -> int:
        with statements() as seen:
            assert visitor.get(asked).status_code == 200
        return len([one for one in seen if "audit_client" not in one])

    needed()
    few = needed()
    with clock.freeze(at(8, day=MONDAY)), transaction():
        group(cast.sue.actor, 9)
        group(cast.ana.actor, 9, starts=time(14), ends=time(16))
    assert needed() == few


def test_without_a_signed_note_there_are_no_units_unless_the_profile_says_so(cast, command, visit, transaction):
    """The planted fault: a group that was held and marked, and whose note nobody has signed."""
    with transaction(), clock.freeze(at(8, day=MONDAY)):
        session = held(cast, MONDAY, people=1).id
    with clock.freeze(at(15, day=SUNDAY + timedelta(days=1))):
        assert [(row[7], row[-1]) for row in told(command)] == [("0", "note not signed")]
        assert "Note not signed" in visit(cast.ana).get(f"/reports/units?from={MONDAY}&to={SUNDAY}").text
        with transaction():
            sign(db.get(Session, session), cast.carl.actor, Haddad="Spoke of the weekend.")
        assert told(command)[0][-1] == "under 180 minutes that day"


def test_the_profile_may_do_without_notes(cast, command, transaction):
    with transaction(), clock.freeze(at(8, day=MONDAY)):
        held(cast, MONDAY, people=1)
        save_setting(db.scalars(select(Program)).one(), "bill_signed_notes_only", Decimal(0), MONDAY, cast.ada.actor)
    with clock.freeze(at(15, day=SUNDAY + timedelta(days=1))):
        assert [row[-1] for row in told(command)] == ["under 180 minutes that day"]
