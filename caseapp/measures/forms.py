"""One form per instrument: the day, and its questions as radios, none chosen beforehand and none compulsory."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from wtforms import HiddenField

from caseapp.core.fields import ChoiceRadios, DayField, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm, Form
from caseapp.measures import queries
from caseapp.measures.instruments import Instrument
from caseapp.measures.models import Measure


class Answers:
    """What both forms of a measure hold."""

    instrument: Instrument
    taken_on = DayField("Taken on", [Needed("Enter the day")], latest=site_today)

    def answers(self) -> dict[str, str]:
        """The codes of the answers given, by item."""
        given = {item.code: self[item.code].data for item in self.instrument.items}
        return {code: answer for code, answer in given.items() if answer is not None}


class RecordForm(Answers, CreatingForm):
    """Record a measure; `of` is the code of the instrument, so that what is sent says itself what was asked."""

    of = HiddenField()


class CorrectForm(Answers, EditingForm):
    """Say that a measure says something else."""

    reason = MoreText("Why it is corrected", [Needed("Enter why it is corrected")], most=500, rows=2)


@cache
def form_of(instrument: Instrument, base: type[Form]) -> type[Any]:
    """The form class of an instrument: a field per item, in order."""
    fields: dict[str, Any] = {"instrument": instrument}
    for number, item in enumerate(instrument.items, 1):
        choices = [(one.code, one.words) for one in item.options]
        fields[item.code] = ChoiceRadios(f"{number}. {item.text}", choices=choices, description=item.hint)
    return type(f"{base.__name__}Of{instrument.code}", (base,), fields)


def as_it_stands(measure: Measure) -> SimpleNamespace:
    """What a measure says now, as its form is filled."""
    reading = measure.reading
    bookkeeping = {"version": measure.version, "changed_at": measure.changed_at}
    empty = {item.code: None for item in measure.what.items}
    said = queries.answers_of(measure, reading) if reading else {}
    day = reading.taken_on if reading else None
    return SimpleNamespace(**bookkeeping, changed_by_name=measure.changed_by_name, **empty | said, taken_on=day)
