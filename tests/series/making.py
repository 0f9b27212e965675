"""Series for tests: made as a page makes them, by looking first and then taking what was proposed."""

from dataclasses import replace
from datetime import date, time
from zoneinfo import ZoneInfo

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import db
from caseapp.identity.models import Staff
from caseapp.programs import queries as programs
from caseapp.series import actions, queries
from caseapp.series.lines import preview_change, preview_new
from caseapp.series.models import Series
from caseapp.series.plans import Plan, plan_of
from caseapp.series.recurrence import Repeats
from caseapp.series.rules import HORIZON
from tests import sessions

FIRST = sessions.WEDNESDAY


def plan(*leads, room=None, **facts) -> Plan:
    """A therapy group at nine to noon on Mondays, Wednesdays and Fridays, unless told otherwise."""
    usual = {
        "site": clinic.site(),
        "service": programs.service("group_therapy"),
        "starts": time(9),
        "ends": time(12),
        "room": room or sessions.room(),
        "topic": "Relapse prevention",
        "places": 12,
        "phases_served": "1",
        "repeats": Repeats(FIRST, weekdays=(0, 2, 4)),
    }
    return Plan(leads=tuple(db.get(Staff, one.id) for one in leads), **(usual | facts))


def make(by, *leads, choices=None, **facts) -> Series:
    """A series as proposed."""
    wanted = plan(*(leads or (by,)), **facts)
    until = max(clock.today(wanted.site.zone), wanted.repeats.first_on) + HORIZON
    seen = preview_new(wanted, until, by).digest
    return actions.add_series(wanted, by, seen=seen, choices=choices or {})


def change(series: Series, by, since: date, choices=None, only=False, **facts):
    """Change it as proposed, but for what is chosen."""
    wanted = replace(plan_of(series), **facts)
    seen = preview_change(series, wanted, since, by, only=only).digest
    return actions.change(series, wanted, by, since=since, seen=seen, choices=choices or {}, only=only)


def held_on(series: Series, since: date = FIRST) -> dict[date, str]:
    """By day, what a series has: its hours and room, or why not."""
    return {row.on_day: _told(row) for row in queries.days_of(series.id, since)}


def _told(row) -> str:
    if row.session is None:
        return row.left_out.value
    begin = row.session.starts_at.astimezone(ZoneInfo(sessions.ZONE))
    moved = "" if row.session.on_day == row.on_day else f" on {row.session.on_day}"
    return f"{begin:%H:%M} {row.session.room.name if row.session.room else '-'} {row.session.state.value}{moved}"
