"""A small sample of `make bench`: every row is there, and the pages that have a bar take as many statements for many as for few."""

import io

import pytest

from tests.bench.clinics import Row, filled, measured
from tests.bench.table import BARS, missed, show


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_more_clients_are_no_more_statements(databases, engine, tmp_path):
    rows = []
    for many in (40, 400):
        with filled(databases, engine, tmp_path / str(many), many) as settings:
            rows += measured(settings, engine, many, 1)
    few, more = ([row.what for row in rows if row.clients == many] for many in (40, 400))
    assert few == more and set(BARS) <= set(few)
    assert all(row.statements and row.size for row in rows if row.what != "bare page")
    assert [sentence for sentence in missed(rows, dict.fromkeys(BARS, float("inf"))) if "statements" in sentence] == []
    written = io.StringIO()
    show(rows, written)
    assert written.getvalue().count("sqlite") >= len(rows)


def test_a_page_over_its_bar_is_named():
    slow = Row("sqlite", 100, "chart", 90.0, 99.0, 40, 10_000, 9.0)
    assert missed([slow]) == ["chart with 100 clients on sqlite: 9.0 times the bare page, the bar is 8"]
    grows = slow._replace(clients=10_000, statements=41, ratio=2.0)
    assert "the number of statements depends on the clients" in missed([slow._replace(ratio=2.0), grows])[0]
