"""Many series with all their sessions and lists, put straight into the tables, and what pages about them ask of the database."""

from collections.abc import Callable
from datetime import date, time, timedelta

from sqlalchemy import insert

from caseapp.core import clock
from caseapp.core.db import db, new_id, transaction
from caseapp.programs import queries as programs
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.series.models import Series, SeriesDay, SeriesMember, SeriesStaff
from caseapp.series.recurrence import Frequency
from tests.sessions import WEDNESDAY, ZONE, at, person, room

MONDAY = WEDNESDAY + timedelta(days=5)
HOURS, PEOPLE = 10, 4
SLOTS = 5 * HOURS  # in one room, Monday to Friday, from eight o'clock on


class Many:
    """A clinic that fills up: series of an hour a week, fifty to a room, each with a list of four."""

    def __init__(self, cast):
        self.by, self.ids = cast.ana.actor, []
        self.leads = [one.actor.id for one in (cast.ana, cast.carl, cast.sue, cast.otto)]
        with clock.freeze(at(8)), transaction():
            self.people = [person(self.by, f"N{number}", "X").id for number in range(PEOPLE)]

    def add(self, series: int, weeks: int) -> list[str]:
        """So many more series of so many weeks; gives their ids."""
        rows: dict[type, list[dict]] = {
            kind: [] for kind in (Series, SeriesStaff, SeriesMember, Session, SessionStaff, SeriesDay, Place)
        }
        with clock.freeze(at(8)), transaction():
            for _one in range(series):
                self._series(rows, weeks)
            for kind, of_kind in rows.items():
                db.execute(insert(kind), of_kind)
        return self.ids[-series:]

    def _series(self, rows: dict[type, list[dict]], weeks: int) -> None:
        number = len(self.ids)
        here, slot, id = room(f"Hall {number // SLOTS}", 14), number % SLOTS, new_id()
        first, starts, lead = MONDAY + timedelta(days=slot // HOURS), time(8 + slot % HOURS), self.leads[number % 4]
        facts = {"site_id": here.site_id, "room_id": here.id, "topic": f"Group {number}", "places": 12}
        facts |= {"service_id": programs.service("group_therapy").id, "phases_served": ""}
        ends = {"starts": starts, "ends": time(starts.hour + 1), "until": first + timedelta(weeks=weeks - 1)}
        rule = {
            "frequency": Frequency.weekly,
            "weekdays": str(first.weekday()),
            "first_on": first,
            "planned_from": first,
        }
        made = {"made_until": first + timedelta(weeks=weeks)}
        rows[Series].append({"id": id} | facts | ends | rule | made)
        rows[SeriesStaff].append({"series_id": id, "staff_id": lead})
        rows[SeriesMember] += [{"series_id": id, "client_id": one, "started_on": first} for one in self.people]
        for week in range(weeks):
            self._session(rows, id, first + timedelta(weeks=week), starts, lead, facts)
        self.ids.append(id)

    def _session(self, rows: dict, series_id: str, day: date, starts: time, lead: str, facts: dict) -> None:
        begin, id = clock.instant(day, starts, ZONE), new_id()
        rows[Session].append(
            {"id": id, "on_day": day, "starts_at": begin, "ends_at": begin + timedelta(hours=1)} | facts
        )
        rows[SessionStaff].append({"session_id": id, "staff_id": lead})
        rows[SeriesDay].append({"series_id": series_id, "on_day": day, "session_id": id})
        rows[Place] += [{"session_id": id, "client_id": one, "seat": seat} for seat, one in enumerate(self.people, 1)]


def same_for_many(cast, visitor, statements: Callable, many: int, weeks: int) -> dict[str, int]:
    """The counts with so many series of so many weeks, which must be those with five of four weeks."""
    clinic = Many(cast)
    first = clinic.add(5, 4)[0]
    with clock.freeze(at(8)):
        few = asked(visitor, statements, first)
        clinic.add(many - 5, weeks)
        found = asked(visitor, statements, clinic.ids[SLOTS])
    assert found == few
    return found


def asked(visitor, statements: Callable, series_id: str) -> dict[str, int]:
    """How many SQL statements the week, the day, the list, the preview of a change, and that of a closure take.

    The series is one that begins on that Monday; the closure is of its room.
    """
    with transaction():
        room_id = db.get(Series, series_id).room_id
    change, week, counts = f"/series/{series_id}/change", f"week={MONDAY}&show=all", {}
    typed = visitor.form(change, to=change).fields
    closure = visitor.form("/closures/new", to="/closures/new").fields
    closure |= {"whom": room_id, "first_on": f"{MONDAY:%b} {MONDAY.day}, {MONDAY.year}"}
    closure |= {"last_on": f"{MONDAY + timedelta(days=30):%b %d, %Y}"}
    typed |= {"since": str(MONDAY), "starts": "6:00 pm", "ends": "7:00 pm"}
    pages = {
        "the week": lambda: visitor.get(f"/schedule?{week}&view=week"),
        "the list": lambda: visitor.get(f"/schedule?{week}&view=list"),
        "the series": lambda: visitor.get("/series"),
        "the preview of a change": lambda: visitor.raw.post(change, data=typed),
        "what a closure hits": lambda: visitor.raw.post("/closures/new", data=closure),
    }
    for what, ask in pages.items():
        ask()  # what is read once and kept
        with statements() as seen:
            answer = ask()
        assert answer.status_code == 200, f"{what}: {answer.status_code}"
        if "preview" in what or "hits" in what:
            assert "Nothing is saved yet." in answer.text, what
        counts[what] = len([one for one in seen if "audit_client" not in one])
    return counts
