"""Forms of admission and moves."""

from caseapp.core.fields import ChoiceList, ChoiceRadios, DayField, LineText, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm
from caseapp.progress.rules import KIND_WORDS, reasons_for

KINDS = [(kind.value, words) for kind, words in KIND_WORDS.items()]


class AdmitForm(CreatingForm):
    """Into which phase, whose client, who pays."""

    phase = ChoiceList("Phase", [Needed("Choose a phase.")], choices=[])
    admitted_on = DayField("From", [Needed("Enter the day of admission.")], latest=site_today)
    case_manager = ChoiceList("Case manager", [Needed("Choose a case manager.")], choices=[])
    clinician = ChoiceList("Primary clinician", [Needed("Choose a clinician.")], choices=[])
    payer = ChoiceList("Payer", choices=[])
    words = MoreText("In your words", most=2000, rows=3)


class MoveForm(CreatingForm):
    """What changes, from when, why. `looked` says that what will change was seen."""

    kind = ChoiceRadios("What changes?", [Needed("Choose what changes.")], choices=KINDS)
    to_phase = ChoiceList("To", choices=[])
    effective_on = DayField("From", [Needed("Enter the day from which it counts.")])
    reason = ChoiceList(
        "Reason",
        [Needed("Choose a reason.")],
        choices={"": [("", "Choose")], **{KIND_WORDS[kind]: reasons_for(kind) for kind in KIND_WORDS}},
    )
    words = MoreText("In your words", most=2000, rows=3)
    looked = LineText("", most=40)
    step = LineText("", most=10)


class PlaceForm(CreatingForm):
    """In which phase someone is who was brought in without one, and since when."""

    phase = ChoiceRadios("Phase", [Needed("Choose a phase.")], choices=[])
    since = DayField("Since", [Needed("Enter the day since when they have been in it.")], latest=site_today)
    words = MoreText("In your words", most=2000, rows=3)


class TakeBackForm(CreatingForm):
    """Why a move that lies ahead is taken back."""

    words = MoreText("Why?", [Needed("Say in your words why.")], most=2000, rows=3)


class CorrectForm(CreatingForm):
    """The day and the reason as they should be, and why they change."""

    effective_on = DayField("From", [Needed("Enter the day from which it counts.")])
    reason = ChoiceList("Reason", choices=[])
    words = MoreText("Why is it corrected?", [Needed("Say in your words why.")], most=2000, rows=3)


class ReassignForm(EditingForm):
    """Who answers for the episode from today on."""

    case_manager = ChoiceList("Case manager", [Needed("Choose a case manager.")], choices=[])
    clinician = ChoiceList("Primary clinician", [Needed("Choose a clinician.")], choices=[])
    words = MoreText("In your words", most=2000, rows=3)
