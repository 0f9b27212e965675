"""Tests of a client, what is to be collected, and the results of many clients in one statement, without opening any text."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from caseapp.clients.models import Client
from caseapp.clients.queries import visible_to
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.core.past import UNTIL, as_of, recorded, stood
from caseapp.drug_tests.models import DrugTest, LabReport, TestDraw, TestFinding, TestReading
from caseapp.drug_tests.rules import Finding, Found, Happened, LabStep, Sample, Tested, every_days, how_often, outcome
from caseapp.episodes.queries import current_stays, open_episode
from caseapp.programs.queries import profile


def results(
    client_ids: Collection[str],
    *,
    since: date | None = None,
    until: date | None = None,
    known_at: datetime | None = None,
    not_given: bool = False,
) -> dict[str, list[Tested]]:
    """By client each test that says something, the newest first: one statement for any number of clients.

    `since` and `until` leave out other days. `known_at` (an aware instant) answers as the records stood then. What was refused,
    missed or excused is in the list with an outcome of its own; a sample that nobody has read yet is not. `not_given` asks only
    for those that were missed or declined.
    """
    told: dict[str, list] = {}
    asked = {"client_ids": list(client_ids), "since": since or date.min} | as_of(until, known_at)
    for row in db.execute(_rows(known_at is not None, not_given), asked):
        entry = told.setdefault(row.test_id, [row, {}])
        if row.finding:
            entry[1][row.substance] = Found(row.finding, row.expected, row.step)  # of several steps the last one stays
        elif row.read:
            entry[1][None] = Found(Finding.negative)
    found: dict[str, list[Tested]] = defaultdict(list)
    for row, classes in told.values():
        said = outcome(row.happened, row.sample, classes.values())
        if said:
            found[row.client_id].append(Tested(row.day, *said, row.test_id))
    return dict(found)


@cache
def _rows(past: bool, not_given: bool) -> Select:
    """A row per test, class that is not negative, and step of the laboratory; the newest test first, the last step last.

    Most classes of most tests are negative, and say no more together than alone: `read` tells that someone has read the screen.
    """
    reported = (LabReport.test_id == DrugTest.id) & (LabReport.substance == TestFinding.substance)
    reported &= recorded(LabReport.recorded_at, past)
    speaks = (TestFinding.reading_id == TestReading.id) & (TestFinding.finding != Finding.negative)
    every = aliased(TestFinding)
    read = exists().where(every.reading_id == TestReading.id).correlate(TestReading).label("read")
    found = select(
        DrugTest.client_id,
        DrugTest.id.label("test_id"),
        TestReading.day,
        TestReading.happened,
        TestReading.sample,
        TestFinding.substance,
        TestFinding.finding,
        TestFinding.expected,
        LabReport.step,
        read,
    )
    found = (
        found.join(TestReading, TestReading.test_id == DrugTest.id)
        .outerjoin(TestFinding, speaks)
        .outerjoin(LabReport, reported)
    )
    found = found.where(DrugTest.client_id.in_(bindparam("client_ids", expanding=True)), stood(TestReading, past))
    found = found.where(TestReading.day >= bindparam("since"), TestReading.day <= UNTIL)
    if not_given:
        found = found.where(TestReading.happened.in_((Happened.missed, Happened.refused)))
    return found.order_by(
        TestReading.day.desc(), TestReading.recorded_at.desc(), DrugTest.id, LabReport.recorded_at, LabReport.id
    )


def get_test(test_id: str, user: Actor) -> DrugTest:
    """A test of a client whom this person may see. Raises NotFound for any other."""
    row = db.scalar(_whole(select(DrugTest).join(Client).where(DrugTest.id == test_id, visible_to(user))))
    if row is None:
        raise NotFound
    return row


def _whole(found: Select) -> Select:
    readings = selectinload(DrugTest.readings)
    people = readings.joinedload(TestReading.recorded_by), readings.joinedload(TestReading.superseded_by)
    reports = selectinload(DrugTest.reports).joinedload(LabReport.recorded_by)
    return found.options(joinedload(DrugTest.client), *people, readings.selectinload(TestReading.findings), reports)


def tests_of(client_id: str) -> list[DrugTest]:
    """The tests of a client that stand, the newest first; a fixed number of statements."""
    rows = db.scalars(_whole(select(DrugTest).where(DrugTest.client_id == client_id)))
    standing = (row for row in rows if row.reading)
    return sorted(standing, key=lambda row: (row.reading.day, row.reading.recorded_at), reverse=True)


def get_draw(draw_id: str, client_id: str) -> TestDraw:
    """A day in force that was drawn for a client and has no test yet. Raises NotFound for any other."""
    row = db.scalar(_open_draws().where(TestDraw.id == draw_id, TestDraw.client_id == client_id))
    if row is None:
        raise NotFound
    return row


def _open_draws() -> Select:
    tested = select(DrugTest.draw_id).where(DrugTest.draw_id.is_not(None))
    return select(TestDraw).where(TestDraw.in_force == 1, TestDraw.id.not_in(tested))


def drawn_for(client_id: str) -> list[TestDraw]:
    """The days in force that were drawn for a client and have no test yet, the first day first."""
    return list(db.scalars(_open_draws().where(TestDraw.client_id == client_id).order_by(TestDraw.day)))


@dataclass(frozen=True)
class Waiting:
    """What waits to be done about tests: to collect on the day, not collected on earlier days, not read, at the laboratory."""

    today: list[TestDraw]
    earlier: list[TestDraw]
    unread: list[DrugTest]
    at_lab: list[DrugTest]

    @property
    def many(self) -> int:
        """How many there are in all."""
        return len(self.today) + len(self.earlier) + len(self.unread) + len(self.at_lab)


def due(user: Actor, day: date) -> list[TestDraw]:
    """The drawn days up to a day that nobody has said anything of, of the clients whom this person may see; one statement."""
    found = _open_draws().join(Client).where(TestDraw.day <= day, visible_to(user))
    by_name = (TestDraw.day, Client.last_name, Client.first_name, TestDraw.id)
    return list(db.scalars(found.order_by(*by_name).options(joinedload(TestDraw.client))))


def waiting(user: Actor, day: date) -> Waiting:
    """What waits on a day for the clients whom this person may see; a fixed number of statements.

    A drawn day that nobody recorded waits until a person says what happened: silence makes no missed test.
    """
    draws = due(user, day)
    unread, at_lab = _unread(user), _at_lab(user)
    earlier = [one for one in draws if one.day < day]
    return Waiting([one for one in draws if one.day == day], earlier, unread, at_lab)


def _unread(user: Actor) -> list[DrugTest]:
    read = select(TestFinding.reading_id)
    found = select(DrugTest).join(Client).join(TestReading, TestReading.test_id == DrugTest.id)
    found = found.where(TestReading.in_force == 1, TestReading.happened == Happened.collected, visible_to(user))
    found = found.where(TestReading.sample == Sample.valid, TestReading.id.not_in(read))
    return list(db.scalars(_whole(found.order_by(TestReading.day, DrugTest.id))))


def _at_lab(user: Actor) -> list[DrugTest]:
    sent = select(LabReport.test_id).where(LabReport.step == LabStep.sent)
    found = select(DrugTest).join(Client).where(DrugTest.id.in_(sent), visible_to(user)).order_by(DrugTest.id)
    rows = db.scalars(_whole(found))
    return [row for row in rows if row.reading and LabStep.sent in {one.lab for one in row.found(row.reading).values()}]


def how_often_now(client_id: str, day: date) -> str:
    """How often tests are due for someone on a day: "Weekly while in Phase 1"; "" for whoever is in no phase."""
    stay, episode = current_stays([client_id], day).get(client_id), open_episode(client_id)
    if stay is None or episode is None:
        return ""
    every = every_days(stay.phase.level_of_care, profile(episode.program_id, day))
    return f"{how_often(every)} while in {stay.phase.name}"
