"""Weeks that are proposed: they keep the rules whatever the clinic, hold what can be held, and change little."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.weekplan.checking import faults
from caseapp.weekplan.rules import (
    MOST_DAYS_BETWEEN,
    Client,
    Clinic,
    Costs,
    Ended,
    Kind,
    Leader,
    Meeting,
    Need,
    Proposal,
    Room,
    Service,
)
from caseapp.weekplan.saying import why_here
from caseapp.weekplan.solving import NothingFound, Progress, propose
from tests.weekplan.clinics import drawn, free_all_week, span
from tests.weekplan.costing import cost_of
from tests.weekplan.small import clinics, with_some_fixed

TALK, ALONE = Kind("talk", 180), Kind("alone", 50)
ROOMS = (Room("large", "Room 1", 12), Room("small", "Room 2", 2))
MARA = Leader("mara", "Mara", frozenset({"talk", "alone"}), free_all_week(9, 17))
SERVICES = (Service("talk", "Talk", 2, 12), Service("alone", "One to one", 1, 1))


def clinic_of(*clients: Client, **facts) -> Clinic:
    """Mara's clinic with these clients."""
    return replace(Clinic(ROOMS, (MARA,), SERVICES, clients), **facts)


def people(number: int, *needs: Need, free=None) -> list[Client]:
    """So many clients with these needs."""
    return [Client(f"c{at}", f"Client {at}", needs, free or free_all_week(9, 17)) for at in range(number)]


def check_proposal(clinic: Clinic, seconds: float) -> Proposal:
    """Propose a week and see that it keeps the rules, and that its cost is what its sessions cost."""
    proposal = propose(clinic, seconds, workers=1)
    assert faults(clinic, proposal) == []
    cost = cost_of(clinic, proposal, Costs())
    assert 0 <= proposal.bound <= cost <= proposal.cost
    assert proposal.ended is not Ended.proven or proposal.bound == cost == proposal.cost
    return proposal


# Some seconds: each of these is two whole searches, and few enough of them would miss a rule that is seldom in the way.
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(clinics(), st.randoms(use_true_random=False))
def test_every_proposal_passes_the_check_and_so_does_the_next_around_what_was_fixed(clinic, random):
    proposal = check_proposal(clinic, 1.5)
    check_proposal(with_some_fixed(clinic, proposal, random), 1.5)


def test_all_is_held_near_each_other_and_with_no_long_time_between():
    clinic = clinic_of(*people(2, Need(TALK, 3), Need(ALONE, 1)), step=60)
    proposal = propose(clinic, 8)
    assert faults(clinic, proposal) == [] and proposal.shortfalls == ()
    days = sorted(one.span.day for one in proposal.meetings if one.service_id == "talk")
    assert len(days) == 3 and {one.span.day for one in proposal.meetings} == set(days)
    assert max(later - day for day, later in pairwise([*days, days[0] + 7])) <= MOST_DAYS_BETWEEN + 1


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"leaders": (replace(MARA, leads=frozenset({"alone"})),)}, "No one leads Talk."),
        (
            {"leaders": (replace(MARA, works=free_all_week(9, 11)),)},
            "No one who leads Talk works 180 minutes in a row without something fixed.",
        ),
        (
            {"leaders": (replace(MARA, works=(span(0, 9, 12), span(3, 9, 12))),)},
            "Is free only on Mon and Thu when someone who leads Talk works; 3 days needed.",
        ),
        (
            {"services": (Service("talk", "Talk", 5, 12), SERVICES[1])},
            "No room, nobody who leads it, or too few people for a group were left at the times when they are free.",
        ),
    ],
)
def test_what_is_short_is_named_with_its_reason(facts, why):
    clinic = clinic_of(*people(3, Need(TALK, 3)), **facts)
    proposal = propose(clinic, 8)
    assert faults(clinic, proposal) == [] and proposal.ended is Ended.proven
    assert {one.client_id for one in proposal.shortfalls} == {"c0", "c1", "c2"}
    assert {one.why for one in proposal.shortfalls} == {why}


def test_a_week_that_holds_all_stays_as_it_is():
    clinic = clinic_of(*people(2, Need(TALK, 2), Need(ALONE, 1)), step=60)
    today = propose(clinic, 8).meetings
    again = propose(replace(clinic, today=today), 8)
    assert again.meetings == today
    assert {why_here(replace(clinic, today=today), one)[0] for one in today} == {"Day, time and Mara as today."}


def test_a_group_of_today_stays_at_its_odd_time_in_its_large_room():
    group = Meeting("talk", span(1, 9.25, 12.25), "large", "mara", frozenset({"c0", "c1"}))
    clinic = clinic_of(*people(2, Need(TALK, 1)), today=(group,))
    assert propose(clinic, 8).meetings == (group,)


def test_the_rest_is_solved_around_what_is_fixed():
    six = people(6, Need(TALK, 1))
    fixed = Meeting("talk", span(3, 10.25, 13.25), "small", "mara", frozenset({"c0"}))
    clinic = clinic_of(*six, fixed=(fixed,))
    proposal = propose(clinic, 8)
    assert faults(clinic, proposal) == [] and proposal.shortfalls == ()
    first, second = sorted(proposal.meetings, key=lambda one: len(one.members))
    assert (first.span, first.room_id, len(first.members)) == (fixed.span, "small", 2) and "c0" in first.members
    assert len(second.members) == 4
    assert why_here(clinic, first)[0] == "Fixed by hand."


def test_whoever_stops_it_gets_the_best_week_so_far():
    clinic, told = drawn(5, 25, 5, 5), []

    def tell(progress: Progress) -> bool:
        told.append(progress)
        return len(told) < 2

    proposal = propose(clinic, 300, tell, workers=4)
    assert proposal.ended is Ended.stopped and faults(clinic, proposal) == []
    assert all(one.cost is None or one.bound <= one.cost for one in told)


def test_without_any_time_there_is_no_week():
    with pytest.raises(NothingFound):
        propose(drawn(5, 25, 5, 5), 0.000001)
