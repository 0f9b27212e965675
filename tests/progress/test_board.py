"""What the board reads of hundreds says the same as what a chart reads of one, in as many statements for few as for many."""

from datetime import timedelta
from itertools import groupby

import pytest
from sqlalchemy import select

from caseapp.attendance import facts
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.identity import queries as staff
from caseapp.programs import queries as programs
from caseapp.progress.queries.absence import absences
from caseapp.progress.queries.board import Asked, board

pytestmark = pytest.mark.parametrize("scene", ["demo"], indirect=True)
WEEKS = timedelta(weeks=10)


def the_day():
    return clock.today(clinic.zone())


@pytest.mark.parametrize("many", [0, 10_000], ids=["of many", "of few"])
@pytest.mark.parametrize("days_ago", [None, 20], ids=["now", "as the records stood"])
def test_sittings_of_many_are_those_of_each(transaction, monkeypatch, many, days_ago):
    monkeypatch.setattr(facts, "MANY", many)
    known_at = clock.now() - timedelta(days=days_ago) if days_ago else None
    with transaction():
        ids, today = list(db.scalars(select(Client.id))), the_day()
        one_by_one = facts.sittings_between(today - WEEKS, today, ids, known_at=known_at)
        expected = {id: list(theirs) for id, theirs in groupby(one_by_one, lambda one: one.client_id)}
        found = facts.sittings_of_many(today - WEEKS, today, ids, known_at)
    assert set(found) == set(ids) and {id: theirs for id, theirs in found.items() if theirs} == expected
    assert sum(map(len, expected.values())) > 100


def test_absences_are_the_same_from_sittings_that_were_read(transaction):
    with transaction():
        ids, today = list(db.scalars(select(Client.id))), the_day()
        expected = absences(ids)
        for weeks in (5, 10):
            since = today - timedelta(weeks=weeks)
            assert absences(ids, facts.sittings_of_many(since, today, ids), since) == expected
    assert any(one.in_a_row for one in expected.values()) and any(one.unexcused for one in expected.values())


def test_the_board_takes_as_many_statements_for_everyone_as_for_one_caseload(transaction, statements):
    counts, people = [], []
    for email in ("eli@demo.example", None):
        with transaction():
            program, farah = programs.programs()[0], staff.actor(staff.by_email("farah@demo.example"))
            asked = Asked(program, the_day(), staff.by_email(email).id if email else None)
            with statements() as seen:
                columns = board(farah, asked)
            counts.append(len(seen))
            people.append(sum(len(column.people) for column in columns))
    assert 0 < people[0] < people[1] and counts[0] == counts[1] <= 17, (people, counts)
