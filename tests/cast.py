"""The people of the clinic in which tests play. The staff are hired into the template; clients come with each test."""

from dataclasses import dataclass

from caseapp.core.access import COMMAND_LINE, Actor, Role
from caseapp.identity import actions, queries

PASSWORD = "a quiet walk by the river"
PEOPLE = {
    "ana": ("ana@clinic.example", "Ana Moreau", {Role.case_manager}, True),
    "carl": ("carl@clinic.example", "Carl Ito", {Role.clinician}, False),
    "sue": ("sue@clinic.example", "Sue Okafor", {Role.supervisor}, True),
    "ada": ("ada@clinic.example", "Ada Lindt", {Role.admin}, False),
    # In no team and on no caseload: must not know of anyone.
    "otto": ("otto@clinic.example", "Otto Brandt", {Role.case_manager}, False),
}


@dataclass(frozen=True)
class Member:
    """Someone of the cast: what signs in, and who acts."""

    email: str
    password: str
    role: str
    actor: Actor


@dataclass(frozen=True)
class Cast:
    """The staff as tests address them: `cast.ana`."""

    ana: Member
    carl: Member
    sue: Member
    ada: Member
    otto: Member


def hire() -> None:
    """Put the staff into an empty clinic, inside a running transaction."""
    team = queries.teams()[0]
    for email, name, roles, in_team in PEOPLE.values():
        person = actions.add_staff(email, name, roles, COMMAND_LINE, credential="LCSW")
        actions.set_password(person, PASSWORD, COMMAND_LINE)
        if in_team:
            actions.join_team(team, person, COMMAND_LINE)


def staff() -> Cast:
    """The staff as tests address them."""
    from caseapp.core.db import transaction

    with transaction():
        return Cast(**{key: _member(*person) for key, person in PEOPLE.items()})


def _member(email: str, _name: str, roles: set[Role], _in_team: bool) -> Member:
    return Member(email, PASSWORD, next(iter(roles)).value, queries.actor(queries.by_email(email)))
