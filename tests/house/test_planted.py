"""A mistake of each kind that the house forbids is planted and must be caught."""

import pytest

from tests.house import code, markup
from tests.house.imports import broken_contracts
from tests.house.tree import copy_of_the_house

LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 40
PAGE = '{% extends "base.html" %}{% block title %}T{% endblock %}{% block content %}CONTENT{% endblock %}'

CODE_MISTAKES = [
    (code.too_long, "caseapp/core/planted.py", LONG_FUNCTION, "41 lines"),
    (code.too_long, "caseapp/core/planted.py", "x = 1\n" * 401, "401 lines"),
    (code.too_long, "templates/planted.html", "<p>\n" * 601, "601 lines"),
    (code.too_long, "caseapp/static/js/planted.js", "//\n" * 121, "121 lines"),
    (code.names_that_say_nothing, "caseapp/core/utils.py", "", "says nothing"),
    (code.names_that_say_nothing, "caseapp/helpers/__init__.py", "", "says nothing"),
    (code.clock_reads, "caseapp/core/planted.py", "import datetime\nx = datetime.datetime.now()\n", "planted.py:2"),
    (code.clock_reads, "caseapp/core/planted.py", "from datetime import date\nx = date.today()\n", "planted.py:2"),
    (code.clock_reads, "caseapp/core/planted.py", "import time\nx = time.time()\n", "planted.py:2"),
    (code.clock_reads, "caseapp/core/planted.py", "from time import time\n", "planted.py:1"),
    (code.clock_reads, "caseapp/core/planted.py", "from sqlalchemy import func\nx = func.now()\n", "planted.py:2"),
    (code.ended_transactions, "caseapp/clients/routes.py", "def new():\n    db.session.commit()\n", "routes.py:2"),
    (code.ended_transactions, "caseapp/clients/actions.py", "def new():\n    db.commit()\n", "actions.py:2"),
    (code.traces_of_a_machine, "docs/planted.md", "see /home" + "/ann/notes\n", "planted.md:1"),
    (code.traces_of_a_machine, "tests/planted.txt", "--index" + "-url somewhere\n", "planted.txt:1"),
    (
        code.imports_in_migrations,
        "migrations/versions/planted.py",
        "from caseapp.core.db import Base\n",
        "planted.py:1",
    ),
    (
        code.weak_tests,
        "tests/test_planted.py",
        "import pytest\n@pytest.mark.sk" + "ip\ndef test(): ...\n",
        "planted.py:2",
    ),
    (code.weak_tests, "tests/test_planted.py", "from unittest.mock import Mock\n", "planted.py:1"),
]

TEMPLATE_MISTAKES = [
    ('<p style="color: red">', "inline style"),
    ("<style>p {}</style>", "inline style"),
    ("<script>alert(1)</script>", "inline script"),
    ('<button onclick="go()">', "inline handler"),
    ('<a href="javascript:go()">', "javascript:"),
    ('<script src="https://elsewhere.example/x.js"></script>', "another origin"),
    ('<form method="post">', "novalidate"),
    ("<h1>One</h1><h1>Two</h1>", "more than one h1"),
    ("<p>The patient relapsed.</p>", "not our word: patient"),
]

IMPORT_MISTAKES = {
    "caseapp/audit/queries.py": ("import caseapp.identity.models", "Rooms stand on floors"),
    "caseapp/planted/__init__.py": ("", "Rooms stand on floors"),
    "caseapp/identity/rules.py": ("import sqlalchemy", "Rules are plain Python"),
    "caseapp/audit/models.py": ("import caseapp.audit.actions", "Models know only rules"),
    "caseapp/identity/queries.py": ("import caseapp.identity.actions", "Queries only read"),
    "caseapp/identity/actions.py": ("import caseapp.identity.forms", "Actions know nothing of forms"),
    "caseapp/identity/forms.py": ("import caseapp.audit.actions", "Forms are the shape of input"),
    "caseapp/audit/actions.py": ("import flask", "know nothing of the web"),
    "caseapp/identity/routes.py": ("import caseapp.core.db", "Routes never touch the session"),
}


def plant(root, path, text):
    """Write a file of a copied tree, whatever stood there."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize(("check", "path", "text", "said"), CODE_MISTAKES)
def test_code_mistake_is_caught(tmp_path, check, path, text, said):
    plant(tmp_path, path, text)
    assert any(said in finding for finding in check(tmp_path))


@pytest.mark.parametrize(("check", "path", "text", "said"), CODE_MISTAKES)
def test_an_empty_file_in_its_place_is_not(tmp_path, check, path, text, said):
    plant(tmp_path, "caseapp/core/quiet.py", "x = 1\n" * 400)
    assert check(tmp_path) == []


@pytest.mark.parametrize(("markup_text", "said"), TEMPLATE_MISTAKES)
def test_template_mistake_is_caught(tmp_path, markup_text, said):
    plant(tmp_path, "templates/clients/planted.html", PAGE.replace("CONTENT", markup_text))
    assert any(said in finding for finding in markup.template_mistakes(tmp_path))


def test_page_without_a_title_is_caught_and_a_good_page_is_not(tmp_path):
    plant(tmp_path, "templates/clients/planted.html", '{% extends "base.html" %}{# style="x" patient #}')
    plant(tmp_path, "templates/clients/good.html", PAGE.replace("CONTENT", '<form method="post" novalidate></form>'))
    assert markup.template_mistakes(tmp_path) == ["templates/clients/planted.html:1: a page without a title block"]


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<main><h1>A</h1></main>", "no title"),
        ("<title>A</title><main></main>", "0 h1"),
        ("<title>A</title><main><h1>A</h1><h1>B</h1></main>", "2 h1"),
        ("<title>A</title><h1>A</h1>", "0 main"),
        ('<title>A</title><main><h1>A</h1><p style="x"></main>', "style"),
        ('<title>A</title><main><h1>A</h1><form novalidate method="post"></form></main>', "without a token"),
        ('<title>A</title><main><h1>A</h1><form></form></main>', "without novalidate"),
        ('<title>A</title><main><h1>A</h1><i id="a"></i><i id="a"></i></main>', "id twice: a"),
    ],
)  # fmt: skip
def test_rendered_mistake_is_caught(html, said):
    assert said in " ".join(markup.page_mistakes(html))


def test_each_import_that_a_contract_forbids_is_caught(tmp_path):
    house = copy_of_the_house(tmp_path)
    assert broken_contracts(house) == ""
    for path, (text, _contract) in IMPORT_MISTAKES.items():
        file = house / path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text() if file.exists() else ""
        file.write_text(before + text + "\n")
    said = broken_contracts(house)
    broken = [line for line in said.splitlines() if line.rstrip().endswith("BROKEN")]
    for contract in {contract for _text, contract in IMPORT_MISTAKES.values()}:
        assert any(contract in line for line in broken), f"{contract}\n{said}"
