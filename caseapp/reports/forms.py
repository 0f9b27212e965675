"""What is asked of a report, as its page asks it: in the address, for nothing in it is private."""

from caseapp.core.fields import ChoiceList, DayField
from caseapp.core.forms import Form
from caseapp.reports.rules import Definition


class QuestionForm(Form):
    """From which day to which, of which program, split by what. Left empty, a field takes its default."""

    class Meta:
        csrf = False

    first = DayField("From", name="from")
    last = DayField("To", name="to")
    as_of = DayField("As of", name="as_of")
    program = ChoiceList("Program", choices=[])
    by = ChoiceList("Split by", choices=[])

    def offer(self, report: Definition, programs: list[str]) -> None:
        """Say what may be chosen: the programs there are, and by what this report can be split."""
        self.program.choices = [("", "All programs"), *((name, name) for name in programs)]
        self.by.choices = [("", "Nothing"), *((name, report.split_words(name)) for name in report.splits)]
