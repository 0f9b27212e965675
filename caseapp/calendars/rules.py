"""What a feed says, and how far it looks back and ahead."""

from datetime import timedelta

# A calendar keeps what it has seen, so a little of the past is enough to take back what was cancelled late.
BACK, AHEAD = timedelta(days=28), timedelta(days=366)
PLAIN = "Appointment"


def initials(first: str, last: str) -> str:
    """Someone's initials: "A. R."; of one who has no name only what there is."""
    return " ".join(f"{name[0].upper()}." for name in (first.strip(), last.strip()) if name)


def sequence(version: int, places: int, held: bool) -> int:
    """A number that grows with whatever changes an event: the session (its version), and each place taken or freed in it."""
    return version + 2 * places - (1 if held and places else 0)
