"""Who may do what: roles and permissions on one screen, and the gate each request passes.

Default is no: a view that declares neither `@requires(Can.X)` nor `@public` is refused for everyone.
Which clients someone may see is another question, answered by `clients.queries.visible_to`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import UserMixin, current_user
from sqlalchemy.exc import SQLAlchemyError

from caseapp.core.errors import Refused
from caseapp.core.words import one_of


class Role(StrEnum):
    """What someone is in the clinic. A person may be several."""

    case_manager = auto()
    clinician = auto()
    supervisor = auto()
    admin = auto()


class Can(StrEnum):
    """One thing a person may do."""

    use_own_account = auto()
    see_today = auto()
    see_clients = auto()
    see_clinical_text = auto()
    edit_clients = auto()
    screen_and_admit = auto()
    decide_care_access = auto()
    see_schedule = auto()
    edit_schedule = auto()
    build_week = auto()
    mark_attendance = auto()
    excuse_absences = auto()
    write_notes = auto()
    cosign_notes = auto()
    keep_counseling_notes = auto()
    see_phases = auto()
    move_phases = auto()
    propose_moves = auto()
    decide_moves = auto()
    record_crisis = auto()
    follow_up_crisis = auto()
    record_measures = auto()
    record_drug_tests = auto()
    keep_medications = auto()
    write_plans = auto()
    sign_plans = auto()
    see_tasks = auto()
    give_tasks = auto()
    see_reports = auto()
    see_people_behind_figures = auto()
    edit_programs = auto()
    manage_staff = auto()
    manage_clinic = auto()
    bring_in_clients = auto()
    see_audit = auto()


EVERYONE = {Can.use_own_account, Can.record_crisis}
CARE = EVERYONE | {
    Can.see_today,
    Can.see_clients,
    Can.see_clinical_text,
    Can.edit_clients,
    Can.see_schedule,
    Can.mark_attendance,
    Can.write_notes,
    Can.see_phases,
    Can.propose_moves,
    Can.follow_up_crisis,
    Can.record_measures,
    Can.record_drug_tests,
    Can.keep_medications,
    Can.write_plans,
    Can.see_tasks,
}

ROLES: dict[Role, set[Can]] = {
    Role.case_manager: CARE
    | {
        Can.screen_and_admit,
        Can.edit_schedule,
        Can.move_phases,
        Can.see_reports,
        Can.see_people_behind_figures,
    },
    Role.clinician: CARE | {Can.edit_schedule, Can.keep_counseling_notes, Can.sign_plans},
    Role.supervisor: CARE
    | {
        Can.screen_and_admit,
        Can.edit_schedule,
        Can.move_phases,
        Can.decide_moves,
        Can.decide_care_access,
        Can.excuse_absences,
        Can.cosign_notes,
        Can.sign_plans,
        Can.keep_counseling_notes,
        Can.give_tasks,
        Can.build_week,
        Can.see_reports,
        Can.see_people_behind_figures,
    },
    Role.admin: EVERYONE
    | {
        Can.build_week,
        Can.see_reports,
        Can.see_people_behind_figures,
        Can.edit_programs,
        Can.manage_staff,
        Can.manage_clinic,
        Can.bring_in_clients,
        Can.see_audit,
    },
}


@dataclass(frozen=True)
class Actor(UserMixin):
    """Someone who acts: what a request, a command or a job needs to know of a member of staff.

    `id` is None for the command line. `team_ids` are the teams of today. `ends_at` is when the sign-in ends if nothing is done.
    """

    id: str | None
    name: str
    roles: frozenset[Role] = frozenset()
    team_ids: frozenset[str] = frozenset()
    credential: str = ""
    session_id: str | None = None
    ends_at: datetime | None = None
    compact_rows: bool = False
    permissions: frozenset[Can] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", frozenset().union(*(ROLES[role] for role in self.roles)))

    def can(self, permission: Can) -> bool:
        return permission in self.permissions

    def get_id(self) -> str | None:
        return self.id


COMMAND_LINE = Actor(id=None, name="command line")


def requires(permission: Can) -> Callable:
    """Declare what a view needs. Put it right above the function."""

    def declare(view: Callable) -> Callable:
        view.access = permission
        return view

    return declare


def public(view: Callable) -> Callable:
    """Declare that a view is open to anyone, signed in or not."""
    view.access = "public"
    return view


def access_of(app: Flask, endpoint: str) -> Can | str | None:
    """What an endpoint declares: a permission, `"public"`, or None if it was forgotten."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return "public"
    return getattr(app.view_functions[endpoint], "access", None)


def gate():
    """Runs before each view: undeclared is refused, signed out goes to sign-in, not permitted is a 403."""
    if request.endpoint is None:
        return None if current_user.is_authenticated else _to_sign_in()
    needed = access_of(current_app, request.endpoint)
    if needed == "public":
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if needed is None:
        raise Refused("This page has no owner in the access table, so nobody may open it.")
    if not current_user.can(needed):
        raise Refused(who_can(needed))
    return None


def who_can(permission: Can, do: str = "open this") -> str:
    """The sentence of a 403: which roles may, and up to three people who work here and hold one.

    Without a database the roles alone are named.
    """
    roles = [role for role, may in ROLES.items() if permission in may]
    if not roles:
        return "Nobody's role can open this."
    try:
        people = current_app.extensions["names_of_roles"](roles)
    except SQLAlchemyError:
        people = []
    words = [role.value.replace("_", " ") for role in roles]
    article = "an" if words[0][0] in "aeiou" else "a"
    return f"Only {article} {one_of(words)} can {do}." + (f" {one_of(people, 'and')} can." if people else "")


def _to_sign_in():
    """A page is remembered and returned to; a form sent too late is kept as a draft for whom it was."""
    if request.is_json or request.headers.get("X-Requested-With"):
        abort(401)
    path = request.full_path.rstrip("?") if request.method == "GET" else _kept_late() or (request.referrer or "")
    return redirect(url_for("identity.sign_in", next=local_path(path)))


def _kept_late() -> str | None:
    """Where to go on after a form was sent too late: to its page, with what was sent, if its sign-in ended by time alone."""
    owner_id = current_app.extensions["late_owner"]()
    return current_app.extensions["keep_late_form"](owner_id) if owner_id else None


def local_path(target: str | None) -> str | None:
    """The path of an address on this site, or None for anything that could lead elsewhere."""
    if not target:
        return None
    if "%" in target.partition("?")[0] or any(letter.isspace() for letter in target):
        return None  # no address of ours has such a path, and what a browser or a proxy makes of it is not known
    if target.startswith(request.host_url):
        target = "/" + target[len(request.host_url) :]
    harmless = target.startswith("/") and not target.startswith("//") and "\\" not in target
    return target if harmless and target.isprintable() else None
