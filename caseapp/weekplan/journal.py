"""What putting a week in place did, kept with it so that it can be taken back: who joined and left, which places were freed and given."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from caseapp.core import clock
from caseapp.scheduling import queries as scheduling
from caseapp.series import queries as series_queries
from caseapp.series.models import Series, SeriesDay, SeriesMember


@dataclass(frozen=True)
class Standing:
    """How series stand from a day on, by their ids: members, days, by membership the day from which it counts no more, and by session
    the ids of those who have a place in it.
    """

    members: dict[str, list[SeriesMember]]
    days: dict[str, list[SeriesDay]]
    until: dict[str, date | None]
    lists: dict[str, frozenset[str]]

    def mark(self, series: Series, until: date) -> str:
        """A digest of one of them, by which any change of its days before `until` is noticed: what is made ahead later is none."""
        told = [series.version, *((one.id, one.started_on, one.ended_on) for one in self.members[series.id])]
        for row in self.days[series.id]:
            if row.on_day < until:
                held = (row.session.version, sorted(self.lists[row.session_id])) if row.session else row.left_out
                told.append((row.on_day, row.session_id, held))
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def standing(series_ids: Iterable[str], on: date, also: Iterable[str] = ()) -> Standing:
    """How these series stand from a day on; `also` are sessions that were theirs, of which the lists are wanted too."""
    ids = sorted(set(series_ids))
    days = {id: series_queries.days_of(id, on) for id in ids}
    held = {row.session_id for of_series in days.values() for row in of_series if row.session_id} | set(also)
    lists = scheduling.lists_of(sorted(held))
    members = {id: sorted(series_queries.members(id), key=lambda one: one.id) for id in ids}
    return Standing(
        members,
        days,
        {one.id: one.ended_on for of_series in members.values() for one in of_series},
        {id: frozenset(place.client_id for place in lists.get(id, ())) for id in held},
    )


def written(on: date, touched: Iterable[str], before: Standing, changes: list[tuple[str, int]]) -> dict[str, Any]:
    """What is kept, as JSON: from which day on, which changes of series in their order, and what became of members and lists."""
    ids = sorted(touched)
    now = standing(ids, on, before.lists)
    rows = {id: series_queries.get_series(id) for id in ids}
    known, until = before.until, now.until
    return {
        "on": on.isoformat(),
        "at": clock.now().isoformat(),
        "changes": changes,
        "sessions": sorted(before.lists),
        "marks": {id: [now.mark(row, row.made_until), row.made_until.isoformat()] for id, row in rows.items()},
        "joined": sorted(until.keys() - known.keys()),
        "left": {
            id: day.isoformat() if day else None
            for id, day in sorted(known.items())
            if id in until and until[id] != day
        },
        "given": _more(now.lists, before.lists),
        "freed": _more(before.lists, now.lists),
    }


def _more(these: dict[str, frozenset[str]], those: dict[str, frozenset[str]]) -> dict[str, list[str]]:
    """By session that is in both, who is on the first list and not on the second."""
    found = {id: sorted(these[id] - those[id]) for id in sorted(these.keys() & those.keys())}
    return {id: clients for id, clients in found.items() if clients}
