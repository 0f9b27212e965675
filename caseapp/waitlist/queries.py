"""Who waits, for what, and until when a place is kept for them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from caseapp.clients.queries import visible_to
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.scheduling.models import Session, Waiting
from caseapp.scheduling.rules import LIVE
from caseapp.series.models import Series


@dataclass(frozen=True)
class Wait:
    """Someone who waits, with the session or the series."""

    row: Waiting
    session: Session | None
    series: Series | None


def everyone_waiting(user: Actor) -> list[Wait]:
    """Everyone this person may see who waits for a place that is still ahead: offers first, then who waited longest."""
    waits = _found([Waiting.state.in_(LIVE), visible_to(user)])
    ahead = [one for one in waits if one.series or one.session.starts_at > clock.now()]
    return sorted(ahead, key=lambda one: (one.row.answer_by is None, one.row.answer_by or one.row.asked_at, one.row.id))


def get_waiting(id: str, user: Actor) -> Wait:
    """One who waits or waited. Raises NotFound for a client this person may not see."""
    found = _found([Waiting.id == id, visible_to(user)])
    if not found:
        raise NotFound
    return found[0]


def _found(conditions: list) -> list[Wait]:
    wanted = select(Waiting).join(Waiting.client).where(*conditions).options(contains_eager(Waiting.client))
    session = selectinload(Waiting.session)
    rows = list(db.scalars(wanted.options(session.selectinload(Session.service), session.selectinload(Session.site))))
    series = select(Series).where(Series.id.in_({row.series_id for row in rows if row.series_id}))
    by_id = {one.id: one for one in db.scalars(series.options(selectinload(Series.service), selectinload(Series.site)))}
    return [Wait(row, row.session, by_id.get(row.series_id)) for row in rows]
