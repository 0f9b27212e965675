"""People for these tests, through the same actions as at the clinic."""

from datetime import date, timedelta

from caseapp.clients import actions as clients
from caseapp.clients.rules import Answer
from caseapp.clinic import queries as clinic
from caseapp.core import clock
from caseapp.episodes import actions as episodes
from caseapp.episodes.rules import MoveKind, MoveReason, PriorLevel, ReferralSource
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress


def registered(by, first="Alicia", last="Ramos", **more):
    """Someone new."""
    return clients.register(by, first_name=first, last_name=last, **{"born": date(1988, 3, 4), **more})


def screened(client, by, **more):
    """A pre-screen that stands in nobody's way, unless told otherwise."""
    facts = {
        "referral_source": ReferralSource.individual, "prior_level": PriorLevel.none, "last_use_known": Answer.yes,
        "last_use_at": clock.now() - timedelta(days=30), "seizure_or_delirium": Answer.no,
        "benzodiazepine_dependence": Answer.no, "withdrawal_now": Answer.no,
    }  # fmt: skip
    return episodes.prescreen(client, by, **facts | more)


def today():
    """Today at the clinic."""
    return clock.today(clinic.zone())


def version():
    """The version of the shipped program in use."""
    return programs.version_in_use(programs.programs()[0], today())


def admitted(client, by, day, *, case_manager=None, clinician=None, position=1, screen=None):
    """Their episode from a day on."""
    return progress.admit(
        client, screen or screened(client, by), by, program_version=version(), phase=version().phases[position - 1],
        admitted_on=day, case_manager_id=(case_manager or by).id, clinician_id=clinician.id if clinician else None, payer_id=None,
        words="Entered later.",
    )  # fmt: skip


REASON = {
    MoveKind.step_down: MoveReason.goals_met,
    MoveKind.step_up: MoveReason.returned_to_use,
    MoveKind.complete: MoveReason.completed,
    MoveKind.transfer: MoveReason.moved_to_other_provider,
    MoveKind.discharge: MoveReason.left_before_completing,
}


def moved(episode, by, kind, day, position=None, words="Said in the meeting."):
    """A move of an episode, to the phase of a position where one goes on."""
    to = version().phases[position - 1] if position else None
    return progress.move(episode, by, kind=kind, effective_on=day, reason=REASON[kind], words=words, to_phase=to)
