"""Forms of tasks: note an attempt or that it is done, give it away, open it again, add one."""

from datetime import date, datetime, time, timedelta
from typing import Any

from wtforms.validators import StopValidation, ValidationError

from caseapp.clinic.queries import zone
from caseapp.core import clock
from caseapp.core.fields import ChoiceList, ChoiceRadios, DayField, LineText, MoreText, Needed, TimeField, site_today
from caseapp.core.forms import CreatingForm, EditingForm
from caseapp.tasks import rules
from caseapp.tasks.models import Task
from caseapp.tasks.rules import CHANNEL_WORDS, RESULT_WORDS, Channel, Result, TaskKind

MORNING = time(9)
# What "next" may be beside closing it and leaving it as it is.
DAYS_AHEAD = {"tomorrow": 1, "three_days": 3, "week": 7}


def year_ahead() -> date:
    """The last day for which something may be due: a year from today."""
    return site_today() + rules.FARTHEST


class NextTime:
    """When something is due next: relative choices first, or a day and a time at the clinic."""

    next_day = DayField("Day", earliest=site_today, latest=year_ahead)
    next_at = TimeField("Time")

    def validate_next_day(self, field: Any) -> None:
        """A day is needed if "on another day" was chosen."""
        if self.next.data == "other" and field.data is None and not field.errors:
            raise ValidationError("Enter the day")

    def validate_next_at(self, field: Any) -> None:
        """The time must exist on that day and lie ahead."""
        if self.next.data != "other" or self.next_day.data is None:
            return
        if field.errors:
            raise StopValidation()
        at = field.data or MORNING
        if clock.missing_or_twice(self.next_day.data, at, zone()) == "missing":
            raise ValidationError("The clocks skip this time on that day")
        if clock.instant(self.next_day.data, at, zone()) <= clock.now():
            raise ValidationError("Enter a time that lies ahead")

    def next_due(self) -> datetime | None:
        """The instant chosen (9:00 am at the clinic for the relative ones), or None where no time was chosen."""
        if self.next.data in DAYS_AHEAD:
            return clock.instant(site_today() + timedelta(days=DAYS_AHEAD[self.next.data]), MORNING, zone())
        if self.next.data == "other":
            return clock.instant(self.next_day.data, self.next_at.data or MORNING, zone())
        return None


LATER = [
    ("tomorrow", "Tomorrow, 9:00 am"),
    ("three_days", "In 3 days"),
    ("week", "In a week"),
    ("other", "On another day"),
]


class TaskForm(NextTime, CreatingForm):
    """What came of a task: for those about reaching someone an attempt, for the others whether it is done."""

    channel = ChoiceRadios(
        "How did you try?",
        [Needed("Choose how you tried")],
        choices=[(one.value, words) for one, words in CHANNEL_WORDS.items()],
    )
    result = ChoiceRadios(
        "Did you reach them?",
        [Needed("Choose what came of the call")],
        choices=[(one.value, words) for one, words in RESULT_WORDS.items()],
    )
    words = MoreText("What you learned", most=4000, rows=4)
    next = ChoiceRadios("What comes next", [Needed("Choose what comes next")], choices=[])

    @classmethod
    def of(cls, task: Task) -> "TaskForm":
        """The form for this task: other tasks than those about reaching someone have no result."""
        form = cls()
        form.next.choices = [("done", "Done, close it"), *LATER]
        if task.is_about_reaching:
            form.next.choices = [("done", "Close it"), *LATER]
        else:
            form.words.label.text = "What was done"
            del form.result
        if task.kind is not TaskKind.no_show_outreach:
            del form.channel
        return form

    def what(self) -> Result | None:
        """The result of the attempt, if it is about one."""
        return Result(self.result.data) if "result" in self else None

    def how(self) -> Channel | None:
        """By which channel they were tried, where that is asked."""
        return Channel(self.channel.data) if "channel" in self else None


class OwnerForm(EditingForm):
    """Give a task to someone else."""

    owner_id = ChoiceList("Give it to", [Needed("Choose someone")], choices=[])
    reason = LineText("What they should know", most=500)

    def offer(self, staff: list[Any], but: str) -> None:
        """Offer who works here, without whose it is now."""
        self.owner_id.choices = [("", "Choose"), *((one.id, one.name) for one in staff if one.id != but)]


class ReopenForm(CreatingForm):
    """Open a closed task again."""

    reason = MoreText("Why it is opened again", most=1000, rows=3)


class NewTaskForm(CreatingForm):
    """Add a task of one's own words."""

    title = LineText("What is to be done", [Needed("Enter what is to be done")], most=200)
    who = LineText("Client", most=100)
    client_id = ChoiceRadios("Whom it is about", choices=[])
    due_day = DayField("Due", [Needed("Enter the day")], earliest=site_today, latest=year_ahead)
    due_time = TimeField("Time")
    owner_id = ChoiceList("Whose it is", [Needed("Choose whose it is")], choices=[])

    def offer(self, people: list[Any], staff: list[Any], me: str | None) -> None:
        """Offer these clients and nobody, and who works here; it is one's own unless said otherwise."""
        found = [(one.id, _described(one)) for one in people]
        self.client_id.choices = [*found, ("none", "About no client")]
        self.owner_id.choices = [("", "Choose"), *((one.id, one.name) for one in staff)]
        if not self.is_submitted():
            self.client_id.data = found[0][0] if found else "none"
            self.owner_id.data = me if me in {one.id for one in staff} else None

    def validate_due_time(self, field: Any) -> None:
        """The time must exist on that day and lie ahead; none given is the end of the working day, 5:00 pm."""
        if self.due_day.data is None or self.due_day.errors or field.errors:
            return
        if clock.missing_or_twice(self.due_day.data, field.data or time(17), zone()) == "missing":
            raise ValidationError("The clocks skip this time on that day")
        if self.due_at() <= clock.now():
            raise ValidationError("Enter a time that lies ahead")

    def validate_client_id(self, field: Any) -> None:
        """A name typed and nobody chosen is a question still open."""
        if self.who.data and field.data is None and not field.errors:
            raise ValidationError("Choose whom it is about, or no client")

    def due_at(self) -> datetime:
        """The instant it is due, at the clinic."""
        return clock.instant(self.due_day.data, self.due_time.data or time(17), zone())

    def client(self) -> str | None:
        """The id of the client it is about, if any."""
        return None if self.client_id.data in (None, "none") else self.client_id.data


def _described(client: Any) -> str:
    born = client.born
    return f"{client.last_first} · born {born:%b} {born.day}, {born.year} · ID {client.record_number}"
