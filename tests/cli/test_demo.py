"""The demo clinic: alive on any day and at any hour, and the same each time on the same day."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from caseapp.attendance.models import Mark
from caseapp.cli.demo.people import people, story
from caseapp.cli.setting_up import set_up
from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.access import Role
from caseapp.core.db import db, transaction
from caseapp.crisis.models import CrisisContact
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind, Outcome
from caseapp.identity.queries import actor, working_staff
from caseapp.programs.models import Service
from caseapp.programs.rules import Capacity
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.tasks.models import Task
from caseapp.today.queries import people as of_people
from caseapp.today.queries import sessions as of_sessions
from tests.clinic import application, settings_for

ZONE = "America/New_York"
INSTANTS = {
    "a Sunday just after midnight on which the clocks go forward": (date(2026, 3, 8), time(0, 5)),
    "a Saturday just before midnight": (date(2026, 5, 16), time(23, 55)),
    "the Sunday on which the clocks go back": (date(2026, 11, 1), time(23, 55)),
    "the day after it": (date(2026, 11, 2), time(7, 30)),
    "leap day": (date(2028, 2, 29), time(12, 0)),
    "New Year": (date(2027, 1, 1), time(0, 5)),
    "the last minutes of a year": (date(2026, 12, 31), time(23, 55)),
    "a Monday morning": (date(2026, 8, 3), time(8, 0)),
    "a Wednesday at one": (date(2026, 9, 16), time(13, 0)),
    "a Sunday morning": (date(2026, 6, 14), time(9, 30)),
    "a Monday just after midnight": (date(2026, 12, 28), time(0, 5)),
    "Thanksgiving": (date(2026, 11, 26), time(9, 30)),
}
ODDEST = "a Sunday just after midnight on which the clocks go forward"
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def instant_of(name: str) -> datetime:
    """A moment of the list, as an instant."""
    return datetime.combine(*INSTANTS[name], tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def loaded(databases, engine, folder, at: datetime):
    """Load the demo as of an instant into a database of its own; what `look` finds there at the same instant."""
    address = databases.empty(engine)
    folder.mkdir()
    try:
        with application(settings_for(address, folder)) as app, clock.freeze(at):
            list(set_up(app, demo=True))
            with transaction():
                return look(at)
    finally:
        databases.drop(address)


def look(at: datetime) -> dict:
    """Every fact of the demo that a person sees, without what is random: ids and record numbers."""
    names = {client.id: (client.last_name, client.first_name) for client in db.scalars(select(Client))}
    of = {episode.id: names[episode.client_id] for episode in db.scalars(select(Episode))}
    stays = db.scalars(select(PhaseStay).options(joinedload(PhaseStay.phase)))
    marks = db.execute(select(Mark, Place, Session).join(Place, Mark.place_id == Place.id).join(Session)).all()
    tasks = db.scalars(select(Task).options(joinedload(Task.attempts))).unique()
    staff = {one.name: actor(one) for one in working_staff() if Role.admin not in {row.role for row in one.roles}}
    week, _next = clock.week_of(at.astimezone(ZoneInfo(ZONE)).date())
    soon = select(Service.code).join(Session).where(Session.on_day >= week, Session.on_day < week + timedelta(days=14))
    return {
        "people": sorted((*names[one.id], one.born, one.phone) for one in db.scalars(select(Client))),
        "stays": sorted(
            (of[s.episode_id], s.phase.name, s.started_on, str(s.ended_on), str(s.in_force)) for s in stays
        ),
        "moves": sorted(
            (of[m.episode_id], m.kind, m.effective_on, m.recorded_at) for m in db.scalars(select(Transition))
        ),
        "marks": sorted((names[p.client_id], s.starts_at, m.state, m.minutes, m.reason) for m, p, s in marks),
        "tasks": sorted(
            (str(names.get(t.client_id)), t.kind, t.due_at, len(t.attempts), bool(t.closed_at)) for t in tasks
        ),
        "crises": sorted((c.started_at, c.risk) for c in db.scalars(select(CrisisContact))),
        "services": sorted(set(db.scalars(soon))),
        "today": {name: len(of_sessions.today(one)) for name, one in staff.items()},
        "unfinished": {name: of_sessions.unfinished(one).total for name, one in staff.items()},
        "gate": {name: of_people.at_the_gate(one).total for name, one in staff.items()},
        "ahead": {name: of_people.moves_ahead(one).total for name, one in staff.items()},
    }


def must_be_alive(seen: dict, at: datetime) -> None:
    """What the demo must show on any day."""
    today = at.astimezone(ZoneInfo(ZONE)).date()
    assert len(seen["people"]) == 120 and len(seen["services"]) == 9
    assert all(seen["today"].values()), f"someone has nothing today: {seen['today']}"
    assert all(seen["unfinished"][name] for name in ("Dana Whitfield", "Rosa Cole", "Ivo Marchetti"))
    assert seen["gate"]["Farah Aziz"] == 9
    now = {
        row[1]
        for row in seen["stays"]
        if row[4] == "1" and row[2] <= today and (row[3] == "None" or row[3] > str(today))
    }
    assert now == {"Phase 1", "Phase 2", "Phase 3", "Continuing care"}
    kinds = {row[1] for row in seen["moves"]}
    assert kinds == set(MoveKind)
    assert sum(seen["ahead"].values()) == 5
    quarter = [row for row in seen["moves"] if today - timedelta(days=182) < row[2] <= today - timedelta(days=1)]
    assert len(quarter) > 150
    assert {row[2] for row in seen["marks"]} >= {"present", "late", "left_early", "excused", "no_show"}
    crisis = [row for row in seen["tasks"] if row[1] == "crisis_follow_up"]
    waiting = sorted((row[2] - at).total_seconds() / 3600 for row in crisis if not row[4])
    assert [hours < 0 for hours in waiting] == [True, True, False, False, False] and waiting[2] < 4
    assert max(row[3] for row in seen["moves"]) <= at


@on_sqlite
def test_the_same_day_gives_the_same_clinic_and_it_is_alive(databases, engine, tmp_path):
    at = instant_of(ODDEST)
    first = loaded(databases, engine, tmp_path / "first", at)
    must_be_alive(first, at)
    assert loaded(databases, engine, tmp_path / "second", at) == first


@pytest.mark.soak
@on_sqlite
@pytest.mark.parametrize("name", [name for name in INSTANTS if name != ODDEST])
def test_it_is_alive_on_any_day(databases, engine, tmp_path, name):
    must_be_alive(loaded(databases, engine, tmp_path / "demo", instant_of(name)), instant_of(name))


@pytest.mark.parametrize("scene", ["demo"], indirect=True)
def test_it_holds_every_state_that_someone_may_be_in(app, transaction, visit, accounts):
    from caseapp.episodes.models import Prescreen
    from caseapp.episodes.queries import gate

    with transaction():
        screens = list(db.scalars(select(Prescreen).options(joinedload(Prescreen.clearances))).unique())
        blocked = [gate(row) for row in screens if row.outcome is Outcome.open]
        assert {row.outcome for row in screens} >= {
            Outcome.admitted,
            Outcome.open,
            Outcome.referred_to_withdrawal_management,
        }
        assert [] in blocked and any("not known" in " ".join(map(str, reasons)) for reasons in blocked)
        again = [one.client_id for one in db.scalars(select(Episode))]
        assert len(again) - len(set(again)) == 3  # they were admitted a second time
    page = visit(accounts["supervisor"]).get("/reports/transitions").text
    assert page.count("<a ") > 20


@pytest.mark.parametrize("scene", ["demo"], indirect=True)
def test_it_holds_nothing_that_the_clinic_forbids(app, transaction, command):
    held = select(Place, Session, Service).join(Session, Place.session_id == Session.id).join(Service)
    with transaction():
        places = db.execute(held.where(Place.released_at.is_(None))).all()
        leads = db.execute(select(SessionStaff.staff_id, Session).join(Session)).all()
        stays = db.execute(select(Episode.client_id, PhaseStay).join(PhaseStay).where(PhaseStay.in_force == 1)).all()
    must_not_overlap([(place.client_id, session) for place, session, _service in places])
    must_not_overlap([tuple(row) for row in leads])
    must_not_overlap([(session.room_id, session) for _staff, session in leads if session.room_id])
    in_phase = defaultdict(list)
    for client_id, stay in stays:
        in_phase[client_id].append(stay)
    for place, session, service in places:
        if service.capacity is not Capacity.individual:
            day = session.on_day
            theirs = in_phase[place.client_id]
            assert any(stay.started_on <= day and (stay.ended_on is None or day < stay.ended_on) for stay in theirs)
    taken = Counter(session.id for _place, session, _service in places)
    assert all(taken[session.id] <= session.places for _place, session, _service in places)
    assert "checked" in command("audit", "verify")


def must_not_overlap(kept_busy: list) -> None:
    """Nobody and nothing is in two of these sessions at once; each is a pair of whom or what, and the session."""
    until = {}
    for key, session in sorted(kept_busy, key=lambda row: row[1].starts_at):
        assert key not in until or until[key] <= session.starts_at, (key, session.starts_at)
        until[key] = session.ends_at


def test_stories_are_told_in_days():
    told = {
        person.last: [story(person, text) for text in person.stories] for person in people() if not person.at_the_gate
    }
    assert len({(person.last, person.first) for person in people()}) == 120
    assert [stretch.position for stretch in told["Marsh"][0].stretches] == [1] and told["Marsh"][0].ending == "left"
    assert told["Kim"][0].ahead == 2 and told["Park"][0].days == 2
    assert all(
        one.days < 300 and all(stretch.days >= 2 for stretch in one.stretches) for all_ in told.values() for one in all_
    )
