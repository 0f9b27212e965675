"""The shape of input: forms with a key (twice is once), a version (stale tabs), and refusals at the right field."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from caseapp.core import errors, merging
from caseapp.core.db import broken_constraint, db, new_id
from caseapp.core.fields import MoreText, Needed
from caseapp.core.merging import BOOKKEEPING


class Form(FlaskForm):
    """A form as we mean it: plain sentences for errors, errors that belong to no field, and choices of a stale form taken."""

    class Meta(FlaskForm.Meta):
        """How what was sent is read."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            return merging.chosen(super().wrap_formdata(form, formdata))

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.way_out = ""

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Around an action: a broken rule or constraint becomes this form's error and everything done so far is undone.

        After the block `form.errors` says whether it went well. A view returns its redirect from inside the block.
        """
        try:
            yield
            db.flush()
        except errors.RuleBroken as broken:
            db.rollback()
            self.refuse(broken.sentence, broken.field, broken.way_out)
        except IntegrityError as error:
            db.rollback()
            self.refuse(*errors.sentence_of(broken_constraint(error)))

    def refuse(self, sentence: str, field: str | None = None, way_out: str = "") -> None:
        """Put a sentence at a field, or above the form where no field of that name exists."""
        self.way_out = way_out
        if field and field in self._fields and field not in BOOKKEEPING:
            self._fields[field].errors = [*self._fields[field].errors, sentence]
        else:
            self.form_errors.append(sentence)


class CreatingForm(Form):
    """A form that makes something. Its key is new with each opened page; sent twice, it acts once."""

    form_key = HiddenField(default=new_id)

    def renew_key(self) -> None:
        """A search used this page's key; what is saved later needs one of its own to be saved once."""
        self.form_key.data = new_id()
        self.form_key.raw_data = None


class TakeBackForm(CreatingForm):
    """Why a record that should not be there is taken back."""

    reason = MoreText("Why it is taken back", [Needed("Enter why it is taken back")], most=500, rows=2)


class OpenedField(HiddenField):
    """A digest of each field as it stood when the form was opened; worked out as the page is drawn, then sent back."""

    whole: Form

    def _value(self) -> str:
        return merging.opened_as(self.whole) if self.raw_data is None else self.data or ""


class EditingForm(Form):
    """A form that changes something. It carries the version of the record it was opened at, and what it said then."""

    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    opened = OpenedField()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.opened.whole = self

    def check_fresh(self, row: Any, now: Any = None) -> None:
        """Raise Stale if the record has changed since this form was opened.

        `now` is what the form is filled from, where that is not the row itself.
        """
        if self.version.data != row.version:
            who, when = getattr(row, "changed_by_name", "") or "", getattr(row, "changed_at", None)
            raise errors.Stale(row, who, when, form=self, now=now)
