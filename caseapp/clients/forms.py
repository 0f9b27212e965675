"""Forms about people."""

from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

from caseapp.clients.rules import Answer, Ground, Sex, plausible_email, plausible_name, plausible_phone
from caseapp.core.fields import (
    BirthDateField,
    ChoiceList,
    ChoiceRadios,
    DayField,
    LineText,
    MoreText,
    Needed,
    answer_needed,
    site_today,
)
from caseapp.core.forms import CreatingForm, EditingForm

ANSWERS = [(Answer.yes.value, "Yes"), (Answer.no.value, "No"), (Answer.unknown.value, "Not asked yet")]
SEXES = [(Sex.female.value, "Female"), (Sex.male.value, "Male"), (Sex.unknown.value, "Unknown")]


class Like:
    """What is given must have the shape of what is asked for; nothing given is fine."""

    def __init__(self, looks_right: Any, sentence: str):
        self.looks_right, self.sentence = looks_right, sentence

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and not self.looks_right(field.data):
            raise StopValidation(self.sentence)


NAME = Like(plausible_name, "Enter a name with at least one letter.")
PHONE = Like(plausible_phone, "Enter a phone number with its digits, such as 555-010-0142.")
EMAIL = Like(plausible_email, "Enter an email address such as name@example.org.")


class Details:
    """Who someone is and how they may be reached."""

    first_name = LineText("First name", [NAME], most=100)
    last_name = LineText("Last name", [NAME], most=100)
    goes_by = LineText("Goes by", [NAME], most=100)
    pronouns = LineText("Pronouns", most=40)
    born = BirthDateField("Born", [Needed("Enter the birth date.")])
    sex = ChoiceRadios("Sex", [Needed("Choose one, or unknown.")], choices=SEXES)
    language = LineText("Preferred language", most=60)
    interpreter_needed = ChoiceRadios("Interpreter needed?", choices=ANSWERS)
    phone = LineText("Phone", [PHONE], most=40)
    email = LineText("Email", [EMAIL], most=254)
    address = LineText("Address", most=300)
    may_call = ChoiceRadios("May we call?", answer_needed("Calls"), choices=ANSWERS)
    may_text = ChoiceRadios("May we text?", answer_needed("Texts"), choices=ANSWERS)
    may_leave_message = ChoiceRadios("May we leave a message?", answer_needed("Messages"), choices=ANSWERS)
    contact_wishes = MoreText("Whom may we speak to?", most=1000, rows=2)
    contact_times = MoreText("When is it safe to reach them?", most=1000, rows=2)
    emergency_name = LineText("Name", most=200)
    emergency_relation = LineText("Who they are to the client", most=60)
    emergency_phone = LineText("Their phone", [PHONE], most=40)

    def details(self) -> dict:
        """What the actions take."""
        found = {name: self[name].data or "" for name in DETAILS}
        return found | {"interpreter_needed": self.interpreter_needed.data or Answer.unknown}


DETAILS = [name for name in vars(Details) if not name.startswith("_") and name != "details"]


class NewClientForm(Details, CreatingForm):
    """Register someone. `another_person` says that the likely duplicates were looked at."""

    another_person = LineText("", most=10)


class EditClientForm(Details, EditingForm):
    """Change a client's details."""


class AccessForm(CreatingForm):
    """A supervisor's word on who may see a record."""

    ground = ChoiceRadios(
        "What do you decide?",
        [Needed("Choose whether they may see this record.")],
        choices=[
            (Ground.given.value, "They may see this record"),
            (Ground.denied.value, "They must not see this record, whatever else gives it to them"),
        ],
    )
    whom = ChoiceList("Who", [Needed("Choose a person or a team.")], choices=[])
    started_on = DayField("From", [Needed("Enter the first day.")], earliest=site_today)
    ended_on = DayField("Until", earliest=site_today)
    reason = MoreText("Reason", [Needed("Enter the reason.")], most=1000, rows=3)


class EndAccessForm(CreatingForm):
    """When access ends, and why."""

    ended_on = DayField("From", [Needed("Enter the day from which it no longer counts.")], earliest=site_today)
    reason = MoreText("Reason", [Needed("Enter the reason.")], most=1000, rows=3)
