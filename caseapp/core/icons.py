"""The few icons we use, cut once from the sprite that comes with Bootstrap-Flask (1.1 MB whole, a few kB cut)."""

import re
from functools import cache
from importlib.resources import files

NAMES = (
    "arrow-counterclockwise", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "box-arrow-right", "calendar3",
    "check2", "chevron-down", "chevron-up", "circle", "clock", "dash", "download", "exclamation-octagon-fill",
    "exclamation-triangle", "eye", "eye-slash", "file-earmark-text", "hourglass-split", "info-circle", "journal-text",
    "list", "lock", "pencil", "people", "person", "plus-lg", "printer", "question-circle", "search",
    "shield-exclamation", "slash-circle", "telephone", "x-lg",
)  # fmt: skip


@cache
def icon_sprite() -> str:
    """One SVG document with a `<symbol>` per name; raises LookupError if the package no longer has one of them."""
    whole = files("flask_bootstrap").joinpath("static/bootstrap5/icons/bootstrap-icons.svg").read_text("utf-8")
    found = re.findall(r'(<symbol\b[^>]*?\bid="([^"]+)".*?</symbol>)', whole, re.DOTALL)
    symbols = {name: text for text, name in found}
    missing = [name for name in NAMES if name not in symbols]
    if missing:
        raise LookupError(f"not in the icon sprite: {', '.join(missing)}")
    cut = [re.sub(r'\s+class="[^"]*"', "", symbols[name]) for name in NAMES]
    return '<svg xmlns="http://www.w3.org/2000/svg">' + "".join(cut) + "</svg>\n"
