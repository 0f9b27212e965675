"""Checks on templates as written, and on pages as rendered."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from tests.house.tree import at, files

# Words that hurt or mislead, where no other meaning is likely. Names of permissions and tags are not words on a page.
NOT_OUR_WORDS = [
    "patient", "patients", "addict", "addicts", "abuser", "abusers", "alcoholic", "junkie", "substance abuse",
    "drug habit", "relapsed", "fell off", "drying out", "self-help group", "OD'd", "demote", "demoted", "regress",
    "graduated", "dropped out", "AMA", "kicked out", "failed to attend", "non-compliant", "noncompliant", "truant",
    "suicidal gesture", "committed suicide", "break the glass", "oops", "please",
]  # fmt: skip
_WORDS = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, NOT_OUR_WORDS)) + r")(?![\w-])", re.IGNORECASE)
# The report on discharges shows the words of the national data set, with their definition .
WORDS_OF_A_DATA_SET = {"templates/reports/discharges.html": {"dropped out", "terminated"}}

_INLINE = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I),
    "inline style": re.compile(r"<style\b|<[a-z][^>]*\sstyle\s*=", re.I),
    "inline handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.I),
    "javascript: address": re.compile(r"javascript:", re.I),
    "address of another origin": re.compile(
        r"<(?:script|link|img|use|iframe)[^>]*(?:src|href)=[\"']?(?:https?:)?//", re.I
    ),
}
_COMMENT = re.compile(r"\{#.*?#\}", re.S)
_JINJA = re.compile(r"\{[{%].*?[}%]\}", re.S)
_TAG = re.compile(r"<[^>]*>", re.S)
_EXTENDS = re.compile(r"\{%-?\s*extends\b")


def template_mistakes(root: Path) -> list[str]:
    """What stands wrong in a template's own text."""
    found = []
    for path in files(root, ".html", under=("templates",)):
        # Comments become blank lines, so that what is found keeps its line.
        text = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), path.read_text())
        for kind, pattern in _INLINE.items():
            found += [at(root, path, _line(text, match.start()), kind) for match in pattern.finditer(text)]
        for match in re.finditer(r"<form\b[^>]*>", _JINJA.sub(_blank, text), re.I):
            if "novalidate" not in match[0]:
                found.append(at(root, path, _line(text, match.start()), "a form without novalidate"))
        # Pages live in the folder of their room; what lies above the rooms is a frame for pages.
        if (
            _EXTENDS.search(text)
            and path.parent != root / "templates"
            and not re.search(r"\{%-?\s*block\s+title\b", text)
        ):
            found.append(at(root, path, 1, "a page without a title block"))
        if text.lower().count("<h1") > 1:
            found.append(at(root, path, 1, "more than one h1"))
        found += [at(root, path, line, f"not our word: {word}") for line, word in _wrong_words(root, path, text)]
    return found


def _wrong_words(root: Path, path: Path, text: str) -> list[tuple[int, str]]:
    allowed = WORDS_OF_A_DATA_SET.get(path.relative_to(root).as_posix(), set())
    seen = _TAG.sub(_blank, _JINJA.sub(_blank, text))
    return [(_line(seen, m.start()), m[0]) for m in _WORDS.finditer(seen) if m[0].lower() not in allowed]


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


@dataclass
class _Page(HTMLParser):
    """What a rendered page holds of the things we care for."""

    counts: dict[str, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    title: str = ""
    wrong: list[str] = field(default_factory=list)
    inside: str = ""
    form: dict | None = None
    text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.inside = tag
        self.ids += [given["id"]] if given.get("id") else []
        for name, value in given.items():
            if name == "style" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.wrong.append(f"<{tag} {name}=...>")
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.wrong.append(f"<{tag}> with content of its own")
        if tag == "form":
            self._begin_form(given)
        elif tag == "input" and self.form is not None and given.get("name") == "csrf_token":
            self.form["token"] = True

    def _begin_form(self, given: dict[str, str | None]) -> None:
        if "novalidate" not in given:
            self.wrong.append(f"a form without novalidate: {given.get('action')}")
        self.form = {
            "posts": (given.get("method") or "get").lower() == "post",
            "token": False,
            "to": given.get("action"),
        }

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""
        if tag == "form" and self.form is not None:
            if self.form["posts"] and not self.form["token"]:
                self.wrong.append(f"a form that posts without a token: {self.form['to']}")
            self.form = None

    def handle_data(self, data: str) -> None:
        if self.inside == "title":
            self.title += data
        elif self.inside not in {"script", "style"}:
            self.text.append(data)


def page_mistakes(html: str) -> list[str]:
    """What is wrong with a rendered page; empty if nothing is."""
    page = _Page()
    page.feed(html)
    wrong = list(page.wrong)
    if not page.title.strip():
        wrong.append("no title")
    if page.counts.get("h1", 0) != 1:
        wrong.append(f"{page.counts.get('h1', 0)} h1 instead of one")
    if page.counts.get("main", 0) != 1:
        wrong.append(f"{page.counts.get('main', 0)} main instead of one")
    wrong += [f"id twice: {name}" for name in sorted({name for name in page.ids if page.ids.count(name) > 1})]
    return wrong
