"""The form of an answer."""

from caseapp.core.fields import ChoiceRadios, Needed
from caseapp.core.forms import CreatingForm
from caseapp.waitlist.rules import ANSWERS, Answer


class AnswerForm(CreatingForm):
    """What someone who waits says."""

    answer = ChoiceRadios("What do they say?", [Needed("Choose what they say.")], choices=[], coerce=Answer)

    def offer(self, offered: bool) -> None:
        """Who is offered nothing can only be taken off the list."""
        may = ANSWERS if offered else {Answer.off: ANSWERS[Answer.off]}
        if not offered:
            self.answer.label.text = "No place is kept for them now"
        self.answer.choices = [(one.value, words) for one, words in may.items()]
