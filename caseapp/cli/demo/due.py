"""Crisis contacts with their follow-ups, and the tasks of ordinary days: most are done, some wait, some are late."""

from datetime import datetime, timedelta

from sqlalchemy import select

from caseapp.cli.demo.making import Demo, Known
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.db import db
from caseapp.crisis import actions as crisis
from caseapp.crisis.rules import Asked, Behavior, Caller, Channel, Disposition, Risk
from caseapp.tasks import actions as tasks
from caseapp.tasks.models import Task
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import Result, TaskKind

SPOKE, MESSAGE, SILENT = Result.spoke, Result.left_message, Result.no_answer
# Whose (last and first name), who recorded it, hours ago, risk, attempts as (hours after, result), closed with the last one.
CONTACTS = (
    ("Ortiz", "Ben", "dana", 30, Risk.high, ((3, SILENT), (20, MESSAGE)), False),
    ("Aydin", "Noor", "rosa", 22, Risk.not_asked, ((9, SILENT),), False),
    ("Weiss", "Max", "farah", 6, Risk.moderate, (), False),
    ("", "", "dana", 50, Risk.not_asked, ((2, SILENT),), False),
    ("حداد", "سامي", "mara", 24 * 9, Risk.moderate, ((20, MESSAGE), (44, SPOKE)), True),
    ("Nguyen", "Kim", "rosa", 24 * 12, Risk.high, ((30, SPOKE),), True),
    ("Webb", "Tia", "eli", 24 * 13, Risk.low, ((40, SPOKE),), True),
    ("Frost", "Salma", "dana", 24 * 41, Risk.moderate, ((60, SPOKE),), True),
    ("Jensen", "Carl", "rosa", 24 * 66, Risk.none_found, ((26, SPOKE),), True),
    ("Sato", "Hana", "dana", 24 * 88, Risk.high, ((11, SPOKE),), True),
    ("Blake", "Theo", "mara", 24 * 120, Risk.low, ((80, SPOKE),), True),
    ("Espinal", "Luis", "ivo", 24 * 2, Risk.moderate, ((26, SILENT),), False),
    ("Verma", "Sanjay", "ivo", 24 * 5, Risk.low, ((40, SPOKE),), True),
    ("Vane", "Curtis", "mara", 24 * 34, Risk.high, ((5, SILENT), (22, MESSAGE), (49, SPOKE)), True),
    ("Malloy", "Bridget", "rosa", 24 * 99, Risk.not_asked, ((7, SILENT), (21, SPOKE)), True),
    ("Hale", "Juno", "eli", 24 * 27, Risk.moderate, ((70, SPOKE),), True),
    ("Nowicki", "Stefan", "ivo", 24 * 153, Risk.high, ((18, SPOKE),), True),
    ("Bright", "Connie", "rosa", 24 * 80, Risk.none_found, ((48, SPOKE),), True),
    ("Roux", "Delphine", "farah", 24 * 52, Risk.moderate, ((31, MESSAGE), (90, SPOKE)), True),
    ("Kranz", "Ottilie", "dana", 24 * 18, Risk.low, ((66, SPOKE),), True),
    ("Adler", "Ruth", "mara", 24 * 145, Risk.low, ((52, SPOKE),), True),
    ("Khalil", "Ahmed", "ivo", 24 * 25, Risk.not_asked, ((10, SPOKE),), True),
    ("", "", "rosa", 24 * 73, Risk.not_asked, ((4, SILENT), (23, SPOKE)), True),
)
HAPPENED = (
    "Called in distress after an argument at home; settled while talking.",
    "Strong craving on the way home from work; stayed on the phone until a friend came.",
    "Could not sleep for three nights, felt hopeless; agreed to come in tomorrow.",
)
ANSWERS = {
    Risk.high: (Asked.yes, Asked.yes, Asked.yes, Behavior.not_asked),
    Risk.moderate: (Asked.yes, Asked.no, Asked.not_asked, Behavior.over_three_months_ago),
    Risk.low: (Asked.yes, Asked.no, Asked.not_asked, Behavior.no),
    Risk.none_found: (Asked.no, Asked.no, Asked.not_asked, Behavior.no),
    Risk.not_asked: (Asked.not_asked, Asked.not_asked, Asked.not_asked, Behavior.not_asked),
}
CHANNELS = (Channel.phone, Channel.text, Channel.in_person)


def crises(demo: Demo) -> None:
    """Contacts of half a year: follow-ups overdue, soon, later, closed in time and closed late; one caller is unknown."""
    for at, (last, first, recorder, hours_ago, risk, attempts, closed) in enumerate(CONTACTS):
        ended = demo.now - timedelta(hours=hours_ago)
        known = demo.someone(last, first) if last else None
        by = demo.staff[recorder]
        with clock.freeze(ended + timedelta(minutes=10)):
            contact = _contact(at, known, by, ended, risk)
        for number, (hours, result) in enumerate(attempts, 1):
            last_one = closed and number == len(attempts)
            with clock.freeze(ended + timedelta(hours=hours)):
                words = "Is at home with her sister; safety plan gone through again." if result is SPOKE else ""
                task = task_of(TaskKind.crisis_follow_up, contact.id)
                crisis.attempt(task, result, by, words=words, closes=last_one)


def _contact(at: int, known: Known | None, by: Actor, ended: datetime, risk: Risk):
    wish, thoughts, intent, behavior = ANSWERS[risk]
    return crisis.record(
        by,
        client_id=known.client.id if known else None,
        caller=Caller.client if known else Caller.family_or_friend,
        channel=CHANNELS[at % 3],
        started_at=ended - timedelta(minutes=15 + at * 3),
        ended_at=ended,
        wish_to_be_dead=wish,
        thoughts=thoughts,
        intent=intent,
        behavior=behavior,
        risk=risk,
        safety_plan=Asked.yes if known else Asked.not_asked,
        what_happened=HAPPENED[at % 3] if known else "A worried friend called and gave no name.",
        disposition=Disposition.settled if risk is not Risk.high else Disposition.seen_today,
    )


def ordinary_tasks(demo: Demo) -> None:
    """What came due long ago was done in time, but for one of each kind that is late; what is due next stays open."""
    staff = {actor.id: actor for actor in demo.staff.values()}
    late: set[tuple[TaskKind, str]] = set()
    numbers = {known.client.id: known.person.number for known in demo.known}
    past = select(Task).where(Task.closed_at.is_(None), Task.kind != TaskKind.crisis_follow_up)
    past = list(db.scalars(past.where(Task.due_at <= demo.now)))
    for task in sorted(past, key=lambda one: (one.due_at, one.kind, numbers[one.client_id]), reverse=True):
        if (task.kind, task.owner_id) not in late and task.due_at > demo.now - timedelta(days=6):
            late.add((task.kind, task.owner_id))
            continue
        with clock.freeze(max(task.due_at - timedelta(hours=6), task.opened_at)):
            by = staff[task.owner_id]
            if task.kind is TaskKind.no_show_outreach:
                tasks.attempt(task, Result.spoke, by, "Overslept; comes to the next one.")
            tasks.close(task, by)
