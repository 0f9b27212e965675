"""A form per panel: what happened, how it was collected, and only what is not negative, class by class."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from caseapp.core.fields import ChoiceRadios, DayField, LineText, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm, Form
from caseapp.drug_tests.models import DrugTest
from caseapp.drug_tests.panels import Panel
from caseapp.drug_tests.rules import (
    FINDING_WORDS,
    HAPPENED_WORDS,
    LAB_WORDS,
    OBSERVED_WORDS,
    SAMPLE_WORDS,
    WHY_WORDS,
    Finding,
    Happened,
    LabStep,
    Observed,
    Said,
    Sample,
    Why,
)
from caseapp.medications.known import CLASS_WORDS, ScreenClass

ALL_NEGATIVE, SOME, LATER = "all_negative", "some", "later"
READ = ((ALL_NEGATIVE, "All negative"), (SOME, "Not all negative"), (LATER, "Not read yet"))
EXPECTED = "expected"


class TestFields:
    """What both forms of a test hold."""

    panel: Panel
    day = DayField("Day", [Needed("Enter the day")], latest=site_today)
    happened = ChoiceRadios(
        "What happened", [Needed("Choose what happened")], choices=HAPPENED_WORDS.items(), coerce=Happened
    )
    observed = ChoiceRadios("Collection", choices=OBSERVED_WORDS.items(), coerce=Observed)
    sample = ChoiceRadios("Sample", choices=SAMPLE_WORDS.items(), coerce=Sample)
    read = ChoiceRadios("Result", choices=READ)
    words = MoreText("In words", most=1000, rows=2)

    def offer(self, explained: dict[ScreenClass, str]) -> None:
        """Offer "positive, expected" for each class that a prescription explains, by the medication's name."""
        for one in self.panel.classes:
            choices = [(Finding.positive.value, FINDING_WORDS[Finding.positive])]
            if one in explained:
                choices = [(EXPECTED, f"Positive, expected: {explained[one]}"), ("positive", "Positive, not explained")]
            self[one.value].choices = [*choices, (Finding.invalid.value, FINDING_WORDS[Finding.invalid])]

    def validate_read(self, field: Any) -> None:
        """The result as a whole fits what is marked below it."""
        if self.happened.data is not Happened.collected or self.sample.data not in (None, Sample.valid):
            return
        marked = [one for one in self.panel.classes if self[one.value].data]
        if field.data is None:
            raise ValidationError("Choose whether all are negative")
        if field.data == SOME and not marked:
            raise ValidationError("Mark below what is not negative")
        if field.data != SOME and marked:
            raise ValidationError(f'{CLASS_WORDS[marked[0]]} is marked below. Choose "Not all negative"')

    def said(self) -> Said:
        """What was said, as the action takes it."""
        findings, expected = {}, set()
        if self.read.data in (ALL_NEGATIVE, SOME) and self.sample.data is Sample.valid:
            for one in self.panel.classes:
                given = self[one.value].data or Finding.negative.value
                findings[one] = Finding.positive if given == EXPECTED else Finding(given)
                expected |= {one} if given == EXPECTED else set()
        how = {"observed": self.observed.data, "sample": self.sample.data, "findings": findings}
        return Said(
            self.day.data,
            self.happened.data,
            self.panel.code,
            words=self.words.data,
            expected=frozenset(expected),
            **how,
        )


class RecordForm(TestFields, CreatingForm):
    """Record a test of a drawn day (`draw`), or of any other with the reason for it; `of` is the code of the panel."""

    of = HiddenField()
    draw = HiddenField()
    why = ChoiceRadios("Why", choices=[one for one in WHY_WORDS.items() if one[0] is not Why.random], coerce=Why)

    def validate_why(self, field: Any) -> None:
        """A test that was not drawn has a reason."""
        if not self.draw.data and field.data is None:
            raise ValidationError("Choose why they were tested")


class CorrectForm(TestFields, EditingForm):
    """Say that a test says something else, or read it."""

    reason = MoreText("Why it is corrected", most=500, rows=2)


class LabForm(CreatingForm):
    """Note a step of the laboratory."""

    substance = ChoiceRadios("Class", [Needed("Choose the class")], coerce=ScreenClass)
    step = ChoiceRadios("Step", [Needed("Choose where it stands")], choices=LAB_WORDS.items(), coerce=LabStep)
    on_day = DayField("Day", [Needed("Enter the day")], latest=site_today)
    words = LineText("In words", most=300)


@cache
def form_of(panel: Panel, base: type[Form]) -> type[Any]:
    """The form class of a panel: a field per class, in order, with no answer chosen."""
    fields: dict[str, Any] = {one.value: ChoiceRadios(CLASS_WORDS[one]) for one in panel.classes}
    return type(f"{base.__name__}Of{panel.code}", (base,), {"panel": panel, **fields})


def as_it_stands(test: DrugTest, words: str) -> SimpleNamespace:
    """What a test says now, as its form is filled; `words` opened."""
    now = test.reading
    found = test.found(now)
    classes = {one.value: None for one in now.screen.classes}
    for one, each in found.items():
        if each.finding is not Finding.negative:
            classes[one.value] = EXPECTED if each.expected else each.finding.value
    read = (SOME if any(classes.values()) else ALL_NEGATIVE) if found else LATER
    how = {"happened": now.happened, "observed": now.observed, "sample": now.sample}
    kept = {"version": test.version, "changed_at": test.changed_at, "changed_by_name": test.changed_by_name}
    whole = read if now.sample is Sample.valid else None
    return SimpleNamespace(day=now.day, read=whole, words=words, **how, **classes, **kept)
