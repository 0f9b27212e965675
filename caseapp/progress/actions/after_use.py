"""After a return to use the team looks again: a review within days of the rule profile. Nobody is moved or discharged by it."""

from datetime import date, timedelta

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor
from caseapp.episodes.models import Episode
from caseapp.programs.queries import profile
from caseapp.progress.actions.following import open_by_day
from caseapp.tasks import actions as tasks
from caseapp.tasks.queries import task_of
from caseapp.tasks.rules import TaskKind
from caseapp.use.actions import after_a_return, after_taking_back
from caseapp.use.models import UseReport


def review_is_due(report: UseReport, episode: Episode, _first_on: date, by: Actor) -> None:
    """Open the review task of a report, for whoever manages the case (`domain.md` 9.3: a review, never a discharge)."""
    today = clock.today(clinic.zone())
    days = int(profile(episode.program_id, today)["review_after_use_days"])
    owner = episode.case_manager_id or episode.clinician_id or by.id
    open_by_day(TaskKind.phase_review, report.id, by, episode, owner, today + timedelta(days=days))


def nothing_to_review(report: UseReport, by: Actor) -> None:
    """A report was taken back: the review it asked for is no longer due."""
    task = task_of(TaskKind.phase_review, report.id)
    if task and task.closed_at is None:
        tasks.close(task, by, "The report of use was taken back.")


after_a_return(review_is_due)
after_taking_back(nothing_to_review)
