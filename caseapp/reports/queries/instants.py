"""Instants as a database can count them: by the clinic's clocks, and in minutes between two of them. The same on both engines."""

from datetime import date

from sqlalchemy import BigInteger, ColumnElement, DateTime, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from caseapp.core import clock


class shifted(FunctionElement):
    """What clocks show that are so many seconds ahead of UTC: `shifted(instant, seconds)`. Has no zone any more."""

    type = DateTime()
    inherit_cache = True


@compiles(shifted)
def _by_interval(element, compiler, **words):
    instant, seconds = (compiler.process(one, **words) for one in element.clauses)
    return f"(({instant} AT TIME ZONE 'UTC') + ({seconds}) * INTERVAL '1 second')"


@compiles(shifted, "sqlite")
def _by_modifier(element, compiler, **words):
    instant, seconds = (compiler.process(one, **words) for one in element.clauses)
    return f"strftime('%Y-%m-%d %H:%M:%S', substr({instant}, 1, 19), ({seconds}) || ' seconds')"


class minutes_between(FunctionElement):
    """Whole minutes that pass from one instant to a later one: `minutes_between(later, earlier)`. Parts of a second are left out."""

    type = BigInteger()
    inherit_cache = True


@compiles(minutes_between)
def _by_epoch(element, compiler, **words):
    later, earlier = (f"FLOOR(EXTRACT(EPOCH FROM {compiler.process(one, **words)}))" for one in element.clauses)
    return f"(CAST({later} - {earlier} AS BIGINT) / 60)"


@compiles(minutes_between, "sqlite")
def _by_unix_time(element, compiler, **words):
    # Cut to whole seconds, for SQLite would round to thousandths first.
    later, earlier = (f"strftime('%s', substr({compiler.process(one, **words)}, 1, 19))" for one in element.clauses)
    return f"(({later} - {earlier}) / 60)"


def wall_time(instant: ColumnElement, first: date, last: date, zone: str) -> ColumnElement:
    """What the clocks of a zone show at an instant that lies on one of these days, the nights included on which they change.

    No engine is asked for the zone: SQLite knows none, and PostgreSQL its own edition of them.
    """
    known = [(begins, int(ahead.total_seconds())) for begins, ahead in clock.offsets(first, last, zone)]
    at_first = literal(known[0][1])
    later = [(instant >= begins, seconds) for begins, seconds in reversed(known[1:])]
    return shifted(instant, case(*later, else_=at_first) if later else at_first)
