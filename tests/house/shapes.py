"""A page without its words: what two pages share that look alike, so that one of them is looked at for both."""

import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What decides how an element looks and what it is to a machine; its words, addresses and ids are its own.
TELLING = {"class", "type", "role", "hidden", "disabled", "required", "checked", "selected", "autocomplete", "scope"}
# Where only being there matters: a name, a description, an address.
THERE = {"alt", "href", "title", "for", "lang", "tabindex", "id"}


@dataclass
class _Element:
    said: str
    inside: dict[str, None] = field(default_factory=dict)
    """The shapes of its parts in order; those alike are told once, for a list of five rows looks like one of six."""

    def shape(self) -> str:
        return f"{self.said}({','.join(self.inside)})"


class _Shape(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [_Element("page")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value for name, value in attrs if name in TELLING or name.startswith("aria-")}
        there = sorted(name for name, value in attrs if name in THERE and value)
        self.open.append(_Element(f"{tag}{sorted(_plain(told).items())}{there}"))
        if tag in VOID:
            self._close()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and len(self.open) > 1:
            self._close()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.open[-1].inside["text"] = None

    def _close(self) -> None:
        closed = self.open.pop()
        self.open[-1].inside[closed.shape()] = None


def _plain(told: dict[str, str | None]) -> dict[str, str]:
    """Labels and ids that attributes point to count as there or not."""
    named = {"aria-label", "aria-labelledby", "aria-describedby", "aria-controls", "aria-valuenow", "aria-valuetext"}
    return {name: "…" if name in named and value else value or "" for name, value in told.items()}


def shape_of(html: str) -> str:
    """A digest of a page's elements, with what makes them look as they do, and without words, numbers and addresses."""
    page = _Shape()
    page.feed(html)
    while len(page.open) > 1:
        page._close()
    return hashlib.sha256(page.open[0].shape().encode()).hexdigest()


def first_to_see(shape: str, folder: Path) -> bool:
    """True for the first of all processes that asks of a shape; the folder remembers what was asked."""
    folder.mkdir(exist_ok=True)
    try:
        (folder / shape).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
