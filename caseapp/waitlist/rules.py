"""What can be answered to an offer of a place, and how waiting ended, in words."""

from enum import StrEnum, auto

from caseapp.scheduling.rules import WaitState


class Answer(StrEnum):
    """What a client says, or what becomes of their waiting."""

    yes = auto()
    no = auto()
    off = auto()


ANSWERS = {
    Answer.yes: "They want it: book the place",
    Answer.no: "They don't want it",
    Answer.off: "Take them off the list",
}
STATES = {
    WaitState.waits: "Waits",
    WaitState.offered: "A place is kept for them",
    WaitState.booked: "Has a place now",
    WaitState.said_no: "Did not want it",
    WaitState.not_reached: "No answer in time",
    WaitState.called_off: "The session was cancelled, or the place is not free after all",
    WaitState.left: "Taken off the list",
}
ENDS = {Answer.no: WaitState.said_no, Answer.off: WaitState.left}
