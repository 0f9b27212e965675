"""The facts of a clinic as the plain problem of its week, read in a number of statements that grows with nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from caseapp.clients.models import Client as ClientRow
from caseapp.clinic import queries as clinic_queries
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.programs.models import Service as ServiceRow
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.rules import USUAL_HOURS
from caseapp.scheduling.times_off import Hours, working_hours
from caseapp.series import queries as series_queries
from caseapp.series.models import Series
from caseapp.series.recurrence import Frequency
from caseapp.weekplan import queries
from caseapp.weekplan.rules import Client, Clinic, Kind, Leader, Meeting, Need, Room, Service, Span
from caseapp.weekplan.running import Running, given_by, taken_by
from caseapp.weekplan.times import free_times, minute_of, without

WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class Missing:
    """What is not on record, so that something else was taken for it: names of staff, and the ids of clients."""

    hours: tuple[str, ...]
    leads: tuple[str, ...]
    free_times: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """The problem of a week from a day on, the series that it may change and those that stay, and what is not on record."""

    clinic: Clinic
    changing: tuple[Running, ...]
    staying: tuple[Running, ...]
    missing: Missing


# Whom a coordinator keeps free although they work then: the id of a member of staff, and when.
KeptFree = tuple[tuple[str, Span], ...]


def read(day: date, fixed: tuple[Meeting, ...] = (), kept_free: KeptFree = ()) -> Facts:
    """What the clinic's week from a day on is to be built from, around what is fixed.

    Of whom no hours are on record, the usual ones and those are taken in which they lead now; of whom it is not known what they
    lead, what they lead now; clients who said nothing are always free. Clients are called by their IDs: who reads what comes of
    it may not know everyone.
    """
    phases = queries.in_phases(day)
    needs = _needs(phases)
    rooms, staff = clinic_queries.rooms(), scheduling.leaders()
    runs = _running(day)
    kinds = {kind for one in needs.values() for kind in one}
    known_rooms, known_staff = {one.id for one in rooms}, {one.id for one in staff}
    changing = tuple(one for one in runs if one.may_change(kinds, known_rooms, known_staff))
    staying = tuple(one for one in runs if one not in changing)
    hours, leads = working_hours(known_staff), queries.leads_of(known_staff)
    said = queries.said_by(needs)
    taken = taken_by(staying)
    for staff_id, span in kept_free:
        taken.setdefault(staff_id, []).append(span)
    clinic = Clinic(
        tuple(Room(one.id, one.name, one.seats, tuple(sorted(taken.get(one.id, ())))) for one in rooms),
        tuple(_leader(one, hours.get(one.id), leads.get(one.id), runs, taken) for one in staff),
        _services({kind.service_id for kind in kinds}, day),
        _clients(queries.clients_of(needs), needs, said, staying, taken),
        today=tuple(meeting for one in changing for meeting in one.meetings(set(needs))),
        fixed=fixed,
    )
    missing = Missing(
        tuple(one.name for one in staff if one.id not in hours and _leads_now(one, runs)),
        tuple(one.name for one in staff if one.id not in leads),
        tuple(sorted(needs.keys() - said.keys())),
    )
    return Facts(clinic, changing, staying, missing)


def _needs(phases: dict[str, set[str]]) -> dict[str, dict[Kind, int]]:
    """By client, what the phases in which they are ask for each week; whoever is asked for nothing is left out."""
    by_phase: dict[str, list] = {}
    for one in queries.asked_weekly({phase for of_client in phases.values() for phase in of_client}):
        by_phase.setdefault(one.phase_id, []).append(one)
    needs: dict[str, dict[Kind, int]] = {}
    for client_id, of_client in phases.items():
        for one in (need for phase in of_client for need in by_phase.get(phase, ())):
            kind, mine = Kind(one.service_id, one.minutes), needs.setdefault(client_id, {})
            mine[kind] = max(mine.get(kind, 0), one.times)
    return needs


def _running(day: date) -> list[Running]:
    found = series_queries.running(day)
    members = series_queries.members_of([one.id for one in found], day)
    return [_as_running(one, members.get(one.id, frozenset()), day) for one in found]


def _as_running(series: Series, members: frozenset[str], day: date) -> Running:
    rule = series.repeats
    days = {Frequency.daily: range(7), Frequency.weekly: rule.weekdays}.get(rule.frequency) or (
        series.first_on.weekday(),
    )
    return Running(
        series.id,
        series.service_id,
        frozenset(days),
        minute_of(series.starts),
        minute_of(series.ends) if series.ends > series.starts else 24 * 60,
        series.room_id,
        tuple(sorted(lead.staff_id for lead in series.leads)),
        members,
        series.places,
        rule.frequency is Frequency.weekly
        and rule.every == 1
        and series.until is None
        and series.first_on < day + WEEK
        and series.ends > series.starts,
    )


def _leader(
    person: Staff, hours: Hours | None, leads: set[str] | None, runs: Iterable[Running], taken: dict[str, list[Span]]
) -> Leader:
    now = _leads_now(person, runs)
    works = [Span(day, minute_of(starts), minute_of(ends)) for day, (starts, ends) in (hours or USUAL_HOURS).items()]
    if hours is None:
        works += [span for one in now for span in one.spans]
    led = frozenset(leads if leads is not None else {one.service_id for one in now})
    return Leader(person.id, person.name, led, without(works, taken.get(person.id, ())))


def _leads_now(person: Staff, runs: Iterable[Running]) -> list[Running]:
    return [one for one in runs if person.id in one.leaders]


def _services(ids: set[str], day: date) -> tuple[Service, ...]:
    return tuple(_service(one, day) for one in programs.all_services() if one.id in ids)


def _service(row: ServiceRow, day: date) -> Service:
    return Service(row.id, row.name, scheduling.least_of(row, day), scheduling.limit_of(row, day))


def _clients(
    rows: list[ClientRow],
    needs: dict[str, dict[Kind, int]],
    said: dict[str, list],
    staying: Iterable[Running],
    taken: dict[str, list[Span]],
) -> tuple[Client, ...]:
    given = given_by(staying)
    return tuple(
        Client(
            one.id,
            f"ID {one.record_number}",
            tuple(
                Need(kind, left)
                for kind, times in sorted(needs[one.id].items())
                if (left := times - given[one.id, kind]) > 0
            ),
            without(free_times(said.get(one.id, ())), taken.get(one.id, ())),
        )
        for one in sorted(rows, key=lambda row: (row.last_first, row.id))
    )
