"""Counseling notes (42 CFR 2.11) reach nobody but their author: a rare word in each of them is looked for everywhere else."""

import pytest
from sqlalchemy import select

from caseapp.clients.models import Client
from caseapp.core.access import Role
from caseapp.core.db import Base, db
from caseapp.identity.queries import actor, by_email
from caseapp.notes import actions
from caseapp.reports.rules import NAMES
from tests.clinic import everyone
from tests.house.walk import first_pages, pages

WORD = "Quillwort"
pytestmark = pytest.mark.parametrize("scene", ["demo"], indirect=True)
on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def kept(app, transaction) -> int:
    """A counseling note of Dana's about everyone; gives how many."""
    with transaction():
        dana, people = actor(by_email("dana@demo.example")), list(db.scalars(select(Client)))
        for one in people:
            actions.keep_counseling(one, f"{WORD} {one.id}", dana)
        return len(people)


@on_sqlite
@pytest.mark.parametrize("name", ["dana", "rosa", "eli", "farah", "amos"])
def test_no_page_no_file_and_no_search_says_a_word_of_them(app, visit, kept, name):
    [account] = [one for one in everyone(app, "demo") if one.email.startswith(f"{name}@")]
    visitor, said, seen = visit(account), set(), 0
    files = [f"/reports/{report}?format=csv" for report in NAMES]
    for endpoint, path, answer in pages(visitor, [*first_pages(app, Role(account.role)), *files]):
        seen += 1
        if WORD.encode() in answer.data:
            said.add(endpoint)
        assert endpoint == "notes.counseling" or WORD.encode() not in answer.data, path
    assert seen > 40 and said <= {"notes.counseling"} and (not said or name == "dana")
    if name != "amos":
        found = visitor.submit("/clients", {"q": WORD}, to="/clients/find")
        assert 'href="/clients/' not in found.text.split("<main")[1].replace('href="/clients/new', "")


def test_no_report_no_backup_and_no_row_says_a_word_of_them(app, kept, command, transaction, tmp_path):
    for name in NAMES:
        for form in ("table", "csv", "json"):
            assert WORD not in command("report", name, "--format", form)
    command("backup", str(tmp_path / "kept.caseapp"))
    assert WORD.encode() not in (tmp_path / "kept.caseapp").read_bytes()
    with transaction() as session:
        rows = sum((list(session.execute(select(table))) for table in Base.metadata.sorted_tables), [])
    assert len(rows) > kept and not any(WORD in str(value) for row in rows for value in row)


@on_sqlite
def test_their_author_reads_them(app, visit, kept):
    [account] = [one for one in everyone(app, "demo") if one.email.startswith("dana@")]
    found = [a.text for e, _path, a in pages(visit(account), ["/clients"]) if e == "notes.counseling"]
    assert found and all(WORD in text for text in found), "the word can be found where it may be"
