"""What `setup` ships: the services, and the phases of Intensive outpatient (contract.md; domain.md 10)."""

from caseapp.programs.rules.criteria import Asks, Kind
from caseapp.programs.rules.vocabulary import Capacity

# Code, name, whether it counts as treatment hours, by which limit it fills, planned minutes.
SHIPPED_SERVICES = (
    ("group_therapy", "Group therapy", True, Capacity.counseling_group, 180),
    ("individual_counseling", "Individual counseling", True, Capacity.individual, 50),
    ("cbt", "CBT", True, Capacity.counseling_group, 90),
    ("medication_management", "Medication management", True, Capacity.individual, 30),
    ("case_management", "Case management", False, Capacity.individual, 30),
    ("life_skills", "Life skills", True, Capacity.education_group, 90),
    ("crisis", "Crisis", True, Capacity.individual, 60),
    ("family_session", "Family session", True, Capacity.counseling_group, 60),
    ("education", "Education", True, Capacity.education_group, 60),
)


def _phase(
    name: str, level: str, hours: tuple[float, float], days: int, weeks: tuple[int, int], *requirements: tuple
) -> dict:
    return {
        "name": name,
        "level_of_care": level,
        "hours_least": hours[0],
        "hours_most": hours[1],
        "days_a_week": days,
        "weeks_expected_least": weeks[0],
        "weeks_expected_most": weeks[1],
        "weeks_least": weeks[0],
        "requirements": requirements,
    }


# domain.md section 10: hours fall from phase to phase. Under nine hours a week it is level 1.5, not 2.1.
SHIPPED_PHASES = (
    _phase(
        "Phase 1", "2.1", (9, 19), 3, (4, 6),
        ("group_therapy", 3, "week", 180), ("individual_counseling", 1, "week", 50), ("case_management", 1, "week", 30),
    ),
    _phase(
        "Phase 2", "1.5", (6, 9), 2, (4, 5),
        ("group_therapy", 2, "week", 180), ("individual_counseling", 1, "week", 50), ("case_management", 2, "month", 30),
    ),
    _phase("Phase 3", "1.5", (1.5, 6), 1, (8, 8), ("cbt", 1, "week", 90), ("individual_counseling", 2, "month", 50)),
    _phase("Continuing care", "1.0", (0, 1.5), 1, (26, 35), ("individual_counseling", 1, "month", 50)),
)  # fmt: skip


def _criteria(weeks: int, hours: float, *more: Asks) -> tuple[Asks, ...]:
    """What every phase of treatment asks (domain.md 1.3, 3.4 number 7; ui.md 5.11): time and dose, then what must be met."""
    return (
        Asks(Kind.weeks_in_phase, weeks),
        Asks(Kind.hours_attended, hours, 3),
        Asks(Kind.no_unexcused_absence, span=14),
        *more,
        Asks(Kind.no_open_crisis_follow_up, must=True),
        Asks(Kind.risk_screen, span=7, must=True),
        Asks(Kind.absences, 2, 14),
        Asks(Kind.hours_short, hours, 2),
        Asks(Kind.crisis_contact, span=14),
    )


# By position of the phase. A version published earlier keeps the criteria it has, or none.
SHIPPED_CRITERIA = (
    _criteria(4, 9, Asks(Kind.plan_signed, must=True)),
    _criteria(4, 6, Asks(Kind.plan_reviewed, span=30)),
    _criteria(8, 1.5, Asks(Kind.plan_reviewed, span=30), Asks(Kind.clinician_agrees)),
    (
        Asks(Kind.weeks_in_phase, 26),
        Asks(Kind.no_open_crisis_follow_up, must=True),
        Asks(Kind.risk_screen, span=30, must=True),
        Asks(Kind.crisis_contact, span=14),
    ),
)
