"""Forms of the program editor, the rule profile, the services and what payers pay."""

from decimal import Decimal
from typing import Any

from wtforms import BooleanField

from caseapp.clinic import queries as clinic
from caseapp.core.fields import ChoiceList, ChoiceRadios, DayField, LineText, MinutesField, Needed, NumberField
from caseapp.core.forms import BOOKKEEPING, CreatingForm, EditingForm
from caseapp.programs import queries
from caseapp.programs.rules import CAPACITY_WORDS, LEVELS, Capacity, Per, Setting
from caseapp.programs.rules.billing import (
    CARE_WORDS,
    CODE_MOST,
    LEAST_OF_A_UNIT,
    MOST_OF_A_UNIT,
    ROUNDING_WORDS,
    UNIT_WORDS,
    Care,
    Rounding,
    Unit,
    UnitRule,
)
from caseapp.programs.rules.criteria import KINDS, SCALES, Asks, Direction, Kind

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


class CriterionDetails:
    """What is filled into the sentence of a criterion; `take` keeps the fields that its kind has."""

    number = NumberField("Number", [Needed("Enter a number.")], most=200, places=1)
    span = NumberField("Span", [Needed("Enter a number.")], least=1, most=365)
    scale = ChoiceList("Measure", [Needed("Choose a measure.")], choices=[("", "Choose"), *SCALES.items()])
    service_id = ChoiceList(
        "Service",
        [Needed("Choose a service.")],
        choices=lambda: [("", "Choose"), *((row.id, row.name) for row in queries.services())],
    )
    must_be_met = ChoiceRadios(
        "If it is not met",
        [Needed("Choose what follows if it is not met.")],
        choices=[("no", "It may be overridden with a reason"), ("yes", "It must be met first")],
    )

    def take(self, kind: Kind, row: Any = None) -> None:
        """Keep what this kind asks for, name its numbers, and begin with what is usual, or with what a row says."""
        spec = KINDS[kind]
        for name, bounds in (("number", spec.number), ("span", spec.span)):
            if bounds is None:
                delattr(self, name)
                continue
            field = self[name]
            field.label.text = bounds.what.removeprefix("the ").capitalize()
            field.lowest, field.highest, field.places, field.what = (
                bounds.least,
                bounds.most,
                bounds.places,
                bounds.what,
            )
            if not self.is_submitted() and row is None:
                field.data = Decimal(str(bounds.usual)) if bounds.places else int(bounds.usual)
        for name, asked in (("scale", spec.asks_scale), ("service_id", spec.asks_service)):
            if not asked:
                delattr(self, name)
        if spec.direction is Direction.step_up:
            delattr(self, "must_be_met")
        elif not self.is_submitted():
            self.must_be_met.data = "yes" if (row.must_be_met if row else spec.must) else "no"

    @property
    def asked(self) -> list[Any]:
        """The fields that are asked for, in the order of the sentence."""
        return [self[name] for name in ("number", "span", "scale", "service_id", "must_be_met") if name in self]

    def asks(self, kind: Kind) -> Asks:
        """The criterion as it was filled in."""
        said = {field.name: field.data for field in self.asked}
        service = queries.get_service(said["service_id"]) if said.get("service_id") else None
        number = None if said.get("number") is None else float(said["number"])
        of = (service.code, service.name) if service else (None, "")
        return Asks(kind, number, said.get("span"), said.get("scale"), *of, said.get("must_be_met") == "yes")


class NewCriterionForm(CriterionDetails, CreatingForm):
    """A phase asks one thing more."""


class CriterionForm(CriterionDetails, CreatingForm, EditingForm):
    """Change what a criterion asks."""


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
    least = NumberField("People, least", least=1, most=100, what="people")
    most = NumberField("People, most", least=1, most=100, what="people")

    def details(self) -> dict[str, Any]:
        """What the actions take."""
        return {
            "name": self.name.data,
            "counts_as_hours": self.counts_as_hours.data == "yes",
            "capacity": self.capacity.data,
            "minutes": self.minutes.data,
            "least": self.least.data,
            "most": self.most.data,
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


class PayerRuleForm(CreatingForm):
    """What a payer pays for a service, from a day on."""

    payer = ChoiceList(
        "Payer",
        choices=lambda: [
            ("", "All payers without a rule of their own"),
            *((row.id, row.name) for row in clinic.payers()),
        ],
    )
    care = ChoiceRadios(
        "In which care", [Needed("Choose one of these.")], choices=list(CARE_WORDS.items()), coerce=Care
    )
    code = LineText("Code", most=CODE_MOST)
    unit = ChoiceRadios("One unit is", [Needed("Choose one of these.")], choices=list(UNIT_WORDS.items()), coerce=Unit)
    unit_minutes = NumberField("Minutes of a unit", least=LEAST_OF_A_UNIT, most=MOST_OF_A_UNIT, what="minutes")
    least_minutes = NumberField("Least minutes", least=1, most=MOST_OF_A_UNIT, what="minutes")
    rounding = ChoiceRadios(
        "Minutes that do not fill a unit go",
        choices=list(ROUNDING_WORDS.items()),
        coerce=Rounding,
    )
    from_day = DayField("From", [Needed("Enter the day from which it holds.")])

    def rule(self) -> UnitRule:
        """What was asked for. Without least minutes: those of the rule profile for a day, one minute for the others; down."""
        unit, of_minutes = self.unit.data, self.unit.data is Unit.minutes
        least = self.least_minutes.data or (None if unit is Unit.day else 1)
        minutes = self.unit_minutes.data or 0 if of_minutes else 0
        return UnitRule(
            (self.code.data or "").strip().upper(), unit, minutes, least, self.rounding.data or Rounding.down
        )
