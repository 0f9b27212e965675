"""Changing a program changes no open episode and no past report: everything told of the demo clinic, before and after."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from caseapp.chart.queries.past import past_chart
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.episodes.models import Episode
from caseapp.identity import queries as staff
from caseapp.programs import actions as programs
from caseapp.programs import queries
from caseapp.programs.queries import forget_profiles
from caseapp.programs.rules.criteria import Asks, Kind
from caseapp.progress.queries.board import Asked, board
from caseapp.progress.queries.past import looking_back
from caseapp.progress.queries.readiness import readiness
from caseapp.reports.queries import answer
from caseapp.reports.rules import NAMES, REPORTS, Question

# From a day on that lies ahead; each is counted by in a report, on a board or on a chart.
NUMBERS = {
    "week_starts_on": 3, "break_minutes": 10, "billable_day_minutes": 60, "gap_days_most": 5, "intensive_hours_least": 6,
    "caseload_alert": 12, "no_contact_warn_days": 5, "absences_review": 1,
}  # fmt: skip
AHEAD, SOME = timedelta(days=2), 30


def reports(today: date) -> dict[tuple[str, str | None], list]:
    """Every report by its name, split in every way, of the season up to today."""
    found = {}
    for name in NAMES:
        for by in (None, *REPORTS[name].splits):
            question = Question.asked(today, today - timedelta(days=120), today, today, None, by, name)
            found[name, by] = answer(name, question)
    return found


def boards(today: date) -> list[tuple]:
    """The board of past days both ways: who stands where, by what, with which hours."""
    farah, told = staff.actor(staff.by_email("farah@demo.example")), []
    program = queries.get_program(queries.shipped_program_id())
    for days in (1, 40):
        for stood in (False, True):
            at = looking_back(today - timedelta(days=days), stood)
            for column in board(farah, Asked(program, at.day, None, at)):
                people = [(one.client.client_id, one.group, one.here, one.stands, one.ahead) for one in column.people]
                told.append((days, stood, column.phase.name, column.of, column.phase.hours_least, people))
    return told


def charts(today: date) -> list[tuple]:
    """The chart of some, of past days."""
    told = []
    episodes = select(Episode.client_id).order_by(Episode.admitted_on, Episode.id).limit(SOME)
    for client in db.scalars(select(Client).where(Client.id.in_(episodes)).order_by(Client.id)):
        for days in (1, 30):
            for then in past_chart(client, looking_back(today - timedelta(days=days), False)):
                steps = [(one.name, one.state, one.note, one.detail) for one in then.steps]
                told.append(
                    (client.id, days, then.version.number, steps, repr(then.readiness), then.ahead, then.without_use)
                )
    return told


def everything(today: date) -> dict:
    """All that is told of the past, and how open episodes stand today."""
    forget_profiles()
    still = list(db.scalars(select(Episode).where(Episode.discharged_on.is_(None)).order_by(Episode.id)))
    stands = readiness(still, today)
    pinned = [(one.id, one.program_version_id, repr(stands.get(one.id))) for one in still]
    return {"reports": reports(today), "boards": boards(today), "charts": charts(today), "episodes": pinned}


def other_program(starts_on: date) -> None:
    """A version with other names, hours, days, weeks and criteria, and other numbers, from a day on that lies ahead."""
    program = queries.get_program(queries.shipped_program_id())
    draft = programs.new_draft(program, COMMAND_LINE)
    for phase in list(draft.phases):
        facts = {name: getattr(phase, name) for name in queries.PHASE_FACTS}
        more_hours = Decimal("0.25") if phase.hours_least else 0
        hours = {"hours_least": phase.hours_least + more_hours, "hours_most": phase.hours_most - Decimal("0.5")}
        more = {"name": f"Stage {phase.position}", "weeks_expected_most": phase.weeks_expected_most + 5, **hours}
        programs.edit_phase(phase, COMMAND_LINE, **facts | more)
        for row in list(phase.criteria):
            programs.remove_criterion(row, COMMAND_LINE)
        programs.add_criterion(phase, Asks(Kind.weeks_in_phase, 1), COMMAND_LINE)
        programs.add_criterion(phase, Asks(Kind.attendance_share, 10, 1), COMMAND_LINE)
    programs.publish(queries.get_version(draft.id), starts_on, COMMAND_LINE)
    for name, value in NUMBERS.items():
        programs.save_setting(program, name, Decimal(value), starts_on, COMMAND_LINE)


@pytest.mark.parametrize("scene", ["demo"], indirect=True)
def test_a_new_version_and_new_numbers_change_no_past_report_no_past_day_and_no_open_episode(app, transaction):
    with transaction():
        today = clock.today(clinic.zone())
        before = everything(today)
    assert {name for name, _by in before["reports"]} == set(NAMES) and len(before["episodes"]) > 10
    assert all(rows for (name, by), (_columns, rows) in before["reports"].items() if by is None), (
        "a report has nothing to show"
    )
    with transaction():
        other_program(today + AHEAD)
    with transaction():
        after = everything(today)
    for what, told in before.items():
        assert after[what] == told, what
    with transaction(), clock.freeze(clock.day_bounds(today + AHEAD, clinic.zone())[0] + timedelta(hours=12)):
        forget_profiles()
        assert boards(today) == before["boards"]
        program = queries.get_program(queries.shipped_program_id())
        assert queries.version_in_use(program, today + AHEAD).phases[0].name == "Stage 1"
        for one in db.scalars(select(Episode).where(Episode.discharged_on.is_(None))):
            assert (one.id, one.program_version_id) in {(id, version) for id, version, _stands in before["episodes"]}
        assert not re.search("Stage", repr(boards(today)))
