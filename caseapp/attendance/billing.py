"""Units to bill: one row for a client, day and service, with its units by the payer's rule, or why there are none.

Plain Python. Nothing is billed here: these are the rows from which a biller works (domain.md 3.2-3.4).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from caseapp.attendance.counting import Counted
from caseapp.attendance.rules import ATTENDED
from caseapp.programs.rules.billing import Unit, UnitRule, units

NOT_MARKED, DID_NOT_COME, NOT_FINISHED = "not marked yet", "did not come", "roll-call not finished"
NO_NOTE = "note not signed"
NO_PHASE, NO_CODE, LOWER_LEVEL = "in no phase that day", "no code for this payer", "phase below level 2.1"
IN_THE_UNIT_OF_THE_DAY = "in the unit of that day"


@dataclass(frozen=True)
class Terms:
    """By what a service is billed for someone on a day.

    `level` is that of the phase (empty without one), `else_paid` says whether the payer pays for it at level 2.1 and above.
    `least_minutes` are those needed at all; `noted` the ids of the sessions whose note about them is signed, None where none is
    asked for.
    """

    level: str
    payer: str
    rule: UnitRule
    least_minutes: int
    else_paid: bool = False
    noted: frozenset[str] | None = None


@dataclass(frozen=True)
class Row:
    """A client's day of one service: minutes attended, how they met, units, and why they are none (empty where it is billable)."""

    day: date
    service: str
    minutes: int
    terms: Terms
    how: str = ""
    units: int = 0
    why_not: str = ""


def rows_of(counted: Sequence[Counted], terms: Callable[[str, date], Terms], now: datetime) -> list[Row]:
    """The rows of one client, whose sittings come in order of their start; `terms` are those of a service's code on a day."""
    rows = []
    for day, of_day in groupby(counted, lambda one: one.sitting.on_day):
        by_service: dict[str, list[Counted]] = {}
        for one in of_day:
            by_service.setdefault(one.sitting.service, []).append(one)
        rows += _with_days([_row(day, some, terms(service, day), now) for service, some in by_service.items()])
    return rows


def _row(day: date, some: list[Counted], terms: Terms, now: datetime) -> Row:
    service, minutes = some[0].sitting.service, sum(one.attended for one in some)
    row = Row(day, service, minutes, terms, how_they_met(some))
    rule, least = terms.rule, terms.least_minutes
    why_not = what_stands_against(some, terms, now)
    if why_not or rule.unit is Unit.day:  # of a day the services of one code stand together
        return replace(row, why_not=why_not)
    lengths = [one.attended for one in some] if rule.unit is Unit.session else [row.minutes]
    many = sum(units(rule, minutes, least) for minutes in lengths)
    return replace(row, units=many, why_not="" if many else f"under {least} minutes")


def how_they_met(some: Sequence[Counted]) -> str:
    """In person, telehealth, or both, of those sittings to which they came; nothing if they came to none."""
    ways = {"telehealth" if one.sitting.telehealth else "in person" for one in some if one.sitting.state in ATTENDED}
    return " and ".join(sorted(ways))


def what_stands_against(some: Sequence[Counted], terms: Terms, now: datetime) -> str:
    """Why a day of a service can't be billed whatever its minutes, or nothing. What nobody has signed off is not billed."""
    sittings = [one.sitting for one in some]
    if any(one.state is None and one.ends_at <= now for one in sittings):
        return NOT_MARKED
    came = [one for one in sittings if one.state in ATTENDED]
    if not came:
        return DID_NOT_COME if any(one.state for one in sittings) else NOT_MARKED
    if any(one.finished_at is None for one in came):
        return NOT_FINISHED
    if terms.noted is not None and any(one.session_id not in terms.noted for one in came):
        return NO_NOTE
    if not terms.level:
        return NO_PHASE
    if not terms.rule.code:
        return LOWER_LEVEL if terms.else_paid else NO_CODE
    return ""


def _with_days(rows: list[Row]) -> list[Row]:
    """The rows of one day, those paid by the day together: the first of a code has the unit, if all make the least minutes."""
    told, given = [], set()
    for row in rows:
        rule = row.terms.rule
        if row.why_not or rule.unit is not Unit.day:
            told.append(row)
            continue
        together = sum(one.minutes for one in rows if not one.why_not and one.terms.rule == rule)
        if not units(rule, together, row.terms.least_minutes):
            told.append(replace(row, why_not=f"under {row.terms.least_minutes} minutes that day"))
        elif rule.code in given:
            told.append(replace(row, why_not=IN_THE_UNIT_OF_THE_DAY))
        else:
            given.add(rule.code)
            told.append(replace(row, units=1))
    return told
