"""The phase board of a full house: five hundred people in the program, with a season of sessions, marks, measures, tests and plans."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from sqlalchemy import insert, select

from caseapp.attendance.history import bring_in_past as bring_in_roll_calls
from caseapp.attendance.rules import MarkState, Said
from caseapp.clients.actions import free_record_numbers
from caseapp.clients.models import CareAccess, Client, ClientName
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE, Actor, Role
from caseapp.core.changes import EVERYONE, FactNoted
from caseapp.core.db import db, new_id, transaction
from caseapp.core.models import SealingKey
from caseapp.drug_tests.models import DrugTest, TestFinding, TestReading
from caseapp.drug_tests.panels import STANDARD
from caseapp.drug_tests.rules import Finding, Happened, Sample, Why
from caseapp.episodes.actions import PastEpisode, bring_in_past
from caseapp.episodes.models import Episode
from caseapp.identity import actions as hiring
from caseapp.identity import queries as staff
from caseapp.measures.instruments import BAM, CSSRS, PHQ9, Instrument
from caseapp.measures.models import Measure, MeasureReading, MeasureScore
from caseapp.measures.rules import band_of
from caseapp.plans.models import Plan, PlanGoal, PlanReview, PlanRevision
from caseapp.programs import queries as programs
from caseapp.scheduling.actions import PastSession
from caseapp.tasks.models import Task
from caseapp.tasks.rules import TaskKind
from tests.bench.filling import person, settle, stays

PEOPLE, IN_A_GROUP, WEEKS = 500, 10, 13
SLOTS = ((9, (0, 2, 4)), (9, (1, 3, 5)), (13, (0, 2, 4)), (13, (1, 3, 5)))  # an hour, and days of the week
TIMES_A_WEEK = (3, 2, 1, 1)  # by phase
SAID = (
    *[Said(MarkState.present)] * 17,
    *[Said(MarkState.no_show)] * 2,
    Said(MarkState.excused),
    Said(MarkState.late, late=20),
)
Rows = dict[type, list[dict[str, Any]]]


def fill_board(many: int = PEOPLE) -> None:
    """So many people in the program now, in its four phases, with what a clinic that uses every room would know of them."""
    chance = Random(1935)
    with transaction():
        of_group = [(at, _people(min(IN_A_GROUP, many - at), chance)) for at in range(0, many, IN_A_GROUP)]
        groups = [(4 * at // many, ids) for at, ids in of_group]
        bring_in_past([one for phase, ids in groups for one in _episodes(phase, ids, chance)], COMMAND_LINE)
        bring_in_roll_calls(list(_roll_calls(groups, chance)))
        ids = [id for _phase, theirs in groups for id in theirs]
        _write(_facts(ids, chance))
    settle()


def write_about_ten() -> None:
    """A drug test of today for ten people."""
    rows: Rows = {table: [] for table in (DrugTest, TestReading, TestFinding)}
    with transaction():
        for client_id in db.scalars(select(Measure.client_id).distinct().order_by(Measure.client_id).limit(IN_A_GROUP)):
            _test(rows, client_id, clock.today(clinic.zone()), clock.now(), Random(len(rows)))
        _write({table: made for table, made in rows.items() if made})


def forget_all() -> None:
    """A note that concerns everyone: as on a new day, nothing holds that was worked out before."""
    with transaction():
        db.execute(insert(FactNoted), {"client_id": EVERYONE})


def _write(rows: Rows) -> None:
    for table, made in rows.items():
        db.execute(insert(table.__table__), made)


def _people(many: int, chance: Random) -> list[str]:
    rows: Rows = {table: [] for table in (Client, SealingKey, ClientName, CareAccess)}
    teams, numbers = [team.id for team in staff.teams()], free_record_numbers(many)
    for number in numbers:
        person(rows, number, teams, chance)
    _write(rows)
    return [row["id"] for row in rows[Client]]


def _episodes(phase: int, ids: list[str], chance: Random) -> Iterator[PastEpisode]:
    today = clock.today(clinic.zone())
    version = programs.version_in_use(programs.programs()[0], today)
    for client_id in ids:
        lengths = [*(chance.randrange(28, 60) for _ in range(phase)), chance.randrange(3, 60)]
        admitted_on = today - timedelta(days=sum(lengths))
        yield PastEpisode(
            client_id, version.program_id, version.id, admitted_on, None, None, None, None, None, "bench", client_id, "",
            stays(version, admitted_on, lengths, None),
        )  # fmt: skip


def _roll_calls(groups: list[tuple[int, list[str]]], chance: Random) -> Iterator[tuple[PastSession, dict[str, Said]]]:
    """Groups of three hours, each on its days of the week up to yesterday; every lead has four of them."""
    service, today, zone = programs.service("group_therapy"), clock.today(clinic.zone()), clinic.zone()
    leads = [_lead(number) for number in range(-(-len(groups) // len(SLOTS)))]
    for number, (phase, ids) in enumerate(groups):
        hour, weekdays = SLOTS[number % len(SLOTS)]
        for back in range(1, WEEKS * 7):
            day = today - timedelta(days=back)
            if day.weekday() in weekdays[: TIMES_A_WEEK[phase]]:
                begins, ends = (clock.instant(day, time(at), zone) for at in (hour, hour + 3))
                lead, made_at = leads[number // len(SLOTS)], begins - timedelta(days=10)
                held = PastSession(service, lead, None, day, begins, ends, made_at, ends, IN_A_GROUP, tuple(ids))
                yield held, {id: chance.choice(SAID) for id in ids}


def _lead(number: int) -> Actor:
    return staff.actor(
        hiring.add_staff(f"lead{number}@bench.example", f"Lead {number}", {Role.clinician}, COMMAND_LINE)
    )


def _facts(ids: list[str], chance: Random) -> Rows:
    """Measures, tests, a signed plan with a review, and of some a call after a crisis."""
    tables = (Measure, MeasureReading, MeasureScore, DrugTest, TestReading, TestFinding)
    rows: Rows = {table: [] for table in (*tables, Plan, PlanRevision, PlanGoal, PlanReview, Task)}
    today, now = clock.today(clinic.zone()), clock.now()
    owner = staff.by_email("eli@demo.example").id
    episode_of = {row.client_id: row for row in db.query(Episode).where(Episode.client_id.in_(ids))}
    for at, client_id in zip(count(), ids, strict=False):
        for instrument, days in ((PHQ9, (2, 23, 44, 65)), (BAM, (5, 35, 65)), (CSSRS, (chance.randrange(40), 80))):
            for back in days:
                _measure(rows, client_id, instrument, today - timedelta(days=back), now, chance)
        for back in range(3, WEEKS * 7, 7):
            _test(rows, client_id, today - timedelta(days=back), now, chance)
        if at % 5:
            _plan(rows, episode_of[client_id], today - timedelta(days=chance.randrange(1, 50)), now)
        if at % 25 == 0:
            task = {"id": new_id(), "kind": TaskKind.crisis_follow_up, "source_id": new_id(), "client_id": client_id}
            rows[Task].append(task | {"owner_id": owner, "due_at": now, "first_due_at": now, "opened_at": now})
    return rows


def _measure(rows: Rows, client_id: str, what: Instrument, day: date, now: datetime, chance: Random) -> None:
    measure, reading = new_id(), new_id()
    rows[Measure].append({"id": measure, "client_id": client_id, "instrument": what.code})
    said = {"id": reading, "measure_id": measure, "version": what.version, "taken_on": day, "recorded_at": now}
    rows[MeasureReading].append(said | {"in_force": 1})
    for scale in what.scales:
        points = chance.randrange(scale.most // 2 + 1)
        score = {"reading_id": reading, "scale": scale.code, "points": points, "estimated": False}
        rows[MeasureScore].append(score | {"band": scale.bands.index(band_of(scale, points))})


def _test(rows: Rows, client_id: str, day: date, now: datetime, chance: Random) -> None:
    test, reading = new_id(), new_id()
    missed = chance.random() < 0.1
    rows[DrugTest].append({"id": test, "client_id": client_id, "why": Why.random})
    said = {"id": reading, "test_id": test, "day": day, "panel": STANDARD.code, "recorded_at": now, "in_force": 1}
    happened = (Happened.missed, None) if missed else (Happened.collected, Sample.valid)
    rows[TestReading].append(said | dict(zip(("happened", "sample"), happened, strict=True)))
    for substance in () if missed else STANDARD.classes:
        finding = Finding.positive if chance.random() < 0.01 else Finding.negative
        rows[TestFinding].append({"reading_id": reading, "substance": substance, "finding": finding, "expected": False})


def _plan(rows: Rows, episode: Episode, day: date, now: datetime) -> None:
    plan, revision = new_id(), new_id()
    rows[Plan].append({"id": plan, "episode_id": episode.id, "client_id": episode.client_id, "recorded_at": now})
    signed = {"id": revision, "plan_id": plan, "number": 1, "recorded_at": now, "signed_on": day, "completed_at": now}
    rows[PlanRevision].append(signed)
    rows[PlanGoal] += [{"revision_id": revision, "number": at, "body_sealed": b"bench"} for at in (1, 2, 3)]
    review = {"id": new_id(), "plan_id": plan, "revision_id": revision, "reviewed_on": day, "recorded_at": now}
    rows[PlanReview].append(review | {"next_due_on": day + timedelta(days=30), "words_sealed": b"bench"})
