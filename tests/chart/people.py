"""People for the tests of charts: registered, screened, admitted, through the same actions as at the clinic."""

from datetime import date, timedelta

from caseapp.clients import actions as clients
from caseapp.clients.rules import Answer
from caseapp.core import clock
from caseapp.episodes import actions as episodes
from caseapp.episodes.rules import PriorLevel, ReferralSource
from caseapp.programs import queries as programs
from caseapp.progress import actions as progress


def registered(by, first="Alicia", last="Ramos", **more):
    """Someone new, seen by whoever registers them and their team."""
    return clients.register(by, first_name=first, last_name=last, **{"born": date(1988, 3, 4), **more})


def screened(client, by, **more):
    """A pre-screen that stands in nobody's way, unless told otherwise."""
    facts = {
        "referral_source": ReferralSource.individual,
        "prior_level": PriorLevel.none,
        "last_use_known": Answer.yes,
        "last_use_at": clock.now() - timedelta(days=30),
        "seizure_or_delirium": Answer.no,
        "benzodiazepine_dependence": Answer.no,
        "withdrawal_now": Answer.no,
    }
    return episodes.prescreen(client, by, **facts | more)


def phases(day):
    """The phases of the shipped program, in order."""
    return programs.version_in_use(programs.programs()[0], day).phases


def admitted(client, by, day, *, case_manager=None, clinician=None, position=1, screen=None):
    """Their episode from a day on, in the phase of that position."""
    version = programs.version_in_use(programs.programs()[0], day)
    return progress.admit(
        client,
        screen or screened(client, by),
        by,
        program_version=version,
        phase=version.phases[position - 1],
        admitted_on=day,
        case_manager_id=(case_manager or by).id,
        clinician_id=clinician.id if clinician else None,
        payer_id=None,
        words="Entered later.",
    )
