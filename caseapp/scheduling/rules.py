"""Words of sessions and places, how long a session may be, and what may be booked for whom."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum, auto

from caseapp.core import clock
from caseapp.core.words import clock_time, day
from caseapp.programs.rules import Capacity


class SessionState(StrEnum):
    """What became of a session."""

    scheduled = auto()
    held = auto()
    cancelled = auto()
    did_not_happen = auto()


class PlaceSource(StrEnum):
    """How someone came to have a place."""

    booking = auto()
    walk_in = auto()


class Mode(StrEnum):
    """How people come together. Payers and states ask for it; hours count the same (domain.md 3.1, 1.3)."""

    in_person = auto()
    telehealth = auto()


class WaitState(StrEnum):
    """How it stands with someone who waits for a place: waits, is offered one, or how it ended."""

    waits = auto()
    offered = auto()
    booked = auto()
    said_no = auto()
    not_reached = auto()
    called_off = auto()
    left = auto()


class WhyNot(StrEnum):
    """Why a session was cancelled or did not happen. A choice and no free text: such text would name people."""

    staff_away = auto()
    closed = auto()
    weather = auto()
    no_room = auto()
    client_asked = auto()
    too_few = auto()
    series_changed = auto()
    mistake = auto()
    other = auto()


class WhyAdded(StrEnum):
    """Why someone who was not on the list came."""

    make_up = auto()
    visitor = auto()
    should_be_member = auto()


class WhyOver(StrEnum):
    """Why one more than the limit was let in."""

    turning_away_harms = auto()
    supervisor_agreed = auto()
    others_will_not_come = auto()


MODES = {Mode.in_person: "In person", Mode.telehealth: "Telehealth, by phone or video"}
WHY_NOT = {
    WhyNot.staff_away: "Nobody could lead it",
    WhyNot.closed: "The clinic was closed",
    WhyNot.weather: "Weather or travel",
    WhyNot.no_room: "No room",
    WhyNot.client_asked: "The client asked for it",
    WhyNot.too_few: "Too few people",
    WhyNot.series_changed: "Its series was changed",
    WhyNot.mistake: "Entered by mistake",
    WhyNot.other: "Another reason",
}
WHY_ADDED = {
    WhyAdded.make_up: "Make-up for a session they missed",
    WhyAdded.visitor: "Visitor for today",
    WhyAdded.should_be_member: "Should be on this list",
}
WHY_OVER = {
    WhyOver.turning_away_harms: "Turning them away would do harm",
    WhyOver.supervisor_agreed: "A supervisor agreed",
    WhyOver.others_will_not_come: "Others on the list will not come",
}
CONSTRAINTS = {
    "uq_place_one_per_client": ("This client already has a place in this session.", "clients"),
    "uq_waiting_once_session": ("This client waits for a place in this session already.", "clients"),
    "uq_waiting_once_series": ("This client waits for a place in this series already.", "clients"),
    "uq_place_one_per_seat": ("Someone else has just taken this place. Try again.", "clients"),
}
# Parts of the day on the week's page, by the hour of the site's wall clock at which a session starts.
PARTS = (("Morning", 0, 12), ("Afternoon", 12, 17), ("Evening", 17, 24))
LEAST_MINUTES, MOST_MINUTES = 5, 8 * 60
# What many work, by weekday (0 is Monday).
USUAL_HOURS = {one: (time(9), time(17)) for one in range(5)}
BACK, AHEAD = timedelta(days=366), timedelta(days=366)
LEAST = {Capacity.counseling_group: "counseling_group_least", Capacity.education_group: "education_group_least"}
LIMITS = {Capacity.counseling_group: "counseling_group_most", Capacity.education_group: "education_group_most"}

# An offered place is kept for a day, and no place is offered in the last two hours: there would be no time to come.
ANSWER_WITHIN, LAST_OFFER = timedelta(hours=24), timedelta(hours=2)
LIVE = (WaitState.waits, WaitState.offered)


def answer_by(starts_at: datetime, now: datetime) -> datetime | None:
    """Until when a place in a session that starts at an instant is kept for whom it is offered; None if it is too late to offer it."""
    latest = starts_at - LAST_OFFER
    return min(now + ANSWER_WITHIN, latest) if latest > now else None


def too_far(on_day: date, today: date) -> bool:
    """Whether a session can't be made on a day: more than a year back or ahead."""
    return not today - BACK <= on_day <= today + AHEAD


def needs_admission(capacity: Capacity) -> bool:
    """Whether only someone who is in a phase that day may have a place.

    One to one (assessment, withdrawal check, case management, crisis) is what happens before admission and after discharge;
    a group, and the hours that are counted in it, belong to a phase.
    """
    return capacity is not Capacity.individual


def ends_on(on_day: date, starts: time, ends: time) -> date:
    """The day on which a session ends: the next one if its end is not after its start, for then it runs past midnight."""
    return on_day if ends > starts else on_day + timedelta(days=1)


def what_is_wrong_with_times(on_day: date, starts: time, ends: time, zone: str) -> tuple[str, str, str] | None:
    """Sentence, field and way out if the clocks skip or repeat one of the times, or if it is too short or too long."""
    last_day = ends_on(on_day, starts, ends)
    odd = odd_clock(on_day, starts, "starts", zone) or odd_clock(last_day, ends, "ends", zone)
    if odd:
        return odd
    minutes = minutes_between(clock.instant(on_day, starts, zone), clock.instant(last_day, ends, zone))
    if minutes < LEAST_MINUTES:
        return f"A session takes {LEAST_MINUTES} minutes at least.", "ends", ""
    if minutes > MOST_MINUTES and last_day > on_day:
        return (
            "The end must be after the start.",
            "ends",
            f"Past midnight a session may last {MOST_MINUTES // 60} hours.",
        )
    if minutes > MOST_MINUTES:
        return f"A session takes {MOST_MINUTES // 60} hours at most.", "ends", ""
    return None


def odd_clock(on_day: date, at: time, field: str, zone: str) -> tuple[str, str, str] | None:
    """Sentence, field and way out if the clocks of the zone skip a wall time on that day, or show it twice."""
    odd = clock.missing_or_twice(on_day, at, zone)
    if odd == "missing":
        says = f"There is no {clock_time(at)} on {day(on_day)}: the clocks go forward then."
        return says, field, "Choose a time before or after that hour."
    if odd:
        says = f"{clock_time(at)} comes twice on {day(on_day)}: the clocks go back then."
        return says, field, "Choose a time before or after that hour, so that everyone means the same."
    return None


MINUTE = timedelta(minutes=1)


def minutes_between(starts: datetime, ends: datetime) -> int:
    """Whole minutes from one instant to another."""
    return (ends - starts) // MINUTE


def part_of_day(start: time) -> str:
    """The part of the day in which a session that starts at this wall time stands."""
    return next(name for name, since, until in PARTS if since <= start.hour < until)


def held_as(mode: Mode | None, room_id: str | None) -> Mode:
    """How a session is held: as someone said, or else in person if it has a room."""
    return mode or (Mode.in_person if room_id else Mode.telehealth)


def positions(phases_served: str) -> list[int]:
    """The positions of the phases a session serves, from its column."""
    return [int(word) for word in phases_served.split()]
