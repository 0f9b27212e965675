"""Shared macros read their arguments and what every template has, so that pages bring them in without their own context."""

import re
from pathlib import Path

import pytest
from jinja2 import meta

ROOT = Path(__file__).resolve().parents[2] / "templates"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "macros").glob("*.html")))
def test_shared_macros_read_nothing_of_the_page(app, name):
    source = (ROOT / "macros" / name).read_text()
    read = meta.find_undeclared_variables(app.jinja_env.parse(source)) - set(app.jinja_env.globals)
    assert read - set(re.findall(r"{%-? set (\w+)", source)) == set()


def test_they_are_put_together_once():
    asking = re.compile(r'from "macros/[^%]*with context %}')
    assert [path.name for path in ROOT.rglob("*.html") if asking.search(path.read_text())] == []
