"""Forms of a crisis contact and of an attempt to follow it up."""

from datetime import date, datetime
from enum import StrEnum
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from wtforms.validators import ValidationError

from caseapp.clinic.queries import zone
from caseapp.core import clock
from caseapp.core.fields import (
    Checkboxes,
    ChoiceList,
    ChoiceRadios,
    DayField,
    LineText,
    MoreText,
    Needed,
    TimeField,
    site_today,
)
from caseapp.core.forms import CreatingForm, EditingForm
from caseapp.crisis import rules, words
from caseapp.crisis.models import FACTS, TEXTS, CrisisContact
from caseapp.crisis.rules import Asked, Behavior, Caller, Channel, Disposition, Risk
from caseapp.tasks.forms import LATER, NextTime
from caseapp.tasks.rules import RESULT_WORDS, Result

UNKNOWN = "unknown"
PASSES = [("first", "Before the clocks went back"), ("second", "After the clocks went back")]


def choices(vocabulary: dict[StrEnum, str]) -> list[tuple[str, str]]:
    """Choices from a vocabulary: each code with its words."""
    return [(code.value, said) for code, said in vocabulary.items()]


def asked(name: str) -> ChoiceRadios:
    """A question with no, yes and not asked; unanswered counts as not asked."""
    return ChoiceRadios(words.LABELS[name], choices=choices(words.ASKED))


def site_now() -> datetime:
    """Now at the clinic, to the minute."""
    return clock.now().astimezone(ZoneInfo(zone())).replace(second=0, microsecond=0)


def month_back() -> date:
    """The first day on which a contact may have started to be recorded now."""
    return site_today() - rules.LATEST_RECORDING


def which_pass(moment: datetime) -> str | None:
    """Of a local time that comes twice that night, which one an aware local datetime is; None of any other."""
    twice = clock.missing_or_twice(moment.date(), moment.time().replace(fold=0), zone()) == "twice"
    return ("second" if moment.fold else "first") if twice else None


class ContactFields:
    """A crisis contact. Who and risk are all it takes; risk has no default."""

    who = LineText("Who is it about?", most=100)
    client_id = ChoiceRadios("The person", [Needed("Choose who it is about, or unknown caller")], choices=[])
    caller = ChoiceRadios("Who called?", [Needed("Choose who called")], choices=choices(words.CALLERS))
    channel = ChoiceRadios("How?", [Needed("Choose how you spoke")], choices=choices(words.CHANNELS))
    call_back = LineText("Call-back number", most=40)
    where = LineText("Where are they now?", most=200)
    started_day = DayField("Day it started", [Needed("Enter the day")], earliest=month_back, latest=site_today)
    started = TimeField("Started", [Needed("Enter when it started")])
    started_pass = ChoiceRadios("Which one, when it started?", choices=PASSES)
    wish_to_be_dead = asked("wish_to_be_dead")
    thoughts = asked("thoughts")
    method = asked("method")
    intent = asked("intent")
    plan = asked("plan")
    behavior = ChoiceRadios(words.LABELS["behavior"], choices=choices(words.BEHAVIORS))
    harm_to_others = asked("harm_to_others")
    withdrawal_or_overdose = asked("withdrawal_or_overdose")
    overdose = asked("overdose")
    substances = LineText("Taken, what and when", most=300)
    naloxone_at_hand = asked("naloxone_at_hand")
    naloxone_given = asked("naloxone_given")
    means_at_hand = asked("means_at_hand")
    means = LineText("Which means, and who could move them", most=300)
    safety_plan = asked("safety_plan")
    safety_plan_viewed = asked("safety_plan_viewed")
    safety_plan_requested = asked("safety_plan_requested")
    risk = ChoiceRadios(
        "Risk in your judgment", [Needed("Choose the risk, or not asked yet")], choices=choices(words.RISKS)
    )
    lowered_because = LineText("Why lower than the answers show", most=300)
    what_happened = MoreText("What happened", most=4000, rows=4)
    what_was_done = Checkboxes("What we did", choices=choices(words.DONE))
    disposition = ChoiceRadios("Ended as", choices=choices(words.DISPOSITIONS))
    ended = TimeField("Ended")
    ended_pass = ChoiceRadios("Which one, when it ended?", choices=PASSES)
    participants = LineText("Others present, by name", most=200)
    was: tuple[datetime, datetime] | None = None

    def offer(self, found: list[Any]) -> None:
        """Offer these people (`queries.Found`), and an unknown caller."""
        people = [(one.id, f"{one.client.last_first} · {one.hint}") for one in found]
        self.client_id.choices = [*people, (UNKNOWN, "Unknown caller")]

    def validate_started(self, field: Any) -> None:
        """A time that exists on that day, said once, and not ahead."""
        day = self.started_day.data
        if field.data is None or day is None or self.started_day.errors:
            return
        at = f"{field.written(field.data)}"
        kind = clock.missing_or_twice(day, field.data, zone())
        if kind == "missing":
            raise ValidationError("The clocks skip this time on that day")
        if kind == "twice" and not self.started_pass.data:
            raise ValidationError(f"{at} came twice that night. Choose which one")
        if self.started_at() > clock.now():
            raise ValidationError(f"{at} on that day has not been yet. Check the day: was it the day before?")

    def validate_ended(self, field: Any) -> None:
        """An end that exists, said once, within 12 hours of the start."""
        if field.data is None or not self._has_start():
            return
        ended_at, at = self._end(), field.written(field.data)
        if ended_at is None:
            raise ValidationError("The clocks skip this time on that day")
        local = ended_at.astimezone(ZoneInfo(zone()))
        if which_pass(local) and not self.ended_pass.data and not local.fold and self._later_end() != ended_at:
            raise ValidationError(f"{at} came twice that night. Choose which one")
        if ended_at - self.started_at() > rules.LONGEST:
            raise ValidationError("That is before it started, or more than 12 hours after. Check both times")

    def _has_start(self) -> bool:
        given = self.started.data is not None and self.started_day.data is not None
        return given and not self.started.errors and not self.started_day.errors

    def started_at(self) -> datetime:
        """The instant at which it started."""
        at = self.started.data.replace(fold=int(self.started_pass.data == "second"))
        return clock.instant(self.started_day.data, at, zone())

    def ended_at(self) -> datetime:
        """The instant at which it ended: no end given means now, or as it was; before the start is past midnight."""
        if self.ended.data is None:
            return max(self.was[1] if self.was else clock.now(), self.started_at())
        return self._end() or self.started_at()

    def _end(self) -> datetime | None:
        later = None if not self.ended_pass.data else self.ended_pass.data == "second"
        return rules.end_of(self.started_day.data, self.started_at(), self.ended.data, later, zone())

    def _later_end(self) -> datetime | None:
        return rules.end_of(self.started_day.data, self.started_at(), self.ended.data, True, zone())

    def answers(self) -> dict[str, str]:
        """The answers to the screen as far as they go."""
        return {name: self[name].data or "not_asked" for name in rules.SCREEN}

    def chosen(self) -> str | None:
        """The id of the client chosen, None for an unknown caller or nobody yet."""
        return None if self.client_id.data in (None, UNKNOWN) else self.client_id.data

    def facts(self) -> dict[str, Any]:
        """What `actions.record` and `actions.edit` take."""
        codes = {name: KINDS[name](self[name].data or "not_asked") for name in KINDS}
        codes |= {"caller": Caller(self.caller.data), "channel": Channel(self.channel.data)}
        codes |= {"disposition": Disposition(self.disposition.data) if self.disposition.data else None}
        codes |= {"what_was_done": ",".join(self.what_was_done.data or []), "client_id": self.chosen()}
        return codes | self._times() | {name: self[name].data or "" for name in TEXTS}

    def _times(self) -> dict[str, datetime]:
        """Start and end; a time that stands as it was keeps its seconds, so that it does not count as changed."""
        times = [self.started_at(), self.ended_at()]
        for place, before in enumerate(self.was or ()):
            if before.replace(second=0, microsecond=0) == times[place]:
                times[place] = before
        return {"started_at": times[0], "ended_at": max(times)}


KINDS: dict[str, type[StrEnum]] = {
    name: {"behavior": Behavior, "risk": Risk}.get(name, Asked) for name in FACTS if name in words.LABELS
} | {"risk": Risk}


class ContactForm(ContactFields, CreatingForm):
    """A new crisis contact: it starts now, by phone, and the client called, unless said otherwise."""

    owner_id = ChoiceList("Who calls again", choices=[])

    def offer_owners(self, staff: list[Any], default: Any) -> None:
        """Offer who works here; left open it is whom the rule names."""
        first = f"{default.name} (by the rule)" if default else "Choose"
        self.owner_id.choices = [("", first), *((one.id, one.name) for one in staff)]

    def begin(self) -> None:
        """What stands in a fresh form. Nothing of risk."""
        now = site_now()
        self.started_day.data, self.started.data = now.date(), now.time().replace(fold=0)
        self.started_pass.data = which_pass(now)
        self.caller.data, self.channel.data = Caller.client.value, Channel.phone.value


class EditContactForm(ContactFields, EditingForm):
    """Complete or correct a contact, however long ago it was recorded."""

    def complete(self, contact: CrisisContact) -> None:
        """The days and times from which it is changed."""
        self.was = (contact.started_at, contact.ended_at)
        self.started_day.earliest = clock.day_of(contact.recorded_at, zone()) - rules.LATEST_RECORDING


def as_form(contact: CrisisContact, texts: dict[str, str]) -> SimpleNamespace:
    """A contact as its form shows it, for filling the form and for comparing a stale one."""
    local = ZoneInfo(zone())
    started, ended = contact.started_at.astimezone(local), contact.ended_at.astimezone(local)
    shown = {name: getattr(contact, name) for name in FACTS} | texts
    shown |= {"who": "", "client_id": contact.client_id or UNKNOWN, "version": contact.version}
    shown |= {"started_day": started.date(), "started": started.time().replace(second=0, microsecond=0, fold=0)}
    shown |= {"ended": ended.time().replace(second=0, microsecond=0, fold=0)}
    shown |= {"started_pass": which_pass(started), "ended_pass": which_pass(ended)}
    shown |= {"what_was_done": [code for code in contact.what_was_done.split(",") if code]}
    shown |= {"changed_at": contact.changed_at or contact.recorded_at}
    changed_by = contact.changed_by or contact.recorded_by
    return SimpleNamespace(**shown, changed_by_name=changed_by.name if changed_by else "")


RISK_CHOICES, ASKED_CHOICES = choices(words.RISKS), choices(words.ASKED)


class AttemptForm(NextTime, CreatingForm):
    """One try at following up: reached or not, the five questions, and whether a person ends it here."""

    result = ChoiceRadios(
        "Did you reach them?", [Needed("Choose what came of the call")], choices=choices(RESULT_WORDS)
    )
    words = MoreText("Mood, and what you learned", most=4000, rows=4)
    risk_now = ChoiceRadios("Risk now", choices=RISK_CHOICES)
    safety_plan = ChoiceRadios("Safety plan gone through", choices=ASKED_CHOICES)
    means_safe = ChoiceRadios("Means out of reach", choices=ASKED_CHOICES)
    next_step = LineText("Next step in care, and who takes them there", most=300)
    may_call_again = ChoiceRadios("May we call again?", choices=ASKED_CHOICES)
    next = ChoiceRadios(
        "What comes next",
        [Needed("Choose what comes next")],
        choices=[("rule", "Call again as the rule says"), *LATER, ("close", "Close the follow-up")],
        default="rule",
    )

    def told(self) -> dict[str, Any]:
        """The answers as `actions.attempt` takes them."""
        answers = {
            name: Asked(self[name].data or "not_asked") for name in ("safety_plan", "means_safe", "may_call_again")
        }
        return answers | {"risk_now": self.risk_asked(), "next_step": self.next_step.data}

    def risk_asked(self) -> Risk:
        """The risk they are at now, not asked where none was chosen that exists."""
        return Risk(self.risk_now.data) if self.risk_now.data in list(Risk) else Risk.not_asked

    def came_of_it(self) -> Result:
        """The result of the try."""
        return Result(self.result.data)
