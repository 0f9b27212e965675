"""What stands in the clinic's weeks: groups and one-to-one sessions of every service, and who is on their lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from caseapp.cli.demo.making import Demo, Known


@dataclass(frozen=True)
class Group:
    """A group of the clinic's week. `core` ones have been there all along; `evening` ones are for those who come evenings."""

    code: str
    weekdays: tuple[int, ...]
    starts: time
    ends: time
    room: str
    topic: str
    serves: tuple[int, ...]
    lead: str
    core: bool = False
    evening: bool | None = None


@dataclass(frozen=True)
class Planned:
    """A session as it is to be, in wall-clock times of the clinic; `group` is the one that it belongs to."""

    code: str
    day: date
    starts: time
    ends: time
    lead: str
    people: list[Known]
    group: Group | None = None


GROUPS = (
    Group("group_therapy", (0, 2, 4), time(9), time(12), "Room 2", "Relapse prevention", (1,), "dana", True, False),
    Group("group_therapy", (0, 2, 4), time(18), time(21), "Room 2", "Early evenings", (1,), "ivo", True, True),
    Group("group_therapy", (1, 3), time(9), time(12), "Room 2", "Staying on course", (2,), "dana", True, False),
    Group("group_therapy", (1, 3), time(18), time(21), "Room 2", "Evening group", (2,), "rosa", True, True),
    Group("cbt", (1,), time(10), time(11, 30), "Room 3", "CBT in the morning", (3,), "ivo", True, False),
    Group("cbt", (2,), time(18), time(19, 30), "Room 3", "CBT skills", (3,), "rosa", True, True),
    Group("life_skills", (3,), time(13), time(14, 30), "Room 1", "Life skills", (1, 2), "eli"),
    Group("education", (4,), time(13), time(14), "Room 1", "Medication and recovery", (1, 2), "mara"),
    Group("family_session", (5,), time(10), time(11), "Room 3", "Families together", (3, 4), "farah"),
)
CLINICIANS, CASE_MANAGERS = ("dana", "rosa", "ivo"), ("eli", "mara")
# One to one, a slot each: weekday and start. Case management is for those whose groups are in the evening.
COUNSELING = tuple((weekday, start) for weekday in range(5) for start in (time(14, 30), time(15, 30), time(16, 30)))
CASE_MANAGEMENT = tuple((weekday, start) for weekday in (0, 2, 4) for start in (time(9, 30), time(10, 15), time(11)))
# Every so many weeks one-to-one counseling, by the position of the phase.
WEEKS_BETWEEN = {1: 1, 2: 2, 3: 3, 4: 4}
# What someone does today whatever day it is: service, start, end, leader, position of the phase of the client.
DAILY = (
    ("case_management", time(12, 15), time(12, 45), "eli", 3),
    ("case_management", time(12, 15), time(12, 45), "mara", 4),
    ("medication_management", time(12, 15), time(12, 45), "rosa", 1),
    ("medication_management", time(12, 15), time(12, 45), "ivo", 2),
    ("individual_counseling", time(13, 15), time(14, 5), "dana", 3),
    ("family_session", time(17, 30), time(18, 15), "farah", 4),
)


def day_of_clinic(demo: Demo, day: date, *, whole: bool, appointments: bool) -> Iterator[Planned]:
    """The sessions of a day. `whole` adds to the core groups the other ones and one-to-one sessions, `appointments` the daily."""
    for group in GROUPS:
        if day.weekday() in group.weekdays and (whole or group.core):
            people = [one for one in demo.in_phases(group.serves, day) if group.evening in (None, one.comes_evenings)]
            yield Planned(group.code, day, group.starts, group.ends, group.lead, people, group)
    if whole:
        yield from _counseling(demo, day)
        yield from _case_management(demo, day)
    if appointments:
        yield from _appointments(demo, day)


def _counseling(demo: Demo, day: date) -> Iterator[Planned]:
    """With one's own counselor, each week in Phase 1 and less often from phase to phase; who needs it most comes first."""
    week = day.isocalendar().week
    for lead in CLINICIANS:
        theirs = [one for one in demo.in_phases(tuple(WEEKS_BETWEEN), day) if one.person.clinician == lead]
        theirs = [one for one in theirs if (one.person.number + week) % WEEKS_BETWEEN[one.position(day)] == 0]
        theirs.sort(key=lambda one: one.position(day))
        yield from _one_to_one("individual_counseling", day, lead, theirs, COUNSELING, minutes=50)


def _case_management(demo: Demo, day: date) -> Iterator[Planned]:
    """With one's own case manager, every other week."""
    week = day.isocalendar().week
    for lead in CASE_MANAGERS:
        theirs = [one for one in demo.in_phases((1, 2), day) if one.comes_evenings and one.person.case_manager == lead]
        theirs = [one for one in theirs if (one.person.number // 2 + week) % 2]
        yield from _one_to_one("case_management", day, lead, theirs, CASE_MANAGEMENT, minutes=30)


def _one_to_one(code: str, day: date, lead: str, people: list[Known], slots: tuple, minutes: int) -> Iterator[Planned]:
    for one, (weekday, starts) in zip(people, slots, strict=False):
        if weekday == day.weekday():
            at = starts.hour * 60 + starts.minute + minutes
            yield Planned(code, day, starts, time(*divmod(at, 60)), lead, [one])


def _appointments(demo: Demo, day: date) -> Iterator[Planned]:
    """On weekdays, and today on any day, so that everyone has something today; tomorrow someone comes after a crisis."""
    if day.weekday() < 5 or day == demo.today:
        for at, (code, starts, ends, lead, position) in enumerate(DAILY):
            people = demo.in_phases((position,), day)
            yield Planned(code, day, starts, ends, lead, [people[(day.toordinal() + at) % len(people)]])
    if day == demo.today + timedelta(days=1):
        yield Planned("crisis", day, time(17, 30), time(18), "dana", [demo.someone("Ortiz")])
