"""Record what a client answers to an offer, and keep offering what is free."""

from caseapp.core.access import Actor
from caseapp.scheduling import actions as scheduling
from caseapp.scheduling.models import Waiting
from caseapp.series import actions as series
from caseapp.waitlist.rules import ENDS, Answer


def answer(row: Waiting, said: Answer, by: Actor) -> None:
    """A client answered: yes books the place, anything else ends their waiting and the next one is offered it.

    Raises RuleBroken if no place is kept for them any more, or if they can't come by now; then nothing is changed.
    """
    room = scheduling if row.session_id else series
    if said is Answer.yes:
        room.say_yes(row, by)
    else:
        room.stop_waiting(row, ENDS[said], by)


def keep_offering() -> int:
    """Offer every place that is free to whoever is next, and take back what was not answered in time; gives how many offers."""
    return scheduling.keep_offering() + series.keep_offering()
