"""The form of a feed: what it may say."""

from caseapp.core.fields import ChoiceRadios, Needed
from caseapp.core.forms import Form


class FeedForm(Form):
    """Make a new address."""

    says = ChoiceRadios("What does it say?", [Needed("Choose what it says.")], choices=[])

    def offer(self, plain: str, names: str) -> "FeedForm":
        """The words for saying nothing and for saying what a session is."""
        self.says.choices = [("plain", plain), ("names", names)]
        return self
