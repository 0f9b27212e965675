"""The header's links: which place, for which roles, in which order."""

from dataclasses import dataclass

from caseapp.core.access import Can, Role


@dataclass(frozen=True)
class Place:
    """One link. `rooms` are the blueprints in which it counts as the current place."""

    label: str
    endpoint: str
    needs: Can
    for_roles: frozenset[Role]
    rooms: frozenset[str]


CARE = frozenset({Role.case_manager, Role.clinician, Role.supervisor})
ADMIN = frozenset({Role.admin})


def _place(label: str, endpoint: str, needs: Can, roles: frozenset[Role], *rooms: str) -> Place:
    return Place(label, endpoint, needs, roles, frozenset(rooms or {endpoint.split(".")[0]}))


NAVIGATION = (
    _place("Today", "today.index", Can.see_today, CARE),
    _place(
        "Clients",
        "clients.index",
        Can.see_clients,
        CARE,
        "clients",
        "chart",
        "episodes",
        "plans",
        "measures",
        "use",
        "assessments",
        "medications",
        "drug_tests",
    ),
    _place(
        "Schedule",
        "scheduling.index",
        Can.see_schedule,
        CARE,
        "scheduling",
        "series",
        "closures",
        "waitlist",
        "weekplan",
        "weeks",
        "attendance",
    ),
    _place("Phases", "progress.index", Can.see_phases, CARE),
    _place("Crisis", "crisis.index", Can.follow_up_crisis, CARE),
    _place("Reports", "reports.index", Can.see_reports, CARE | ADMIN),
    _place("Week", "weekplan.index", Can.build_week, ADMIN),
    _place("Programs", "programs.index", Can.edit_programs, ADMIN),
    _place("Staff", "identity.staff", Can.manage_staff, ADMIN, "identity"),
    _place("Clinic", "clinic.index", Can.manage_clinic, ADMIN),
    _place("Import", "interchange.index", Can.bring_in_clients, ADMIN),
    _place("Audit", "audit.index", Can.see_audit, ADMIN),
)
