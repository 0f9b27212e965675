"""What is handed over to be brought in."""

from flask_wtf.file import MultipleFileField

from caseapp.core.fields import LineText
from caseapp.core.forms import CreatingForm
from caseapp.interchange.rules import SOURCE_MOST


class UploadForm(CreatingForm):
    """Files, and where they come from."""

    files = MultipleFileField("Files")
    source = LineText("Where they come from", most=SOURCE_MOST)
