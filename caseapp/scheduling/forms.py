"""Forms of the schedule: a session, who gets a place in it, why it is cancelled, and what the week shows."""

from datetime import date, time
from typing import Any

from wtforms import BooleanField
from wtforms import Form as PlainForm

from caseapp.clients.models import Client
from caseapp.core.fields import (
    Checkboxes,
    ChoiceList,
    ChoiceRadios,
    DayField,
    LineText,
    Needed,
    TimeField,
    TypedField,
    site_today,
)
from caseapp.core.forms import CreatingForm, EditingForm
from caseapp.core.words import birth_day
from caseapp.scheduling.models import Session
from caseapp.scheduling.rules import AHEAD, BACK, MODES, WHY_NOT, Mode, positions

MOST_PLACES = 200


class PlacesField(TypedField):
    """How many people: a whole number, or nothing for as many as are allowed."""

    def parse(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_PLACES):
            raise ValueError(f"Enter places from 1 to {MOST_PLACES}")
        return int(text)

    def written(self, value: int) -> str:
        return str(value)


class SessionFields:
    """What a session is."""

    service = ChoiceList("Service", [Needed("Choose a service.")], choices=[])
    topic = LineText("Topic", most=120)
    on_day = DayField(
        "Day",
        [Needed("Enter a day.")],
        earliest=lambda: site_today() - BACK,
        latest=lambda: site_today() + AHEAD,
    )
    starts = TimeField("Starts", [Needed("Enter when it starts.")])
    ends = TimeField("Ends")
    room = ChoiceList("Room", choices=[])
    mode = ChoiceRadios("How they meet", choices=list(MODES.items()), coerce=Mode)
    staff = Checkboxes("Led by", [Needed("Choose who leads it.")], choices=[])
    phases = Checkboxes("For phases", choices=[])
    places = PlacesField("Places")
    agreed = BooleanField("Outside their working hours: agreed with whoever leads it")

    def offer(self, services: list, rooms: list, staff: list, phases: list[tuple[str, str]]) -> None:
        """What there is to choose from."""
        self.service.choices = [("", "Choose"), *((one.code, one.name) for one in services)]
        self.room.choices = [("", "No room (by phone or video)"), *((one.id, one.name) for one in rooms)]
        self.staff.choices = [(one.id, one.name) for one in staff]
        self.phases.choices = phases

    def facts(self) -> dict[str, Any]:
        """What the actions take, but for the service, which stands here by its code."""
        facts = {name: self[name].data for name in ("on_day", "starts", "ends", "places", "agreed", "mode")}
        served = " ".join(sorted(self.phases.data or []))
        more = {"staff_ids": self.staff.data, "room_id": self.room.data or None, "topic": self.topic.data or ""}
        return facts | more | {"phases_served": served}


class Finding:
    """People to choose from: those offered, those found by name, and those chosen already."""

    who = LineText("Find a client", most=100)
    clients = Checkboxes("Who gets a place", choices=[])

    def offer_people(self, people: list[Client]) -> None:
        """Offer these, each once, by name."""
        once = sorted({one.id: one for one in people}.values(), key=lambda one: (one.last_first, one.id))
        self.clients.choices = [
            (one.id, f"{one.last_first} · born {birth_day(one.born)} · ID {one.record_number}") for one in once
        ]


class NewSessionForm(SessionFields, Finding, CreatingForm):
    """A single session, with people to book at once."""


class EditSessionForm(SessionFields, EditingForm):
    """Change a session that nobody is marked in."""


class BookingForm(Finding, CreatingForm):
    """Who gets a place in a session."""


class CancelForm(EditingForm):
    """Why a session is cancelled."""

    why = ChoiceList(
        "Why?",
        [Needed("Choose why it is cancelled.")],
        choices=[("", "Choose"), *((one.value, words) for one, words in WHY_NOT.items())],
    )


class WeekForm(PlainForm):
    """What the schedule shows; sent in the address, so nothing of a client stands in it."""

    show = ChoiceRadios("Show", choices=[("mine", "Mine"), ("all", "All")])
    site = ChoiceList("Site", choices=[])
    room = ChoiceList("Room", choices=[])
    staff = ChoiceList("Staff", choices=[])
    phase = ChoiceList("Phase", choices=[])


def typed_of(session: Session, starts: time, ends: time) -> dict[str, Any]:
    """A session as the fields of its form; `starts` and `ends` on the site's wall clock."""
    on_day: date = session.on_day
    return {
        "service": session.service.code,
        "topic": session.topic,
        "on_day": on_day,
        "starts": starts,
        "ends": ends,
        "room": session.room_id,
        "mode": session.mode,
        "staff": [lead.staff_id for lead in session.leads],
        "phases": [str(position) for position in positions(session.phases_served)],
        "places": session.places,
        "version": session.version,
    }
