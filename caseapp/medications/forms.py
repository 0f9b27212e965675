"""The shape of a medication, of a visit about them, and of taking either back."""

from types import SimpleNamespace
from typing import Any

from caseapp.core.fields import ChoiceRadios, DayField, LineText, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm
from caseapp.medications.queries import Line
from caseapp.medications.rules import PRESCRIBER_WORDS, TAKES_WORDS, WHY_ENDED_WORDS, Prescriber, Said, Takes, WhyEnded


class MedicationFields:
    """What both forms of a medication hold."""

    name = LineText("Medication", [Needed("Enter the medication")], most=200)
    rxnorm = LineText("RxNorm code", most=20)
    dose = LineText("Dose and how often", most=200)
    prescriber = ChoiceRadios(
        "Prescriber", [Needed("Choose who prescribes it")], choices=PRESCRIBER_WORDS.items(), coerce=Prescriber
    )
    prescriber_name = LineText("Name of the prescriber", most=200)
    started_on = DayField("Taken since", latest=site_today)
    ended_on = DayField("Last day on which it was taken", latest=site_today)
    why_ended = ChoiceRadios("Why it ended", choices=WHY_ENDED_WORDS.items(), coerce=WhyEnded)
    words = MoreText("In words", most=1000, rows=2)

    def said(self) -> Said:
        """What was said, as the action takes it."""
        names = (
            "name",
            "prescriber",
            "rxnorm",
            "dose",
            "prescriber_name",
            "started_on",
            "ended_on",
            "why_ended",
            "words",
        )
        return Said(**{one: self[one].data for one in names})


class AddForm(MedicationFields, CreatingForm):
    """Put a medication on the list."""


class ChangeForm(MedicationFields, EditingForm):
    """Change or end a medication."""


class VisitForm(CreatingForm):
    """A visit about medications; a question for each that is taken is added by `visit_form`."""

    held_on = DayField("Day", [Needed("Enter the day")], latest=site_today)
    words = MoreText("In words", most=2000, rows=3)
    medication_ids: tuple[str, ...] = ()

    def takes(self) -> dict[str, Takes]:
        """By id of medication what was said; what was left open was not asked."""
        return {id: self[f"takes_{number}"].data or Takes.not_asked for number, id in enumerate(self.medication_ids)}


def visit_form(lines: list[Line]) -> type[Any]:
    """The form of a visit with a question for each of these medications."""
    asked = {
        f"takes_{number}": ChoiceRadios(one.name, choices=TAKES_WORDS.items(), coerce=Takes)
        for number, one in enumerate(lines)
    }
    return type("VisitFormOf", (VisitForm,), {**asked, "medication_ids": tuple(one.medication.id for one in lines)})


def as_it_stands(line: Line) -> SimpleNamespace:
    """What is said of a medication now, as its form is filled."""
    row, now = line.medication, line.entry
    kept = {"version": row.version, "changed_at": row.changed_at, "changed_by_name": row.changed_by_name}
    words = {"name": line.name, "dose": line.dose, "prescriber_name": line.prescriber, "words": line.words}
    days = {"started_on": now.started_on, "ended_on": now.ended_on, "why_ended": now.why_ended}
    return SimpleNamespace(rxnorm=now.rxnorm, prescriber=now.prescriber, **words, **days, **kept)
