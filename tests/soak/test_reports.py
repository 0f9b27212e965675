"""The report of transitions over ten thousand stays: how long page, list and file take, and how many statements."""

import time
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from caseapp.clients.models import Client
from caseapp.core.db import new_id
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.programs import queries as programs

pytestmark = pytest.mark.soak
EPISODES, FIRST = 2_500, date(2024, 1, 1)
SECONDS = 3


def fill(session, case_manager_id: str) -> int:
    """Episodes of four phases each, written straight into the tables; gives the number of stays."""
    version = programs.version_in_use(programs.programs()[0], FIRST)
    rows = {table: [] for table in (Client, Episode, Transition, PhaseStay)}
    for number in range(EPISODES):
        client, episode, day = new_id(), new_id(), FIRST + timedelta(days=number % 500)
        names = {"record_number": f"R{number}", "first_name": f"Person{number}", "last_name": "Lund"}
        rows[Client].append({"id": client, "born": date(1990, 1, 1), **names})
        facts = {"program_id": version.program_id, "program_version_id": version.id, "case_manager_id": case_manager_id}
        rows[Episode].append({"id": episode, "client_id": client, "admitted_on": day, "discharged_on": None, **facts})
        came_in, previous = None, None
        for at, phase in enumerate(version.phases):
            move = {"id": new_id(), "episode_id": episode, "effective_on": day, "to_phase_id": phase.id}
            kind, reason = (MoveKind.step_down, MoveReason.goals_met) if at else (MoveKind.admit, MoveReason.admitted)
            left = version.phases[at - 1].id if at else None
            rows[Transition].append(move | {"kind": kind, "reason": reason, "from_phase_id": left})
            if came_in:
                rows[PhaseStay][-1] |= {"ended_on": day, "transition_out_id": move["id"]}
            stay = {"id": new_id(), "episode_id": episode, "phase_id": phase.id, "started_on": day, "ended_on": None}
            rows[PhaseStay].append(
                stay | {"previous_ended_on": previous, "transition_in_id": move["id"], "transition_out_id": None}
            )
            came_in, day = move, day + timedelta(days=20 + (number * 7 + at) % 30)
            previous = day
    for table, made in rows.items():
        session.execute(insert(table), made)
    return len(rows[PhaseStay])


def test_ten_thousand_stays(transaction, cast, visit, engine, statements):
    with transaction() as session:
        stays = fill(session, cast.ana.actor.id)
    visitor, told = visit(cast.ada), []
    asked = "from=2024-01-01&to=2026-01-01"
    for path in (
        "?",
        "?by=case_manager&",
        "?format=csv&",
        "/people?row=Phase+1&",
        "/people?row=Phase+1&sort=days&page=9&",
    ):
        begin = time.perf_counter()
        with statements() as seen:
            assert visitor.get(f"/reports/transitions{path}{asked}").status_code == 200
        seconds = time.perf_counter() - begin
        told.append(f"{path} {seconds * 1000:.0f} ms, {len(seen)} statements")
        assert seconds < SECONDS and len(seen) < 60
    print(f"\n{engine}: {stays:,} stays; " + "; ".join(told))
