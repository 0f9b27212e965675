"""How people stand today, kept in the server from one board to the next: only of whom something was written since is worked out anew.

A stamp of all facts about a person is read before the facts (`core/changes.py`), so nothing kept is older than its stamp, and what
another server writes changes the stamp too. Time by itself changes an answer at two moments, which are kept with it: the day is
over, or a session begins for which someone was marked ahead.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, Protocol

from caseapp.attendance.counting import Sitting
from caseapp.attendance.facts import sittings_of_many
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.db import kept as kept_here
from caseapp.progress.glance import Glance, glance
from caseapp.progress.queries.absence import absences
from caseapp.progress.queries.readiness import WARNING, Known, criteria_of, first_day, readiness

_NEVER = datetime.max.replace(tzinfo=UTC)


class Person(Protocol):
    """Someone in a phase today: their open episode (`id`) and its stay, with the stamp of all facts about them."""

    id: str
    client_id: str
    program_id: str
    admitted_on: date
    phase_id: str
    started_on: date
    stamp: str


class Kept(NamedTuple):
    """How someone stands, which holds while stay and stamp are the same, until an instant."""

    stay: tuple[str, date]
    stamp: str
    until: datetime
    glance: Glance


def glances(people: Sequence[Person]) -> dict[str, Glance]:
    """By episode, how each stands today with early signs, by all that is known. No statement where nothing was written since, else
    as many for one person as for five hundred.
    """
    now, kept = clock.now(), _of_today()
    kept.update(_worked_out([one for one in people if not _holds(kept.get(one.id), one, now)], now))
    return {one.id: kept[one.id].glance for one in people}


def _of_today() -> dict[str, Kept]:
    """What is kept of today. Yesterday's is let go of, whole."""
    zone = clinic.zone()
    day = clock.today(zone)
    if kept_here.get("standings", ())[:2] != (day, zone):
        kept_here["standings"] = day, zone, {}
    return kept_here["standings"][2]


def _holds(kept: Kept | None, person: Person, now: datetime) -> bool:
    stay = person.phase_id, person.started_on
    return kept is not None and kept.stamp == person.stamp and kept.stay == stay and now < kept.until


def _worked_out(people: Sequence[Person], now: datetime) -> dict[str, Kept]:
    """Readiness and absences, which read the same sittings."""
    if not people:
        return {}
    day, clients = clock.today(clinic.zone()), [one.client_id for one in people]
    criteria = criteria_of({one.phase_id for one in people})
    every = [one for of_phase in criteria.values() for one in of_phase] + WARNING
    since = first_day(every, [one.started_on for one in people], day)
    known = Known({one.id: one for one in people}, criteria, sittings_of_many(since, day, clients))
    found, missing = readiness(people, day, warn=True, known=known), absences(clients, known.sittings, since)
    return {
        one.id: Kept(
            (one.phase_id, one.started_on), one.stamp, _until(known.sittings[one.client_id], now),
            glance(found[one.id], missing.get(one.client_id)),
        )
        for one in people
    }  # fmt: skip


def _until(sittings: Sequence[Sitting], now: datetime) -> datetime:
    """When the first session begins for which they were marked ahead: from then on the mark counts."""
    return min((one.starts_at for one in sittings if one.state and one.starts_at > now), default=_NEVER)
