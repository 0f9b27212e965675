"""The clinic's weeks as they went: what is long past is brought in whole, the last days and the next are lived act by act."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from caseapp.attendance import actions as attendance
from caseapp.attendance.history import bring_in_past
from caseapp.attendance.rules import MarkState, Reason, Said, Sent
from caseapp.cli.demo.making import Demo, Known, dice
from caseapp.cli.demo.people import OFTEN_AWAY
from caseapp.cli.demo.plan import CLINICIANS, GROUPS, Planned, day_of_clinic
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs import queries as programs
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling import queries
from caseapp.scheduling.actions import PastSession
from caseapp.scheduling.models import Session

WEEKS_BACK, WEEKS_AHEAD = 26, 2
WHOLE_WEEKS_BACK = 5  # before these only the groups by which a phase's hours are counted
LIVED = timedelta(days=8)  # as long as whoever led a session may open the records of those on its list
MARKED_AFTER = timedelta(hours=3)
LATE_WITH_ONE_IN = 6
STATES = tuple(MarkState)
REASONS = (Reason.illness, Reason.court, Reason.work, Reason.family, Reason.transport)


def steps() -> int:
    """In how many steps `fill` goes."""
    return WEEKS_BACK + WEEKS_AHEAD


def fill(demo: Demo) -> Iterator[None]:
    """Make the weeks one by one, with their lists; mark what is past. The groups of the days to come are series (`groups`)."""
    making, (monday, _next) = _Making(demo), clock.week_of(demo.today)
    for weeks in range(-WEEKS_BACK, WEEKS_AHEAD):
        days = [monday + timedelta(days=7 * weeks + offset) for offset in range(7)]
        asked = {"whole": weeks >= -WHOLE_WEEKS_BACK, "appointments": weeks >= 0}
        planned = [session for day in days for session in day_of_clinic(demo, day, **asked) if session.people]
        making.bring_in([one for one in planned if one.day <= demo.today - LIVED])
        for one in planned:
            if one.day > demo.today - LIVED and not (one.group and one.day > demo.today):
                making.live(one)
        yield


class _Making:
    """Makes sessions of what was planned, with the rooms and services of the clinic at hand."""

    def __init__(self, demo: Demo):
        self.demo = demo
        self.rooms = {room.name: room for room in clinic.rooms()}
        self.services = {service.code: service for service in programs.services()}
        self.limits = {code: queries.limit_of(service, demo.today) for code, service in self.services.items()}

    def bring_in(self, planned: list[Planned]) -> None:
        """Sessions that are long over, with their roll-calls, as if each had been recorded in its time."""
        roll_calls = [self._past(one) for one in planned]
        if roll_calls:
            with clock.freeze(max(session.finished_at for session, _said in roll_calls)):
                bring_in_past(roll_calls)

    def _past(self, one: Planned) -> tuple[PastSession, dict[str, Said]]:
        demo, lead = self.demo, self.demo.staff[one.lead]
        starts_at, ends_at = (clock.instant(one.day, at, demo.zone) for at in (one.starts, one.ends))
        people = one.people[: self.limits[one.code]]
        session = PastSession(
            service=self.services[one.code],
            lead=lead,
            room=self.rooms[one.group.room] if one.group else None,
            on_day=one.day,
            starts_at=starts_at,
            ends_at=ends_at,
            made_at=starts_at - timedelta(days=10),
            finished_at=_finished_at(one, ends_at),
            places=self.limits[one.code],
            client_ids=tuple(known.client.id for known in people),
            topic=one.group.topic if one.group else "",
            phases_served=_served(one),
        )
        return session, {known.client.id: _what_became_of(known, starts_at) for known in people}

    def live(self, one: Planned) -> None:
        """Make a session some days before it, book who comes, and mark them once it is over."""
        demo, lead = self.demo, self.demo.staff[one.lead]
        more = {"room_id": self.rooms[one.group.room].id, "topic": one.group.topic} if one.group else {}
        with demo.at(min(one.day - timedelta(days=10), demo.today - timedelta(days=1)), 16):
            session = scheduling.add_session(
                lead,
                service=self.services[one.code],
                on_day=one.day,
                starts=one.starts,
                ends=one.ends,
                staff_ids=[lead.id],
                phases_served=_served(one),
                **more,
            )
            people = one.people[: session.limit]
            scheduling.book_all(session, [known.client for known in people], lead)
        if session.ends_at < demo.now - MARKED_AFTER:
            self._mark(session, one, people)

    def _mark(self, session: Session, one: Planned, people: list[Known]) -> None:
        """Roll-call after a session; the newest group of each clinician waits to be finished, with two not marked."""
        named, lead, left_open = {one.client.id: one for one in people}, self.demo.staff[one.lead], self._left_open(one)
        with clock.freeze(min(_finished_at(one, session.ends_at), self.demo.now)):
            db.refresh(session, ["roster"])
            places = sorted(session.roster, key=lambda place: named[place.client_id].person.number)
            says = {place: _what_became_of(named[place.client_id], session.starts_at) for place in places}
            marked = places[:-2] if left_open else places
            attendance.send(session, {place: Sent(says[place]) for place in marked}, lead)
            if not left_open:
                attendance.finish(session, lead)

    def _left_open(self, one: Planned) -> bool:
        """Whether it is a clinician's newest group but today's: a roll-call that someone has not finished."""
        if not one.group or one.lead not in CLINICIANS:
            return False
        ago = (self.demo.today - timedelta(days=days) for days in range(1, 8))
        held = (
            (day, group)
            for day in ago
            for group in GROUPS
            if group.lead == one.lead and day.weekday() in group.weekdays
        )
        return next(held) == (one.day, one.group)


def _served(one: Planned) -> str:
    return " ".join(str(position) for position in one.group.serves) if one.group else ""


def _finished_at(one: Planned, ends_at: datetime) -> datetime:
    """When its roll-call was finished: right after it, but now and then a day or two later."""
    chance = dice("finished", one.lead, ends_at.isoformat())
    late = chance.randrange(LATE_WITH_ONE_IN) == 0
    return ends_at + (timedelta(hours=chance.choice((14, 20, 37, 44))) if late else timedelta(minutes=5))


def _what_became_of(one: Known, starts_at: datetime) -> Said:
    """Mostly present; falls the same way for the same person and session."""
    chance = dice(one.person.last, one.person.first, starts_at.isoformat())
    weights = (58, 9, 5, 8, 17, 3) if one.person.last in OFTEN_AWAY else (88, 4, 2, 4, 1, 1)
    state = chance.choices(STATES, weights)[0]
    if state is MarkState.late:
        return Said(state, late=chance.choice((10, 15, 20, 25)))
    if state is MarkState.left_early:
        return Said(state, early=chance.choice((10, 15, 20)))
    return Said(state, reason=chance.choice(REASONS)) if state is MarkState.excused else Said(state)
