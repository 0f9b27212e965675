"""Small clinics drawn by hypothesis, with sessions of today; and what someone fixes of a proposal."""

from dataclasses import replace
from random import Random

from hypothesis import strategies as st

from caseapp.weekplan.rules import Client, Clinic, Kind, Leader, Meeting, Need, Proposal, Room, Service, Span

KINDS = (Kind("group", 180), Kind("skills", 90), Kind("one", 50), Kind("short", 30))
DAYS, OPEN, CLOSE = 5, 9 * 60, 18 * 60


def _spans(draw) -> tuple[Span, ...]:
    days = draw(st.sets(st.integers(0, DAYS - 1), min_size=3, max_size=DAYS))
    begins, length = draw(st.integers(OPEN, CLOSE - 240)), draw(st.integers(120, CLOSE - OPEN))
    return tuple(Span(day, begins, min(CLOSE, begins + length)) for day in sorted(days))


def _needs(draw) -> tuple[Need, ...]:
    kinds = draw(st.lists(st.sampled_from(KINDS), unique=True, min_size=1, max_size=3))
    return tuple(Need(kind, draw(st.sampled_from([1, 1, 2, 3]))) for kind in kinds)


@st.composite
def clinics(draw, most_clients: int = 6) -> Clinic:
    """A clinic of a few rooms, staff and clients, and a week that runs today, sound or not."""
    services = tuple(
        Service(kind.service_id, kind.service_id, *draw(st.sampled_from([(1, 1), (2, 3), (1, 2)]))) for kind in KINDS
    )
    ids = st.sets(st.sampled_from([one.id for one in services]), min_size=3)
    rooms = tuple(Room(f"r{at}", f"Room {at}", draw(st.integers(1, 4))) for at in range(draw(st.integers(2, 3))))
    leaders = tuple(
        Leader(f"s{at}", f"Staff {at}", frozenset(draw(ids)), _spans(draw)) for at in range(draw(st.integers(1, 3)))
    )
    clients = tuple(
        Client(f"c{at}", f"Client {at}", _needs(draw), _spans(draw)) for at in range(draw(st.integers(1, most_clients)))
    )
    clinic = Clinic(rooms, leaders, services, clients, step=draw(st.sampled_from([15, 30, 60])))
    today = tuple(_meeting(draw, clinic) for _at in range(draw(st.integers(0, 4))))
    return replace(clinic, today=today)


def with_some_fixed(clinic: Clinic, proposal: Proposal, random: Random) -> Clinic:
    """The clinic after someone fixed some sessions of a proposal, of some without one of its people, and another phase began."""
    fixed = tuple(one for one in proposal.meetings if one in clinic.fixed or random.random() < 0.5)
    fewer = tuple(_without_one(clinic, one, random) for one in fixed)
    clients = tuple(
        replace(one, needs=(*one.needs[1:], Need(one.needs[0].kind, random.randint(1, 3)))) for one in clinic.clients
    )
    return replace(clinic, clients=clients, today=proposal.meetings, fixed=fewer)


def _without_one(clinic: Clinic, one: Meeting, random: Random) -> Meeting:
    least = next(service.least for service in clinic.services if service.id == one.service_id)
    members = sorted(one.members)
    return replace(one, members=frozenset(random.sample(members, random.randint(least, len(members)))))


def _meeting(draw, clinic: Clinic) -> Meeting:
    kind = draw(st.sampled_from(KINDS))
    begins = draw(st.integers(OPEN, CLOSE - kind.minutes).map(lambda at: at - at % 5))
    members = draw(st.sets(st.sampled_from([one.id for one in clinic.clients]), min_size=1, max_size=3))
    room, leader = (draw(st.sampled_from(some)).id for some in (clinic.rooms, clinic.leaders))
    return Meeting(kind.service_id, kind.at(draw(st.integers(0, DAYS - 1)), begins), room, leader, frozenset(members))
