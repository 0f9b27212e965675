"""Made-up clinics for the week: a small one told fact by fact, and one of any size drawn by a seed."""

from random import Random

from caseapp.weekplan.rules import Client, Clinic, Kind, Leader, Need, Room, Service, Span

MORNING, AFTERNOON, EVENING = (8 * 60, 12 * 60 + 30), (13 * 60, 17 * 60), (17 * 60, 21 * 60)
GROUP, ONE, CASE, CBT, SKILLS, MEDS = (
    "group_therapy",
    "individual",
    "case_management",
    "cbt",
    "life_skills",
    "medication",
)
SERVICES = (
    Service(GROUP, "Group therapy", 2, 12),
    Service(ONE, "Individual counseling", 1, 1),
    Service(CASE, "Case management", 1, 1),
    Service(CBT, "CBT", 2, 12),
    Service(SKILLS, "Life skills", 2, 35),
    Service(MEDS, "Medication management", 1, 1),
)
THREE_HOURS, FIFTY = Kind(GROUP, 180), Kind(ONE, 50)
# The shipped phases (domain.md 10), with life skills beside them; what is asked for each month is left to bookings by hand.
PHASES = (
    (Need(THREE_HOURS, 3), Need(FIFTY, 1), Need(Kind(CASE, 30), 1), Need(Kind(SKILLS, 90), 1)),
    (Need(THREE_HOURS, 2), Need(FIFTY, 1), Need(Kind(SKILLS, 90), 1)),
    (Need(Kind(CBT, 90), 1), Need(FIFTY, 1)),
)


def span(day: int, starts: float, ends: float) -> Span:
    """A span in hours: span(0, 9, 12.5) is Monday from 9:00 to 12:30."""
    return Span(day, round(starts * 60), round(ends * 60))


def free_all_week(starts: float = 8, ends: float = 21) -> tuple[Span, ...]:
    """Monday to Friday between these hours."""
    return tuple(span(day, starts, ends) for day in range(5))


def drawn(seed: int, clients: int, staff: int, rooms: int) -> Clinic:
    """A clinic of that size: two thirds of its people work, go to school or care for children in some part of the day."""
    random = Random(seed)
    some_rooms = tuple(Room(f"room{at}", f"Room {at}", (3, 14, 14, 14, 40, 3, 14, 3)[at % 8]) for at in range(rooms))
    return Clinic(
        some_rooms,
        tuple(_leader(random, at) for at in range(staff)),
        SERVICES,
        tuple(_client(random, at) for at in range(clients)),
    )


def _leader(random: Random, at: int) -> Leader:
    early = at % 3 != 2
    hours = (8, 16.5) if early else (12.5, 21)
    leads = {GROUP, ONE, CBT} if at % 4 != 3 else {CASE, SKILLS, ONE}
    off = random.randrange(5) if at % 3 == 1 else None
    return Leader(
        f"staff{at}", f"Clinician {at}", frozenset(leads), tuple(span(d, *hours) for d in range(5) if d != off)
    )


def _client(random: Random, at: int) -> Client:
    parts = random.choice(
        [(MORNING,), (EVENING,), (MORNING, AFTERNOON), (AFTERNOON, EVENING), (MORNING, AFTERNOON, EVENING)]
    )
    days = [day for day in range(5) if random.random() > 0.1]
    free = tuple(Span(day, parts[0][0], parts[-1][1]) for day in days)
    return Client(f"client{at:03}", f"Client {at}", PHASES[random.choice([0, 0, 1, 1, 2])], free)
