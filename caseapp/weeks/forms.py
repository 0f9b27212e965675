"""The form of a make-up session: which one, and where its button stood."""

from wtforms import Form as PlainForm
from wtforms import HiddenField

from caseapp.core.fields import ChoiceRadios
from caseapp.core.forms import CreatingForm


class MakeUpForm(CreatingForm):
    """A session to book; `back` is "list" where the button stood on the list of everyone."""

    session = HiddenField()
    back = HiddenField()


class ShortForm(PlainForm):
    """Whose weeks, and which; sent in the address, so nothing of a client stands in it."""

    show = ChoiceRadios("Show", choices=[("mine", "Mine"), ("all", "All")])
