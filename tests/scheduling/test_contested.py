"""A small sample of what `make soak` does for fifty rounds: many at once want the same thing."""

from tests.scheduling.contested import Contest

MANY, ROUNDS = 16, 2


def test_of_many_at_once_one_gets_it_and_the_others_a_sentence(app, cast):
    contest = Contest(cast, MANY)
    contest.rounds(ROUNDS)
    assert set(contest.told.values()) == {ROUNDS * (MANY - 1)} and len(contest.told) == 4
