"""Closures and leave on record, and the sessions that still lie in them."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from caseapp.core import clock
from caseapp.core.db import db
from caseapp.core.errors import NotFound
from caseapp.scheduling.models import Session, SessionStaff, TimeOff
from caseapp.scheduling.rules import SessionState
from caseapp.scheduling.times_off import TimesOff, working_hours


def coming() -> list[TimeOff]:
    """The closures and leaves that are not over, by when they begin."""
    found = _whole().where(TimeOff.withdrawn_at.is_(None), TimeOff.ends_at > clock.now())
    return list(db.scalars(found.order_by(TimeOff.starts_at, TimeOff.id)))


def get_time_off(id: str) -> TimeOff:
    """One closure or leave, also one that was taken back. Raises NotFound."""
    found = db.scalar(_whole().where(TimeOff.id == id))
    if found is None:
        raise NotFound
    return found


def still_in(ids: list[str]) -> dict[str, int]:
    """By closure or leave, how many sessions ahead still lie in it; one statement."""
    leads = select(SessionStaff.staff_id).where(SessionStaff.session_id == Session.id)
    site = (Session.site_id == TimeOff.site_id) & TimeOff.room_id.is_(None) & TimeOff.staff_id.is_(None)
    hit = or_(site, Session.room_id == TimeOff.room_id, TimeOff.staff_id.in_(leads))
    found = select(TimeOff.id, func.count()).join(Session, hit).where(TimeOff.id.in_(ids))
    found = found.where(Session.starts_at < TimeOff.ends_at, Session.ends_at > TimeOff.starts_at)
    found = found.where(Session.state == SessionState.scheduled, Session.starts_at > clock.now())
    return {row[0]: row[1] for row in db.execute(found.group_by(TimeOff.id))}


def cancelled_in(off: TimeOff) -> list[Session]:
    """The sessions ahead in the time of a closure or a leave that are cancelled, by start."""
    found = select(Session).where(Session.starts_at < off.ends_at, Session.ends_at > off.starts_at)
    found = found.where(Session.state == SessionState.cancelled, Session.starts_at > clock.now())
    if off.staff_id:
        found = found.join(SessionStaff).where(SessionStaff.staff_id == off.staff_id)
    else:
        found = found.where(Session.room_id == off.room_id if off.room_id else Session.site_id == off.site_id)
    whole = (selectinload(one) for one in (Session.service, Session.site))
    return list(db.scalars(found.order_by(Session.starts_at, Session.id).options(*whole)))


def outside_hours(staff_id: str) -> list[Session]:
    """The sessions ahead that someone leads outside their working hours, by start."""
    led = select(Session).join(SessionStaff).where(SessionStaff.staff_id == staff_id, Session.starts_at > clock.now())
    whole = (selectinload(one) for one in (Session.service, Session.site))
    found = db.scalars(led.where(Session.state == SessionState.scheduled).order_by(Session.starts_at).options(*whole))
    off = TimesOff(hours=working_hours([staff_id]))
    return [one for one in found if off.off_hours(staff_id, (one.starts_at, one.ends_at), one.site.zone)]


def _whole():
    return select(TimeOff).options(*(selectinload(one) for one in (TimeOff.site, TimeOff.room, TimeOff.staff)))
