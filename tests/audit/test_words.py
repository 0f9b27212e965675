"""Every code that is written to the log has words, and so has every page that may be looked at or refused."""

import ast
from pathlib import Path

import caseapp
from caseapp.audit import words
from caseapp.audit.rules import Kind

SOURCE = Path(caseapp.__file__).parent


def written() -> set[tuple[str, str, bool]]:
    """(function, code or its beginning, whether it is whole) of each call that writes an event."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = {"changed": 0, "changed_together": 0, "record": 1}.get(name)
            code = node.args[at] if at is not None and len(node.args) > at else None
            if isinstance(code, ast.Constant) and isinstance(code.value, str) and "." in code.value:
                found.add((name, code.value, True))
            elif isinstance(code, ast.JoinedStr) and isinstance(code.values[0], ast.Constant):
                found.add((name, code.values[0].value, False))
    return found


def test_every_change_has_words():
    codes = {code for name, code, whole in written() if name.startswith("changed") and whole}
    assert len(codes) > 50
    assert sorted(codes - set(words.DONE)) == []
    for beginning in {code for name, code, whole in written() if name.startswith("changed") and not whole}:
        assert any(code.startswith(beginning) for code in words.DONE), beginning


def test_every_other_code_has_words():
    codes = {code for name, code, whole in written() if name == "record" and whole}
    assert codes and sorted(codes - set(words.SIGNED_IN) - set(words.TAKEN_OUT)) == []


def test_every_page_has_words(app):
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")}
    assert sorted(pages - set(words.PAGES)) == []
    assert set(words.OPENED) <= set(words.PAGES)


def test_no_code_is_shown_as_it_is(transaction):
    assert words.said(Kind.change, "later.new_thing") == "Changed: later, new thing"
    assert words.said(Kind.refusal, "clients.edit") == "Refused: the details"
    assert words.said(Kind.read, "chart.show") == "Opened the chart"
    assert words.said(Kind.read, "chart.phases") == "Looked at the phases"
    assert words.said(Kind.export, "reports.census") == "Took out a file: reports, census"
