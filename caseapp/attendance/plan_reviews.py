"""When the review of a plan is due: after the days of the rule profile or its attended hours, whichever comes first.

The hours make a review due sooner than the days said (77 Ill. Adm. Code 2060.423: 27 hours), so the task that was opened with the
days is moved forward; never back, for a person has seen it by then.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from caseapp.attendance.facts import stays_between
from caseapp.attendance.hours import counted_by_client
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.words import hours
from caseapp.plans import queries as plans
from caseapp.plans.queries import PlanRead
from caseapp.plans.rules import review_due_on
from caseapp.programs.queries import profile, profiles
from caseapp.tasks import actions as tasks


@dataclass(frozen=True)
class Attended:
    """Minutes of treatment since a day, and the day on which they reached what the profile says; None if they have not."""

    minutes: int = 0
    reached_on: date | None = None


@dataclass(frozen=True)
class ReviewDue:
    """When a review is due at the latest, and why then."""

    at: datetime
    why: str


def attended_since(since: Mapping[str, tuple[date, int]]) -> dict[str, Attended]:
    """By client, what they attended after a day, up to today, against so many minutes. Three statements for any number of people."""
    if not since:
        return {}
    today, first = clock.today(clinic.zone()), min(day for day, _minutes in since.values())
    stays = stays_between(first, today, since)
    found = {}
    for client_id, rows in counted_by_client(first, today, stays, profiles(), since, treatment=True):
        day, enough = since[client_id]
        minutes, reached_on = 0, None
        for row in rows:
            minutes += row.attended if row.sitting.on_day > day else 0
            reached_on = reached_on or (row.sitting.on_day if minutes >= enough else None)
        found[client_id] = Attended(minutes, reached_on)
    return found


def review_due(read: PlanRead) -> ReviewDue | None:
    """When the next review of a plan is due, and why; None for a plan that was never signed."""
    since = read.review_from
    if since is None:
        return None
    client_id, numbers = read.plan.client_id, profile(read.plan.episode.program_id, since)
    enough = _enough(numbers)
    came = attended_since({client_id: (since, enough)}).get(client_id, Attended())
    by_days = review_due_on(since, numbers)
    said = f"{hours(came.minutes)} of {hours(enough)} attended hours since then"
    if came.reached_on and came.reached_on < by_days:
        return ReviewDue(_end_of(came.reached_on), said)
    from_what = "the last review" if read.reviews else "it was signed"
    return ReviewDue(_end_of(by_days), f"{int(numbers['plan_review_days'])} days after {from_what}; {said}")


def bring_forward(client_ids: Collection[str], by: Actor) -> None:
    """After a roll-call: of these clients, move the task of a review whose hours are reached to the day on which they were."""
    ahead = {one.client_id: one for one in plans.review_tasks(client_ids)}
    if not ahead:
        return
    wanted = {id: (one.since, _enough(profile(one.program_id, one.since))) for id, one in ahead.items()}
    for client_id, came in attended_since(wanted).items():
        task = ahead[client_id].task
        if came.reached_on and _end_of(came.reached_on) < task.due_at:
            tasks.fall_due(task, _end_of(came.reached_on), by)


def _enough(numbers: dict[str, float]) -> int:
    """After how many attended minutes a plan is reviewed."""
    return round(numbers["plan_review_hours"] * 60)


def _end_of(day: date) -> datetime:
    return clock.day_bounds(day, clinic.zone())[1] - timedelta(minutes=1)
