"""Around midnight, on both nights of the clocks, at the turn of the year and on a leap day, west and east of UTC: the day is
the site's day on every page and in every deed.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.clinic.models import Site
from caseapp.core import clock
from caseapp.core.access import Role
from caseapp.core.db import db
from caseapp.crisis.models import CrisisContact
from caseapp.episodes import queries as episodes
from caseapp.episodes.rules import MoveKind
from caseapp.scheduling import queries as sessions
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import TaskKind
from tests.episodes.people import admitted, moved, registered
from tests.house.walk import first_pages

WEST, EAST = "America/New_York", "Asia/Tokyo"
MOMENTS = [
    (WEST, "2026-11-18T23:30"), (WEST, "2026-11-19T00:30"), (WEST, "2026-11-18T19:30"),
    (EAST, "2026-11-18T23:30"), (EAST, "2026-11-19T00:30"), (EAST, "2026-11-18T08:30"),
    (WEST, "2027-03-14T01:30"), (WEST, "2026-10-31T23:30"), (WEST, "2026-11-01T00:30"),
    (WEST, "2026-12-31T23:30"), (WEST, "2027-01-01T00:30"), (WEST, "2028-02-29T19:30"),
    (EAST, "2028-02-29T00:30"), ("Europe/Berlin", "2027-03-28T00:30"),
]  # fmt: skip


@pytest.fixture(params=MOMENTS, ids=lambda one: f"{one[0].split('/')[1]} {one[1]}")
def moment(request, transaction):
    zone, text = request.param
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    with transaction():
        db.scalar(select(Site)).zone = zone
    with clock.freeze(wall.astimezone(UTC)):
        yield zone, wall.date()


def said(day: date) -> str:
    return f"{day:%b} {day.day}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_day_is_the_sites(app, visit, cast, transaction, moment):
    zone, day = moment
    by = cast.ana.actor
    with transaction():
        client = registered(by)
        episode = admitted(client, by, day - timedelta(days=30), clinician=cast.carl.actor)
        assert episode.admitted_on == day - timedelta(days=30)
    ana = visit(cast.ana)
    for member, role in (
        (cast.ana, Role.case_manager),
        (cast.carl, Role.clinician),
        (cast.sue, Role.supervisor),
        (cast.ada, Role.admin),
    ):
        visitor = visit(member)
        for path in first_pages(app, role):
            assert visitor.get(path).status_code < 400, path
    assert said(day) in ana.get("/today").text
    assert f'value="{day:%b} {day.day}, {day.year}"' in ana.get(f"/clients/{client.id}/review?kind=step_down").text
    _book_and_mark(ana, cast, transaction, client.id, zone, day)
    _crisis(ana, transaction, client.id, zone)
    with transaction():
        moved(episodes.get_open_episode(client.id), by, MoveKind.step_down, day, 2, words="")
        assert episodes.stay_on(episodes.get_open_episode(client.id).id, day).phase.position == 2
    assert f"admitted {said(day)}" not in ana.get("/phases").text


def _book_and_mark(ana, cast, transaction, client_id, zone, day):
    """A session that begins now at the clinic stands on the schedule of the site's day, and its list can be marked."""
    local = clock.now().astimezone(ZoneInfo(zone))
    ends = local + timedelta(minutes=25)
    data = {
        "service": "case_management", "on_day": "today", "starts": f"{local:%I:%M %p}", "ends": f"{ends:%I:%M %p}",
        "staff": cast.ana.actor.id, "clients": client_id,
    }  # fmt: skip
    answer = ana.submit(f"/sessions/new?about={client_id}", data, to="/sessions/new")
    assert answer.status_code == 303, answer.text[:4000]
    path = answer.headers["Location"]
    with transaction():
        [session] = sessions.sessions_between(day, day + timedelta(days=1))
        assert (session.on_day, session.starts_at) == (day, clock.now())
        place = sessions.list_of(session)[0]
        attendance.mark(place, MarkState.present, cast.ana.actor)
    assert ana.get(f"{path}/attendance").status_code == 200
    assert "Case management" in ana.get("/schedule?view=day").text


def _crisis(ana, transaction, client_id, zone):
    """The follow-up is due 24 hours that pass after the end, whatever clocks do."""
    answer = ana.submit("/crisis/new", {"client_id": client_id, "risk": "high", "who": "Ramos"}, to="/crisis/new")
    assert answer.status_code == 303, answer.text[:3000]
    with transaction():
        contact = db.scalar(select(CrisisContact))
        assert clock.day_of(contact.started_at, zone) == clock.today(zone)
        assert task_of(TaskKind.crisis_follow_up, contact.id).due_at == contact.ended_at + timedelta(hours=24)
