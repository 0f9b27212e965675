"""Report a return to use or the last use before admission, correct it, take it back; keep meetings. A return ends nothing."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from caseapp.audit.actions import changed
from caseapp.clients.models import Client
from caseapp.clinic import queries as clinic
from caseapp.core import clock, readings, sealed
from caseapp.core.access import Actor
from caseapp.core.db import db, lock, new_id
from caseapp.core.errors import RuleBroken
from caseapp.core.readings import must_have, must_stand, supersede
from caseapp.episodes.models import Episode
from caseapp.episodes.rules import Substance
from caseapp.use import rules
from caseapp.use.models import Meeting, UseReading, UseReport, UseSubstance
from caseapp.use.rules import HowKnown, MeetingKind

Followed = Callable[[UseReport, Episode, date, Actor], None]
Undone = Callable[[UseReport, Actor], None]
_follow: list[Followed] = []
_undo: list[Undone] = []


def after_a_return(call: Followed) -> None:
    """Say what follows when someone returned to use: a function of the report, the episode, the first day of use and who recorded it."""
    _follow.append(call)


def after_taking_back(call: Undone) -> None:
    """Say what follows when a report of use is taken back: a function of the report and who took it back."""
    _undo.append(call)


@dataclass(frozen=True)
class Said:
    """What a report says: first and last day of use (often the same), substances, how it is known, in whose words."""

    first_on: date
    last_on: date
    how_known: HowKnown
    substances: Collection[Substance] = ()
    words: str = ""


def report_return(episode: Episode, said: Said, by: Actor) -> UseReport:
    """Record that someone returned to use. The run of days so far is kept; nobody is discharged or moved by it.

    Raises RuleBroken for days before the admission or after today at the clinic, and for days that are on record already.
    """
    lock(Client, [episode.client_id])
    _check_return(episode, said, None)
    row = _new(episode, said, by, before_admission=False)
    changed("use.report_return", row.id, by, client_id=row.client_id, day=str(said.last_on), how=said.how_known.value)
    for call in _follow:
        call(row, episode, said.first_on, by)
    return row


def say_last_use(episode: Episode, said: Said, by: Actor) -> UseReport:
    """Say when the last use before admission was, where the pre-screen did not know it or said it otherwise.

    Raises RuleBroken for a day after the admission, and if it was said already (then that is corrected).
    """
    lock(Client, [episode.client_id])
    _check_before(episode, said)
    row = _new(episode, said, by, before_admission=True)
    changed("use.say_last_use", row.id, by, client_id=row.client_id, day=str(said.last_on), how=said.how_known.value)
    return row


def correct(row: UseReport, said: Said, reason: str, by: Actor) -> None:
    """Say that a report says something else; what it said stays beside it. Raises RuleBroken as the others, and without a reason."""
    hold(row)
    must_stand(row)
    must_have(reason, "Enter why it is corrected")
    if row.before_admission:
        _check_before(row.episode, said)
    else:
        _check_return(row.episode, said, row)
    supersede(row, by)
    _read(row, said, by, reason)
    changed("use.correct", row.id, by, client_id=row.client_id, day=str(said.last_on))


def take_back(row: UseReport, reason: str, by: Actor) -> None:
    """It should not have been recorded: it counts no more, and stays to be seen. Raises RuleBroken without a reason, or twice."""
    hold(row)
    readings.take_back(row, reason, by)
    changed("use.take_back", row.id, by, client_id=row.client_id)
    for call in _undo:
        call(row, by)


def hold(row: UseReport) -> None:
    """Take hold of the client and the report until the end of the request, and see it as it stands now."""
    lock(Client, [row.client_id])
    readings.hold(row)


def attended(client: Client, days: Collection[date], kind: MeetingKind, shown: bool, by: Actor) -> None:
    """Keep that someone went to a meeting on each of these days; `shown` says that they brought something to show it.

    Raises RuleBroken without a day, for one after today at the clinic, and for one of that kind that is on record already.
    """
    lock(Client, [client.id])
    if not days:
        raise RuleBroken("Choose at least one day", "days")
    if max(days) > clock.today(clinic.zone()):
        raise RuleBroken("Choose days that have been", "days")
    there = select(Meeting.on_day).where(Meeting.client_id == client.id, Meeting.kind == kind, Meeting.in_force == 1)
    known = db.scalars(there.where(Meeting.on_day.in_(days)).order_by(Meeting.on_day)).first()
    if known:
        raise RuleBroken(f"A meeting of this kind on {known:%a %b} {known.day} is on record already", "days")
    facts = {"client_id": client.id, "kind": kind, "shown": shown, "recorded_by_id": by.id}
    db.add_all(Meeting(id=new_id(), on_day=day, **facts) for day in days)
    db.flush()
    changed("use.attended", client.id, by, client_id=client.id, days=", ".join(str(day) for day in sorted(days)))


def take_meeting_back(row: Meeting, by: Actor) -> None:
    """A meeting that should not be there counts no more. Taken back already: nothing changes."""
    lock(Client, [row.client_id])
    db.refresh(row)
    if row.in_force:
        row.in_force, row.superseded_at, row.superseded_by_id = None, clock.now(), by.id
        db.flush()
        changed("use.take_meeting_back", row.id, by, client_id=row.client_id, day=str(row.on_day))


def _check_return(episode: Episode, said: Said, itself: UseReport | None) -> None:
    today = clock.today(clinic.zone())
    wrong = rules.what_does_not_fit(said.first_on, said.last_on, episode.admitted_on, today)
    if wrong:
        raise RuleBroken(*wrong)
    same = select(UseReading).join(UseReport, UseReading.report_id == UseReport.id)
    same = same.where(UseReport.episode_id == episode.id, ~UseReport.before_admission, UseReading.in_force == 1)
    same = same.where(UseReading.first_on <= said.last_on, UseReading.last_on >= said.first_on)
    if db.scalar(same.where(UseReport.id != itself.id) if itself else same):
        raise RuleBroken("A return to use on these days is on record already. Correct that one", "first_on")


def _check_before(episode: Episode, said: Said) -> None:
    if said.last_on > episode.admitted_on:
        raise RuleBroken("It must be on or before the admission. Record a later day as a return to use", "first_on")


def _new(episode: Episode, said: Said, by: Actor, before_admission: bool) -> UseReport:
    row = UseReport(id=new_id(), client_id=episode.client_id, episode_id=episode.id, before_admission=before_admission)
    row.readings = []
    db.add(row)
    _read(row, said, by, "")
    return row


def _read(row: UseReport, said: Said, by: Actor, reason: str) -> None:
    """Append what the report says now."""
    reading = UseReading(id=new_id(), report_id=row.id, first_on=said.first_on, last_on=said.last_on)
    reading.how_known, reading.recorded_by_id = said.how_known, by.id
    reading.words_sealed = sealed.seal(row.client_id, said.words.strip())
    reading.reason_sealed = sealed.seal(row.client_id, reason.strip())
    reading.substances = [UseSubstance(substance=one) for one in sorted(set(said.substances))]
    row.readings.append(reading)
    db.flush()
