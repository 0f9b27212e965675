"""Last assessments of many in one statement, as the records stood; what is refused; when one is due."""

from datetime import UTC, date, datetime, timedelta

import pytest

from caseapp.assessments import actions
from caseapp.assessments.editions import EDITIONS
from caseapp.assessments.models import Assessment
from caseapp.assessments.queries import last_assessments
from caseapp.assessments.rules import Assessed, Change, WhyOther, due, what_does_not_fit
from caseapp.core import clock
from caseapp.core.db import db, transaction
from caseapp.core.errors import RuleBroken
from tests.assessments.rating import assessed, said
from tests.clinic import today
from tests.measures.taking import registered


def test_the_last_of_many_in_one_statement(cast, statements):
    by, day = cast.ana.actor, today()
    ids = [registered(by, first) for first in ("Ann", "Ben", "Cy")]
    for id in ids[:2]:
        assessed(id, day - timedelta(days=40), by, "3", rating=3)
        assessed(id, day, by, rating=2, level="1.5")
    with transaction():
        with statements() as seen:
            found = last_assessments(ids)
        assert len(seen) == 1 and ids[2] not in found
        assert found[ids[0]] == Assessed(day, "4", "1.5", dict.fromkeys(range(1, 7), 2))
        assert last_assessments(ids, until=day - timedelta(days=1))[ids[1]].edition == "3"
        assert last_assessments([]) == {}


def test_corrected_and_taken_back_as_the_records_stood(cast):
    by, id = cast.ana.actor, registered(cast.ana.actor)
    moments = [datetime(2026, 6, day, 15, tzinfo=UTC) for day in (1, 3, 5)]
    with clock.freeze(moments[0]):
        row = assessed(id, moments[0].date(), by, rating=3)
    with clock.freeze(moments[1]), transaction():
        actions.correct(db.get(Assessment, row), said(moments[0].date(), 1), "Misread", by)
    with clock.freeze(moments[2]), transaction():
        actions.take_back(db.get(Assessment, row), "Another client's", by)
    with transaction():
        known = [last_assessments([id], known_at=moment).get(id) for moment in moments]
        assert [one.ratings[1] if one else None for one in known] == [3, 1, None]
        assert last_assessments([id]) == {}


RATED = dict.fromkeys(range(1, 7), 0)


@pytest.mark.parametrize(
    ("edition", "changes", "field"),
    [
        ("4", {}, None),
        ("3", {}, None),
        ("4", {"ratings": {**RATED, 1: 4}}, None),
        ("4", {"ratings": {**RATED, 2: 5}}, "rating_2"),
        ("4", {"ratings": {**RATED, 2: -1}}, "rating_2"),
        # Person-centered considerations of the 4th edition set no level; in the 3rd dimension 6 is rated like the others.
        ("4", {"ratings": dict.fromkeys(range(1, 6), 0)}, None),
        ("3", {"ratings": dict.fromkeys(range(1, 6), 0)}, "rating_6"),
        ("4", {"found": "3.3", "chosen": "3.3"}, "level_found"),
        ("3", {"found": "1.5", "chosen": "1.5"}, "level_found"),
        ("4", {"chosen": "2.5"}, "why_other"),
        ("4", {"chosen": "2.5", "why_other": WhyOther.own_choice}, None),
    ],
)
def test_what_an_assessment_must_say(edition, changes, field):
    facts = {"ratings": RATED, "found": "2.1", "chosen": "2.1", "why_other": None}
    wrong = what_does_not_fit(edition, **facts | changes)
    assert (wrong[1] if wrong else None) == field


def test_the_editions_stand_apart():
    names = [[one.name for one in edition.dimensions] for edition in EDITIONS.values()]
    assert all(len(found) == 6 for found in names) and not set(names[0][3:]) & set(names[1][3:])
    assert not any(one in EDITIONS["4"].levels for one in (("3.3", ""), ("0.5", "")))


@pytest.mark.parametrize("day", [timedelta(days=1), timedelta(days=-365 * 60)], ids=["ahead", "before birth"])
def test_a_day_that_can_not_be_is_refused(cast, day):
    id = registered(cast.ana.actor)
    with pytest.raises(RuleBroken):
        assessed(id, today() + day, cast.ana.actor)


ADMITTED = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("changes", "done", "found"),
    [
        ([], [], [("After the admission", date(2026, 3, 9))]),
        ([], [date(2026, 1, 30)], [("After the admission", date(2026, 3, 9))]),
        ([], [date(2026, 1, 31)], []),
        ([], [date(2026, 3, 20)], []),
        ([Change(date(2026, 5, 1), "1.5")], [ADMITTED], [("Change to level 1.5", date(2026, 5, 1))]),
        ([Change(date(2026, 5, 1), "1.5")], [date(2026, 4, 1)], []),
        ([Change(date(2026, 5, 1), "1.5")], [date(2026, 3, 31)], [("Change to level 1.5", date(2026, 5, 1))]),
        ([Change(date(2026, 5, 1))], [ADMITTED], [("Before the planned end", date(2026, 5, 1))]),
    ],
)
def test_when_one_is_due(changes, done, found):
    assert [(one.why, one.by) for one in due(ADMITTED, changes, done, 7)] == found
