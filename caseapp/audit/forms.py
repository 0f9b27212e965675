"""Which events are looked for: in the address, for nothing there is private; a record number is sent in a form."""

from caseapp.audit.words import KINDS
from caseapp.core.fields import ChoiceList, DayField, LineText, Needed
from caseapp.core.forms import Form


class WantedForm(Form):
    """From which day to which, by whom, of what kind; `client` is the id that a record number led to."""

    class Meta:
        csrf = False

    first = DayField("From", name="from")
    last = DayField("To", name="to")
    person = ChoiceList("Person", choices=[])
    kind = ChoiceList("Kind", choices=[("", "All kinds"), *((kind.value, words) for kind, words in KINDS.items())])
    client = LineText("Client", most=22)


class RecordForm(Form):
    """A client's record number, as it is read aloud."""

    record_number = LineText("Record number", [Needed("Enter the number of the record.")], most=12)
