"""Forms of reports of use and of meetings."""

from datetime import date, timedelta
from types import SimpleNamespace

from caseapp.core.fields import Checkboxes, ChoiceRadios, DayField, MoreText, Needed, site_today
from caseapp.core.forms import CreatingForm, EditingForm
from caseapp.episodes.rules import Substance
from caseapp.use.models import UseReport
from caseapp.use.queries import words_of
from caseapp.use.rules import HOW_WORDS, MEETING_WORDS, HowKnown

SUBSTANCES = [(one.value, one.value.replace("_", " ").capitalize()) for one in Substance]
MEETING_DAYS = 14


class Told:
    """How it is known, and in whose words."""

    how_known = ChoiceRadios("How is it known?", [Needed("Choose how it is known")], choices=list(HOW_WORDS.items()))
    words = MoreText("In your words or theirs", most=2000, rows=3)

    def facts(self) -> dict:
        """What a report says (`actions.Said`), as fields."""
        first, last = self.first_on.data, self.last_on.data if "last_on" in self else None
        substances = [Substance(one) for one in self.substances.data] if "substances" in self else []
        facts = {"first_on": first, "last_on": last or first, "substances": substances}
        return {**facts, "how_known": HowKnown(self.how_known.data), "words": self.words.data or ""}


class ReturnFields(Told):
    """A return to use."""

    first_on = DayField("Day of use", [Needed("Enter the day")], latest=site_today)
    last_on = DayField("Last day, if it went on", latest=site_today)
    substances = Checkboxes("What was used", choices=SUBSTANCES)


class BeforeFields(Told):
    """The last use before admission."""

    first_on = DayField("Day of the last use", [Needed("Enter the day")], latest=site_today)


class ReturnForm(ReturnFields, CreatingForm):
    """Record a return to use."""


class BeforeForm(BeforeFields, CreatingForm):
    """Say when the last use before admission was."""


class Correcting(EditingForm):
    """What a correction says beside that."""

    reason = MoreText("Why it is corrected", [Needed("Enter why it is corrected")], most=500, rows=2)


class CorrectReturnForm(ReturnFields, Correcting):
    """Correct a return to use."""


class CorrectBeforeForm(BeforeFields, Correcting):
    """Correct the last use before admission."""


def as_it_stands(row: UseReport) -> SimpleNamespace:
    """What a report says now, as its form is filled."""
    reading = row.reading
    bookkeeping = {"version": row.version, "changed_at": row.changed_at, "changed_by_name": row.changed_by_name}
    if reading is None:
        return SimpleNamespace(**bookkeeping, first_on=None, last_on=None, substances=[], how_known=None, words="")
    last = reading.last_on if reading.last_on != reading.first_on else None
    substances = [one.substance.value for one in reading.substances]
    facts = {"how_known": reading.how_known.value, "words": words_of(row), "substances": substances}
    return SimpleNamespace(**bookkeeping, first_on=reading.first_on, last_on=last, **facts)


class MeetingsForm(CreatingForm):
    """The days of the last two weeks on which someone went to a meeting."""

    days = Checkboxes("On which days?", [Needed("Choose at least one day")])
    kind = ChoiceRadios("Which group?", [Needed("Choose a group, or not said")], choices=list(MEETING_WORDS.items()))
    shown = ChoiceRadios(
        "How is it known?",
        [Needed("Choose said or shown")],
        choices=[("said", "They said so"), ("shown", "They showed it (a signed sheet, an app)")],
    )

    def offer(self, today: date) -> None:
        """The days to choose from, today first."""
        found = [today - timedelta(days=days) for days in range(MEETING_DAYS)]
        self.days.choices = [(day.isoformat(), f"{day:%a %b} {day.day}") for day in found]
