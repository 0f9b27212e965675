"""Forms of series: what it is and when it is held, from when a change counts, who belongs to it."""

from datetime import date, timedelta
from typing import Any

from wtforms import IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from caseapp.core.fields import Checkboxes, ChoiceRadios, DayField, Needed, NumberField, site_today
from caseapp.core.forms import CreatingForm
from caseapp.core.words import count
from caseapp.core.words import day as day_words
from caseapp.scheduling.forms import Finding, SessionFields
from caseapp.scheduling.rules import AHEAD
from caseapp.series.recurrence import MOST_EVERY, MOST_TIMES, WEEKDAYS, Frequency, Repeats

EVER = timedelta(days=3 * 366)
# Before the day, in the scope of a change that is for that day alone.
ONLY = "only-"
HOW_OFTEN = (
    (Frequency.weekly.value, "Weekly, on the days below"),
    (Frequency.daily.value, "Daily"),
    (Frequency.monthly.value, "Monthly, on the same weekday of the month as the first day"),
)


def _day_ahead(label: str, sentence: str) -> DayField:
    return DayField(label, [Needed(sentence)], earliest=site_today, latest=lambda: site_today() + AHEAD)


class SeriesFields(SessionFields):
    """What a series is, on which days it is held, and for how long."""

    agreed = None
    frequency = ChoiceRadios("Repeats", [Needed("Choose how it repeats.")], choices=HOW_OFTEN)
    weekdays = Checkboxes("On", choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)])
    every = NumberField("Every", least=1, most=MOST_EVERY, what="a number")
    until = DayField("Last day", earliest=site_today, latest=lambda: site_today() + EVER)
    times = NumberField("Or after so many sessions", least=1, most=MOST_TIMES, what="a number")

    def repeats(self, first_on: date) -> Repeats:
        """The rule of days as typed, from a day on. A count goes before a last day."""
        weekdays = tuple(sorted(int(one) for one in self.weekdays.data or []))
        weekly = self.frequency.data == Frequency.weekly
        until = None if self.times.data else self.until.data
        facts = {"every": self.every.data or 1, "until": until, "times": self.times.data}
        return Repeats(first_on, Frequency(self.frequency.data), weekdays=weekdays if weekly else (), **facts)


class NewSeriesForm(SeriesFields, CreatingForm):
    """A new series."""

    on_day = _day_ahead("First day", "Enter the first day.")


class ChangeSeriesForm(SeriesFields, CreatingForm):
    """Change a series from a day on. Its key makes twice once; its version tells a page that is out of date."""

    on_day = None
    since = ChoiceRadios("What should change?", [Needed("Choose what should change.")], choices=[])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def offer_days(self, asked: date | None, next_day: date, number_from: dict[date, int]) -> None:
        """The scopes, the smallest first: only the day asked about or the next, from it on, and all that are not held yet,
        with how many that are now.
        """
        first = asked or next_day
        words = {asked: "{day} and all later ones", next_day: "All that are not yet held, from {day}"}
        self.since.choices = [(ONLY + first.isoformat(), f"Only {day_words(first)}")] if number_from.get(first) else []
        self.since.choices += [
            (
                day.isoformat(),
                f"{words[day].format(day=day_words(day))} ({count('session', number_from[day])} now on the schedule)",
            )
            for day in dict.fromkeys((first, next_day))
        ]

    @property
    def only(self) -> bool:
        """Whether the change is for one day, and for no later one."""
        return self.since.data.startswith(ONLY)

    @property
    def since_day(self) -> date:
        """The day from which the change counts, or for which alone."""
        return date.fromisoformat(self.since.data.removeprefix(ONLY))


class MembersForm(Finding, CreatingForm):
    """Who belongs to a series from a day on."""

    since = _day_ahead("From", "Enter a day.")


class LeavingForm(CreatingForm):
    """From when someone belongs to a series no more."""

    on = _day_ahead("From", "Enter a day.")


def typed_of(series: Any) -> dict[str, Any]:
    """What the form of a change says when it is opened."""
    return {
        "service": series.service.code,
        "topic": series.topic,
        "starts": series.starts,
        "ends": series.ends,
        "room": series.room_id or "",
        "mode": series.mode,
        "staff": [lead.staff_id for lead in series.leads],
        "phases": series.phases_served.split(),
        "places": series.places,
        "frequency": series.frequency.value,
        "weekdays": series.weekdays.split() or [str(series.first_on.weekday())],
        "every": series.every,
        "until": series.until,
        "version": series.version,
    }
