"""The figures of `transitions` against the same histories counted again in plain Python, by nothing that the report uses."""

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.clients.rules import Sex
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.reports.figures import parts_of
from caseapp.reports.queries import answer
from caseapp.reports.queries.times import Order
from caseapp.reports.queries.transitions import moves, people
from caseapp.reports.rules import Cell, Question
from tests.reports.histories import LEAVE, Deed, Person

PHASES = ["Phase 1", "Phase 2", "Phase 3", "Continuing care"]
STEP = st.tuples(
    st.sampled_from(["move"] * 6 + ["take back", *LEAVE]),
    st.integers(1, 70),
    st.integers(1, 4),
)
HISTORY = st.tuples(
    st.sampled_from(["ana", "otto"]), st.sampled_from(list(Sex)), st.lists(STEP, min_size=1, max_size=9)
)


class Undo(Exception):
    """Ends an example, so that the next one begins with an empty clinic."""


def by_hand(deeds: list[Deed], by: str | None) -> dict[tuple, tuple]:
    """(group, from, to, kind) -> transitions, share, clients, median; by sorting and dividing on foot."""
    cells, leaving = defaultdict(list), defaultdict(int)
    for deed in deeds:
        group = {"sex": deed.sex, "case_manager": deed.manager, None: ""}[by]
        cells[group, deed.came_from, deed.to, deed.kind].append(deed)
        leaving[group, deed.came_from] += 1
    counted = {}
    for key, found in cells.items():
        days = sorted(deed.days for deed in found if deed.days is not None)
        half = len(days) // 2
        middle = None if not days else days[half] if len(days) % 2 else Fraction(days[half - 1] + days[half], 2)
        share = Fraction(int(Fraction(len(found), leaving[key[:2]]) * 10_000 + Fraction(1, 2)), 10_000)
        counted[key] = (len(found), share, len({deed.client for deed in found}), middle)
    return counted


def _begin():
    return clock.today(clinic.zone()) - timedelta(days=150)


def lived(cast, histories) -> list[Person]:
    """Let the histories happen, from some months ago to some months ahead."""
    begin, persons = _begin(), []
    for number, (who, sex, steps) in enumerate(histories):
        persons.append(Person(number, getattr(cast, who).actor, sex, begin))
        for step in steps:
            persons[-1].step(*step)
    return persons


@pytest.mark.parametrize("by", [None, "sex", "case_manager"])
@settings(
    max_examples=12,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_random_histories_count_to_the_same(app, cast, transaction, by, data):
    histories = data.draw(st.lists(HISTORY, min_size=1, max_size=4))
    first, length, looked = (data.draw(st.integers(*ends)) for ends in ((0, 250), (0, 300), (0, 400)))
    with pytest.raises(Undo), transaction():
        persons = lived(cast, histories)
        begin = _begin()
        question = Question(
            begin + timedelta(days=first), begin + timedelta(days=first + length), begin + timedelta(days=looked), by=by
        )
        deeds = [
            deed
            for person in persons
            for deed in person.deeds
            if question.first <= deed.on <= question.last and deed.on <= question.as_of
        ]
        columns, rows = answer("transitions", question)
        lines = [dict(zip(columns, row, strict=True)) for row in rows]
        told = {
            (line.get("group", ""), line["from"], line["to"], line["kind"]): (
                line["transitions"], Fraction(line["share_of_from"]), line["clients"], line["median_days_in_from"],
            )
            for line in lines
        }  # fmt: skip
        assert told == by_hand(deeds, by)
        _matrices_agree(question, deeds, by)
        _people_agree(question, cast, persons, deeds, by)
        raise Undo


def _matrices_agree(question: Question, deeds: list[Deed], by: str | None) -> None:
    parts = parts_of(moves(question), PHASES)
    assert sum(len(part.moves) for part in parts) == len(deeds)
    for part in parts:
        cells = {cell: len(found) for cell, found in part.cells.items()}
        for row, found in part.rows.items():
            assert len(found) == sum(number for (one, _column), number in cells.items() if one == row)
        for column, found in part.columns.items():
            assert len(found) == sum(number for (_row, one), number in cells.items() if one == column)
        in_group = [d for d in deeds if part.group in ("", d.sex, d.manager)]
        for (row, column), number in cells.items():
            assert number == len([d for d in in_group if d.came_from == row and column in (d.to, d.ended_as)])
        assert sorted(band.number for band in part.ladder.bands) == sorted(cells.values())


def _people_agree(question: Question, cast, persons: list[Person], deeds: list[Deed], by: str | None) -> None:
    for part in parts_of(moves(question), PHASES):
        in_group = [d for d in deeds if part.group in ("", d.sex, d.manager)]
        cell, order = Cell(group=part.group), Order(size=100)
        everyone = people(question, cast.ada.actor, cell, order)
        assert len(everyone.rows) == everyone.seen == everyone.total == len(in_group)
        theirs = people(question, cast.ana.actor, cell, order)
        hers = {person.number for person in persons if person.by is cast.ana.actor}
        assert (len(theirs.rows), theirs.total) == (len([d for d in in_group if d.client in hers]), len(in_group))
