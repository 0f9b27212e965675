"""Sessions that have been held: brought in whole with their lists and by the hundred, past booking, for they have been.

The database holds them to the same rules as every other session: one place per client, one client per seat.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert

from caseapp.clinic import queries as clinic
from caseapp.clinic.models import Room
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db, new_id
from caseapp.core.errors import RuleBroken
from caseapp.programs.models import Service
from caseapp.scheduling.models import Place, Session, SessionStaff
from caseapp.scheduling.rules import PlaceSource, SessionState, minutes_between


@dataclass(frozen=True)
class PastSession:
    """A session as it was held, with whoever had a place, by their ids. Instants are aware; `made_at` is when it was planned."""

    service: Service
    lead: Actor
    room: Room | None
    on_day: date
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    finished_at: datetime
    places: int
    client_ids: tuple[str, ...]
    topic: str = ""
    phases_served: str = ""

    @property
    def minutes(self) -> int:
        """Planned length in minutes."""
        return minutes_between(self.starts_at, self.ends_at)


def bring_in_past(sessions: list[PastSession]) -> list[dict[str, str]]:
    """Append held sessions; a statement per table. Gives for each session its places' ids by client.

    The caller records them in the same transaction. Nobody is given access by them: what a place opens ends some days after
    its session. Raises RuleBroken for one that is not over, has more people than places or seats, or overlaps another of
    these in its room, its lead or someone on its list.
    """
    _must_fit(sessions)
    site_id, rows, places = clinic.site().id, {Session: [], SessionStaff: [], Place: []}, []
    for one in sessions:
        row = _session(one) | {"site_id": site_id}
        listed = [_place(one, row["id"], client_id, seat) for seat, client_id in enumerate(one.client_ids, 1)]
        rows[Session].append(row)
        rows[SessionStaff].append({"session_id": row["id"], "staff_id": one.lead.id})
        rows[Place] += listed
        places.append({place["client_id"]: place["id"] for place in listed})
    for table, made in rows.items():
        if made:
            db.execute(insert(table.__table__), made)
    return places


def _session(one: PastSession) -> dict[str, Any]:
    return {
        "id": new_id(),
        "service_id": one.service.id,
        "room_id": one.room.id if one.room else None,
        "topic": one.topic,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "on_day": one.on_day,
        "places": one.places,
        "phases_served": one.phases_served,
        "state": SessionState.held,
        "made_at": one.made_at,
        "marked_at": one.finished_at,
        "finished_at": one.finished_at,
        "finished_by_id": one.lead.id,
        "changed_at": one.finished_at,
        "changed_by_name": one.lead.name,
    }


def _place(one: PastSession, session_id: str, client_id: str, seat: int) -> dict[str, Any]:
    place = {"id": new_id(), "session_id": session_id, "seat": seat, "client_id": client_id}
    return place | {"source": PlaceSource.booking, "booked_by_id": one.lead.id, "booked_at": one.made_at}


def _must_fit(sessions: list[PastSession]) -> None:
    busy_until: dict[str, datetime] = {}
    for one in sorted(sessions, key=lambda session: session.starts_at):
        if one.ends_at > clock.now():
            raise RuleBroken("A session that is not over can't be brought in as held.")
        if len(one.client_ids) > min(one.places, one.room.seats if one.room else one.places):
            raise RuleBroken("More people are on its list than it has places.")
        for key in _kept_busy(one):
            if key in busy_until and busy_until[key] > one.starts_at:
                raise RuleBroken("Two sessions at the same time have the same room, lead or client.")
            busy_until[key] = one.ends_at


def _kept_busy(one: PastSession) -> Iterable[str]:
    return (one.lead.id, *([one.room.id] if one.room else []), *one.client_ids)
