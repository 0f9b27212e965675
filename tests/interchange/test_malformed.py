"""Whatever is handed over, by the command or the page: a sentence, a reject, and everybody else comes in, once."""

from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import func, select

from caseapp.clients.models import Client
from caseapp.core.db import db
from caseapp.interchange.bundles import PARTS_MOST
from caseapp.jobs.models import Job
from tests.interchange.lists import NORA, person, rejected, write
from tests.interchange.malformed import BUNDLES, GOOD_BUNDLE, HEADER, LISTS, ROWS
from tests.interchange.test_index import hand_over, press
from tests.processes import ended, start

# MB: 220 were seen, of which Python with Flask and SQLAlchemy takes 145. Seconds: 4 on a machine that does nothing else.
MEMORY, SECONDS = 500, 120


def last(output: str) -> str:
    return output.splitlines()[-1]


def clients(transaction) -> int:
    with transaction():
        return db.scalar(select(func.count(Client.id)))


def list_among_bad_rows(path: Path) -> Path:
    """Two people with a mark of UTF-8 before the header, and between them every row of ROWS."""
    head, one, two = write(path, person(1), person(2)).read_bytes().splitlines(keepends=True)
    bad = b"".join(row + b"\r\n" for row, _reason in ROWS.values())
    path.write_bytes(b"\xef\xbb\xbf" + head + one + bad + two)
    return path


def test_by_the_command_each_bad_file_and_row_has_its_reason_and_the_good_come_in(command, transaction, tmp_path):
    paths = {}
    for name, (content, _reason) in (BUNDLES | LISTS | {"good.json": (GOOD_BUNDLE, "")}).items():
        paths[name] = tmp_path / name
        paths[name].write_bytes(content)
    paths["rows.csv"] = list_among_bad_rows(tmp_path / "rows.csv")
    words, bad = ["import", "clients", *map(str, paths.values())], len(BUNDLES | LISTS | ROWS)
    said = command(*words, status=1)
    assert last(said) == f"imported 3, already known 0, rejected {bad}"
    for name, (_content, reason) in (BUNDLES | LISTS).items():
        [why] = rejected(paths[name]).values()
        assert reason in why and f"{why}.\n" in said
    reasons = rejected(paths["rows.csv"])
    for cell, (_row, reason) in ROWS.items():
        [why] = [why for first, why in reasons.items() if cell in first]
        assert why.startswith(reason)
    text = paths["rows.csv"].with_name("rows.csv.rejects.csv").read_bytes()
    assert b"\r\n'=cmd|' /C calc'!A0,1980-01-01,2020-01-01,'@SUM(A1),'+1+1," in text and b"\x00" not in text
    assert last(command(*words, status=1)) == f"imported 0, already known 3, rejected {bad}"
    assert clients(transaction) == 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_on_the_page_a_bad_list_is_refused_at_the_field_and_the_person_chooses_again(transaction, visit, cast):
    ada = visit(cast.ada)
    for name, (content, reason) in LISTS.items():
        answer = hand_over(ada, {"good.json": GOOD_BUNDLE, name: content})
        assert answer.status_code == 422 and reason in answer.text and "field-error" in answer.text
    with transaction():
        assert db.scalar(select(func.count(Job.id))) == 0


def test_on_the_page_each_bad_bundle_and_row_has_its_reason_and_the_good_come_in(
    command, transaction, visit, cast, tmp_path
):
    ada, rows = visit(cast.ada), list_among_bad_rows(tmp_path / "rows.csv").read_bytes()
    files = {"rows.csv": rows, "good.json": GOOD_BUNDLE} | {name: content for name, (content, _why) in BUNDLES.items()}
    for key, counts in {"k": ("Brought in", 3), "l": ("Known already", 3)}.items():
        path = hand_over(ada, files, form_key=key * 22).headers["Location"]
        command("work", "--once")
        press(ada, path, "go-on")
        command("work", "--once")
        page = unescape(ada.get(path).text)
        assert f'{counts[0]}</dt><dd class="number">{counts[1]}<' in page
        assert f'Refused</dt><dd class="number">{len(BUNDLES | ROWS)}<' in page
        assert all(reason in page for _content, reason in (BUNDLES | ROWS).values())
    rejects = ada.get(f"{path}/rejects/1")
    assert b"\r\n'=cmd|' /C calc'!A0,1980-01-01,2020-01-01,'@SUM(A1),'+1+1," in rejects.data
    assert clients(transaction) == 3


def big(size: int) -> dict[str, bytes]:
    """Files of so many bytes that are made to be dear: to take apart, to go into, to keep."""
    row = b'p-0,1980-01-01,,An\x00n,"Lee",,,F,"=' + b"cmd()" * 100 + b'",,,\r\n'
    return {
        "deep.json": b'{"a":' * (size // 5),
        "wide.json": b'{"resourceType": "Bundle", "entry": [' + b"{}," * (size // 3) + b"{}]}",
        "many.json": b'{"resourceType": "Bundle", "entry": [' + b'{"a":[]},' * (PARTS_MOST // 2 - 9) + b" " * size,
        "text.json": b'"' + b'\\"' * (size // 2),
        "rows.csv": HEADER + row * (size // len(row)),
        "quotes.csv": HEADER + b'"y,\n' * (size // 4),
        "line.csv": HEADER + b"x" * size,
    }


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_ten_megabytes_made_to_be_dear_take_little(app, settings, transaction, tmp_path):
    paths = [write(tmp_path / "good.csv", NORA)]
    for name, content in big(10_000_000).items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(content)
    done = ended(start(settings, "import", "clients", *map(str, paths)))
    assert done.status == 1 and done.last.startswith("imported 1, already known 0, rejected "), done.said[-2_000:]
    assert done.memory < MEMORY and done.seconds < SECONDS
    print(f"\n{done.memory:.0f} MB, {done.seconds:.1f} s: {done.last}")
