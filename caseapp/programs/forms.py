"""Forms of the program editor, the rule profile and the services."""

from typing import Any

from wtforms import BooleanField

from caseapp.core.fields import ChoiceList, ChoiceRadios, DayField, LineText, MinutesField, Needed, NumberField
from caseapp.core.forms import BOOKKEEPING, CreatingForm, EditingForm
from caseapp.programs import queries
from caseapp.programs.rules import CAPACITY_WORDS, LEVELS, Capacity, Per, Setting

YES_NO = [("yes", "Yes, it counts as treatment hours"), ("no", "No, it is a contact")]
PER_CHOICES = [(Per.week.value, "A week"), (Per.month.value, "A month")]
HOURS = {"least": 0, "most": 60, "places": 1}
WEEKS = {"least": 0, "most": 104}


def _number(label: str, what: str, least: int, most: int, **kwargs: Any) -> NumberField:
    """A number that has to be given; the sentence names it, for several alike stand side by side."""
    return NumberField(
        label, [Needed(f"Enter {what} from {least} to {most}.")], least=least, most=most, what=what, **kwargs
    )


class Facts:
    """What the actions take of a form."""

    def facts(self) -> dict[str, Any]:
        return {field.name: field.data for field in self if field.name not in BOOKKEEPING}


class PhaseDetails(Facts):
    """The numbers of a phase."""

    name = LineText("Name", [Needed("Enter a name.")], most=60)
    level_of_care = ChoiceRadios("Level of care", [Needed("Choose a level of care.")], choices=LEVELS)
    hours_least = _number("Least hours", "the least hours", **HOURS)
    hours_most = _number("Most hours", "the most hours", **HOURS)
    days_a_week = NumberField("Days", [Needed("Enter days from 0 to 7.")], most=7, what="days")
    weeks_expected_least = _number("Expected weeks, from", "the fewest expected weeks", **WEEKS)
    weeks_expected_most = _number("Expected weeks, to", "the most expected weeks", **WEEKS)
    weeks_least = _number("Least weeks", "the least weeks", **WEEKS)


class NewPhaseForm(PhaseDetails, CreatingForm):
    """A phase more."""


class PhaseForm(PhaseDetails, CreatingForm, EditingForm):
    """Change a phase."""


class RequirementDetails:
    """How often a phase asks for a service."""

    service_id = ChoiceList(
        "Service",
        [Needed("Choose a service.")],
        choices=lambda: [("", "Choose"), *((row.id, row.name) for row in queries.services())],
    )
    times = NumberField("Times", [Needed("Enter times from 1 to 31.")], least=1, most=31, what="times")
    per = ChoiceRadios("How often", [Needed("Choose a week or a month.")], choices=PER_CHOICES, coerce=Per)
    minutes = MinutesField("Minutes each", [Needed("Enter minutes from 5 to 480.")], least=5, most=480)

    def asked(self) -> dict[str, Any]:
        """What the actions take beside the service."""
        return {"times": self.times.data, "per": self.per.data, "minutes": self.minutes.data}


class NewRequirementForm(RequirementDetails, CreatingForm):
    """A phase asks for one more service."""


class RequirementForm(RequirementDetails, CreatingForm, EditingForm):
    """Change what a phase asks of a service."""

    def keep_offering(self, service: Any) -> None:
        """The service it has stays a choice, though it may no longer be offered."""
        if service.id not in [choice.value for choice in self.service_id.iter_choices()]:
            self.service_id.choices = [("", "Choose"), *((row.id, row.name) for row in [*queries.services(), service])]


class PublishForm(CreatingForm, EditingForm):
    """From which day a version is used. Carries the draft's version: what was read is what gets published."""

    effective_on = DayField("From", [Needed("Enter the day from which new admissions use it.")])


class ConfirmForm(CreatingForm):
    """A page that asks before something that can't be undone."""


class ProgramDetails:
    """A program's own facts."""

    name = LineText("Name", [Needed("Enter a name.")], most=100)
    least_age = NumberField("Least age, in years", [Needed("Enter years from 0 to 120.")], most=120, what="years")


class NewProgramForm(ProgramDetails, CreatingForm):
    """A program and its first draft."""

    like = ChoiceList(
        "Start from",
        choices=lambda: [("", "An empty version"), *((row.id, row.name) for row in queries.programs())],
    )


class ProgramForm(ProgramDetails, CreatingForm, EditingForm):
    """Change a program's own facts."""


class ServiceDetails:
    """What is known of a service."""

    name = LineText("Name", [Needed("Enter a name.")], most=100)
    counts_as_hours = ChoiceRadios(
        "Does it count as treatment hours?",
        [Needed("Choose yes or no.")],
        choices=YES_NO,
        filters=[lambda value: {"True": "yes", "False": "no"}.get(value, value)],
    )
    capacity = ChoiceRadios(
        "Who is it for?",
        [Needed("Choose one of these.")],
        choices=[(kind.value, words) for kind, words in CAPACITY_WORDS.items()],
        coerce=Capacity,
    )
    minutes = MinutesField("Planned minutes", [Needed("Enter minutes from 5 to 480.")], least=5, most=480)

    def details(self) -> dict[str, Any]:
        """What the actions take."""
        return {
            "name": self.name.data,
            "counts_as_hours": self.counts_as_hours.data == "yes",
            "capacity": self.capacity.data,
            "minutes": self.minutes.data,
        }


class NewServiceForm(ServiceDetails, CreatingForm):
    """One more service."""


class ServiceForm(ServiceDetails, CreatingForm, EditingForm):
    """Change a service."""

    active = BooleanField("Offered now")


def setting_form(setting: Setting, version: int) -> "SettingForm":
    """The form of one setting, opened at a version, that asks for its number in its own range."""
    limits = {"least": setting.least, "most": setting.most, "places": setting.places}

    class OneSettingForm(SettingForm):
        value = NumberField("Value", [Needed("Enter a number.")], **limits)

    return OneSettingForm(version=version)


class SettingForm(CreatingForm, EditingForm):
    """A number of the rule profile, from a day on."""

    value = NumberField("Value", [Needed("Enter a number.")])
    from_day = DayField("From", [Needed("Enter the day from which it holds.")])
