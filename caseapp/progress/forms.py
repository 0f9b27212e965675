"""Forms of admission, moves and reviews."""

from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from caseapp.core.fields import Checkboxes, ChoiceList, ChoiceRadios, DayField, LineText, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm, Form
from caseapp.progress.queries.past import AsOf, first_day, looking_back
from caseapp.progress.rules import KIND_WORDS, Decision, reasons_for

KINDS = [(kind.value, words) for kind, words in KIND_WORDS.items()]


class AsOfForm(Form):
    """A past day to look at, in the address, for nothing in it is private; `stood` asks for the records as they stood then."""

    class Meta:
        csrf = False

    on = DayField("As of", name="on")
    stood = BooleanField("As the records stood then")

    def validate_on(self, field: DayField) -> None:
        """A day that is over or today, of which something is on record."""
        first = first_day()
        if field.data and field.data > site_today():
            raise ValidationError("That day lies ahead. Enter one up to today.")
        if field.data and (first is None or field.data < first):
            before = f" before {field.written(first)}" if first else ""
            raise ValidationError(f"Nothing is on record{before or ' yet'}. Enter a later day.")

    def asked(self) -> AsOf | None:
        """The past day asked about; None for none, for one that can't be told, and for today, which needs no looking back."""
        if not self.on.raw_data or not self.validate() or self.on.data in (None, site_today()):
            return None
        return looking_back(self.on.data, self.stood.data)


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


class ReviewForm(CreatingForm):
    """What a review comes to. `stay` and `version` say what was on the page: if that changed meanwhile, nothing is sent."""

    stay = HiddenField()
    version = HiddenField()
    answer = MoreText("Your answer", most=2000, rows=3)
    kind = ChoiceRadios("What do you propose?", [Needed("Choose what you propose.")], choices=[])
    to_phase = ChoiceList("To", choices=[])
    effective_on = DayField("From")
    reason = ChoiceList("Reason", choices=[])
    work_on = MoreText("What to work on until then", most=2000, rows=3)
    until = DayField("Until")
    words = MoreText("In your words", most=2000, rows=3)
    client_view = MoreText("What the client says of it", most=2000, rows=2)
    agrees = ChoiceRadios("Does a clinician agree?", choices=[("yes", "Yes"), ("no", "No, or not yet")])
    agrees_by = ChoiceList("Who said so", choices=[])
    override = MoreText("Not everything is met. Why go on?", most=2000, rows=2)
    step = LineText("", most=10)

    @property
    def decision(self) -> Decision | None:
        """What is proposed, as far as it was chosen."""
        return Decision(self.kind.data) if self.kind.data and not self.kind.errors else None

    @property
    def day(self) -> DayField:
        """The field of the day that the decision asks for."""
        return self.until if self.decision is Decision.stay else self.effective_on


class DecideForm(CreatingForm):
    """Approve a review, from its day or another."""

    version = HiddenField()
    effective_on = DayField("From", [Needed("Enter the day from which it counts.")])
    words = MoreText("In your words", most=2000, rows=2)


class QuestionForm(CreatingForm):
    """The question with which a review goes back."""

    version = HiddenField()
    question = MoreText("Your question", [Needed("Enter the question.")], most=2000, rows=3)


class WithdrawForm(CreatingForm):
    """Why a review ends without a decision."""

    version = HiddenField()
    why = MoreText("Why?", [Needed("Say why it is withdrawn.")], most=1000, rows=2)


class GroupsForm(CreatingForm):
    """To which groups someone is to belong from when on; or why to none."""

    groups = Checkboxes("Groups", choices=[])
    since = DayField("From", [Needed("Enter the day from which they come.")])
    words = MoreText("Why none?", most=500, rows=2)
