"""Roll-calls of sessions that have been held, brought in with them."""

from typing import Any

from sqlalchemy import insert

from caseapp.attendance.models import Mark
from caseapp.attendance.rules import Said, attended_minutes, tidy, what_is_wrong
from caseapp.audit.actions import changed_together
from caseapp.core.db import db, new_id
from caseapp.core.errors import RuleBroken
from caseapp.scheduling.actions import PastSession
from caseapp.scheduling.actions import bring_in_past as bring_in_sessions


def bring_in_past(roll_calls: list[tuple[PastSession, dict[str, Said]]]) -> None:
    """Append held sessions with what is said of whoever was on their lists, by client; one event for all that someone led.

    Whoever is left out stays not marked. No-shows open no outreach: nobody would call so long after. Raises RuleBroken as
    `scheduling.actions.bring_in_past` does, and for what can't be so.
    """
    places = bring_in_sessions([session for session, _said in roll_calls])
    rows = [
        _mark(session, place_of[client_id], tidy(said))
        for (session, says), place_of in zip(roll_calls, places, strict=True)
        for client_id, said in says.items()
    ]
    if rows:
        db.execute(insert(Mark.__table__), rows)
    for lead in dict.fromkeys(session.lead for session, _said in roll_calls):
        theirs = [session for session, _said in roll_calls if session.lead == lead]
        clients = {client_id for session in theirs for client_id in session.client_ids}
        changed_together("attendance.bring_in_past", lead, clients, sessions=len(theirs))


def _mark(session: PastSession, place_id: str, said: Said) -> dict[str, Any]:
    wrong = what_is_wrong(said, session.minutes, begun=True)
    if wrong:
        raise RuleBroken(wrong)
    return {
        "id": new_id(),
        "place_id": place_id,
        "state": said.state,
        "minutes": attended_minutes(said.state, session.minutes, said.late, said.early),
        "late_minutes": said.late,
        "early_minutes": said.early,
        "reason": said.reason,
        "marked_by_id": session.lead.id,
        "recorded_at": session.finished_at,
    }
