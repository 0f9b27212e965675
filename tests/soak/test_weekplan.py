"""Hundreds of small clinics, and some of the size of a real one: every proposal passes the check that knows only the rules."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.weekplan.checking import faults
from caseapp.weekplan.solving import propose
from tests.weekplan.clinics import drawn
from tests.weekplan.small import clinics, with_some_fixed
from tests.weekplan.test_proposing import check_proposal

pytestmark = pytest.mark.soak
CLINICS, SIZES = 500, ((30, 5, 4), (60, 8, 6), (120, 12, 8))


def test_hundreds_of_small_clinics():
    tried = []

    @settings(max_examples=CLINICS, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(clinics(most_clients=8), st.randoms(use_true_random=False))
    def every_proposal_passes(clinic, random):
        tried.append(check_proposal(clinic, 3))
        tried.append(check_proposal(with_some_fixed(clinic, tried[-1], random), 3))

    every_proposal_passes()
    proven = sum(one.bound == one.cost for one in tried)
    print(f"\n{len(tried)} weeks of small clinics, every one passed the check; {proven} were proven best")


@pytest.mark.parametrize(("clients", "staff", "rooms"), SIZES)
def test_clinics_of_real_size(clients, staff, rooms):
    for seed in range(3):
        clinic = drawn(seed, clients, staff, rooms)
        proposal = propose(clinic, 30)
        assert faults(clinic, proposal) == []
        print(f"\n{clients} clients, seed {seed}: cost {proposal.cost}, bound {proposal.bound}, {proposal.ended}")
