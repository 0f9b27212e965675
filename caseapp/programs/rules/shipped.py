"""What `setup` ships: the services, and the phases of Intensive outpatient (contract.md; domain.md 10)."""

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
