"""`units`: one row for each client, day and service, with code and units by the payer's rule, or why it is not billable."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from caseapp.attendance.billing import IN_THE_UNIT_OF_THE_DAY, Row, Terms, rows_of
from caseapp.attendance.counting import level_of
from caseapp.attendance.facts import InPhase, stays_between
from caseapp.attendance.hours import counted_by_client, stay_on
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.words import count
from caseapp.notes.queries import signed_about
from caseapp.programs.payers import PayerProfiles
from caseapp.programs.queries import all_services, profiles
from caseapp.programs.rules import INTENSIVE
from caseapp.programs.rules.billing import Care
from caseapp.reports.queries.dose import Who, clients, program_asked
from caseapp.reports.queries.times import Order
from caseapp.reports.rules import Question


@dataclass(frozen=True)
class Line:
    """A row of a client, with the name of its service."""

    client_id: str
    who: Who
    service: str
    row: Row

    def cells(self) -> list[object]:
        """As the file has them; a client is named by the record number alone."""
        row, rule = self.row, self.row.terms.rule
        by = [rule.code, row.units, rule.unit_words, rule.rounding.value] if rule.code else ["", 0, "", ""]
        named = [self.who.record_number, row.day, self.service, row.minutes, row.how, row.terms.level, row.terms.payer]
        return [*named, *by, row.why_not]


@dataclass(frozen=True)
class Result:
    """What the page shows: the part of the lines that is asked for, units by code, lines by why they are not billable."""

    shown: list[Line]
    codes: list[tuple[str, str, int]]
    reasons: list[tuple[str, int]]
    words: str
    total: int
    at: dict[str, int]
    sort: dict[str, object]


def lines(question: Question, user: Actor) -> list[Line]:
    """The rows of those whom this person may see (the command line: everyone), by name and day; a fixed number of statements."""
    program_id, whom = program_asked(question), clients(user)
    until, now = min(question.last, question.as_of), clock.now()
    terms, names = _Terms(question.first, until), {one.code: one.name for one in all_services()}
    found = [
        Line(client_id, whom[client_id], names[row.service], row)
        for client_id, sittings in _counted(question.first, until, terms)
        if client_id in whom
        for row in rows_of(sittings, terms.of(client_id), now)
        if program_id in (None, terms.program(client_id, row.day))
    ]
    return sorted(found, key=lambda line: (line.who.last_first.casefold(), line.who.record_number, line.row.day))


def _counted(first: date, last: date, terms: "_Terms") -> Iterator[tuple[str, list]]:
    # A day more, for what began the evening before and lasts past midnight.
    for client_id, rows in counted_by_client(first - timedelta(days=1), last, terms.stays, terms.profiles):
        yield client_id, [one for one in rows if one.sitting.on_day >= first]


class _Terms:
    """By what services are billed: stays, rule profiles and payers' rules, read once."""

    def __init__(self, first: date, last: date):
        self.stays, self.profiles, self.payers = stays_between(first, last), profiles(), PayerProfiles()
        self._services = {one.code: one for one in all_services()}
        self._names = {one.id: one.name for one in clinic.everything("payers")}
        self._noted = signed_about(first, last)

    def program(self, client_id: str, day: date) -> str | None:
        """In which program someone was on a day."""
        stay = stay_on(self.stays.get(client_id, ()), day)
        return stay.program_id if stay else None

    def of(self, client_id: str) -> Callable[[str, date], Terms]:
        """The terms of one client, by a service's code and a day."""
        stays, noted = self.stays.get(client_id, ()), self._noted.get(client_id, frozenset())
        return lambda service, day: self._on(stay_on(stays, day), service, day, noted)

    def _on(self, stay: InPhase | None, code: str, day: date, noted: frozenset[str]) -> Terms:
        numbers = self.profiles.on(stay.program_id if stay else None, day)
        level = level_of(stay.level_of_care, stay.hours_least, numbers) if stay else ""
        payer_id, service = stay.payer_id if stay else None, self._services[code]
        intensive = self.payers.on(payer_id, service, Care.intensive, day)
        lower = level < INTENSIVE
        rule = self.payers.on(payer_id, service, Care.lower, day) if lower else intensive
        least = rule.least_minutes if rule.least_minutes is not None else int(numbers["billable_day_minutes"])
        facts = {
            "else_paid": lower and bool(intensive.code),
            "noted": noted if numbers["bill_signed_notes_only"] else None,
        }
        return Terms(level, self._names.get(payer_id, ""), rule, least, **facts)


_SORTS: dict[str, Callable[[Line], object]] = {
    "day": lambda line: line.row.day,
    "service": lambda line: line.service,
    "minutes": lambda line: line.row.minutes,
    "why": lambda line: line.row.why_not,
}


def result(question: Question, user: Actor, order: Order) -> Result:
    """What the page shows, from the same lines as the file."""
    found = lines(question, user)
    shown = order.cut(order.put(found, _SORTS))
    codes: Counter = Counter()
    for line in found:
        if line.row.units:
            codes[line.row.terms.rule.code, line.row.terms.rule.unit_words] += line.row.units
    reasons = Counter(line.row.why_not for line in found if line.row.why_not).most_common()
    by_code = [(*code, many) for code, many in sorted(codes.items())]
    return Result(shown, by_code, reasons, finding(found), len(found), order.at(len(found)), order.sort)


def finding(found: list[Line]) -> str:
    """The answer in a sentence."""
    billable = [line for line in found if line.row.units]
    apart = [line for line in found if line.row.why_not not in ("", IN_THE_UNIT_OF_THE_DAY)]
    people = count("client", len({line.client_id for line in found}))
    return f"{count('line', len(billable)).capitalize()} to bill, {len(apart):,} not billable; {people}."
