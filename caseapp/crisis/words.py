"""The vocabulary of crisis contacts: codes as they are kept, and what each is called on a page."""

from enum import StrEnum, auto

from caseapp.measures.cssrs import ASKED, BEHAVIORS, QUESTIONS, READ_OUT, RISKS, Asked, Behavior, Risk

# The words of the screener, which the room of measures keeps, are words of a contact too.
__all__ = [
    "ASKED",
    "BEHAVIORS",
    "QUESTIONS",
    "READ_OUT",
    "RISKS",
    "Asked",
    "Behavior",
    "Risk",
    "Caller",
    "Channel",
    "Disposition",
    "Done",
    "CALLERS",
    "CHANNELS",
    "DISPOSITIONS",
    "DONE",
    "LABELS",
    "done_words",
]


class Channel(StrEnum):
    """How they spoke."""

    phone = auto()
    text = auto()
    in_person = auto()
    video = auto()
    transfer_988 = auto()


class Caller(StrEnum):
    """Who called."""

    client = auto()
    family_or_friend = auto()
    other_service = auto()
    staff_noticed = auto()


class Done(StrEnum):
    """What staff did during the contact; several may be true."""

    listened = auto()
    safety_plan = auto()
    means_safer = auto()
    told_supervisor = auto()
    asked_mobile_crisis = auto()
    dialed_911 = auto()


class Disposition(StrEnum):
    """How it ended."""

    settled = auto()
    seen_today = auto()
    mobile_crisis = auto()
    emergency_room = auto()
    called_911 = auto()
    withdrawal_management = auto()
    law_enforcement = auto()


CHANNELS = {
    Channel.phone: "Phone",
    Channel.text: "Text",
    Channel.in_person: "In person",
    Channel.video: "Video",
    Channel.transfer_988: "Transfer from 988",
}
CALLERS = {
    Caller.client: "The client",
    Caller.family_or_friend: "Family or friend",
    Caller.other_service: "988 or other service",
    Caller.staff_noticed: "Staff noticed",
}
DONE = {
    Done.listened: "Listened and calmed",
    Done.safety_plan: "Safety plan gone through",
    Done.means_safer: "Means made safer",
    Done.told_supervisor: "Told supervisor",
    Done.asked_mobile_crisis: "Mobile crisis",
    Done.dialed_911: "911",
}
DISPOSITIONS = {
    Disposition.settled: "Settled while talking",
    Disposition.seen_today: "Seen today",
    Disposition.mobile_crisis: "Mobile crisis",
    Disposition.emergency_room: "Emergency room",
    Disposition.called_911: "911",
    Disposition.withdrawal_management: "Withdrawal management",
    Disposition.law_enforcement: "Law enforcement",
}
# What each field is called, in forms and on the page of a contact, in the order of the page.
LABELS = {
    "wish_to_be_dead": "1. Wish to be dead, past month",
    "thoughts": "2. Thoughts of killing themselves, past month",
    "method": "3. Thought about how",
    "intent": "4. Some intention of acting on it",
    "plan": "5. Worked out a plan",
    "behavior": "6. Ever did or prepared anything",
    "harm_to_others": "Harm to others",
    "withdrawal_or_overdose": "Withdrawal or overdose signs",
    "overdose": "Overdose",
    "naloxone_at_hand": "Naloxone at hand",
    "naloxone_given": "Naloxone given",
    "means_at_hand": "Means within reach",
    "safety_plan": "Has a safety plan",
    "safety_plan_viewed": "Safety plan looked at",
    "safety_plan_requested": "Asked others for the plan",
}


def done_words(codes: str) -> str:
    """What was done, from codes joined by commas: "Listened and calmed, 911"; "" for none."""
    return ", ".join(DONE[Done(code)] for code in codes.split(",") if code)
