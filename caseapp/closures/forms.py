"""Forms of closures and leave: what is closed or who is away and when; what is done about each session; when someone works."""

from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Form as PlainForm
from wtforms import HiddenField

from caseapp.closures.hits import Hit
from caseapp.closures.rules import Decision, Do
from caseapp.core.fields import ChoiceList, ChoiceRadios, DayField, LineText, Needed, TimeField, site_today
from caseapp.core.forms import CreatingForm
from caseapp.programs.rules.settings import WEEKDAYS
from caseapp.scheduling.rules import AHEAD
from caseapp.scheduling.times_off import Hours


def _year_ahead():
    return site_today() + AHEAD


class TimeOffForm(CreatingForm):
    """What is closed or who is away, and when."""

    whom = ChoiceList("What is closed, or who is away", [Needed("Choose what is closed, or who is away.")], choices=[])
    first_on = DayField("First day", [Needed("Enter the first day.")], earliest=site_today, latest=_year_ahead)
    last_on = DayField("Last day", earliest=site_today, latest=_year_ahead)
    starts = TimeField("From")
    ends = TimeField("Until")
    name = LineText("What for", most=120)

    def offer(self, sites: list, rooms: list, staff: list) -> None:
        """What can be closed, and who can be away."""
        groups = {"The clinic": sites, "A room": rooms, "Someone's leave": staff}
        pairs = {group: [(one.id, one.name) for one in rows] for group, rows in groups.items()}
        self.whom.choices = {"": [("", "Choose")], **pairs}


class DecideForm(CreatingForm):
    """Decide about the sessions that lie in a closure by now."""


class HitForm(PlainForm):
    """What is done about one session; its names begin with the session's id."""

    do = ChoiceRadios("What to do", [Needed("Choose what to do.")], choices=[])
    lead = ChoiceList("Give it to", choices=[])
    day = DayField("New day", earliest=site_today, latest=_year_ahead)
    starts = TimeField("Starts")
    room = ChoiceList("Room", choices=[])

    @classmethod
    def of(cls, hit: Hit, away: str, rooms: list, sent: Any = None) -> "HitForm":
        """The form of one session, with what is proposed chosen. `away` is the name of who is away."""
        begin = (hit.to[0] if hit.to else hit.session.starts_at).astimezone(ZoneInfo(hit.session.site.zone))
        proposed = {"do": hit.choices[0].value, "starts": begin.time(), "room": hit.session.room_id or ""}
        proposed |= {"day": begin.date() if hit.to else None, "lead": hit.free[0].id if hit.free else None}
        form = cls(sent, prefix=hit.session.id, data=proposed)
        form.do.choices = [(do.value, _words(do, hit, away)) for do in hit.choices]
        form.lead.choices = [(one.id, one.name) for one in hit.free]
        form.room.choices = [("", "No room (by phone or video)"), *((one.id, one.name) for one in rooms)]
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        """A move needs a day and a time."""
        fine = super().validate(extra_validators)
        needed = {"day": "Enter the new day.", "starts": "Enter when it starts."} if self.do.data == Do.moved else {}
        for name, sentence in needed.items():
            if self[name].data is None and not self[name].errors:
                self[name].errors, fine = [sentence], False
        return fine

    def decision(self) -> Decision:
        """What was decided."""
        facts = {"lead_id": self.lead.data, "on_day": self.day.data, "starts": self.starts.data}
        return Decision(Do(self.do.data), room_id=self.room.data or None, **facts)


def _words(do: Do, hit: Hit, away: str) -> str:
    others = [lead.staff.name for lead in hit.session.leads if lead.staff.name != away]
    return {
        Do.other_room: f"Hold it in {hit.other_room.name if hit.other_room else ''}",
        Do.without: f"Without {away}: {' and '.join(others)} {'lead' if len(others) > 1 else 'leads'} it",
        Do.given: "Give it to someone else",
        Do.moved: "Move it to another day or time",
        Do.cancel: "Cancel it",
        Do.stays: "Leave it as it is",
    }[do]


class HoursForm(CreatingForm):
    """When someone works: for each weekday from and until, or nothing. `seen` is how it stood when the form was opened."""

    seen = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """A day has both times or none."""
        fine = super().validate(extra_validators)
        for starts, ends in self.days():
            missing = next(
                (one for one, other in ((starts, ends), (ends, starts)) if other.data and not one.data), None
            )
            if missing is not None and not missing.errors:
                missing.errors, fine = ["Enter this time too, or leave both empty."], False
        return fine

    def days(self) -> list[tuple[TimeField, TimeField]]:
        """From and until, by weekday."""
        return [(self[f"starts_{one}"], self[f"ends_{one}"]) for one in range(len(WEEKDAYS))]

    def hours(self) -> Hours:
        """When they work, by weekday."""
        days = enumerate(self.days())
        return {one: (starts.data, ends.data) for one, (starts, ends) in days if starts.data and ends.data}


for _number, _name in enumerate(WEEKDAYS):
    setattr(HoursForm, f"starts_{_number}", TimeField(f"{_name} from"))
    setattr(HoursForm, f"ends_{_number}", TimeField(f"{_name} until"))


def typed_hours(hours: Hours) -> dict[str, Any]:
    """What the form of working hours says when it is opened."""
    return {
        f"{end}_{one}": at for one, times in hours.items() for end, at in zip(("starts", "ends"), times, strict=True)
    }
