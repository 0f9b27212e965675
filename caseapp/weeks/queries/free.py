"""Sessions ahead that have a free place."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.programs.rules import Capacity
from caseapp.scheduling import queries as scheduling
from caseapp.scheduling.models import Session, Waiting
from caseapp.scheduling.rules import WaitState, positions
from caseapp.scheduling.times_off import times_off_between
from caseapp.weekplan.rules import Span
from caseapp.weekplan.times import minute_of
from caseapp.weeks.rules import Free


def free_between(first: date, after: date) -> list[Free]:
    """The sessions of the days from `first` up to but not including `after` that have not begun and have a free place, by start.

    A place that is kept for someone who waits is not free, and neither is a session that a closure hits, even if nobody has
    cancelled it yet. A fixed number of statements.
    """
    now = clock.now()
    ahead = [one for one in scheduling.sessions_between(first, after) if one.may_change and one.starts_at > now]
    if not ahead:
        return []
    ids, until = [one.id for one in ahead], max(one.ends_at for one in ahead)
    taken, kept = scheduling.taken(ids), _kept(ids)
    off = times_off_between((now, until), ())
    left = {one.id: one.limit - taken.get(one.id, 0) - kept.get(one.id, 0) for one in ahead}
    open_ones = (one for one in ahead if not off.closed(one.site_id, one.room_id, (one.starts_at, one.ends_at)))
    return [_free(one, left[one.id]) for one in open_ones if left[one.id] > 0]


def _free(session: Session, left: int) -> Free:
    return Free(
        session_id=session.id,
        name=session.name,
        service=session.service.code,
        counts=session.service.counts_as_hours,
        group=session.service.capacity is not Capacity.individual,
        served=tuple(positions(session.phases_served)),
        on_day=session.on_day,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        left=left,
        room=session.room.name if session.room else "",
        wall=_on_the_wall(session),
    )


def _on_the_wall(session: Session) -> tuple[Span, ...]:
    """Its time of the week as the clocks show it; one past midnight has two days."""
    begin, end = (one.astimezone(ZoneInfo(session.site.zone)) for one in (session.starts_at, session.ends_at))
    first = minute_of(begin.time())
    if begin.date() == end.date():
        return (Span(begin.weekday(), first, minute_of(end.time())),)
    after = (Span(end.weekday(), 0, minute_of(end.time())),) if minute_of(end.time()) else ()
    return (Span(begin.weekday(), first, 24 * 60), *after)


def _kept(session_ids: list[str]) -> dict[str, int]:
    """By session, how many places are kept for those to whom they are offered; one statement."""
    offered = select(Waiting.session_id, func.count()).where(Waiting.session_id.in_(session_ids))
    offered = offered.where(Waiting.state == WaitState.offered).group_by(Waiting.session_id)
    return {row[0]: row[1] for row in db.execute(offered)}
