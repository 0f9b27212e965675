"""`attendance` and `dose`: what they count, and that the chart, Today, page, file and command say the same."""

import csv
import html
import io
import json
import re
from datetime import time, timedelta

import pytest

from caseapp.attendance import actions
from caseapp.attendance.rules import MarkState, Reason
from caseapp.clients import actions as clients
from caseapp.clients.rules import Ground
from caseapp.core import clock
from caseapp.core.access import ROLES, Can
from caseapp.programs import actions as programming
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.queries import list_of
from tests.sessions import WEDNESDAY, at, group, person, this_week

MONDAY, FRIDAY, SUNDAY = (WEDNESDAY + timedelta(days=days) for days in (-2, 2, 4))
DAYS = f"from={MONDAY}&to={SUNDAY}"
ASKED = ["--from", str(MONDAY), "--to", str(SUNDAY)]


@pytest.fixture
def week(cast, transaction):
    """Six people in a group on Monday, each marked otherwise and one not at all; Sam Haddad also has case management."""
    with clock.freeze(at(8, day=MONDAY)), transaction():
        by = cast.ana.actor
        session = group(by, 7, day=MONDAY, leader=cast.carl.actor)
        places = {place.client.last_name: place for place in list_of(session)}
        haddad = places["Haddad"].client
        talk = group(by, 0, day=FRIDAY, starts=time(13), ends=time(13, 30), service=programs.service("case_management"))
        with clock.freeze(at(7, day=MONDAY)):
            talked = scheduling.book(talk, haddad, by)
        with clock.freeze(at(12, day=MONDAY)):
            actions.mark(places["Haddad"], MarkState.present, by)
            actions.mark(places["Kim"], MarkState.late, by, late=12, early=8)
            actions.mark(places["Lund"], MarkState.left_early, by, early=20)
            actions.mark(places["Nguyen"], MarkState.excused, by, reason=Reason.court)
            actions.mark(places["Ortiz"], MarkState.no_show, by)
            actions.mark(places["Patel"], MarkState.cancelled_late, by)
        with clock.freeze(at(14, day=FRIDAY)):
            actions.mark(talked, MarkState.present, by)
    with clock.freeze(at(15, day=SUNDAY + timedelta(days=2))):
        yield haddad.id


def told(command, name: str, *words: str) -> list[dict]:
    return list(csv.DictReader(command("report", name, *ASKED, *words, "--format", "csv").splitlines()))


def test_attendance_counts_each_place_once(week, command):
    [everyone] = told(command, "attendance")
    assert list(everyone.values()) == ["all", "8", "2", "1", "1", "1", "1", "1", "1", "0.5714", "8.83"]
    groups = {row["group"]: row for row in told(command, "attendance", "--by", "service")}
    assert list(groups) == ["Case management", "Group therapy", "all"]
    assert list(groups["Group therapy"].values())[1:] == ["7", "1", "1", "1", "1", "1", "1", "1", "0.5000", "8.33"]
    assert groups["Case management"]["hours_attended"] == "0.50"
    assert [(row["group"], row["scheduled"]) for row in told(command, "attendance", "--by", "weekday")] == [
        ("Monday", "7"), ("Friday", "1"), ("all", "8"),
    ]  # fmt: skip
    assert [(row["group"], row["scheduled"]) for row in told(command, "attendance", "--by", "clinician")] == [
        ("Ana Moreau", "1"), ("Carl Ito", "7"), ("all", "8"),
    ]  # fmt: skip
    assert [row["group"] for row in told(command, "attendance", "--by", "phase")] == ["Phase 1", "all"]
    [theirs] = told(command, "attendance", "--program", "Intensive outpatient")
    assert theirs == everyone


def test_days_are_those_of_the_session_and_none_after_as_of(week, command):
    number = lambda *words: command("report", "attendance", *words, "--format", "csv").splitlines()[-1].split(",")[1]  # noqa: E731
    assert number("--from", str(FRIDAY), "--to", str(FRIDAY)) == "1"
    assert number(*ASKED, "--as-of", str(WEDNESDAY)) == "7"
    assert number("--from", str(MONDAY + timedelta(days=1)), "--to", str(WEDNESDAY)) == "0"


def test_breaks_are_taken_off_in_both(cast, transaction, command):
    with clock.freeze(at(8, day=MONDAY - timedelta(days=9))), transaction():
        shipped = programs.get_program(programs.shipped_program_id())
        programming.save_setting(shipped, "break_minutes", 10, MONDAY, cast.ada.actor)
        client = person(cast.ana.actor, admitted_on=MONDAY - timedelta(days=30))
        for day in (MONDAY - timedelta(days=7), MONDAY):
            place = scheduling.book(group(cast.ana.actor, 0, day=day), client, cast.ana.actor)
            with clock.freeze(at(12, day=day)):
                actions.mark(place, MarkState.present, cast.ana.actor)
    with clock.freeze(at(12, day=SUNDAY + timedelta(days=2))):
        assert told(command, "attendance")[0]["hours_attended"] == "2.50"
        assert [row["hours_attended"] for row in told(command, "dose")] == ["2.50"]
        before = ["--from", str(MONDAY - timedelta(days=7)), "--to", str(MONDAY - timedelta(days=1)), "--format", "csv"]
        assert ",3.00,3.00,1," in command(
            "report", "dose", *before
        )  # days before the setting stay as they were counted


@pytest.mark.parametrize("by", ["", "service", "clinician", "phase", "weekday"])
def test_each_number_opens_its_places_and_page_and_file_agree(week, visit, cast, command, by):
    visitor = visit(cast.ada)
    page = visitor.get(f"/reports/attendance?{DAYS}&by={by}").text
    assert "People came to 4 of 7 marked places, for 8.83 hours; 1 place is not marked." in page
    links = re.findall(r'<a href="(/reports/attendance/people[^"]*)">(\d+)<span class="visually-hidden"> ([^<]*)', page)
    counted = []
    for row in told(command, "attendance", *(["--by", by] if by else [])):
        numbers = [int(row[column]) for column in list(row)[1:9]]
        counted += [number for number in (*numbers, sum(numbers[1:4])) if number]
    assert [int(number) for _path, number, _says in links] == counted
    for path, number, says in links:
        behind = visitor.get(html.unescape(path)).text
        assert f"{number} place" in behind and behind.count('class="hint number"') == int(number), says


def test_chart_today_page_file_and_command_say_the_same(week, visit, cast, command, transaction):
    with clock.freeze(at(16, day=FRIDAY)), transaction():
        hours = f"{this_week(week).attended / 60:.1f}"
    assert hours == "3.0"
    with clock.freeze(at(16, day=FRIDAY)):
        visitor = visit(cast.ana)
        today = visitor.get("/today").text
        assert f"{hours} of 9.0 h" in today.split("Haddad")[1].split("</li>")[0]
        assert f"{hours} of 9.0 h" in visitor.get(f"/clients/{week}").text
        assert f"{hours} of 9 h this week" in visitor.get("/phases").text
    assert (
        f'<td class="number" data-label="Attended, h">{hours}</td>'
        in visit(cast.ana).get(f"/clients/{week}/hours").text
    )
    file = visit(cast.ana).get(f"/reports/dose?{DAYS}&format=csv").text
    assert command("report", "dose", *ASKED, "--format", "csv").splitlines() == file.splitlines()
    rows = list(csv.DictReader(io.StringIO(file)))
    [first, *_rest] = json.loads(command("report", "dose", *ASKED, "--format", "json"))
    assert (first["week"], first["hours_attended"], first["met"]) == (str(MONDAY), 3.0, "no")
    assert list(rows[0].values())[1:] == [str(MONDAY), "2.1", "9.00", "3.00", "3.00", "1", "no"]
    page = visit(cast.ana).get(f"/reports/dose?{DAYS}").text
    assert "met in 0 of 7 whole weeks; 8.33 hours attended by 7 clients in 7 weeks" in page
    for row in rows:
        assert row["client"] in page and f'data-label="Attended, h">{row["hours_attended"]}<' in page


def test_dose_says_no_more_of_a_week_than_is_known(cast, transaction, command):
    with clock.freeze(at(8, day=MONDAY)), transaction():
        by = cast.ana.actor
        for name, since in (("Came", MONDAY), ("Was", MONDAY - timedelta(days=1))):
            client = person(by, name, "X", admitted_on=since)
            for day in (MONDAY, WEDNESDAY, FRIDAY):
                session = group(by, 0, day=day, topic=name, leader=by if name == "Was" else cast.carl.actor)
                with clock.freeze(at(7, day=MONDAY)):
                    place = scheduling.book(session, client, by)
                with clock.freeze(at(12, day=day)):
                    actions.mark(place, MarkState.present if (name, day) != ("Was", FRIDAY) else MarkState.no_show, by)
        person(by, "Nobody", "X", admitted_on=None)
    met = lambda *asked: [(row[5], row[-1]) for row in  # noqa: E731
                          csv.reader(command("report", "dose", *asked, "--format", "csv").splitlines()[1:])]  # fmt: skip
    with clock.freeze(at(8, day=SUNDAY + timedelta(days=2))):
        assert met(*ASKED) == [("9.00", ""), ("6.00", "no")]  # one was admitted in that week
        assert met("--from", str(WEDNESDAY), "--to", str(SUNDAY)) == [("6.00", ""), ("3.00", "")]  # partly asked about
        assert met(*ASKED, "--as-of", str(WEDNESDAY)) == [("6.00", ""), ("6.00", "")]  # not over then
        nothing = met("--from", str(SUNDAY), "--to", str(SUNDAY), "--as-of", str(WEDNESDAY))
        assert nothing == []


def test_who_may_see_whose_hours(week, visit, cast, transaction, command):
    assert visit(cast.carl).get("/reports/dose").status_code == 403
    assert visit(cast.ada).get(f"/reports/dose/people?{DAYS}").status_code == 404
    assert visit(cast.ada).get(f"/reports/dose?{DAYS}&sort=password").status_code == 404
    assert visit(cast.ana).get(f"/reports/dose?{DAYS}").text.count("Haddad, Sam") == 1
    assert "No weeks in a phase between" in visit(cast.otto).get(f"/reports/dose?{DAYS}").text
    assert visit(cast.otto).get(f"/reports/dose?{DAYS}&format=csv").text.count("\n") == 1
    behind = visit(cast.otto).get(f"/reports/attendance/people?{DAYS}").text
    assert "Haddad" not in behind and "8 of them belong to clients you may not open" in behind
    with transaction():
        clients.give_access(week, Ground.denied, cast.sue.actor, staff_id=cast.ada.actor.id)
    page = visit(cast.ada).get(f"/reports/dose?{DAYS}").text
    assert "Haddad" not in page and "Kim, Dae" in page
    assert "Haddad" not in visit(cast.ada).get(f"/reports/attendance/people?{DAYS}").text
    # Rows of `dose` are people: whoever may see reports may see people behind figures too.
    assert all((Can.see_reports in may) == (Can.see_people_behind_figures in may) for may in ROLES.values())


def test_whose_hours_were_seen_or_taken_away_is_on_record(week, visit, cast, transaction):
    from sqlalchemy import select

    from caseapp.audit.models import AuditClient, AuditEvent

    visitor = visit(cast.ana)
    visitor.get(f"/reports/dose?{DAYS}")
    visitor.get(f"/reports/dose?{DAYS}&format=csv")
    with transaction() as session:
        events = session.execute(
            select(AuditEvent.id, AuditEvent.kind).where(AuditEvent.what.in_(["reports.show", "reports.dose"]))
        )
        seen = {kind: id for id, kind in events}
        for kind in ("read", "export"):
            people = session.scalars(select(AuditClient.client_id).where(AuditClient.event_id == seen[kind])).all()
            assert len(people) == 7 and week in people


def test_statements_do_not_grow_with_people_or_weeks(week, visit, cast, statements, transaction):
    visitor = visit(cast.ada)
    first = MONDAY - timedelta(days=70)
    paths = [f"/reports/{name}?from={{}}&to={SUNDAY}" for name in ("dose", "attendance", "attendance/people")]
    paths += [
        f"/reports/attendance?from={{}}&to={SUNDAY}&by={by}" for by in ("service", "clinician", "phase", "weekday")
    ]

    def needed(since) -> list[int]:
        counts = []
        for path in paths:
            with statements() as seen:
                assert visitor.get(path.format(since)).status_code == 200
            counts.append(len([one for one in seen if "audit_client" not in one]))
        return counts

    needed(MONDAY)
    few = needed(MONDAY)
    with clock.freeze(at(8, day=MONDAY)), transaction():
        group(cast.sue.actor, 9, day=WEDNESDAY)
    assert needed(first) == few


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_lists_are_sorted_and_paged(week, visit, cast):
    visitor = visit(cast.ana)
    names = lambda path: re.findall(r"<bdi>(\w+), ", visitor.get(f"/reports/{path}").text)  # noqa: E731
    assert names(f"dose?{DAYS}")[:2] == ["Haddad", "Kim"]
    assert names(f"dose?{DAYS}&sort=client&down=1")[0] == "Ramos"
    assert names(f"dose?{DAYS}&sort=attended&down=1")[0] == "Haddad"
    assert len(names(f"dose?from={MONDAY - timedelta(days=40)}&to={SUNDAY}")) == 25
    assert len(names(f"dose?from={MONDAY - timedelta(days=40)}&to={SUNDAY}&page=2")) > 5
    assert (
        names(f"attendance/people?{DAYS}&sort=minutes&down=1")[0] != names(f"attendance/people?{DAYS}&sort=minutes")[0]
    )
