"""What the board keeps, beside what it would work out anew, through thousands of facts on each engine."""

import pytest

from tests.progress.life import NAMES, Life
from tests.progress.test_kept import asked_of, keeping, worked_out_anew

pytestmark = pytest.mark.soak
STEPS = 5_000


def test_whatever_is_written_is_on_the_board_for_thousands_of_steps(app, cast, engine, monkeypatch):
    monkeypatch.setattr(keeping, "criteria_of", asked_of)
    life, anew = Life(cast, 33), 0
    for _step in range(STEPS):
        life.step()
        anew += worked_out_anew(cast)
    print(
        f"\n{engine}: {sum(life.done.values())} facts about {len(NAMES)} people, worked out anew {anew} times: {dict(life.done)}"
    )
    assert len(life.done) == len(set(life.deeds))
