"""Make sessions ahead: each day for the day that has come into sight. Run twice, or by two at once, it makes nothing twice."""

import logging
from datetime import date, timedelta

from sqlalchemy import update

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db, transaction
from caseapp.core.errors import NotFound, RuleBroken
from caseapp.series import queries
from caseapp.series.actions.changing import hold, lock_for, member_ids, write
from caseapp.series.lines import Line, preview_ahead
from caseapp.series.models import Series
from caseapp.series.plans import plan_of
from caseapp.series.rules import HORIZON, Clash, Do

log = logging.getLogger("caseapp.series")


def make_ahead() -> int:
    """Make what has come into sight of every series, each in a transaction of its own; gives how many sessions.

    Nobody is there to ask: a day on which something stands in the way is left out, with the reason, for a person to decide;
    members who are busy get no place that day. The series' page shows both.
    """
    with transaction():
        site = clinic.site()
        until = clock.today(site.zone) + HORIZON if site else None
        behind = queries.to_make_ahead(until) if until else []
    return sum(_made_or_logged(series_id, until) for series_id in behind)


def _made_or_logged(series_id: str, until: date) -> int:
    """What one series can't do keeps no other from being made."""
    try:
        return _make(series_id, until)
    except RuleBroken as refused:
        log.error("series %s could not be made ahead: %s", series_id, refused.sentence)
        return 0


def _make(series_id: str, until: date) -> int:
    with transaction():
        try:
            series = queries.get_series(series_id)
        except NotFound:
            return 0
        hold(series)
        if series.made_until >= until:
            return 0  # another worker was faster
        plan = plan_of(series)
        lock_for(plan, [], member_ids(series))
        lines = preview_ahead(series, until, COMMAND_LINE).lines
        made = write(series, lines, plan, {line.key: without_asking(line) for line in lines}, COMMAND_LINE)
        # Past the version: nobody who is changing the series meanwhile is stale for it.
        db.execute(update(Series).where(Series.id == series.id).values(made_until=until))
        changed("series.make_ahead", series.id, COMMAND_LINE, sessions=len(made), until=until - timedelta(days=1))
        return len(made)


def without_asking(line: Line) -> Do:
    """Of members, and of several who lead it, those who are busy are left out that day; all else is for a person to decide."""
    if not set(line.clashes) - {Clash.hours}:
        return Do.go
    return Do.without if Do.without in line.choices else Do.skip
