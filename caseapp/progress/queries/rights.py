"""Who may decide a review, or move someone without one, by role and by the rule profile of the program."""

from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.core.access import Actor, Can, Role
from caseapp.episodes.models import Episode
from caseapp.identity.models import Staff
from caseapp.identity.queries import working_staff
from caseapp.programs.queries import profile
from caseapp.progress.models import PhaseReview
from caseapp.progress.rules import BY_PROPOSERS, Decision, must_wait


def numbers_of(episode: Episode) -> dict[str, float]:
    """The rule profile of an episode's program today."""
    return profile(episode.program_id, clock.today(clinic.zone()))


def decides_alone(user: Actor, episode: Episode) -> bool:
    """Whether someone may move this client on their own word: who decides reviews, or who moves where nobody else has to decide."""
    return user.can(Can.decide_moves) or (
        user.can(Can.move_phases) and not must_wait(Decision.step_down, numbers_of(episode))
    )


def proposers(review: PhaseReview) -> set[str]:
    """Whoever proposed a review or sent it again."""
    return {step.by_id for step in review.steps if step.happened in BY_PROPOSERS and step.by_id}


def why_not_decide(review: PhaseReview, user: Actor) -> str:
    """Why someone may not decide a review that waits; empty if they may."""
    if user.id in proposers(review) and must_wait(review.decision, numbers_of(review.episode)):
        return "You proposed this, so another person decides it."
    if user.can(Can.decide_moves) or (user.id in proposers(review) and user.can(Can.move_phases)):
        return ""
    return "A supervisor decides this."


def others_who_decide(user: Actor) -> list[Staff]:
    """The supervisors who work here, but for this person, by name."""
    return [one for one in working_staff(Role.supervisor) if one.id != user.id]


def clinicians() -> list[Staff]:
    """Who may say what a criterion needs a clinician for: clinicians and supervisors who work here, by name."""
    both = (Role.clinician, Role.supervisor)
    return [one for one in working_staff() if {row.role for row in one.roles} & set(both)]
