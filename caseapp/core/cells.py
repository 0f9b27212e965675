"""Cells of tables that leave the house: no spreadsheet takes one for a formula, and what was guarded can be read back."""

import re

# What a spreadsheet may take for the begin of a formula (also behind spaces, and in their wide forms).
_FORMULA = re.compile(r"[\s\x00]*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
# Control characters but for tab and line break: they could speak to a terminal, and mean nothing in a cell.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def safe_cell(value: object) -> str:
    """A value as a cell: nothing as an empty one, a plain number as it is, a formula behind an apostrophe."""
    text = "" if value is None else _CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def bare_cell(text: str) -> str:
    """A cell as it was before `safe_cell` guarded it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
