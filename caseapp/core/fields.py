"""Form fields for what people type here: days, times, lengths, birth dates, choices without a default, plain text.

Each keeps what was typed when it cannot be read, and says what to type instead. `as_typed()` gives the pairs that a
browser would send, `template` names the macro by which `field()` draws it.
"""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask import current_app
from wtforms import Field, RadioField, SelectChoice, SelectField, SelectMultipleField, StringField
from wtforms.validators import StopValidation, ValidationError

from caseapp.core import clock
from caseapp.core.parsing import FORBIDDEN, parse_birth_date, parse_day, parse_minutes, parse_time
from caseapp.core.words import birth_day, clock_time


def site_today() -> date:
    """Today in the zone of the first site, as the clinic has it now; before set-up as the settings have it."""
    zone = current_app.extensions.get("site_zone")
    return clock.today((zone and zone()) or current_app.config["SITE_TIMEZONE"])


class Needed:
    """Something must be given. `sentence` says what: "Enter the reason", "Choose who called"."""

    field_flags = {"needed": True}  # not `required`: the server checks, and the page marks what is optional

    def __init__(self, sentence: str):
        self.sentence = sentence

    def __call__(self, _form: Any, field: Field) -> None:
        given = field.data if not isinstance(field.data, str) else field.data.strip()
        if given is None or given == "" or given == []:
            if field.errors:  # what was typed could not be read: that sentence is the better one
                raise StopValidation()
            raise StopValidation(self.sentence)


def answer_needed(what: str) -> list[Needed]:
    """For a question with the answers yes, no and not asked yet: of several alike, the sentence names the one left open."""
    return [Needed(f"{what}: choose yes, no or not asked yet.")]


class LineText(StringField):
    """One line of text of at most `most` characters; surrounding and doubled spaces are dropped, no text is ""."""

    template = "text"

    def __init__(self, label: str, validators: Any = (), most: int = 200, **kwargs: Any):
        super().__init__(label, list(validators), **kwargs)
        self.most, self.cleaned = most, False

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0] if valuelist else ""
        self.cleaned = bool(FORBIDDEN.search(text))
        self.data = self.tidy(FORBIDDEN.sub("", text))

    def tidy(self, text: str) -> str:
        return re.sub(r"[ \t\r\n]+", " ", text).strip()

    def pre_validate(self, form: Any) -> None:
        text = self.data or ""
        if self.cleaned:
            raise StopValidation(f"{self.label.text} had characters that can't be kept. They are taken out: save again")
        if len(text) > self.most:
            raise StopValidation(f"Shorten this to {self.most:,} characters. It has {len(text):,}")


class MoreText(LineText):
    """Text of several lines, at most `most` characters, with a count beside it. A line break counts as one."""

    template = "textarea"

    def __init__(self, label: str, validators: Any = (), most: int = 4000, rows: int = 5, **kwargs: Any):
        super().__init__(label, validators, most, **kwargs)
        self.rows = rows

    def tidy(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class TypedField(StringField):
    """A field whose text is read by a parser. `data` is the value read, or None; what was typed stays in the box."""

    template = "text"
    most = 40

    def parse(self, text: str) -> Any:
        raise NotImplementedError

    def written(self, value: Any) -> str:
        raise NotImplementedError

    def __init__(self, label: str, validators: Any = (), **kwargs: Any):
        super().__init__(label, list(validators), **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            return
        if len(text) > self.most or FORBIDDEN.search(text):
            self.raw_data = [FORBIDDEN.sub("", text)[: self.most]]
        self.data = self.parse(FORBIDDEN.sub("", text)[: self.most + 1])

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()

    def _value(self) -> str:
        if self.raw_data and (self.data is None or self.process_errors):
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def as_typed(self) -> list[tuple[str, str]]:
        return [(self.name, self._value())]


class DayField(TypedField):
    """A calendar day (`date`), shown as "Nov 18, 2026". `earliest` and `latest`: days, or functions that give one."""

    template = "day_field"

    def __init__(
        self,
        label: str,
        validators: Any = (),
        earliest: date | Callable[[], date] | None = None,
        latest: date | Callable[[], date] | None = None,
        today: Callable[[], date] | None = None,
        **kwargs: Any,
    ):
        super().__init__(label, validators, **kwargs)
        self.earliest, self.latest, self.today = earliest, latest, today or site_today

    def parse(self, text: str) -> date:
        return parse_day(text, self.today())

    def written(self, value: date) -> str:
        return f"{value:%b} {value.day}, {value.year}"

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        least, most = self.limits()
        if self.data and least and self.data < least:
            raise StopValidation(f"{self.label.text} must be on or after {self.written(least)}")
        if self.data and most and self.data > most:
            raise StopValidation(f"{self.label.text} must be on or before {self.written(most)}")

    def limits(self) -> tuple[date | None, date | None]:
        """The first and the last day that may be given."""
        least, most = (limit() if callable(limit) else limit for limit in (self.earliest, self.latest))
        return least, most


class TimeField(TypedField):
    """A local time of day (`time`), shown as "9:00 am"."""

    template = "time_field"

    def parse(self, text: str) -> time:
        return parse_time(text)

    def written(self, value: time) -> str:
        return clock_time(value).split(" (")[0]


class MinutesField(TypedField):
    """A length in whole minutes (`int`), from `least` to `most`."""

    template = "duration"

    def __init__(self, label: str, validators: Any = (), least: int = 0, most: int = 1440, **kwargs: Any):
        super().__init__(label, validators, **kwargs)
        self.least, self.most_minutes = least, most

    def parse(self, text: str) -> int:
        return parse_minutes(text)

    def written(self, value: int) -> str:
        return str(value)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data is not None and not self.least <= self.data <= self.most_minutes:
            raise StopValidation(f"Enter minutes from {self.least} to {self.most_minutes}")


class NumberField(TypedField):
    """A number from `least` to `most`: a whole one (`int`), or with `places` decimals a `Decimal`. `what` names its unit."""

    def __init__(
        self,
        label: str,
        validators: Any = (),
        least: float = 0,
        most: float = 1000,
        places: int = 0,
        what: str = "a number",
        **kwargs: Any,
    ):
        super().__init__(label, validators, **kwargs)
        self.lowest, self.highest, self.places, self.what = least, most, places, what

    def sentence(self) -> str:
        return f"Enter {self.what} from {self.lowest:g} to {self.highest:g}."

    def parse(self, text: str) -> int | Decimal:
        decimals = rf"(\.[0-9]{{1,{self.places}}}0*)?" if self.places else r"(\.0+)?"
        if not re.fullmatch(rf"[0-9]{{1,9}}{decimals}", text):
            tail = f" Use {self.places} decimal{'s' if self.places > 1 else ''} at most." if "." in text else ""
            raise ValueError(self.sentence() + tail)
        return Decimal(text) if self.places else int(Decimal(text))

    def written(self, value: int | Decimal) -> str:
        return f"{float(value):g}"

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data is not None and not self.lowest <= self.data <= self.highest:
            raise StopValidation(self.sentence())


class BirthDateField(Field):
    """A birth date in three boxes, `<name>-month`, `<name>-day`, `<name>-year`; `data` is a date or None."""

    template = "birth_date"
    PARTS = ("month", "day", "year")

    def __init__(self, label: str, validators: Any = (), today: Callable[[], date] | None = None, **kwargs: Any):
        super().__init__(label, list(validators), **kwargs)
        self.today = today or site_today
        self.typed = ("", "", "")

    def process(self, formdata: Any, data: Any = None, **kwargs: Any) -> None:
        super().process(None, *([] if data is None else [data]), **kwargs)
        if formdata is None or not any(f"{self.name}-{part}" in formdata for part in self.PARTS):
            self.typed = (str(self.data.month), str(self.data.day), str(self.data.year)) if self.data else ("", "", "")
            return
        typed = [FORBIDDEN.sub("", formdata.get(f"{self.name}-{part}", "")).strip()[:12] for part in self.PARTS]
        self.typed, self.data, self.raw_data = tuple(typed), None, typed
        if any(typed):
            try:
                self.data = parse_birth_date(*typed, self.today())
            except ValueError as error:
                self.process_errors = [str(error)]

    def pre_validate(self, form: Any) -> None:
        if self.process_errors:
            raise StopValidation()

    def written_out(self) -> str:
        """The date as it is read, or what stands in the boxes if that is none."""
        return birth_day(self.data) if self.data else " ".join(text for text in self.typed if text)

    def boxes(self) -> list[tuple[str, str, str]]:
        """(part, name of the input, what stands in it) for the three boxes."""
        return [(part, f"{self.name}-{part}", text) for part, text in zip(self.PARTS, self.typed, strict=True)]

    def as_typed(self) -> list[tuple[str, str]]:
        return [(name, text) for _part, name, text in self.boxes()]


def offered(choices: Any) -> Any:
    """Choices as WTForms wants them, from (value, words) pairs, {group: pairs}, or a function that gives either."""
    if choices is None:
        return None
    if callable(choices):
        return lambda: offered(choices())
    if isinstance(choices, dict):
        return [
            SelectChoice(value, words, optgroup=group) for group, pairs in choices.items() for value, words in pairs
        ]
    return [one if isinstance(one, SelectChoice) else SelectChoice(*one) for one in choices]


class OneOf:
    """What radios and lists share: pairs as choices, none chosen beforehand, one sentence for what is not offered."""

    not_offered = "Choose one of these"

    def __init__(self, label: str, validators: Any = (), choices: Any = None, coerce: Callable = str, **kwargs: Any):
        def known(value: Any) -> Any:
            return None if value in (None, "") else coerce(value)

        super().__init__(
            label, list(validators), choices=offered(choices), coerce=known, validate_choice=False, **kwargs
        )

    @property
    def choices(self) -> Any:
        """The choices as they stand; may be set to pairs."""
        return super().choices

    @choices.setter
    def choices(self, value: Any) -> None:
        SelectField.choices.fset(self, offered(value))

    def pre_validate(self, form: Any) -> None:
        wrong = bool(self.process_errors)
        self.process_errors, self.errors = [], []
        if wrong or (
            self.data is not None and self.data not in [self.coerce(one.value) for one in self.iter_choices()]
        ):
            raise StopValidation(self.not_offered)

    def as_typed(self) -> list[tuple[str, str]]:
        return [(self.name, "" if self.data is None else str(self.data))]


class ChoiceRadios(OneOf, RadioField):
    """Radios of which none is chosen beforehand: `choices` are (value, words). `data` is a value or None."""

    template = "radios"


class ChoiceList(OneOf, SelectField):
    """A list to choose one from, 7 to 15 long; begin it with ("", "Choose"). `data` is a value, or None for that."""

    template = "select"
    not_offered = "Choose one of the list"


class Checkboxes(SelectMultipleField):
    """Any number of choices; `data` is a list of values."""

    template = "checkboxes"

    def __init__(self, label: str, validators: Any = (), choices: Any = None, **kwargs: Any):
        super().__init__(label, list(validators), choices=offered(choices), validate_choice=False, **kwargs)

    @property
    def choices(self) -> Any:
        """The choices as they stand; may be set to pairs."""
        return super().choices

    @choices.setter
    def choices(self, value: Any) -> None:
        SelectField.choices.fset(self, offered(value))

    def pre_validate(self, form: Any) -> None:
        known = [self.coerce(choice.value) for choice in self.iter_choices()]
        if any(value not in known for value in self.data or []):
            raise ValidationError("Choose from these only")
