"""Sixty-four at once for one seat, one room, one clinician and one offered place, fifty rounds on each engine."""

import pytest

from tests.scheduling.contested import Contest

pytestmark = pytest.mark.soak
MANY, ROUNDS = 64, 50


def test_of_sixty_four_at_once_one_wins_in_every_round(app, cast, engine):
    contest = Contest(cast, MANY)
    contest.rounds(ROUNDS)
    for what, sentences in contest.told.items():
        assert sentences == ROUNDS * (MANY - 1)
        print(
            f"\n{engine}: {MANY} at once for {what}, {ROUNDS} rounds: one won each time, {sentences} were told so",
            end="",
        )
