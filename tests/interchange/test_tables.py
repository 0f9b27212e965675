"""Files as they come: any content, read whole row by row, and the rejects that go out."""

import os

import pytest

from caseapp.core.cells import bare_cell, safe_cell
from caseapp.core.errors import RuleBroken
from caseapp.interchange import tables
from caseapp.interchange.tables import Row, opened, rejects_of

HEADER = b"Id,Name\r\n"


def rows_of(path, content: bytes):
    path.write_bytes(content)
    with opened(path) as table:
        return list(table.rows())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "people.csv"


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        (b"1,Ann\r\n2,Ben\r\n", [["1", "Ann"], ["2", "Ben"]]),
        (b"1,Ann\n\n , \n2,Ben", [["1", "Ann"], ["2", "Ben"]]),
        (b"1,Ann\r2,Ben\r", [["1", "Ann"], ["2", "Ben"]]),
        (b'1,"Ann, the\r\nfirst"\r\n', [["1", "Ann, the\r\nfirst"]]),
        (b'1,"say ""hi"""\n', [["1", 'say "hi"']]),
        (b"1,'=1+1\n2,O'Brien\n", [["1", "=1+1"], ["2", "O'Brien"]]),
        (b"", []),
    ],
)
def test_rows_are_read_whole(path, content, cells):
    assert rows_of(path, HEADER + content) == [Row(row) for row in cells]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"1", "This row has 1 cells, and the header has 2"),
        (b"1,Ann,3", "This row has 3 cells, and the header has 2"),
        (b'1,"Ann', "A quotation mark is opened in this row and not closed"),
        (b'1,"Ann"x', "This row can't be read: ',' expected after '\"'. Here are its first 200 characters"),
        (b"1," + b"x" * 200_000, "This row can't be read: field larger than field limit (131072)."),
        (b"1," + b"x" * 3_000_000, "This line is longer than 1,000,000 characters. Here are its first 200"),
    ],
)
def test_a_bad_row_costs_itself_alone(path, line, reason):
    before, bad, *after = rows_of(path, HEADER + b"0,Zoe\n" + line + b'\n2,Ben\n3,"Cy"\n')
    assert (before, after) == (Row(["0", "Zoe"]), [Row(["2", "Ben"]), Row(["3", "Cy"])])
    assert bad.wrong.startswith(reason)
    assert sum(map(len, bad.cells)) <= 201


def test_what_is_no_list_at_all_is_not_refused_a_million_times(path, monkeypatch):
    monkeypatch.setattr(tables, "WRONG_MOST", 3)
    bad = b"x\n" * 3
    assert len(rows_of(path, HEADER + bad + b"1,Ann\n" + bad)) == 7
    *_before, last = rows_of(path, HEADER + bad + b"y\nz\n1,Ann\n")
    assert last == Row(["y"], "3 rows before this one can't be read, so from here on none was looked at")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n1,Ann\n", "has no header"),
        (b"\xff\xfeI\x00d\x00", "is UTF-16"),
        (b"I\x00d\x00,\x00", "is not UTF-8 text"),
        ("Id,Naïve\n".encode("latin-1"), "is not UTF-8 text"),
        (b"PK\x03\x04rest", "is a spreadsheet"),
        (b"Id,Name,ID\n", "has the column ID more than once"),
        (b'"Id,Name\n1,Ann\n', "has no header"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_a_sentence(path, content, says):
    with pytest.raises(RuleBroken, match=says):
        rows_of(path, content)


def test_what_is_no_file_is_refused_in_a_sentence(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for name, says in ((".", "is a folder"), ("none.csv", "There is no file"), ("pipe.csv", "is not a file")):
        with pytest.raises(RuleBroken, match=says), opened(tmp_path / name):
            pass


def test_a_mark_at_the_begin_belongs_to_no_column(path):
    path.write_bytes(b"\xef\xbb\xbfId,Name\n1,Ann\n")
    with opened(path) as table:
        assert table.header == ["Id", "Name"]


def test_rejects_keep_the_row_and_guard_formulas(path):
    path.write_bytes(HEADER + b'=cmd(),"Caf\xe9"\n-71.5,\x1b[31mred\n')
    with opened(path) as table, rejects_of(path, table.header) as rejects:
        for row in table.rows():
            rejects.add(row, "Has died (Mar 21, 2004)")
    out = path.with_name("people.csv.rejects.csv")
    reason = b'"Has died (Mar 21, 2004)"\r\n'
    red = "\N{REPLACEMENT CHARACTER}[31mred".encode()
    assert out.read_bytes() == b"Id,Name,reject_reason\r\n'=cmd(),Caf\xe9," + reason + b"-71.5," + red + b"," + reason
    assert out.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.iterdir()) == ["people.csv", "people.csv.rejects.csv"]


def test_rejects_that_come_back_get_a_new_reason_in_the_same_place(path):
    path.write_bytes(b"Id,Name,reject_reason\n1,Ann,Has died\n")
    with opened(path) as table, rejects_of(path, table.header) as rejects:
        rejects.add(next(table.rows()), "Is 12")
    assert path.with_name("people.csv.rejects.csv").read_bytes() == b"Id,Name,reject_reason\r\n1,Ann,Is 12\r\n"


def test_rejects_of_an_earlier_run_do_not_stay_and_never_follow_a_link(path, tmp_path):
    precious = tmp_path / "precious.txt"
    precious.write_text("keep")
    path.write_bytes(HEADER)
    path.with_name("people.csv.rejects.csv").symlink_to(precious)
    with opened(path) as table, rejects_of(path, table.header):
        pass
    assert not path.with_name("people.csv.rejects.csv").is_symlink()
    path.with_name(".people.csv.rejects.part").symlink_to(precious)
    with (
        pytest.raises(RuleBroken, match="can't take the file of rejects"),
        opened(path) as table,
        rejects_of(path, table.header),
    ):
        pass
    assert precious.read_text() == "keep"


def test_one_file_is_brought_in_by_one_command_at_a_time(path):
    path.write_bytes(HEADER)
    with (
        opened(path) as table,
        rejects_of(path, table.header),
        pytest.raises(RuleBroken, match="being imported right now"),
        opened(path) as again,
        rejects_of(path, again.header),
    ):
        pass


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@sum", "\t=1", " =1", "＝1", "\r=1"])
def test_formulas_are_guarded_and_read_back(text):
    assert safe_cell(text).startswith("'")
    assert bare_cell(safe_cell(text)) == text


@pytest.mark.parametrize("text", ["-71.15", "+5", "1e5", "Ann", "'t Hooft", "a=b", ""])
def test_what_is_no_formula_stays_as_it_is(text):
    assert safe_cell(text) == text == bare_cell(text)
