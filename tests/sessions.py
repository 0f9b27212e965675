"""Sessions and people on their lists, for tests: made through actions, on a Wednesday at the clinic."""

from datetime import date, datetime, time, timedelta

from caseapp.attendance.hours import Week, weeks_of_clients
from caseapp.clients import actions as clients
from caseapp.clients.models import Client
from caseapp.clinic import actions as clinic
from caseapp.clinic import queries as clinic_queries
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db
from caseapp.episodes.models import Episode, PhaseStay, Transition
from caseapp.episodes.rules import MoveKind, MoveReason
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session

WEDNESDAY = date(2026, 11, 18)
ZONE = "America/New_York"
NAMES = (
    ("Haddad", "Sam"), ("Kim", "Dae"), ("Lund", "Mia"), ("Nguyen", "Kim"), ("Ortiz", "Ben"), ("Patel", "Chandra"),
    ("Ramos", "Alicia"), ("Ramos", "Alina"), ("Reed", "Ann"), ("Silva", "Joao"), ("Webb", "Tia"), ("Weiss", "Max"),
)  # fmt: skip
THIRTY = NAMES + (
    ("Adler", "Ruth"), ("Baker", "Omar"), ("Castro", "Luz"), ("Dunn", "Ivy"), ("Eriksen", "Nils"), ("Farrow", "Gia"),
    ("Garza", "Elena"), ("Hwang", "Jae"), ("Ibarra", "Paz"), ("Jensen", "Kit"), ("Keller", "Noa"), ("Moss", "Eve"),
    ("Okoye", "Chi"), ("Price", "Ty"), ("Quist", "Una"), ("Rossi", "Leo"), ("Stone", "Fay"), ("Tran", "Bao"),
)  # fmt: skip


def at(hour: int, minute: int = 0, day: date = WEDNESDAY) -> datetime:
    """An instant of the clinic's wall clock."""
    return clock.instant(day, time(hour, minute), ZONE)


def person(
    by, last: str = "Ramos", first: str = "Alicia", admitted_on: date | None = WEDNESDAY - timedelta(days=30)
) -> Client:
    """A client of someone's caseload, admitted to the first phase unless `admitted_on` is None."""
    client = clients.register(by, first_name=first, last_name=last, born=date(1988, 3, 4))
    if admitted_on:
        admit(client, by, admitted_on)
    return client


def admit(client: Client, by, on: date) -> None:
    """Put someone into the first phase from a day on; what the gate asks before that is another room's test."""
    version = programs.version_in_use(programs.programs()[0], on)
    facts = {"program_id": version.program_id, "program_version_id": version.id, "case_manager_id": by.id}
    episode = Episode(client_id=client.id, admitted_on=on, **facts)
    db.add(episode)
    db.flush()
    phase = version.phases[0].id
    into = {"kind": MoveKind.admit, "reason": MoveReason.admitted, "to_phase_id": phase, "effective_on": on}
    transition = Transition(episode_id=episode.id, **into)
    db.add(transition)
    db.flush()
    db.add(PhaseStay(episode_id=episode.id, phase_id=phase, started_on=on, transition_in_id=transition.id))
    db.flush()


def room(name: str = "Room 2", seats: int = 14):
    """A room of the clinic."""
    there = [one for one in clinic_queries.rooms() if one.name == name]
    return there[0] if there else clinic.add_room(clinic_queries.site(), name, seats, COMMAND_LINE)


def group(
    by, people: int = 3, *, leader=None, day: date = WEDNESDAY, starts: time = time(9), ends: time = time(12), **more
) -> Session:
    """A therapy group with people on its list (of more than twelve, an education group), made three days before."""
    with clock.freeze(at(8, day=day - timedelta(days=3))):
        service = programs.service("group_therapy" if people <= len(NAMES) else "education")
        facts = {"service": service, "topic": "Relapse prevention", **more}
        session = scheduling.add_session(
            by, on_day=day, starts=starts, ends=ends, staff_ids=[(leader or by).id], **facts
        )
        for last, first in THIRTY[:people]:
            scheduling.book(session, person(by, last, first), by)
    db.flush()
    return session


def this_week(client_id: str) -> Week:
    """The running week of one client, inside a running transaction."""
    return weeks_of_clients([client_id])[client_id][0]
