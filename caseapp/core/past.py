"""What stands now, and what stood on a day or at an instant: for statements that are put together once and asked many times.

Putting a statement together takes longer than its answer for one client. So these conditions only name what they ask about,
and `as_of` says it when the statement is sent.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column, true

UNTIL, KNOWN_AT = bindparam("until"), bindparam("known_at")


def as_of(until: date | None, known_at: datetime | None) -> dict[str, Any]:
    """What UNTIL (None: no later day is left out) and KNOWN_AT (an aware instant; needed by statements of the past) stand for."""
    return {"until": until or date.max, "known_at": known_at}


def stood(model: Any, past: bool) -> ColumnElement[bool]:
    """Of a table whose rows are appended: what is in force now, or in the past what stood at KNOWN_AT."""
    if not past:
        return model.in_force == 1
    return recorded(model.recorded_at, past) & (model.superseded_at.is_(None) | (model.superseded_at > KNOWN_AT))


def recorded(at: Any, past: bool) -> ColumnElement[bool]:
    """What is on record by an instant, by its column: everything now, in the past what was at KNOWN_AT."""
    return at <= KNOWN_AT if past else true()


def spelled_out(value: int | date) -> ColumnElement[Any]:
    """A number or a day in the words of a statement: PostgreSQL, which keeps a plan, then knows it. Never what someone typed."""
    return literal_column(str(value) if isinstance(value, int) else f"'{value:%Y-%m-%d}'")
