"""Forms of sign-in and staff."""

from wtforms import EmailField, HiddenField, PasswordField, StringField
from wtforms.validators import AnyOf, DataRequired, Length

from caseapp.core.access import Role
from caseapp.core.fields import Checkboxes, ChoiceList, ChoiceRadios, DayField, LineText, Needed
from caseapp.core.forms import CreatingForm, EditingForm, Form

ROLE_CHOICES = [(role.value, role.value.replace("_", " ").capitalize()) for role in Role]
ROW_CHOICES = [("roomy", "Roomy"), ("compact", "Compact: more rows on a screen")]


class SignInForm(Form):
    """Email and password."""

    email = EmailField(
        "Email", [DataRequired("Enter your email."), Length(max=254, message="Use 254 characters at most.")]
    )
    password = PasswordField(
        "Password", [DataRequired("Enter your password."), Length(max=200, message="Use 200 characters at most.")]
    )


class PasswordForm(Form):
    """A first or a new password."""

    password = PasswordField("New password", [DataRequired("Enter a password.")])


class ChangePasswordForm(Form):
    """A new password of one's own; the present one is asked, for the device may stand unwatched."""

    present_password = PasswordField("Present password", [DataRequired("Enter your present password.")])
    password = PasswordField("New password", [DataRequired("Enter a new password.")])


class EndWorkForm(Form):
    """Whether someone has left or is back: what the page said, so that neither a second click nor an old page turns it."""

    left = HiddenField(validators=[AnyOf(["yes", "no"], "Open this page again and choose once more.")])


class RowsForm(Form):
    """How close the rows of lists stand."""

    rows = ChoiceRadios("Rows of lists", [Needed("Choose how rows are shown.")], choices=ROW_CHOICES)


class TeamDetails:
    """What is known of a team."""

    name = LineText("Name", [Needed("Enter a name.")], most=100)
    takes_referrals = ChoiceRadios(
        "Does this team take referrals?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda value: {True: "yes", False: "no"}.get(value, value),
    )


class NewTeamForm(TeamDetails, CreatingForm):
    """A new team."""


class EditTeamForm(TeamDetails, EditingForm):
    """Rename a team, or say whether referrals go to it."""


class MemberForm(CreatingForm):
    """Who is in a team, from a day, until a day or without an end."""

    staff_id = ChoiceList("Who", [Needed("Choose someone.")])
    started_on = DayField("From", [Needed("Enter the first day.")])
    ended_on = DayField("Until")


class StaffDetails:
    """What is known of a member of staff."""

    name = StringField("Name", [DataRequired("Enter a name."), Length(max=200, message="Use 200 characters at most.")])
    credential = StringField("Credential", [Length(max=100, message="Use 100 characters at most.")])
    phone = StringField("Phone", [Length(max=40, message="Use 40 characters at most.")])
    role_names = Checkboxes("Roles", [DataRequired("Choose at least one role.")], choices=ROLE_CHOICES)


class NewStaffForm(StaffDetails, CreatingForm):
    """Someone new on the staff."""

    email = EmailField(
        "Email", [DataRequired("Enter an email."), Length(max=254, message="Use 254 characters at most.")]
    )


class EditStaffForm(StaffDetails, EditingForm):
    """Change a member of staff."""

    notes_cosigned = ChoiceRadios(
        "Does a supervisor sign their notes too?",
        [Needed("Choose yes or no.")],
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda value: {True: "yes", False: "no"}.get(value, value),
    )
