"""One form per edition: the day, a rating and words for each dimension, the level found and the level chosen."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from wtforms import HiddenField

from caseapp.assessments.editions import LEAST, MOST, Edition
from caseapp.assessments.models import Assessment
from caseapp.assessments.queries import words_of
from caseapp.assessments.rules import WHY_WORDS, WhyOther
from caseapp.core.fields import ChoiceList, ChoiceRadios, DayField, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm, Form

RATINGS = [(number, str(number)) for number in range(LEAST, MOST + 1)]


class Fields:
    """What both forms of an assessment hold, beside the dimensions and levels of its edition."""

    edition: Edition
    assessed_on = DayField("Done on", [Needed("Enter the day")], latest=site_today)
    done_by_id = ChoiceList("Done by", [Needed("Choose who did it")])
    why_other = ChoiceList("Why another level, if it differs", choices=[("", "It does not differ"), *WHY_WORDS.items()])
    level_words = MoreText("On the level, in your words", most=2000, rows=2)

    def facts(self) -> dict[str, Any]:
        """What an assessment says (`actions.Said`), as fields."""
        numbers = [one.number for one in self.edition.dimensions]
        ratings = {number: self[f"rating_{number}"].data for number in numbers}
        words = {str(number): self[f"words_{number}"].data for number in numbers} | {"level": self.level_words.data}
        return {
            "assessed_on": self.assessed_on.data,
            "done_by_id": self.done_by_id.data,
            "ratings": {number: rating for number, rating in ratings.items() if rating is not None},
            "level_found": self.level_found.data,
            "level_chosen": self.level_chosen.data,
            "why_other": WhyOther(self.why_other.data) if self.why_other.data else None,
            "words": {about: text for about, text in words.items() if text},
        }


class RecordForm(Fields, CreatingForm):
    """Record an assessment; `of` is the code of the edition, so that what is sent says itself what was rated."""

    of = HiddenField()


class CorrectForm(Fields, EditingForm):
    """Say that an assessment says something else."""

    reason = MoreText("Why it is corrected", [Needed("Enter why it is corrected")], most=500, rows=2)


@cache
def form_of(edition: Edition, base: type[Form]) -> type[Any]:
    """The form class of an edition: a rating and words for each dimension, its levels to choose from."""
    fields: dict[str, Any] = {"edition": edition}
    for one in edition.dimensions:
        needed = [Needed(f"Dimension {one.number}: choose a rating")] if one.sets_level else []
        label = f"{one.number}. {one.name}"
        fields[f"rating_{one.number}"] = ChoiceRadios(label, needed, choices=RATINGS, coerce=int)
        fields[f"words_{one.number}"] = MoreText(f"Dimension {one.number} in your words", most=2000, rows=2)
    levels = [("", "Choose"), *((level, edition.level_words(level)) for level, _name in edition.levels)]
    needed = [Needed("Choose a level of care")]
    fields["level_found"] = ChoiceList("Level of care found", needed, choices=levels)
    fields["level_chosen"] = ChoiceList("Level of care chosen", needed, choices=levels)
    return type(f"{base.__name__}Of{edition.code}", (base,), fields)


def as_it_stands(row: Assessment) -> SimpleNamespace:
    """What an assessment says now, as its form is filled."""
    reading = row.reading
    bookkeeping = {"version": row.version, "changed_at": row.changed_at, "changed_by_name": row.changed_by_name}
    said = words_of(row, reading) if reading else {}
    facts: dict[str, Any] = {"level_words": said.get("level", "")}
    for one in row.of.dimensions:
        facts[f"rating_{one.number}"] = reading.ratings.get(one.number) if reading else None
        facts[f"words_{one.number}"] = said.get(str(one.number), "")
    for name in ("assessed_on", "done_by_id", "level_found", "level_chosen", "why_other"):
        facts[name] = getattr(reading, name, None)
    return SimpleNamespace(**bookkeeping, **facts)
