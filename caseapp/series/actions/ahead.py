"""Make sessions ahead: each day for the day that has come into sight. Run twice, or by two at once, it makes nothing twice."""

from datetime import date, timedelta

from sqlalchemy import update

from caseapp.audit.actions import changed
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import COMMAND_LINE
from caseapp.core.db import db, transaction
from caseapp.core.errors import NotFound
from caseapp.series import queries
from caseapp.series.actions.changing import hold, lock_for, member_ids, write
from caseapp.series.lines import Line, preview_ahead
from caseapp.series.models import Series
from caseapp.series.plans import plan_of
from caseapp.series.rules import HORIZON, Do


def make_ahead() -> int:
    """Make what has come into sight of every series, each in a transaction of its own; gives how many sessions.

    Nobody is there to ask: a day on which something stands in the way is left out, with the reason, for a person to decide;
    members who are busy get no place that day. The series' page shows both.
    """
    with transaction():
        site = clinic.site()
        until = clock.today(site.zone) + HORIZON if site else None
        behind = queries.to_make_ahead(until) if until else []
    return sum(_make(series_id, until) for series_id in behind)


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
        made = write(series, lines, plan, {line.key: _without_asking(line) for line in lines}, COMMAND_LINE)
        # Past the version: nobody who is changing the series meanwhile is stale for it.
        db.execute(update(Series).where(Series.id == series.id).values(made_until=until))
        changed("series.make_ahead", series.id, COMMAND_LINE, sessions=len(made), until=until - timedelta(days=1))
        return len(made)


def _without_asking(line: Line) -> Do:
    """Members who are busy are left out that day; room and staff are nobody's to change."""
    harmless = Do.go in line.choices and not line.needs_a_decision
    return Do.go if harmless else Do.without if Do.without in line.choices and line.busy_clients else Do.skip
