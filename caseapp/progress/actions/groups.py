"""The groups of a new phase: proposed to a person, who lets the client belong to those they choose."""

from datetime import date

from caseapp.clients.models import Client
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.core.errors import RuleBroken
from caseapp.series import actions as series
from caseapp.series.actions.members import Joining
from caseapp.series.models import Series
from caseapp.tasks import actions as tasks
from caseapp.tasks.queries import open_of_client
from caseapp.tasks.rules import TaskKind


def book_groups(client: Client, chosen: list[Series], since: date, by: Actor) -> list[Joining]:
    """Let someone belong to these series from a day on, and close the task that asked for it. Gives what each brings.

    Raises RuleBroken as `add_members` does, and without a series.
    """
    if not chosen:
        raise RuleBroken("Choose at least one group.", "groups")
    joined = []
    for one in sorted(chosen, key=lambda one: one.id):
        joined += series.add_members(one, [client], by, since=max(since, clock.today(one.site.zone)))
    _done(client, by, "Booked.")
    return joined


def no_groups(client: Client, why: str, by: Actor) -> None:
    """No group of the phase is wanted: the task that asked is closed with why."""
    if not why.strip():
        raise RuleBroken("Say in your words why.", "words")
    _done(client, by, why.strip())


def _done(client: Client, by: Actor, words: str) -> None:
    for task in open_of_client(client.id, TaskKind.book_groups):
        tasks.close(task, by, words)
