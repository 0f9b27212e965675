"""Staff in two teams, rooms, payers, other providers."""

from datetime import timedelta

from caseapp.cli.demo.making import Demo
from caseapp.clinic import actions as clinic
from caseapp.clinic import queries as clinic_queries
from caseapp.clinic.rules import ProviderKind
from caseapp.core.access import COMMAND_LINE, Role
from caseapp.identity import actions as identity
from caseapp.identity import queries as staff
from caseapp.identity.rules import DEMO_PASSWORD, DEMO_STAFF

SINCE = timedelta(days=330)
HOSPITAL, DAY_PROGRAM, RESIDENCE = "Harbor Hospital", "Elm Street Day Program", "Hillside House"
ROOMS = (("Room 1", 36), ("Room 2", 14), ("Room 3", 12), ("Office 4", 3))
PAYERS = ("State Medicaid plan", "Commonwealth Health", "Self-pay")
PROVIDERS = (
    (HOSPITAL, ProviderKind.withdrawal_management, "555-0190"),
    (DAY_PROGRAM, ProviderKind.partial_hospitalization, "555-0191"),
    (RESIDENCE, ProviderKind.residential, "555-0192"),
    ("Northgate Recovery", ProviderKind.outpatient, "555-0193"),
)


def furnish(demo: Demo) -> None:
    """Hire the staff and set the clinic up, some time before the first client."""
    with demo.at(demo.today - SINCE):
        _hire(demo)
        site = clinic_queries.site()
        for name, seats in ROOMS:
            clinic.add_room(site, name, seats, COMMAND_LINE)
        for name in PAYERS:
            clinic.add_payer(name, COMMAND_LINE)
        for name, kind, phone in PROVIDERS:
            clinic.add_provider(name, kind, COMMAND_LINE, phone)


def _hire(demo: Demo) -> None:
    day, evening = staff.teams()[0], identity.add_team("Evening team", COMMAND_LINE)
    hired = {}
    for email, name, role, credential in DEMO_STAFF:
        person = identity.add_staff(email, name, {Role(role)}, COMMAND_LINE, credential, "555-0142")
        hired[email.split("@")[0]] = person
        for team in {"eli": [day], "mara": [evening], "farah": [day, evening]}.get(email.split("@")[0], []):
            identity.join_team(team, person, COMMAND_LINE)
    identity.set_known_password(list(hired.values()), DEMO_PASSWORD, COMMAND_LINE)
    demo.staff |= {name: staff.actor(person) for name, person in hired.items()}
