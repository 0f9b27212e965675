"""What a move of a client does to the series they belong to: those of the old phase end with it, and come back with it."""

from datetime import date

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.series import queries
from caseapp.series.actions.changing import hold
from caseapp.series.actions.waiting import end_membership
from caseapp.series.models import SeriesMember


def end_for_move(client_id: str, by: Actor, *, move_id: str, on: date, position: int | None) -> int:
    """Let someone belong no more, from the day of a move on, to the series that are not held for the phase at `position`.

    Whoever leaves the program (None) leaves them all. Of a move in the past it is from today on. Gives how many series.
    """
    on, left = max(on, clock.today(clinic.zone())), 0
    for member in queries.memberships(client_id, on):
        if position is None or not queries.get_series(member.series_id).serves(position):
            end_membership(member, by, on=on, for_move=move_id)
            left += 1
    return left


def follow_the_move(old_id: str, new_id: str, on: date) -> None:
    """A move was corrected: what it had ended goes on until a later day. The places are the caller's to give back."""
    for member in queries.ended_for(old_id):
        goes_on = _can_go_on(member)
        member.ended_for_id = new_id
        if on > member.ended_on and goes_on:
            member.ended_on = on
    db.flush()


def resume_after(move_id: str) -> int:
    """A move was taken back: they belong again to the series it had ended. Gives how many. The places are the caller's to give back."""
    resumed = 0
    for member in queries.ended_for(move_id):
        if _can_go_on(member):
            member.ended_on = member.ended_for_id = None
            resumed += 1
    db.flush()
    return resumed


def _can_go_on(member: SeriesMember) -> bool:
    """Whether the series still has a place for them, and they have not come to belong to it again by other means. Holds both rows."""
    series = queries.get_series(member.series_id)
    hold(series)
    db.refresh(member)
    there = queries.members(series.id, clock.today(series.site.zone))
    again = any(one.client_id == member.client_id and one.id != member.id for one in there)
    return not again and len(there) < series.places
