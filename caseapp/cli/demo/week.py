"""The clinic's weeks: groups and one-to-one sessions of every service, their lists, and roll-call of what is past."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from caseapp.attendance import actions as attendance
from caseapp.attendance.rules import MarkState
from caseapp.cli.demo.making import Demo, Known, dice
from caseapp.cli.demo.people import OFTEN_AWAY
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Session

WEEKS_BACK, WEEKS_AHEAD = 12, 2
WHOLE_WEEKS_BACK = 3  # before these only the groups by which a phase's hours are counted
MARKED_AFTER = timedelta(hours=3)


@dataclass(frozen=True)
class Group:
    """A group of the clinic's week. `core` ones have been there all along."""

    code: str
    weekdays: tuple[int, ...]
    starts: time
    ends: time
    room: str
    topic: str
    serves: tuple[int, ...]
    lead: str
    core: bool = False


GROUPS = (
    Group("group_therapy", (0, 2, 4), time(9), time(12), "Room 2", "Relapse prevention", (1,), "dana", core=True),
    Group("group_therapy", (1, 3), time(18), time(21), "Room 2", "Evening group", (2,), "rosa", core=True),
    Group("cbt", (2,), time(18), time(19, 30), "Room 3", "CBT skills", (3,), "rosa", core=True),
    Group("life_skills", (3,), time(13), time(14, 30), "Room 1", "Life skills", (1, 2), "eli"),
    Group("education", (4,), time(13), time(14), "Room 1", "Medication and recovery", (1, 2), "mara"),
    Group("family_session", (5,), time(10), time(11), "Room 3", "Families together", (2, 3), "farah"),
)
# One to one, a slot each: weekday and start.
SLOTS = tuple((weekday, start) for weekday in range(5) for start in (time(14, 30), time(15, 30), time(16, 30)))
# What someone does today whatever day it is: service, start, end, leader, position of the phase of the client.
DAILY = (
    ("case_management", time(12, 15), time(12, 45), "eli", 3),
    ("case_management", time(12, 15), time(12, 45), "mara", 4),
    ("medication_management", time(12, 15), time(12, 45), "rosa", 1),
    ("individual_counseling", time(13, 15), time(14, 5), "dana", 3),
    ("family_session", time(17, 30), time(18, 15), "farah", 4),
)


def steps() -> int:
    """In how many steps `fill` goes."""
    return WEEKS_BACK + WEEKS_AHEAD


def fill(demo: Demo) -> Iterator[None]:
    """Make the weeks one by one, with their lists; mark what is past."""
    rooms = {room.name: room.id for room in clinic.rooms()}
    services = {service.code: service for service in programs.services()}
    monday, _next = clock.week_of(demo.today)
    for weeks in range(-WEEKS_BACK, WEEKS_AHEAD):
        first = monday + timedelta(weeks=weeks)
        lately = weeks >= -WHOLE_WEEKS_BACK
        for day in (first + timedelta(days=offset) for offset in range(7)):
            _groups_of(demo, day, rooms, services, lately)
            if lately:
                _counseling_of(demo, day, rooms, services)
            if weeks >= 0:
                _appointments_of(demo, day, services)
        yield


def _groups_of(demo: Demo, day: date, rooms: dict, services: dict, lately: bool) -> None:
    for group in GROUPS:
        if day.weekday() in group.weekdays and (lately or group.core):
            people = demo.in_phases(group.serves, day)
            if not lately:  # of the early weeks only the hours of those who are looked at today
                people = [one for one in people if one.position(demo.today) in (1, 2, 3)]
            times = {"starts": group.starts, "ends": group.ends, "room_id": rooms[group.room], "topic": group.topic}
            served = " ".join(str(position) for position in group.serves)
            _session(demo, services[group.code], day, group.lead, people, phases_served=served, **times)


def _counseling_of(demo: Demo, day: date, rooms: dict, services: dict) -> None:
    """Each week in Phase 1, every other week in Phase 2, with one's own counselor."""
    for lead in ("dana", "rosa"):
        theirs = [one for one in demo.in_phases((1, 2), day) if one.person.clinician == lead]
        week = day.isocalendar().week
        theirs = [one for one in theirs if one.position(day) == 1 or (one.person.number + week) % 2]
        for one, (weekday, start) in zip(theirs, SLOTS, strict=False):
            if weekday == day.weekday():
                ends = time(start.hour + 1, start.minute - 10)
                _session(demo, services["individual_counseling"], day, lead, [one], starts=start, ends=ends)


def _appointments_of(demo: Demo, day: date, services: dict) -> None:
    """On weekdays, and today on any day, so that everyone has something today; tomorrow someone comes after a crisis."""
    if day.weekday() < 5 or day == demo.today:
        for at, (code, starts, ends, lead, position) in enumerate(DAILY):
            people = demo.in_phases((position,), day)
            one = people[(day.toordinal() + at) % len(people)]
            _session(demo, services[code], day, lead, [one], starts=starts, ends=ends)
    if day == demo.today + timedelta(days=1):
        called = demo.someone("Ortiz")
        _session(demo, services["crisis"], day, "dana", [called], starts=time(17, 30), ends=time(18))


def _session(demo: Demo, service, day: date, lead: str, people: list[Known], **times) -> None:
    leader = demo.staff[lead]
    with demo.at(min(day - timedelta(days=10), demo.today - timedelta(days=1)), 16):
        session = scheduling.add_session(leader, service=service, on_day=day, staff_ids=[leader.id], **times)
        for one in people[: session.places]:
            scheduling.book(session, one.client, leader)
    if session.ends_at < demo.now - MARKED_AFTER:
        _mark(demo, session, lead, people[: session.places])


def _mark(demo: Demo, session: Session, lead: str, people: list[Known]) -> None:
    """Roll-call right after a session; the newest group of each leader waits to be finished, with two not marked."""
    named = {one.client.id: one for one in people}
    left_open = _is_left_open(demo, session, lead)
    with clock.freeze(session.ends_at + timedelta(minutes=5)):
        db.refresh(session, ["roster"])
        places = sorted(session.roster, key=lambda place: named[place.client_id].person.number)
        for place in places[:-2] if left_open else places:
            state, more = _what_became_of(named[place.client_id], session)
            attendance.mark(place, state, demo.staff[lead], **more)
        if not left_open:
            attendance.finish(session, demo.staff[lead])


def _is_left_open(demo: Demo, session: Session, lead: str) -> bool:
    """Whether it is the newest group but today's of a clinician: a roll-call that someone has not finished."""
    for group in GROUPS:
        if group.topic == session.topic and group.core and lead == group.lead and session.topic != "CBT skills":
            ago = [days for days in range(1, 8) if (demo.today - timedelta(days=days)).weekday() in group.weekdays]
            return session.on_day == demo.today - timedelta(days=ago[0])
    return False


def _what_became_of(one: Known, session: Session) -> tuple[MarkState, dict]:
    """Mostly present; falls the same way for the same person and session."""
    chance = dice(one.person.last, one.person.first, session.starts_at.isoformat())
    away = one.person.last in OFTEN_AWAY
    weights = (58, 9, 5, 8, 17, 3) if away else (88, 4, 2, 4, 1, 1)
    state = chance.choices(list(MarkState), weights)[0]
    if state is MarkState.late:
        return state, {"late": chance.choice((10, 15, 20, 25))}
    if state is MarkState.left_early:
        return state, {"early": chance.choice((10, 15, 30))}
    if state is MarkState.excused:
        return state, {"reason": chance.choice(("illness", "court", "work", "family"))}
    return state, {}
