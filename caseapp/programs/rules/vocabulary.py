"""The words of programs: states of a version, levels of care, how often, and the sentences of broken constraints."""

from enum import StrEnum, auto


class VersionState(StrEnum):
    """A draft may be edited; a published version is read-only for good."""

    draft = auto()
    published = auto()


class Capacity(StrEnum):
    """By which limit a session of a service is filled."""

    individual = auto()
    counseling_group = auto()
    education_group = auto()


class Per(StrEnum):
    """In which span a service is asked for so many times."""

    week = auto()
    month = auto()


# Levels that people live at home with, most support first (domain.md 2.2). The rule of hours is in `checks`.
INTENSIVE, UNDER_INTENSIVE = "2.1", "1.5"
LEVELS = (
    ("2.5", "2.5 High-intensity outpatient, 20 hours a week or more"),
    (INTENSIVE, "2.1 Intensive outpatient, 9 to 19 hours a week"),
    ("1.7", "1.7 Medically managed outpatient"),
    (UNDER_INTENSIVE, "1.5 Outpatient therapy, under 9 hours a week"),
    ("1.0", "1.0 Long-term remission monitoring"),
)
CAPACITY_WORDS = {
    Capacity.individual: "One person",
    Capacity.counseling_group: "Counseling group",
    Capacity.education_group: "Education group",
}

READ_ONLY = "A published version is read-only."
READ_ONLY_WAY_OUT = "Make a new version first, and change that one."
DRAFT_EXISTS = "There is a draft already. Edit, publish or discard it first."
MOST_PHASES = 12

CONSTRAINTS = {
    "uq_program_name": ("There is a program of this name already.", "name"),
    "uq_program_version_program_id_number": (DRAFT_EXISTS, None),
    "uq_program_version_one_draft": (DRAFT_EXISTS, None),
    "uq_phase_program_version_id_name": ("There is a phase of this name in this version already.", "name"),
    "uq_phase_program_version_id_position": ("Someone else changed the order meanwhile. Look at it again.", None),
    "ck_phase_hours_in_order": ("The most hours must not be under the least.", "hours_most"),
    "ck_phase_weeks_in_order": ("The weeks expected must not end before they begin.", "weeks_expected_most"),
    "uq_service_name": ("There is a service of this name already.", "name"),
    "uq_service_code": ("There is a service of this name already.", "name"),
    "uq_service_requirement_phase_id_service_id": ("This phase asks for this service already.", "service_id"),
    "ck_criterion_numbers_in_order": ("Enter numbers that are not below 0.", None),
    "uq_rule_setting_in_force": ("Someone else saved this setting meanwhile. Look at it again.", None),
    "uq_payer_rule_in_force": ("Someone else saved this meanwhile. Look at it again.", None),
    "ck_program_version_published_is_read_only": (f"{READ_ONLY} {READ_ONLY_WAY_OUT}", None),
}
