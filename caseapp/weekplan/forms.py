"""Forms of the week: what a client has each week, who leads what, a week to be built, a session of it by hand."""

from datetime import timedelta

from wtforms import HiddenField

from caseapp.core.fields import Checkboxes, ChoiceList, ChoiceRadios, DayField, Needed, TimeField, site_today
from caseapp.core.forms import CreatingForm
from caseapp.programs.models import Service
from caseapp.programs.rules.settings import WEEKDAYS
from caseapp.scheduling.rules import AHEAD
from caseapp.weekplan.rules import Clinic, Meeting
from caseapp.weekplan.times import WORDS, What, clock_of, minute_of

DAYS = [(str(number), name) for number, name in enumerate(WEEKDAYS)]


class ClientTimeForm(CreatingForm):
    """Something that a client has each week: what, on which days, from and until."""

    what = ChoiceRadios("What it is", [Needed("Choose what it is.")], choices=list(WORDS.items()), coerce=What)
    days = Checkboxes("On", [Needed("Choose the days.")], choices=DAYS)
    starts = TimeField("From", [Needed("Enter from when.")])
    ends = TimeField("Until", [Needed("Enter until when.")])

    def weekdays(self) -> list[int]:
        """The days as numbers, 0 is Monday."""
        return [int(one) for one in self.days.data or []]


class LeadsForm(CreatingForm):
    """Which services someone leads. `seen` is how it stood when the form was opened."""

    seen = HiddenField()
    services = Checkboxes("Leads", choices=[])

    def offer(self, services: list[Service]) -> "LeadsForm":
        """The services to choose from."""
        self.services.choices = [(one.id, one.name) for one in services]
        return self


HOW_LONG = [("30", "30 seconds, to see what is possible"), ("120", "2 minutes, for a week to put in place")]


def next_monday():
    """The first Monday after today."""
    return site_today() + timedelta(days=7 - site_today().weekday())


class BuildForm(CreatingForm):
    """A week to be looked for: from when on, and for how long."""

    from_on = DayField(
        "From", [Needed("Enter from which day.")], earliest=site_today, latest=lambda: site_today() + AHEAD
    )
    seconds = ChoiceRadios("How long to look", [Needed("Choose how long.")], choices=HOW_LONG)


class AgainForm(CreatingForm):
    """A week to be looked for again, around what stands."""

    seconds = ChoiceRadios("How long to look", [Needed("Choose how long.")], choices=HOW_LONG)


class PutForm(CreatingForm):
    """A proposed week is to count from a Monday on."""

    on = DayField(
        "From", [Needed("Enter from which Monday.")], earliest=site_today, latest=lambda: site_today() + AHEAD
    )


DECISIONS = [
    ("keep", "Keep it as it is"),
    ("change", "Change it as below"),
    ("drop", "Drop it, and keep whoever leads it free then"),
    ("open", "Leave it open"),
]


class SessionForm(CreatingForm):
    """What is decided by hand of one session of a proposed week."""

    do = ChoiceRadios("What should become of it?", [Needed("Choose what should become of it.")], choices=DECISIONS)
    day = ChoiceList("Day", [Needed("Choose a day.")], choices=DAYS)
    starts = TimeField("Starts", [Needed("Enter when it starts.")])
    leader = ChoiceList("Led by", [Needed("Choose who leads it.")], choices=[])
    room = ChoiceList("Room", [Needed("Choose a room.")], choices=[])

    def offer(self, clinic: Clinic, service_id: str) -> "SessionForm":
        """Who leads such sessions, and the rooms."""
        self.leader.choices = [(one.id, one.name) for one in clinic.leaders if service_id in one.leads]
        self.room.choices = [(one.id, one.name) for one in clinic.rooms]
        return self

    def changed(self, one: Meeting) -> Meeting:
        """The session as typed; as it is if it is to be kept."""
        if self.do.data != "change":
            return one
        span = one.kind.at(int(self.day.data), minute_of(self.starts.data))
        return Meeting(one.service_id, span, self.room.data, self.leader.data, one.members)


def typed_session(one: Meeting) -> dict:
    """What the form of a session says when it is opened."""
    facts = {"day": str(one.span.day), "starts": clock_of(one.span.starts), "leader": one.leader_id}
    return facts | {"room": one.room_id}
