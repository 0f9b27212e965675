"""A holiday and a leave ahead, decided as proposed, and the hours of those who work by day."""

from datetime import date, time, timedelta

from caseapp.cli.demo.making import Demo
from caseapp.clinic import queries as clinic
from caseapp.closures import actions
from caseapp.closures.hits import digest, hits_of
from caseapp.closures.rules import Decision
from caseapp.core.db import db
from caseapp.identity.models import Staff

HOLIDAY, LEAVE = timedelta(days=41), timedelta(days=20)
BY_DAY = ("dana", "eli")


def enter(demo: Demo) -> None:
    """Enter all of it, with what is proposed for each session that is hit."""
    _off(demo, None, demo.today + HOLIDAY, "Holiday")
    _off(demo, db.get(Staff, demo.staff["rosa"].id), demo.today + LEAVE)
    for name in BY_DAY:
        hours = {weekday: (time(8, 30), time(17, 30)) for weekday in range(5)}
        actions.set_hours(db.get(Staff, demo.staff[name].id), hours, demo.staff["farah"], seen="")


def _off(demo: Demo, staff: Staff | None, day: date, name: str = "") -> None:
    off = actions.planned(clinic.site(), staff, day, day, None, None, name)
    hits = hits_of(off)
    decisions = {hit.session.id: Decision(hit.choices[0], hit.free[0].id if hit.free else None) for hit in hits}
    seen = digest(hit.session for hit in hits)
    actions.add(off, demo.staff["farah"], seen=seen, decisions=decisions)
