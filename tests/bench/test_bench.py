"""A small sample of `make bench`: every row is there, and the pages that have a bar take as many statements for many as for few."""

import io

import pytest

from tests.bench import weeks
from tests.bench.clinics import BOARD, BOARD_AFTER_TEN, BOARD_OF_A_NEW_DAY, Row, filled, measured, measured_board
from tests.bench.full_board import fill_board
from tests.bench.saving import ONE, ONE_TAKEN, TAKEN, THIRTY
from tests.bench.table import BARS, markdown, missed, show
from tests.weekplan.clinics import drawn


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_more_clients_are_no_more_statements(databases, engine, tmp_path):
    rows = []
    for many in (40, 400):
        with filled(databases, engine, tmp_path / str(many), many) as settings:
            rows += measured(settings, engine, many, 1, warm_up=1)
    few, more = ([row.what for row in rows if row.clients == many] for many in (40, 400))
    assert few == more and set(BARS) - {BOARD, BOARD_AFTER_TEN} <= set(few)
    assert all(
        row.statements and (row.size or row.what in (ONE_TAKEN, TAKEN)) for row in rows if row.what != "bare page"
    )
    assert [sentence for sentence in missed(rows, dict.fromkeys(BARS, float("inf"))) if "statements" in sentence] == []
    written = io.StringIO()
    show(rows, written)
    assert written.getvalue().count("sqlite") >= len(rows)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_board_of_a_full_house_is_a_row_and_takes_as_many_statements_for_many_as_for_few(
    databases, engine, tmp_path
):
    rows = []
    for many in (20, 60):
        with filled(databases, engine, tmp_path / str(many), many, fill_board) as settings:
            rows += measured_board(settings, engine, many, 1, warm_up=1)
    boards = (BOARD_OF_A_NEW_DAY, BOARD_AFTER_TEN, BOARD)
    assert [(row.what, row.clients) for row in rows] == [(what, many) for many in (20, 60) for what in boards]
    assert [
        sentence for sentence in missed(rows, dict.fromkeys(boards, float("inf"))) if "statements" in sentence
    ] == []
    anew, after_ten, again = rows[3:]
    assert anew.statements == after_ten.statements > again.statements
    assert rows[0].size < anew.size and missed([again._replace(ratio=21.0)]) and BARS[BOARD] == 20


def test_a_page_over_its_bar_is_named():
    slow = Row("sqlite", 100, "chart", 90.0, 99.0, 40, 10_000, 9.0)
    assert missed([slow]) == ["chart with 100 clients on sqlite: 9.0 times the bare page, the bar is 8"]
    assert "| sqlite | 100 | chart | 90.0 | 99.0 | 40 | 10,000 | 9.0 (bar 8) |" in markdown([slow]).splitlines()
    grows = slow._replace(clients=10_000, statements=41, ratio=2.0)
    assert "the number of statements depends on the clients" in missed([slow._replace(ratio=2.0), grows])[0]


def test_thirty_marks_over_their_bars_are_named():
    one = Row("sqlite", 100, ONE, 20.0, 21.0, 30, 10_000, 2.0)
    thirty, taken = one._replace(what=THIRTY, p50=39.0), one._replace(what=TAKEN, statements=10)
    assert missed([one, thirty, taken]) == []
    found = missed([one, thirty._replace(p50=41.0, statements=31), taken._replace(statements=11)])
    assert [words.split(": ")[1] for words in found] == [
        "11 statements, the bar is 10", "2.0 times as long as one, the bar is 2", "31 statements, and 30 for one",
    ]  # fmt: skip


def test_how_good_a_week_is_after_some_seconds():
    row = weeks.quality(drawn(1, clients=12, staff=4, rooms=4), 2)
    assert row.faults == 0 and row.bound <= row.cost and row.hours_short < row.hours_asked
    written = io.StringIO()
    weeks.show([row], written)
    assert "12 clients, 4 staff, 4 rooms" in written.getvalue()
